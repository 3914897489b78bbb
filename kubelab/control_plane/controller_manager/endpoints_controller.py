"""The Endpoints controller: the older list of a Service's pods, which clients may still read."""

from __future__ import annotations

from typing import Any

from lightkube.models import core_v1, meta_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import is_ready, key_of, replace, with_meta
from kubelab.client_go.component import Component
from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.endpoints import Ports, has_endpoint, ports_of
from kubelab.control_plane.controller_manager.service_pods import ServicePods

MANAGED_BY, MANAGER = "endpoints.kubernetes.io/managed-by", "endpoint-controller"
HEADLESS = "service.kubernetes.io/headless"
OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity"
MOST = 1000  # addresses; the rest is left out, those that are not ready first

_Port = tuple[str, int | None, str, str | None]


class EndpointsController(Controller):
    """Keeps one Endpoints object a Service with a selector: the addresses of its pods, ready and not.

    A pod that is going is in none, whether it still serves or not: that only EndpointSlices can say.

    In Kubernetes
        pkg/controller/endpoint; the API is deprecated since 1.33, and written still:
        https://kubernetes.io/docs/concepts/services-networking/service/#endpoints

    Left out
        The annotation that says when the last change was triggered.
    """

    name = "endpoint-controller"
    watches = ("services", "pods", "endpoints")

    def __init__(self, manager: Component) -> None:
        super().__init__(manager)
        self.pods = ServicePods()

    def forget(self) -> None:
        """Lose the index."""
        self.pods.clear()

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A Service is looked at when it changes, when a pod of it does, or when somebody touches its Endpoints."""
        held = new if new is not None else old
        if kind == "services":
            self.pods.change_service(old, new)
            self.queue.add(key_of(held))
        elif kind == "pods":
            self.pods.change_pod(old, new)
            if old is None or new is None or _to_services(old) != _to_services(new):
                found = [key for pod in (old, new) if pod is not None for key in self.pods.services_of(pod)]
                for key in dict.fromkeys(found):
                    self.queue.add(key)
        elif new is None or (old is None and (held.metadata.labels or {}).get(MANAGED_BY) == MANAGER):
            self.queue.add(key_of(held))

    def reconcile(self, key: str) -> None:
        """Bring a Service's Endpoints to what its pods are."""
        service, held = self.informer("services").get(key), self.informer("endpoints").get(key)
        if service is None:
            if held is not None:
                self._delete(held)
            return
        if service.spec.type == "ExternalName" or service.spec.selector is None:
            return
        subsets, over = _fitting(_subsets(self.pods.pods_of(service), service))
        labels = {**(service.metadata.labels or {}), MANAGED_BY: MANAGER}
        if service.spec.clusterIP in (None, "", "None"):
            labels[HEADLESS] = ""
        notes = {OVER_CAPACITY: "truncated"} if over else None
        if held is None:
            meta = meta_v1.ObjectMeta(
                name=service.metadata.name, namespace=service.metadata.namespace, labels=labels, annotations=notes
            )
            self.client.create(core_v1.Endpoints(metadata=meta, subsets=subsets or None))
            return
        kept = {name: text for name, text in (held.metadata.annotations or {}).items() if name != OVER_CAPACITY}
        changed = with_meta(
            replace(held, subsets=subsets or None), labels=labels, annotations={**kept, **(notes or {})} or None
        )
        if changed != held:
            self.client.update(changed)

    def _delete(self, held: core_v1.Endpoints) -> None:
        try:
            self.client.delete("endpoints", held.metadata.name, held.metadata.namespace)
        except ApiError as refused:
            if refused.code != 404:
                raise


def _subsets(pods: Any, service: core_v1.Service) -> list[core_v1.EndpointSubset]:
    """The addresses in sets: ports that the same pods listen on share one.

    In Kubernetes
        RepackSubsets in pkg/api/v1/endpoints/util.go
    """
    tolerant = bool(service.spec.publishNotReadyAddresses)
    by_port: dict[_Port | None, dict[str, tuple[core_v1.EndpointAddress, bool]]] = {}
    for pod in pods:
        if not has_endpoint(pod) or (pod.metadata.deletionTimestamp is not None and not tolerant):
            continue
        address = _address(pod, service)
        found: list[_Port | None] = list(ports_of(pod, service))
        if not service.spec.ports and service.spec.clusterIP == "None":
            found = [None]
        for port in found:
            by_port.setdefault(port, {})[pod.metadata.uid] = address, tolerant or is_ready(pod)
    sets: dict[tuple[tuple[str, bool], ...], list[_Port]] = {}
    members: dict[tuple[tuple[str, bool], ...], list[tuple[core_v1.EndpointAddress, bool]]] = {}
    for port, held in by_port.items():
        at = tuple(sorted((uid, ready) for uid, (_, ready) in held.items()))
        sets.setdefault(at, []).extend([port] if port is not None else [])
        members[at] = sorted(held.values(), key=_by_address)
    return [_subset(members[at], tuple(ports)) for at, ports in sets.items()]


def _subset(members: list[tuple[core_v1.EndpointAddress, bool]], ports: Ports) -> core_v1.EndpointSubset:
    return core_v1.EndpointSubset(
        addresses=[address for address, ready in members if ready] or None,
        notReadyAddresses=[address for address, ready in members if not ready] or None,
        ports=[
            core_v1.EndpointPort(name=name or None, port=number, protocol=protocol, appProtocol=app)
            for name, number, protocol, app in ports
        ]
        or None,
    )


def _address(pod: core_v1.Pod, service: core_v1.Service) -> core_v1.EndpointAddress:
    meta = pod.metadata
    named = pod.spec.hostname and pod.spec.subdomain == service.metadata.name
    return core_v1.EndpointAddress(
        ip=pod.status.podIP,
        hostname=pod.spec.hostname if named else None,
        nodeName=pod.spec.nodeName,
        targetRef=core_v1.ObjectReference(kind="Pod", name=meta.name, namespace=meta.namespace, uid=meta.uid),
    )


def _fitting(subsets: list[core_v1.EndpointSubset]) -> tuple[list[core_v1.EndpointSubset], bool]:
    """As many of the addresses as fit in, and whether some do not."""
    count = sum(len(each.addresses or ()) + len(each.notReadyAddresses or ()) for each in subsets)
    if count <= MOST:
        return subsets, False
    room, made = MOST, []
    rest = max(MOST - sum(len(each.addresses or ()) for each in subsets), 0)
    for each in subsets:
        ready, waiting = (each.addresses or [])[:room], (each.notReadyAddresses or [])[:rest]
        room, rest = room - len(ready), rest - len(waiting)
        made.append(replace(each, addresses=ready or None, notReadyAddresses=waiting or None))
    return made, True


def _by_address(member: tuple[core_v1.EndpointAddress, bool]) -> tuple[str, str]:
    address = member[0]
    return address.ip, address.targetRef.uid


def _to_services(pod: core_v1.Pod) -> tuple[Any, ...]:
    """What of a pod matters to Endpoints."""
    return (
        pod.metadata.labels,
        pod.status.podIP,
        is_ready(pod),
        pod.metadata.deletionTimestamp is not None,
        pod.status.phase in ("Succeeded", "Failed"),
        pod.spec.nodeName,
    )
