"""The network: which machine has which address, which node has which pod addresses, and who reaches whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubelab.node.service_rules import ServiceRules

FIRST_HOST = 2  # .0 is the network, .1 its gateway
LAST_HOST = 254


class Overlay:
    """One flat network over all machines: every pod has an address of its own, and reaches every other pod by it.

    A machine has an address in 172.18.0.0/16 and a range of 254 pod addresses, 10.244.0.0/24 for the first machine,
    10.244.1.0/24 for the next. A packet to a pod goes to the machine whose range holds its address, through a tunnel.

    In Kubernetes
        A CNI plugin such as Flannel or kindnet, with its `host-local` address management:
        https://kubernetes.io/docs/concepts/cluster-administration/networking/

    Left out
        IPv6, network policies, and a range for more than 3,072 machines. Routes are there as soon as a machine is (a
        real agent learns them from the Nodes).
    """

    def __init__(self) -> None:
        self.rules: ServiceRules | None = None  # what all kube-proxies are told, made by the first of them
        self._numbers: dict[str, int] = {}
        self._by_address: dict[str, str] = {}
        self._by_range: dict[str, str] = {}
        self._last: dict[str, int] = {}
        self._taken: dict[str, dict[int, bool]] = {}

    def machine_address(self, name: str) -> str:
        """The machine's own address: 172.18.0.2 for the first that asks.

        Examples
        --------
        >>> overlay = Overlay()
        >>> overlay.machine_address("master"), overlay.machine_address("worker-1"), overlay.machine_address("master")
        ('172.18.0.2', '172.18.0.3', '172.18.0.2')
        """
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self._numbers)
            self._by_address[_machine_address(number)] = name
            self._by_range[_prefix(number)] = name
        return _machine_address(number)

    def node_range(self, name: str) -> str:
        """The addresses of a node's pods (`spec.podCIDR`): 10.244.1.0/24."""
        self.machine_address(name)
        return f"{_prefix(self._numbers[name])}.0/24"

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
                return f"{_prefix(self._numbers[node])}.{host}"
        return None

    def release(self, node: str, address: str) -> None:
        """Give a pod address back."""
        prefix, _, host = address.rpartition(".")
        if prefix == _prefix(self._numbers[node]):
            self._taken.get(node, {}).pop(int(host), None)

    def machine_at(self, address: str) -> str | None:
        """The name of the machine that has this address itself."""
        return self._by_address.get(address)

    def node_of(self, address: str) -> str | None:
        """The name of the machine that a packet to this address is sent to: its own address, or one of its pods'."""
        return self._by_address.get(address) or self._by_range.get(address.rpartition(".")[0])

    def __repr__(self) -> str:
        return f"Overlay: {len(self._numbers)} machines, pods in 10.244.0.0/16"


def _machine_address(number: int) -> str:
    return f"172.18.{(number + FIRST_HOST) >> 8}.{(number + FIRST_HOST) & 255}"


def _prefix(number: int) -> str:
    return f"10.{244 + (number >> 8)}.{number & 255}"
