"""How a node's rules decide: which endpoints a packet may go to, under whose address it goes on, or who refuses it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from kubelab.network.packet import Translation
from kubelab.network.sentences import Sentence
from kubelab.node.proxy.endpoints import Endpoint
from kubelab.node.proxy.service_port import ServicePort

# By which of its addresses a packet comes to a Service.
CLUSTER_IP, EXTERNAL_IP, BALANCER_IP, NODE_PORT = "cluster IP", "external IP", "loadbalancer IP", "node port"
# Who sends it: a pod of the cluster, the node whose rules these are, or anybody else.
POD, NODE, OUTSIDE = "pod", "node", "outside"

Outcomes = tuple[Translation, ...]


class Door(NamedTuple):
    """Where a packet comes to a Service: by which of its addresses, and at which number of a port."""

    port: ServicePort
    way: str
    address: str
    number: int


class Rule(NamedTuple):
    """One rule of a chain: its text as the mode's tool prints it, and the chains that it leads to with their shares."""

    chain: str
    text: str
    targets: tuple[tuple[float, str], ...] = ()
    table: str = "nat"


class Mode:
    """What the three proxy modes have in common. Each says in its own words which chains a packet goes through.

    `pod_cidr` are the addresses of all pods, whose packets keep their sender.

    In Kubernetes
        pkg/proxy/iptables/proxier.go; nftables decides the same way.
    """

    name = ""
    tool = ""  # the command whose output `text` imitates
    rotates = False  # endpoints are taken in turn, not at random
    localhost = False  # node ports answer on 127.0.0.1 too
    mark = "KUBE-MARK-MASQ"  # where packets are marked that go on under the node's own address

    def outcomes(self, door: Door, sender: str) -> Outcomes:
        """All that may become of a packet, each as likely as the others; a refusal stands alone."""
        made, at = door.port.made, (door.way, door.address, sender)
        found: Outcomes | None = made.get(at)
        if found is None:
            found = made[at] = self._outcomes(door, sender)
        return found

    def __init__(self, pod_cidr: str = "10.244.0.0/16", service_cidr: str = "10.96.0.0/12") -> None:
        self.pod_cidr, self.service_cidr = pod_cidr, service_cidr

    def __deepcopy__(self, memo: dict[int, Any]) -> Mode:
        return self

    def hairpin(self, sent: Translation) -> Translation:
        """A pod that reaches itself through its Service: it must not see its own address as the sender's."""
        return sent if sent.masquerade else sent._replace(masquerade=True, chain=(*sent.chain, self.mark))

    def refused(self, door: Door) -> Translation:
        """No endpoint anywhere: the node answers that nobody listens."""
        why = Sentence("no-endpoints", (door.port.key,))
        return self._refusal(door, why, False, self.refusal_chain(door, False))

    def dropped(self, door: Door) -> Translation:
        """Endpoints, but none on this node, and the policy is Local: silence."""
        why = Sentence("no-endpoints-here", (door.port.key, door.port.node))
        return self._refusal(door, why, True, self.refusal_chain(door, True))

    def barred(self, door: Door, source: str) -> Translation:
        """The sender is in none of the Service's `loadBalancerSourceRanges`: silence."""
        why = Sentence("barred", (door.port.key, source))
        return self._refusal(door, why, True, self.barred_chain(door.port))

    def unknown_port(self, key: str, number: int) -> Translation:
        """The address is a Service's, the port is not."""
        raise NotImplementedError

    def refusal_chain(self, door: Door, drop: bool) -> tuple[str, ...]:
        """The chains through which a packet comes to its refusal."""
        raise NotImplementedError

    def barred_chain(self, port: ServicePort) -> tuple[str, ...]:
        """The chains through which a packet comes that its sender's address keeps out."""
        raise NotImplementedError

    def path(self, door: Door, local: bool, masquerade: bool) -> tuple[str, ...]:
        """The chains from the first to the one in which an endpoint is chosen; `local` is the policy that counts."""
        raise NotImplementedError

    def endpoint_chain(self, port: ServicePort, endpoint: Endpoint) -> str:
        """The chain of one endpoint."""
        raise NotImplementedError

    def rules(self, port: ServicePort, address: str) -> list[Rule]:
        """The rules of a Service's port on the node with that address."""
        raise NotImplementedError

    def text(self, ports: Iterable[ServicePort], address: str, *, whole: bool = True) -> str:
        """The rules of those ports as the mode's tool prints them; `whole` with all that belongs to no Service."""
        raise NotImplementedError

    def _outcomes(self, door: Door, sender: str) -> Outcomes:
        port = door.port
        if not port.endpoints.anywhere:
            return (self.refused(door),)
        if door.way == CLUSTER_IP:
            local, masquerade = port.internal_local, sender != POD
        else:
            # Packets of pods and of the node itself go anywhere, as if they had gone out and come in again.
            local = port.external_local and sender == OUTSIDE
            masquerade = not port.external_local or sender == NODE
        endpoints = port.endpoints.local if local else port.endpoints.cluster
        return self._sent(door, local, masquerade, endpoints) if endpoints else (self.dropped(door),)

    def _sent(self, door: Door, local: bool, masquerade: bool, endpoints: tuple[Endpoint, ...]) -> Outcomes:
        path, port = self.path(door, local, masquerade), door.port
        return tuple(
            Translation(
                port.key,
                port.port_name,
                each.address,
                each.port,
                masquerade,
                chain=(*path, self.endpoint_chain(port, each)),
            )
            for each in endpoints
        )

    def _refusal(self, door: Door, why: Sentence, dropped: bool, chain: tuple[str, ...]) -> Translation:
        port = door.port
        return Translation(port.key, port.port_name, "", door.number, reason=why, dropped=dropped, chain=chain)
