"""A worker: the machine that pods run on."""

from __future__ import annotations

import random
from dataclasses import dataclass

from kubelab.api.quantity import QuantityError, quantity
from kubelab.arguments import checked_class, unfit
from kubelab.client_go.client import Client
from kubelab.journal import Journal
from kubelab.machine import Machine
from kubelab.network.overlay import Overlay
from kubelab.network.policy import AGENT, PolicyAgent
from kubelab.node.kube_proxy import KubeProxy
from kubelab.node.kubelet import Kubelet
from kubelab.node.runtime import Runtime
from kubelab.timings import Timings


@checked_class("size")
@dataclass(frozen=True)
class WorkerSize:
    """What a worker has: `cpu` and `memory` as quantities, room for `pods`, the `images` on its disk from the start."""

    cpu: str = "4"
    memory: str = "8Gi"
    pods: int = 110
    images: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("cpu", "memory"):
            try:
                quantity(getattr(self, name))
            except QuantityError:
                es, en = 'una cantidad como "4", "500m" o "8Gi"', 'a quantity such as "4", "500m" or "8Gi"'
                raise ValueError(unfit(f"WorkerSize: {name}", getattr(self, name), es=es, en=en)) from None


class Worker:
    """One worker machine with its processes: containerd, kubelet, kube-proxy, and the policy agent of the pod network.

    In Kubernetes
        https://kubernetes.io/docs/concepts/architecture/#node-components
    """

    def __init__(
        self,
        machine: Machine,
        client_kubelet: Client,
        client_proxy: Client,
        overlay: Overlay,
        journal: Journal,
        timings: Timings,
        rng: random.Random,
        size: WorkerSize | None = None,
        proxy_mode: str = "iptables",
    ) -> None:
        self.machine, self.size = machine, size or WorkerSize()
        self.runtime = Runtime(machine, overlay, rng, timings, self.size.images)
        self.kubelet = Kubelet(machine, client_kubelet, overlay, self.runtime, journal, timings, self.size)
        self.kube_proxy = KubeProxy(machine, client_proxy, overlay, self.runtime, journal, timings, rng, proxy_mode)
        client_agent = Client(client_kubelet.servers, f"{AGENT}/{machine.name}", machine)
        self.policy_agent = PolicyAgent(machine, client_agent, overlay, self.runtime, journal, timings)

    def __repr__(self) -> str:
        pods = len(self.runtime.alive())
        return f"Worker: {self.machine.name}, {self.size.cpu} CPUs, {self.size.memory}, {pods} pods running"
