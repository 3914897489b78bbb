"""The network: which machine has which address, which node has which pod addresses, and who reaches whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kubelab.language import say
from kubelab.network.links import Links
from kubelab.network.policy import Policies
from kubelab.network.ranges import PODS, SERVICES, ranges
from kubelab.timings import Timings

if TYPE_CHECKING:
    from kubelab.node.service_rules import ServiceRules

FIRST_HOST = 2  # .0 is the network, .1 its gateway
LAST_HOST = 254
DEVICE = "flannel.1"
PORT = 8472  # VXLAN, as Linux has it


class Tunnel(NamedTuple):
    """A packet within a packet: what leaves `device` goes in UDP from machine to machine."""

    source: str
    destination: str
    device: str = DEVICE
    port: int = PORT


class Overlay:
    """One flat network over all machines: every pod has an address of its own, and reaches every other pod by it.

    A machine has an address in 172.18.0.0/16 and a range of 254 pod addresses, 10.244.0.0/24 for the first machine,
    10.244.1.0/24 for the next. A packet to a pod goes to the machine whose range holds its address, through a tunnel,
    and arrives with the addresses that it left with. `links` are what the machines are joined by; `policies` say which
    packets are let pass.

    In Kubernetes
        A CNI plugin such as Flannel (VXLAN), with the address management `host-local`; with the policies of Calico the
        pair is known as Canal. https://kubernetes.io/docs/concepts/cluster-administration/networking/

    Left out
        IPv6. Routes are there as soon as a machine is (a real agent learns them from the Nodes).
    """

    def __init__(self, pod_cidr: str = PODS, service_cidr: str = SERVICES, timings: Timings | None = None) -> None:
        self.ranges = ranges(pod_cidr, service_cidr)
        self.links = Links(timings or Timings())
        self.dns = self.ranges.dns  # the address of the cluster's DNS
        self.policies = Policies(self.dns)
        self.rules: ServiceRules | None = None  # what all kube-proxies are told, made by the first of them
        self._first = int(self.ranges.pods.network_address) >> 8
        self._numbers: dict[str, int] = {}
        self._by_address: dict[str, str] = {}
        self._by_range: dict[str, str] = {}
        self._last: dict[str, int] = {}
        self._taken: dict[str, dict[int, bool]] = {}

    @property
    def pod_cidr(self) -> str:
        """The range of all pods' addresses."""
        return str(self.ranges.pods)

    @property
    def service_cidr(self) -> str:
        """The range of the Services' cluster addresses."""
        return str(self.ranges.services)

    def machine_address(self, name: str) -> str:
        """The machine's own address: 172.18.0.2 for the first that asks.

        Raises
        ------
        ValueError
            There is no share of the pods' range left for one more machine.

        Examples
        --------
        >>> overlay = Overlay()
        >>> overlay.machine_address("master"), overlay.machine_address("worker-1"), overlay.machine_address("master")
        ('172.18.0.2', '172.18.0.3', '172.18.0.2')
        """
        number = self._numbers.get(name)
        if number is None:
            number = len(self._numbers)
            self._refuse_beyond(name, number)
            self._numbers[name] = number
            self._by_address[_machine_address(number)] = name
            self._by_range[self._prefix(number)] = name
        return _machine_address(number)

    def node_range(self, name: str) -> str:
        """The addresses of a node's pods (`spec.podCIDR`): 10.244.1.0/24."""
        self.machine_address(name)
        return f"{self._prefix(self._numbers[name])}.0/24"

    def gateway(self, name: str) -> str:
        """The node's own address among its pods: where they send what is not for their own node."""
        self.machine_address(name)
        return f"{self._prefix(self._numbers[name])}.1"

    def allocate(self, node: str) -> str | None:
        """A free pod address of the node's range, or None where all are taken. They are handed out in turn."""
        self.machine_address(node)
        taken = self._taken.setdefault(node, {})
        host = self._last.get(node, FIRST_HOST - 1)
        for _ in range(FIRST_HOST, LAST_HOST + 1):
            host = host + 1 if host < LAST_HOST else FIRST_HOST
            if host not in taken:
                taken[host] = True
                self._last[node] = host
                return f"{self._prefix(self._numbers[node])}.{host}"
        return None

    def release(self, node: str, address: str) -> None:
        """Give a pod address back."""
        prefix, _, host = address.rpartition(".")
        if prefix == self._prefix(self._numbers[node]):
            self._taken.get(node, {}).pop(int(host), None)

    def machine_at(self, address: str) -> str | None:
        """The name of the machine that has this address itself."""
        return self._by_address.get(address)

    def node_of(self, address: str) -> str | None:
        """The name of the machine that a packet to this address is sent to: its own address, or one of its pods'."""
        return self._by_address.get(address) or self._by_range.get(address.rpartition(".")[0])

    def tunnel(self, source: str, address: str) -> Tunnel | None:
        """How a packet from machine `source` gets to a pod's address: None where it needs no tunnel.

        To a pod of the same machine and to a machine's own address it goes as it is.
        """
        target = self._by_range.get(address.rpartition(".")[0])
        if target is None or target == source:
            return None
        return Tunnel(self.machine_address(source), self.machine_address(target))

    def nodes(self) -> list[str]:
        """The machines, in the order in which they got their addresses."""
        return list(self._numbers)

    def _refuse_beyond(self, name: str, number: int) -> None:
        if number < self.ranges.nodes:
            return
        count = self.ranges.nodes
        raise ValueError(
            say(
                es=f"no queda rango de pods para {name}: {self.pod_cidr} alcanza para {count} máquinas",
                en=f"no range of pod addresses is left for {name}: {self.pod_cidr} is enough for {count} machines",
            )
        )

    def _prefix(self, number: int) -> str:
        at = self._first + number
        return f"{at >> 16}.{(at >> 8) & 255}.{at & 255}"

    def __repr__(self) -> str:
        return f"Overlay: {len(self._numbers)} machines, pods in {self.pod_cidr}"


def _machine_address(number: int) -> str:
    return f"172.18.{(number + FIRST_HOST) >> 8}.{(number + FIRST_HOST) & 255}"
