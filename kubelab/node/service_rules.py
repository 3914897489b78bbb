"""What kube-proxies are told: Services and their endpoints, as a history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.api.objects import key_of
from kubelab.client_go.client import Client
from kubelab.client_go.informer import Informer
from kubelab.node.proxy.service_port import balancer_addresses
from kubelab.node.proxy.views import Views

if TYPE_CHECKING:
    from kubelab.journal import Journal
    from kubelab.timings import Timings

SERVICE_NAME = "kubernetes.io/service-name"
ZONE = "topology.kubernetes.io/zone"
TO_BE_DELETED = "ToBeDeletedByClusterAutoscaler"


class ServiceRules:
    """The forwarding rules of the cluster, as they are and as they were.

    Every change of a Service, an EndpointSlice or a node's zone gets a number as it arrives. `synced` is the number up
    to which the kube-proxies that listen have written their rules: at once, but not more often than every
    `proxy_min_sync_period`. A kube-proxy that lost the connection keeps the number that it had, and so its old rules.

    In Kubernetes
        Each kube-proxy has informers and rules of its own (pkg/proxy/iptables). All that listen hold the same, so here
        they share them, and a thousand kube-proxies cost no more than one.
    """

    def __init__(self, client: Client, journal: Journal, timings: Timings) -> None:
        self.journal, self.clock, self.timings = journal, journal.clock, timings
        self.services = Informer(client, "services")
        self.slices = Informer(client, "endpointslices")
        self.nodes = Informer(client, "nodes")
        for informer in (self.services, self.slices, self.nodes):
            informer.handlers.append(self)
        self.views = Views(self)
        self.arrived = 0
        self.synced = 0
        self._last_sync = -timings.proxy_min_sync_period
        self._unsynced: list[str] = []
        self._services: dict[str, list[tuple[int, Any]]] = {}
        self._slices: dict[str, dict[str, list[tuple[int, Any]]]] = {}
        self._zones: dict[str, list[tuple[int, str | None]]] = {}
        self._leaving: dict[str, list[tuple[int, bool]]] = {}
        self._changes: dict[str, list[int]] = {}  # a Service's key -> the numbers of its changes and its slices'
        self._by_address: dict[str, list[str]] = {}
        self._by_node_port: dict[int, list[str]] = {}

    def listen(self) -> bool:
        """Make sure that changes arrive; False while no API server answers."""
        informers = (self.services, self.slices, self.nodes)
        return all(informer.watching or informer.start() for informer in informers)

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """Something has changed: the rules are written anew as soon as that may be."""
        if kind == "nodes":
            self._on_node(old, new)
        elif kind == "services":
            self._on_service(old, new)
        else:
            self._on_slice(old, new)

    # -- the history

    def service(self, key: str, number: int) -> Any:
        """The Service as change `number` left it, or None."""
        return _as_of(self._services.get(key, ()), number)

    def endpoint_slices(self, key: str, number: int) -> list[Any]:
        """The Service's EndpointSlices as change `number` left them."""
        held = (_as_of(versions, number) for versions in self._slices.get(key, {}).values())
        return [each for each in held if each is not None]

    def zone(self, node: str, number: int) -> str | None:
        """The zone that the node's labels name."""
        zone: str | None = _as_of(self._zones.get(node, ()), number)
        return zone

    def leaving(self, node: str, number: int) -> bool:
        """Whether the node is being deleted."""
        return bool(_as_of(self._leaving.get(node, ()), number))

    def changed(self, key: str, number: int) -> int:
        """The last change up to `number` of the Service or its slices; 0 where there was none."""
        for change in reversed(self._changes.get(key, ())):
            if change <= number:
                return change
        return 0

    def keys(self, number: int) -> list[str]:
        """The Services that there were after change `number`, by name."""
        return [key for key in sorted(self._services) if self.service(key, number) is not None]

    def at_address(self, address: str) -> list[str]:
        """The Services that have, or had, this cluster address, load balancer address or external address."""
        return self._by_address.get(address, [])

    def at_node_port(self, port: int) -> list[str]:
        """The Services that have, or had, this node port or health check port."""
        return self._by_node_port.get(port, [])

    # -- what arrives

    def _on_service(self, old: Any, new: Any) -> None:
        held = old if new is None else new
        key = key_of(held)
        self._arrive(f"services/{key}", key)
        self._services.setdefault(key, []).append((self.arrived, new))
        addresses = [each for each in held.spec.clusterIPs or [held.spec.clusterIP] if each and each != "None"]
        for address in [*addresses, *(held.spec.externalIPs or ()), *balancer_addresses(held)]:
            _note(self._by_address.setdefault(address, []), key)
        ports = [port.nodePort for port in held.spec.ports or ()]
        for number in [*ports, held.spec.healthCheckNodePort]:
            if number:
                _note(self._by_node_port.setdefault(number, []), key)

    def _on_slice(self, old: Any, new: Any) -> None:
        held = old if new is None else new
        key = f"{held.metadata.namespace}/{(held.metadata.labels or {}).get(SERVICE_NAME, '')}"
        self._arrive(f"services/{key}", key)
        self._slices.setdefault(key, {}).setdefault(held.metadata.name, []).append((self.arrived, new))

    def _on_node(self, old: Any, new: Any) -> None:
        """Of a Node nothing counts but its zone, and that it is being deleted."""
        name = (old if new is None else new).metadata.name
        zone = (new.metadata.labels or {}).get(ZONE) if new is not None else None
        if zone != self.zone(name, self.arrived):
            self._arrive(f"nodes/{name}")
            self._zones.setdefault(name, []).append((self.arrived, zone))
        going = new is not None and _is_going(new)
        if going != self.leaving(name, self.arrived):
            self._arrive(f"nodes/{name}")
            self._leaving.setdefault(name, []).append((self.arrived, going))

    def _arrive(self, what: str, key: str = "") -> None:
        self.arrived += 1
        if key:
            self._changes.setdefault(key, []).append(self.arrived)
            self.views.forget(key)
        if not self._unsynced:
            due = self._last_sync + self.timings.proxy_min_sync_period
            self.clock.call_at(due, self._sync)
        _note(self._unsynced, what)

    def _sync(self) -> None:
        self.synced, self._last_sync = self.arrived, self.clock.now
        changed, self._unsynced = self._unsynced, []
        for what in changed:
            self.journal.record("kube-proxy", "sync", what)


def _is_going(node: Any) -> bool:
    """Whether the Node is being deleted, or is about to be: an autoscaler says so with a taint."""
    if node.metadata.deletionTimestamp is not None:
        return True
    taints = (node.spec.taints if node.spec is not None else None) or ()
    return any(taint.key == TO_BE_DELETED for taint in taints)


def _note(listed: list[str], name: str) -> None:
    if name not in listed:
        listed.append(name)


def _as_of(versions: Any, number: int) -> Any:
    for since, value in reversed(versions):
        if since <= number:
            return value
    return None
