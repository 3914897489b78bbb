"""What kube-proxies are told: Services and their endpoints, as a history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.api.objects import key_of
from kubelab.client_go.client import Client
from kubelab.client_go.informer import Informer

if TYPE_CHECKING:
    from kubelab.journal import Journal
    from kubelab.timings import Timings

SERVICE_NAME = "kubernetes.io/service-name"


class ServiceRules:
    """The forwarding rules of the cluster, as they are and as they were.

    Every change of a Service or an EndpointSlice gets a number as it arrives. `synced` is the number up to which the
    kube-proxies that listen have written their rules: at once, but not more often than every `proxy_min_sync_period`.
    A kube-proxy that lost the connection keeps the number that it had, and so its old rules.

    In Kubernetes
        Each kube-proxy has informers and rules of its own (pkg/proxy/iptables). All that listen hold the same, so here
        they share them, and a thousand kube-proxies cost no more than one.
    """

    def __init__(self, client: Client, journal: Journal, timings: Timings) -> None:
        self.journal, self.clock, self.timings = journal, journal.clock, timings
        self.services = Informer(client, "services")
        self.slices = Informer(client, "endpointslices")
        self.services.handlers.append(self)
        self.slices.handlers.append(self)
        self.arrived = 0
        self.synced = 0
        self._last_sync = -timings.proxy_min_sync_period
        self._unsynced: list[str] = []
        self._services: dict[str, list[tuple[int, Any]]] = {}
        self._slices: dict[str, dict[str, list[tuple[int, Any]]]] = {}
        self._by_address: dict[str, list[str]] = {}
        self._by_node_port: dict[int, list[str]] = {}

    def listen(self) -> bool:
        """Make sure that changes arrive; False while no API server answers."""
        services = self.services.watching or self.services.start()
        slices = self.slices.watching or self.slices.start()
        return services and slices

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A Service or an EndpointSlice has changed: the rules are written anew as soon as that may be."""
        obj = old if new is None else new
        self.arrived += 1
        if kind == "services":
            key = key_of(obj)
            self._services.setdefault(key, []).append((self.arrived, new))
            self._index(key, obj.spec)
        else:
            key = f"{obj.metadata.namespace}/{(obj.metadata.labels or {}).get(SERVICE_NAME, '')}"
            versions = self._slices.setdefault(key, {}).setdefault(obj.metadata.name, [])
            versions.append((self.arrived, new))
        if not self._unsynced:
            due = self._last_sync + self.timings.proxy_min_sync_period
            self.clock.call_at(due, self._sync)
        if key not in self._unsynced:
            self._unsynced.append(key)

    def service(self, key: str, number: int) -> Any:
        """The Service as change `number` left it, or None."""
        return _as_of(self._services.get(key, ()), number)

    def endpoint_slices(self, key: str, number: int) -> list[Any]:
        """The Service's EndpointSlices as change `number` left them."""
        held = (_as_of(versions, number) for versions in self._slices.get(key, {}).values())
        return [each for each in held if each is not None]

    def at_address(self, address: str, number: int) -> Any:
        """The Service that has this cluster address, load balancer address or external address, or None."""
        for key in self._by_address.get(address, ()):
            service = self.service(key, number)
            if service is not None and address in _addresses(service.spec):
                return service
        return None

    def at_node_port(self, port: int, number: int) -> tuple[Any, Any] | None:
        """The Service with this node port and the ServicePort that it belongs to, or None."""
        for key in self._by_node_port.get(port, ()):
            service = self.service(key, number)
            for each in (service.spec.ports if service is not None else None) or ():
                if each.nodePort == port:
                    return service, each
        return None

    def _sync(self) -> None:
        self.synced, self._last_sync = self.arrived, self.clock.now
        changed, self._unsynced = self._unsynced, []
        for key in changed:
            self.journal.record("kube-proxy", "sync", f"services/{key}")

    def _index(self, key: str, spec: Any) -> None:
        for address in _addresses(spec):
            held = self._by_address.setdefault(address, [])
            if key not in held:
                held.append(key)
        for port in spec.ports or ():
            if port.nodePort:
                keys = self._by_node_port.setdefault(port.nodePort, [])
                if key not in keys:
                    keys.append(key)


def _as_of(versions: Any, number: int) -> Any:
    for since, value in reversed(versions):
        if since <= number:
            return value
    return None


def _addresses(spec: Any) -> list[str]:
    found = [address for address in spec.clusterIPs or [spec.clusterIP] if address and address != "None"]
    return found + (spec.externalIPs or [])
