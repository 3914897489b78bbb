"""The metrics server: what `kubectl top` shows and what autoscalers go by."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Any

from lightkube.models import core_v1, meta_v1

from kubelab.api.errors import not_found
from kubelab.api.field_selectors import parse_fields
from kubelab.api.kinds import Kind, find
from kubelab.api.metrics import METRICS, POD_METRICS, ContainerMetrics, NodeMetrics, PodMetrics
from kubelab.api.objects import key_of
from kubelab.api.quantity import milli, value
from kubelab.client_go.client import Client
from kubelab.clock import Clock
from kubelab.machine import Machine
from kubelab.node.usage import Usage, usage_of
from kubelab.timings import Timings

if TYPE_CHECKING:
    from kubelab.node.runtime import Container
    from kubelab.node.worker import Worker

SYSTEM = Usage(0.04, 350 * 2**20)  # kubelet, containerd and kube-proxy


class MetricsServer:
    """Asks every kubelet every 15 seconds what its containers use; kept is only what the last two times told.

    Nothing is done while nobody looks: whoever asks is told what the last round would have found, for usage can be
    reckoned for any span that is past. A container is in the answer when it ran for a whole round, or for ten seconds
    at the last one. A node whose kubelet cannot be reached is missing, with its pods.

    In Kubernetes
        https://github.com/kubernetes-sigs/metrics-server , an addon, behind the API server's aggregation layer; the
        kubelets answer at /metrics/resource

    Left out
        It is no pod of the cluster, and never unavailable by itself. Whether a kubelet could be reached is looked at
        when somebody asks, not when the round was.
    """

    kinds = METRICS

    def __init__(
        self, clock: Clock, timings: Timings, client: Client, machine: Machine, workers: dict[str, Worker]
    ) -> None:
        self.clock, self.timings, self.client, self.machine, self.workers = clock, timings, client, machine, workers

    def get(self, kind: Kind, name: str, namespace: str | None) -> Any:
        """The metrics of one pod or node.

        Raises
        ------
        ApiError
            404: there are none.
        """
        for found in self.list(kind, namespace, "", f"metadata.name={name}"):
            return found
        where = f"{namespace}/{name}" if kind.namespaced else name
        raise not_found(kind.name.lower(), kind.group, where)

    def list(self, kind: Kind, namespace: str | None, selector: str, field_selector: str) -> list[Any]:
        """The metrics of the pods, or nodes, that the selectors choose."""
        found: list[Any]
        if kind is POD_METRICS:
            found = [self.of_pod(pod) for pod in self.client.list("pods", namespace, selector=selector)]
        else:
            found = [self.of_node(node) for node in self.client.list("nodes", None, selector=selector)]
        fields = parse_fields(find(kind.plural), field_selector)
        return sorted((held for held in found if held is not None and fields.matches(held)), key=key_of)

    def of_pod(self, pod: core_v1.Pod) -> PodMetrics | None:
        """What a pod uses; None where not all of its containers can be told of yet."""
        until = self._last_round()
        worker = self._asked(pod.spec.nodeName)
        sandbox = worker.runtime.sandboxes.get(pod.metadata.uid) if worker is not None else None
        if sandbox is None:
            return None
        since = until - self.timings.metrics_resolution
        limits = {held.name: held.resources for held in (*(pod.spec.initContainers or ()), *pod.spec.containers)}
        containers = []
        for held in sandbox.containers.values():
            if not held.running:
                continue
            begin = self._begin(held, until)
            if begin is None:
                return None
            since = max(since, begin)
            limit = ((limits[held.name].limits if limits.get(held.name) is not None else None) or {}).get("cpu")
            used = usage_of(held, begin, until, milli(limit) / 1000 if limit is not None else None)
            containers.append(ContainerMetrics(name=held.name, usage=_quantities(used)))
        if not containers:
            return None
        return PodMetrics(
            metadata=meta_v1.ObjectMeta(
                name=pod.metadata.name,
                namespace=pod.metadata.namespace,
                labels=pod.metadata.labels,
                creationTimestamp=self.clock.date,
            ),
            timestamp=self.clock.date_at(until),
            window=_duration(until - since),
            containers=containers,
        )

    def of_node(self, node: core_v1.Node) -> NodeMetrics | None:
        """What a node uses, its own processes included."""
        until = self._last_round()
        since = until - self.timings.metrics_resolution
        worker = self._asked(node.metadata.name)
        if worker is None or since < worker.kubelet.started:
            return None
        total = SYSTEM
        for sandbox in worker.runtime.sandboxes.values():
            for held in sandbox.containers.values():
                if held.running and held.started < until:
                    total += usage_of(held, max(since, held.started), until)
        size = worker.size
        total = Usage(min(total.cpu, milli(size.cpu) / 1000), min(total.memory, value(size.memory)))
        return NodeMetrics(
            metadata=meta_v1.ObjectMeta(
                name=node.metadata.name, labels=node.metadata.labels, creationTimestamp=self.clock.date
            ),
            timestamp=self.clock.date_at(until),
            window=_duration(until - since),
            usage=_quantities(total),
        )

    def _last_round(self) -> float:
        period = self.timings.metrics_resolution
        return floor(self.clock.now / period) * period

    def _asked(self, node: str | None) -> Worker | None:
        """The worker, if its kubelet answers."""
        worker = self.workers.get(node or "")
        if worker is None or not worker.kubelet.running:
            return None
        return worker if self.machine.reaches(worker.machine) else None

    def _begin(self, container: Container, until: float) -> float | None:
        """From when on a container is reckoned: the round before, or its start, if that is long enough ago."""
        before = until - self.timings.metrics_resolution
        if container.started <= before:
            return before
        return container.started if until - container.started >= self.timings.metrics_fresh else None


def _quantities(used: Usage) -> dict[str, str]:
    nano = round(used.cpu * 1e9)
    return {"cpu": f"{nano}n" if nano else "0", "memory": f"{used.memory // 1024}Ki"}


def _duration(seconds: float) -> str:
    return f"{seconds:.3f}".rstrip("0").rstrip(".") + "s"
