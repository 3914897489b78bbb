"""A small cloud: it has external addresses, and load balancers that forward to the nodes which are healthy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any
from zlib import crc32

from kubelab.network.health_checks import Check, HealthChecks
from kubelab.node.proxy.health import HEALTHZ_PORT

if TYPE_CHECKING:
    from kubelab.clock import Clock
    from kubelab.machine import Machine
    from kubelab.network.dice import Dice
    from kubelab.network.overlay import Overlay
    from kubelab.node.worker import Worker
    from kubelab.timings import Timings

POOL = ip_network("198.51.100.0/24")  # for documentation: https://www.rfc-editor.org/rfc/rfc5737
CHECKER = "198.51.100.254"  # where the health checks come from
Ports = tuple[tuple[str, int, int], ...]  # protocol, port, node port (0: none)


class CloudError(RuntimeError):
    """What the cloud answers to a wish that it cannot fulfil."""


@dataclass(frozen=True)
class Balancer:
    """A load balancer, as the cloud controller manager asked for it: `key` is the Service's `namespace/name`.

    Its nodes are checked by HTTP at `check_port`, or, where that is 0, at the port of kube-proxy itself.
    """

    key: str
    uid: str
    address: str
    ports: Ports
    nodes: tuple[str, ...]
    check_port: int = 0
    source_ranges: tuple[IPv4Network, ...] = ()
    sticky: bool = False

    def port(self, number: int, protocol: str = "TCP") -> tuple[str, int, int] | None:
        """The port of that number."""
        return next((each for each in self.ports if each[0] == protocol and each[1] == number), None)

    def admits(self, source: str) -> bool:
        """Whether its firewall lets a sender in."""
        return not self.source_ranges or any(ip_address(source) in each for each in self.source_ranges)

    def __deepcopy__(self, memo: dict[int, Any]) -> Balancer:
        return self


class Cloud:
    """The cloud that the machines stand in: whoever asks it gets a load balancer with an external address.

    A connection goes to one of the healthy nodes, by chance, or, with session affinity, always to the same for the same
    client; where no node is healthy, to any. It arrives there at the node port, still under the client's own address;
    at a port without node port still under the load balancer's.

    In Kubernetes
        https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer . Each cloud has load balancers of
        its own; this one is a pass-through balancer, as Google's and AWS's network load balancers are.

    Left out
        Bandwidth, and balancers that end connections themselves (`ipMode: Proxy`). Checks take no time.
    """

    def __init__(
        self, clock: Clock, timings: Timings, overlay: Overlay, machines: dict[str, Machine], workers: dict[str, Worker]
    ) -> None:
        self.clock, self.timings, self.overlay = clock, timings, overlay
        self.machines, self.workers = machines, workers
        self.balancers: dict[str, Balancer] = {}  # by the Service's key
        self.checks: dict[str, HealthChecks] = {}

    # -- what a cloud controller manager asks for

    def ensure(
        self,
        key: str,
        uid: str,
        address: str,
        ports: Ports,
        nodes: tuple[str, ...],
        check_port: int = 0,
        source_ranges: tuple[IPv4Network, ...] = (),
        *,
        sticky: bool = False,
    ) -> str:
        """Make a load balancer, or change the one there is, and answer its address; empty asks for any.

        Raises
        ------
        CloudError
            The address that it shall have is not to be had, or none is left.
        """
        held = self.balancers.get(key)
        address = address or (held.address if held is not None else self._free_address())
        self._check_address(key, address)
        made = Balancer(key, uid, address, ports, nodes, check_port, source_ranges, sticky)
        if held is None or (held.check_port, held.ports, held.uid) != (check_port, ports, uid):
            interval = self.timings.load_balancer_check_interval
            self.checks[key] = HealthChecks(self.clock.now, interval, Probe(self, key))
        self.balancers[key] = made
        self.checks[key].watch(nodes)
        if self._passes not in self.clock.before:
            self.clock.before.append(self._passes)
        return address

    def update_hosts(self, key: str, nodes: tuple[str, ...]) -> None:
        """Let a load balancer forward to these nodes."""
        self.balancers[key] = replace(self.balancers[key], nodes=nodes)
        self.checks[key].watch(nodes)

    def delete(self, key: str) -> None:
        """Take a load balancer away; its address is free again."""
        self.balancers.pop(key, None)
        self.checks.pop(key, None)
        if not self.balancers and self._passes in self.clock.before:
            self.clock.before.remove(self._passes)

    # -- traffic

    def at(self, address: str) -> Balancer | None:
        """The load balancer that has the address."""
        return next((held for held in self.balancers.values() if held.address == address), None)

    def healthy(self, key: str) -> dict[str, bool]:
        """What the Service's load balancer thinks of its nodes now."""
        checks, now = self.checks[key], self.clock.now
        return {node: checks.healthy(node, now) for node in self.balancers[key].nodes}

    def choose(self, balancer: Balancer, source: str, dice: Dice) -> str | None:
        """The node that a connection is sent to; None where it has none."""
        checks, now = self.checks[balancer.key], self.clock.now
        nodes = checks.all_healthy(now) or balancer.nodes
        if not nodes:
            return None
        return nodes[crc32(source.encode()) % len(nodes) if balancer.sticky else dice.one_of(len(nodes))]

    def next_change(self, balancer: Balancer) -> float:
        """From when on, nothing else happening, it may choose otherwise."""
        return self.checks[balancer.key].next_flip(self.clock.now)

    # -- health

    def probe(self, key: str, node: str) -> Check:
        """One health check of a node: whether its kube-proxy says that it is good for this Service.

        In Kubernetes
            https://kubernetes.io/docs/reference/networking/virtual-ips/#external-traffic-policy
        """
        balancer, worker = self.balancers[key], self.workers.get(node)
        if worker is None or not worker.machine.reachable:
            return Check(False)
        health = worker.kube_proxy.health(balancer.check_port or HEALTHZ_PORT)
        return Check(health is not None and health.status == 200)

    def _passes(self, instant: float, _: bool) -> None:
        """Time moves on: what was checked meanwhile goes into the books."""
        for checks in self.checks.values():
            checks.advance(instant)

    # -- addresses

    def _free_address(self) -> str:
        taken = {held.address for held in self.balancers.values()}
        found = next((address for address in _addresses() if address not in taken), None)
        if found is None:
            raise CloudError(f"no external address is left in {POOL}")
        return found

    def _check_address(self, key: str, address: str) -> None:
        if address not in _ALL:
            raise CloudError(f"the requested address {address} is not one of this cloud's: {POOL}")
        holder = self.at(address)
        if holder is not None and holder.key != key:
            raise CloudError(f"the requested address {address} belongs to the load balancer of {holder.key}")

    def __repr__(self) -> str:
        return f"Cloud: {len(self.balancers)} load balancers, addresses from {POOL}"


class Probe:
    """The health check of one load balancer's nodes."""

    def __init__(self, cloud: Cloud, key: str) -> None:
        self.cloud, self.key = cloud, key

    def __call__(self, node: str, at: float) -> Check:
        """Check a node: what holds now has held since the cluster last changed."""
        return self.cloud.probe(self.key, node)


def _addresses() -> Iterator[str]:
    return (str(address) for address in POOL.hosts() if str(address) != CHECKER)


_ALL = frozenset(_addresses())
