"""What each node makes of the Services that its kube-proxy knows of."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from kubelab.node.proxy.endpoints import endpoints_of
from kubelab.node.proxy.service_port import (
    ServicePort,
    depends_on_node,
    is_proxied,
    is_proxied_slice,
    service_ports,
)

if TYPE_CHECKING:
    from kubelab.node.service_rules import ServiceRules

View = tuple[ServicePort, ...]
At = tuple[int, str, str | None]  # the change that a view is of, the node and the zone that it is for


class Views:
    """The Services as nodes see them, worked out when somebody asks, and kept until the Service changes again.

    Where every node sees the same, all share one view: a thousand Services on a hundred nodes are worked out a
    thousand times, and after a change of one endpoint one Service is worked out anew.

    In Kubernetes
        Since 1.28 a kube-proxy, too, writes only what has changed:
        https://kubernetes.io/docs/reference/networking/virtual-ips/#minimize-iptables-restore
    """

    def __init__(self, rules: ServiceRules) -> None:
        self.rules = rules
        self._held: dict[str, dict[At, View]] = {}

    def of(self, key: str, node: str, number: int) -> View:
        """The ports of a Service as the node sees them after change `number`; none where there is no such Service."""
        changed = self.rules.changed(key, number)
        held = self._held.get(key)
        if held is None:
            held = self._held[key] = {}
        found = held.get((changed, "", ""))
        if found is not None:
            return found
        at = (changed, node, self.rules.zone(node, number))
        found = held.get(at)
        return self._make(key, held, at, number) if found is None else found

    def forget(self, key: str) -> None:
        """The Service has changed: what was worked out is old news."""
        self._held.pop(key, None)

    def _make(self, key: str, held: dict[At, View], at: At, number: int) -> View:
        service = self.rules.service(key, number)
        if service is None or not is_proxied(service):
            held[at[0], "", ""] = ()
            return ()
        slices = self.rules.endpoint_slices(key, number)
        endpoints = endpoints_of(each for each in slices if is_proxied_slice(each))
        if depends_on_node(service, (each for group in endpoints.values() for each in group)):
            made = held[at] = service_ports(service, endpoints, at[1], at[2])
        else:
            made = held[at[0], "", ""] = service_ports(service, endpoints, "", None)
        return made

    def __deepcopy__(self, memo: dict[int, Any]) -> Views:
        twin = Views.__new__(Views)
        memo[id(self)] = twin
        twin.rules = deepcopy(self.rules, memo)
        twin._held = {key: dict(held) for key, held in self._held.items()}
        return twin
