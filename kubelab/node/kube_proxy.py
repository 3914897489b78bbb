"""kube-proxy: turns the address of a Service into the address of one of its pods."""

from __future__ import annotations

import random
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from kubelab.client_go.client import Client
from kubelab.client_go.component import Component
from kubelab.journal import Journal
from kubelab.language import say
from kubelab.machine import Machine
from kubelab.network.overlay import Overlay
from kubelab.network.packet import Packet, Translation
from kubelab.node.proxy.health import HEALTHZ, HEALTHZ_PORT, Health, proxy_health, service_health
from kubelab.node.proxy.mode import BALANCER_IP, CLUSTER_IP, EXTERNAL_IP, NODE, NODE_PORT, OUTSIDE, POD, Door, Rule
from kubelab.node.proxy.modes import mode_of
from kubelab.node.proxy.service_port import ServicePort
from kubelab.node.proxy.turns import Turns
from kubelab.node.service_rules import ServiceRules
from kubelab.timings import Timings

if TYPE_CHECKING:
    from kubelab.node.runtime import Runtime

Choices = list[tuple[float, Translation]] | Translation | None


class KubeProxy(Component):
    """Keeps the rules of its node like the Services and EndpointSlices that it was told of.

    The rules lie in the kernel: they stay, and age, when kube-proxy stops or is cut off, and are gone when the machine
    loses power.

    In Kubernetes
        pkg/proxy; https://kubernetes.io/docs/reference/networking/virtual-ips/

    Left out
        Connection tracking: what is asked for here is always the first packet of a connection. IPv6, node ports on
        the node's address among its pods (`--nodeport-addresses`), and `--masquerade-all`.
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
        mode: str = "iptables",
    ) -> None:
        super().__init__("kube-proxy", machine, client, journal, timings)
        self.overlay, self.runtime = overlay, runtime
        self.mode = mode_of(mode)(overlay.pod_cidr, overlay.service_cidr)
        self.address = overlay.machine_address(machine.name)
        if overlay.rules is None:
            overlay.rules = ServiceRules(Client(client.servers, "kube-proxy"), journal, timings)
        self.rules = overlay.rules
        self.turns = Turns(rng, self.mode.rotates)
        self._listening = False
        self._held = 0  # the number of the last change in the kernel's rules
        self._boot = 0  # the boot of the machine in which they were written
        self._doors = Doors()

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

    # -- packets

    def translate(self, packet: Packet, *, pick: float | None = None) -> Translation | None:
        """What becomes of a packet that is on this node; None where no rule is about it.

        `pick`, at least 0 and below 1, is the random number that chooses the endpoint; without it the cluster draws
        one. With IPVS the turn decides.
        """
        door, outcomes = self._outcomes(packet)
        if not outcomes:
            return None
        chosen = outcomes[0]
        if not chosen.address:
            return chosen
        if door.port.sticky:
            chosen = self.turns.again(door, packet.source, outcomes, pick, self.clock.now)
        else:
            chosen = self.turns.one_of(door, outcomes, pick)
        return self.mode.hairpin(chosen) if chosen.address == packet.source else chosen

    def choices(self, packet: Packet) -> Choices:
        """All that may become of a packet, with the probability of each; where there is but one way, that one.

        A client that session affinity binds to an endpoint has but one. Asking changes nothing: neither binds nor
        takes a turn.
        """
        door, outcomes = self._outcomes(packet)
        if not outcomes:
            return None
        if door is not None and door.port.sticky:
            bound = self.turns.bound(door, packet.source, outcomes, self.clock.now)
            outcomes = outcomes if bound is None else (bound,)
        if packet.source in [each.address for each in outcomes]:
            outcomes = tuple(self.mode.hairpin(each) if each.address == packet.source else each for each in outcomes)
        share = 1 / len(outcomes)
        return outcomes[0] if len(outcomes) == 1 else [(share, each) for each in outcomes]

    def health(self, port: int, path: str = HEALTHZ) -> Health | None:
        """The answer to a load balancer's health check at a port of this node; None where kube-proxy does not listen.

        In Kubernetes
            A Service's `healthCheckNodePort`, and kube-proxy's own 10256:
            https://kubernetes.io/docs/reference/networking/virtual-ips/#external-traffic-policy
        """
        if not self.running or not self.in_force:
            return None
        if port == HEALTHZ_PORT:
            return proxy_health(self.rules.leaving(self.machine.name, self.in_force), path)
        for key in self.rules.at_node_port(port):
            ports = [each for each in self._view(key) if each.health_port == port]
            if ports:
                return service_health(ports)
        return None

    # -- the rules themselves

    def chains(self, service: str | None = None) -> list[Rule]:
        """The rules of this node, or those of one Service (`name` or `namespace/name`), as data."""
        return [rule for port in self.service_ports(service) for rule in self.mode.rules(port, self.address)]

    def listing(self, service: str | None = None) -> str:
        """The rules of this node, or of one Service, as the mode's tool prints them."""
        return self.mode.text(self.service_ports(service), self.address, whole=service is None)

    def service_ports(self, service: str | None = None) -> list[ServicePort]:
        """The ports of all Services, or of one, as this node's rules know them.

        Raises
        ------
        ValueError
            This node knows of no such Service.
        """
        keys = self.rules.keys(self.in_force) if self.in_force else []
        if service is not None:
            key = service.removeprefix("service/") if "/" in service else f"default/{service}"
            key = key if "/" in key else f"default/{key}"
            if key not in keys:
                known = ", ".join(keys)
                told = say(es=f"hay {known}", en=f"there is {known}")
                told = told if known else say(es="no hay ninguna de nadie", en="it has none at all")
                raise ValueError(
                    say(
                        es=f"{self.machine.name} no tiene reglas del servicio {key!r}: {told}",
                        en=f"{self.machine.name} has no rules of service {key!r}: {told}",
                    )
                )
            keys = [key]
        return [port for key in keys for port in self._view(key)]

    # -- within

    def _listen(self) -> None:
        if not self.client.reachable:
            return
        if not self.rules.listen():
            self.later(self.timings.reconnect_delay, self._listen, quiet=True)
        else:
            if self._boot != self.runtime.boots:
                self._boot = self.runtime.boots
                self.turns.clear()
            self._held = self.rules.arrived
            self._listening = True

    def _view(self, key: str) -> tuple[ServicePort, ...]:
        return self.rules.views.of(key, self.machine.name, self.in_force)

    def _outcomes(self, packet: Packet) -> tuple[Any, tuple[Translation, ...]]:
        """The door that the packet comes to, and all that may become of it; nothing where no rule is about it."""
        number = self.in_force
        if number != self._doors.number:
            self._doors.clear()
            self._doors.number = number
        at = packet[1:4]
        if at in self._doors:
            door = self._doors[at]
        else:
            door = self._doors[at] = self._door(packet) if number else None
        if type(door) is not Door:
            return None, (door,) if door is not None else ()
        if door.way == BALANCER_IP and door.port.guarded and not self._admitted(door.port, packet.source):
            return None, (self.mode.barred(door, packet.source),)
        return door, self.mode.outcomes(door, self._sender(packet.source))

    def _door(self, packet: Packet) -> Door | Translation | None:
        address, number, protocol = packet.destination, packet.port, packet.protocol
        known = ""
        for key in self.rules.at_address(address):
            for port in self._view(key):
                way = _way(port, address)
                if way and port.port == number and port.protocol == protocol:
                    return Door(port, way, address, number)
                known = known or (key if way else "")
        if address == self.address or (self.mode.localhost and address.startswith("127.")):
            for key in self.rules.at_node_port(number):
                for port in self._view(key):
                    if port.node_port == number and port.protocol == protocol:
                        return Door(port, NODE_PORT, address, number)
        return self.mode.unknown_port(known, number) if known else None

    def _sender(self, source: str) -> str:
        if source == self.address or source.startswith("127."):
            return NODE
        if self.overlay.node_of(source) is None or self.overlay.machine_at(source) is not None:
            return OUTSIDE
        return POD

    def _admitted(self, port: ServicePort, source: str) -> bool:
        """Whether the Service's source ranges hold the sender; they hold its load balancer's if they hold the node."""
        held = self.address if source in port.balancer_ips else source
        return any(ip_address(held) in each for each in port.source_ranges)


class Doors(dict[tuple[Any, ...], Any]):
    """The doors that packets came to since the rules last changed: found once, then remembered."""

    number = -1

    def __deepcopy__(self, memo: dict[int, Any]) -> Doors:
        twin = Doors(self)
        twin.number = self.number
        return twin


def _way(port: ServicePort, address: str) -> str:
    """Which of the Service's addresses that is."""
    if address == port.cluster_ip:
        return CLUSTER_IP
    if address in port.external_ips:
        return EXTERNAL_IP
    return BALANCER_IP if address in port.balancer_ips else ""
