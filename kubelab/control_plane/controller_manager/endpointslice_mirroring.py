"""The EndpointSlice mirroring controller: slices of Endpoints that somebody has written by hand."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from lightkube.models import core_v1, discovery_v1, meta_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import key_of, owned_by, replace, with_meta
from kubelab.client_go.component import Component
from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.endpoints import Ports, as_ports, ports_key

SERVICE_NAME = "kubernetes.io/service-name"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
MIRROR = "endpointslicemirroring-controller.k8s.io"
SKIP = "endpointslice.kubernetes.io/skip-mirror"
LEADER = "control-plane.alpha.kubernetes.io/leader"
_NOT_COPIED = (
    "endpoints.kubernetes.io/last-change-trigger-time",
    "kubectl.kubernetes.io/last-applied-configuration",
)
MOST = 1000  # addresses of one set: --mirroring-max-endpoints-per-subset

_Kind = tuple[str, Ports]  # IPv4 or IPv6, and the ports


class EndpointSliceMirroringController(Controller):
    """Copies Endpoints of a Service without selector into slices, one a set of ports, for nobody reads Endpoints.

    Endpoints with the label `endpointslice.kubernetes.io/skip-mirror: "true"`, those without a Service, and those of a
    Service that has a selector are not copied.

    In Kubernetes
        pkg/controller/endpointslicemirroring;
        https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#mirroring
    """

    name = "endpointslice-mirroring-controller"
    watches = ("endpoints", "services", "endpointslices")

    def __init__(self, manager: Component) -> None:
        super().__init__(manager)
        self._mirrors: dict[str, dict[str, Any]] = {}  # Service's key -> slice's key -> slice

    def forget(self) -> None:
        """Lose the index."""
        self._mirrors = {}

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """Endpoints are looked at when they change, their Service does, or a slice of theirs does."""
        held = new if new is not None else old
        key = key_of(held)
        if kind == "endpoints":
            self.queue.add(key)
        elif kind == "services":
            if key in self._mirrors or self.informer("endpoints").get(key) is not None:
                self.queue.add(key)
        else:
            self._on_slice(key, held, gone=new is None)

    def _on_slice(self, key: str, held: Any, *, gone: bool) -> None:
        labels = held.metadata.labels or {}
        if labels.get(MANAGED_BY) != MIRROR or SERVICE_NAME not in labels:
            return
        service = f"{held.metadata.namespace}/{labels[SERVICE_NAME]}"
        mirrors = self._mirrors.setdefault(service, {})
        if gone:
            mirrors.pop(key, None)
            if not mirrors:
                del self._mirrors[service]
        else:
            mirrors[key] = held
        self.queue.add(service)

    def reconcile(self, key: str) -> None:
        """Bring the slices to what the Endpoints say."""
        endpoints, service = self.informer("endpoints").get(key), self.informer("services").get(key)
        mirrored = endpoints is not None and _is_mirrored(endpoints) and service is not None
        wanted = _wanted(endpoints) if mirrored and service.spec.selector is None else {}
        spare = self._slices(key)
        missing: list[_Kind] = []
        for kind, listed in wanted.items():
            held = next((each for each in spare if (each.addressType, ports_key(each.ports)) == kind), None)
            if held is None:
                missing.append(kind)
            else:
                spare.remove(held)
                self._write(endpoints, held, kind, listed)
        for kind in missing:
            self._write(endpoints, spare.pop(0) if spare else None, kind, wanted[kind])
        for held in spare:
            self._delete(held)
        if mirrored:
            self._tell(endpoints)

    def _slices(self, key: str) -> list[discovery_v1.EndpointSlice]:
        return [held for held in self._mirrors.get(key, {}).values() if held.metadata.deletionTimestamp is None]

    def _write(
        self,
        endpoints: core_v1.Endpoints,
        held: discovery_v1.EndpointSlice | None,
        kind: _Kind,
        listed: list[discovery_v1.Endpoint],
    ) -> None:
        meta = endpoints.metadata
        labels = {**(meta.labels or {}), SERVICE_NAME: meta.name, MANAGED_BY: MIRROR}
        notes = {name: text for name, text in (meta.annotations or {}).items() if name not in _NOT_COPIED} or None
        if held is not None and held.addressType == kind[0]:
            changed = with_meta(
                replace(held, endpoints=listed, ports=as_ports(kind[1])), labels=labels, annotations=notes
            )
            if changed != held:
                self.client.update(changed)
            return
        if held is not None:
            self._delete(held)  # what an address is may not change
        made = meta_v1.ObjectMeta(
            generateName=f"{meta.name}-",
            namespace=meta.namespace,
            labels=labels,
            annotations=notes,
            ownerReferences=[owned_by(endpoints)],
        )
        slices = discovery_v1.EndpointSlice(
            metadata=made, addressType=kind[0], endpoints=listed, ports=as_ports(kind[1])
        )
        self.client.create(slices)

    def _delete(self, held: discovery_v1.EndpointSlice) -> None:
        try:
            self.client.delete("endpointslices", held.metadata.name, held.metadata.namespace)
        except ApiError as refused:
            if refused.code != 404:
                raise

    def _tell(self, endpoints: core_v1.Endpoints) -> None:
        """Too many addresses are not all copied."""
        over = sum(max(len(subset.addresses or ()) + len(subset.notReadyAddresses or ()) - MOST, 0)
                   for subset in endpoints.subsets or ())  # fmt: skip
        if over:
            message = (
                f"A max of {MOST} addresses can be mirrored to EndpointSlices per Endpoints subset. "
                f"{over} addresses were skipped"
            )
            self.recorder.event(endpoints, "Warning", "TooManyAddressesToMirror", message)


def _is_mirrored(endpoints: core_v1.Endpoints) -> bool:
    meta = endpoints.metadata
    return (meta.labels or {}).get(SKIP) != "true" and LEADER not in (meta.annotations or {})


def _wanted(endpoints: core_v1.Endpoints) -> dict[_Kind, list[discovery_v1.Endpoint]]:
    """The endpoints that there should be, each once, by the ports that they listen on."""
    wanted: dict[_Kind, dict[str, discovery_v1.Endpoint]] = {}
    for subset in endpoints.subsets or ():
        ports = tuple(
            (port.name or "", port.port, port.protocol or "TCP", port.appProtocol) for port in subset.ports or ()
        )
        listed = [(address, True) for address in subset.addresses or ()]
        listed += [(address, False) for address in subset.notReadyAddresses or ()]
        for address, ready in listed[:MOST]:
            family = f"IPv{ip_address(address.ip).version}"
            wanted.setdefault((family, ports), {})[address.ip] = discovery_v1.Endpoint(
                addresses=[address.ip],
                conditions=discovery_v1.EndpointConditions(ready=ready),
                hostname=address.hostname,
                nodeName=address.nodeName,
                targetRef=address.targetRef,
            )
    return {kind: list(found.values()) for kind, found in wanted.items()}
