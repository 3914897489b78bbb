"""kube-proxy: turns the address of a Service into the address of one of its pods."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, NamedTuple

from kubelab.api.objects import key_of
from kubelab.client_go.client import Client
from kubelab.client_go.component import Component
from kubelab.journal import Journal
from kubelab.machine import Machine
from kubelab.network.overlay import Overlay
from kubelab.node.service_rules import ServiceRules
from kubelab.timings import Timings

if TYPE_CHECKING:
    from kubelab.node.runtime import Runtime


class Translation(NamedTuple):
    """What the rules make of a packet: `service` (its key) and where the packet goes instead.

    Where it goes nowhere `address` is empty and `refusal` says why; `dropped` is without an answer.
    """

    service: str
    address: str
    port: int
    refusal: str = ""
    dropped: bool = False


class KubeProxy(Component):
    """Keeps the rules of its node like the Services and EndpointSlices that it was told of.

    The rules lie in the kernel: they stay, and age, when kube-proxy stops or is cut off, and are gone when the machine
    loses power.

    In Kubernetes
        pkg/proxy/iptables: https://kubernetes.io/docs/reference/networking/virtual-ips/

    Left out
        Connection tracking (every request is a new connection), traffic distribution hints, UDP and SCTP.
    """

    def __init__(
        self,
        machine: Machine,
        client: Client,
        overlay: Overlay,
        runtime: Runtime,
        journal: Journal,
        timings: Timings,
        rng: random.Random,
    ) -> None:
        super().__init__("kube-proxy", machine, client, journal, timings)
        self.rng, self.runtime = rng, runtime
        if overlay.rules is None:
            overlay.rules = ServiceRules(Client(client.servers, "kube-proxy"), journal, timings)
        self.rules = overlay.rules
        self._listening = False
        self._held = 0  # the number of the last change in the kernel's rules
        self._boot = 0  # the boot of the machine in which they were written
        self._affinity: dict[tuple[str, str], tuple[str, float]] = {}

    def on_start(self) -> None:
        """List what there is, write the rules, listen."""
        self._listen()

    def on_stop(self) -> None:
        """The rules stay as they are."""
        self._held = self.in_force
        self._listening = False

    def disconnected(self) -> None:
        """What has been heard of is still written, and then nothing any more."""
        super().disconnected()
        if self._listening:
            self._held = self.rules.arrived
            self._listening = False

    def reconnected(self) -> None:
        """List again, and write the rules anew."""
        self._listen()

    @property
    def in_force(self) -> int:
        """The number of the last change that this node's rules know of; 0 where a boot has wiped them."""
        if self._boot != self.runtime.boots:
            return 0
        return max(self._held, self.rules.synced) if self._listening else self._held

    def translate(self, address: str, port: int, client: str) -> Translation | None:
        """What becomes of a packet to a Service's address; None where no rule is about it."""
        service = self.rules.at_address(address, self.in_force)
        if service is None:
            return None
        for each in service.spec.ports or ():
            if each.port == port:
                return self._choose(service, each, client, False)
        return Translation(key_of(service), "", port, f"service {key_of(service)} has no port {port}", dropped=True)

    def translate_node_port(self, port: int, client: str) -> Translation | None:
        """What becomes of a packet to a port of this node; None where the port is no Service's."""
        found = self.rules.at_node_port(port, self.in_force)
        return None if found is None else self._choose(*found, client, True)

    def _listen(self) -> None:
        if not self.client.reachable:
            return
        if not self.rules.listen():
            self.later(self.timings.reconnect_delay, self._listen, quiet=True)
        else:
            if self._boot != self.runtime.boots:
                self._boot, self._affinity = self.runtime.boots, {}
            self._held = self.rules.arrived
            self._listening = True

    def _choose(self, service: Any, port: Any, client: str, outside: bool) -> Translation:
        key = key_of(service)
        policy = service.spec.externalTrafficPolicy if outside else service.spec.internalTrafficPolicy
        usable = self._usable(key, port)
        local = [each for each in usable if each[2] == self.machine.name] if policy == "Local" else usable
        if not local:
            refusal = "no ready endpoints" + (f" on {self.machine.name}" if usable else "")
            return Translation(key, "", port.port, f"service {key} has {refusal}", dropped=bool(usable))
        address, target, _ = self._pick(service, client, local)
        return Translation(key, address, target)

    def _usable(self, key: str, port: Any) -> list[tuple[str, int, str]]:
        """Address, port and node of the ready endpoints; where all are terminating, of those that still serve."""
        ready, serving = [], []
        for each in self.rules.endpoint_slices(key, self.in_force):
            number = next((held.port for held in each.ports or () if (held.name or "") == (port.name or "")), None)
            if number is None:
                continue
            for endpoint in each.endpoints or ():
                state = endpoint.conditions
                found = (endpoint.addresses[0], number, endpoint.nodeName or "")
                if state is None or state.ready is None or state.ready:
                    ready.append(found)
                elif state.serving and state.terminating:
                    serving.append(found)
        return ready or serving

    def _pick(self, service: Any, client: str, usable: list[tuple[str, int, str]]) -> tuple[str, int, str]:
        if service.spec.sessionAffinity != "ClientIP":
            return usable[self.rng.randrange(len(usable))]
        config = service.spec.sessionAffinityConfig
        seconds = (
            config.clientIP.timeoutSeconds if config is not None and config.clientIP is not None else None
        ) or 10800
        held, until = self._affinity.get((service.metadata.uid, client), ("", 0.0))
        again = next((each for each in usable if each[0] == held), None) if self.clock.now < until else None
        chosen = again or usable[self.rng.randrange(len(usable))]
        self._affinity[service.metadata.uid, client] = (chosen[0], self.clock.now + seconds)
        return chosen
