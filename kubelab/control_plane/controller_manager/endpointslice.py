"""The EndpointSlice controller: for each Service, the addresses that its traffic can go to."""

from __future__ import annotations

from typing import Any

from lightkube.models import core_v1, discovery_v1, meta_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import key_of, owned_by, replace, with_meta
from kubelab.client_go.component import Component
from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.endpoint_hints import hinted
from kubelab.control_plane.controller_manager.endpoints import as_ports, endpoint_of, has_endpoint, ports_of
from kubelab.control_plane.controller_manager.service_pods import ServicePods
from kubelab.control_plane.controller_manager.slice_plan import Planned, Wanted, plan
from kubelab.control_plane.controller_manager.topology_hints import facts, hinted_by_zone, is_asked

SERVICE_NAME = "kubernetes.io/service-name"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
MANAGER = "endpointslice-controller.k8s.io"
HEADLESS = "service.kubernetes.io/headless"


class EndpointSliceController(Controller):
    """Lists the pods that each Service selects, with their conditions, in slices of at most 100.

    A Service without endpoints has one empty slice. A Service without a selector is left alone: its slices are
    somebody else's. Endpoints keep their place in their slice for as long as they are there.

    In Kubernetes
        pkg/controller/endpointslice; https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/

    Left out
        IPv6, and the annotation that says when the last change was triggered.
    """

    name = "endpointslice-controller"
    watches = ("services", "pods", "endpointslices", "nodes")

    def __init__(self, manager: Component) -> None:
        super().__init__(manager)
        self.pods = ServicePods()
        self._slices: dict[str, dict[str, Any]] = {}  # service's key -> slice's key -> slice
        self._written: dict[str, dict[str, int]] = {}  # service's key -> slice's key -> revision that we wrote

    def forget(self) -> None:
        """Lose the indexes."""
        self.pods.clear()
        self._slices, self._written = {}, {}

    def relisted(self) -> None:
        """The caches are as fresh as can be: nothing that we wrote is still on its way."""
        self._written = {}

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A Service is looked at when it changes, or a pod that it selects or a slice of it does."""
        held = new if new is not None else old
        if kind == "services":
            self.pods.change_service(old, new)
            self.queue.add(key_of(held))
        elif kind == "pods":
            self._on_pod(old, new)
        elif kind == "endpointslices":
            self._on_slice(old, new)
        elif facts(old) != facts(new):
            for service in self.informer("services"):
                if is_asked(service):
                    self.queue.add(key_of(service))

    def _on_pod(self, old: Any, new: Any) -> None:
        self.pods.change_pod(old, new)
        if old is not None and new is not None and _to_services(old) == _to_services(new):
            return
        found = [key for pod in (old, new) if pod is not None for key in self.pods.services_of(pod)]
        for key in dict.fromkeys(found):
            self.queue.add(key)

    def _on_slice(self, old: Any, new: Any) -> None:
        held = new if new is not None else old
        labels = held.metadata.labels or {}
        if labels.get(MANAGED_BY) != MANAGER or SERVICE_NAME not in labels:
            return
        service, key = f"{held.metadata.namespace}/{labels[SERVICE_NAME]}", key_of(held)
        slices = self._slices.setdefault(service, {})
        if new is None:
            slices.pop(key, None)
        else:
            slices[key] = new
        written = self._written.get(service, {})
        ours = written.get(key, 0)
        if new is None or int(new.metadata.resourceVersion) >= ours:
            written.pop(key, None)
        if not ours or not written:
            self.queue.add(service)  # somebody else's change, or the last news that we waited for

    def reconcile(self, key: str) -> None:
        """Bring a Service's slices to what its pods are."""
        service = self.informer("services").get(key)
        if service is None:
            self._written.pop(key, None)
            return
        if not service.spec.selector or service.spec.type == "ExternalName":
            return
        if self._written.get(key):
            return  # the cache is behind our own writes; the news of them will bring us back
        slices = [held for held in self._slices.get(key, {}).values() if held.metadata.deletionTimestamp is None]
        planned, superfluous = plan(slices, self._wanted(service))
        for one in planned:
            self._write(key, service, one)
        for one in superfluous:
            self._delete(one.held)

    def _wanted(self, service: core_v1.Service) -> Wanted:
        """The endpoints that there should be, by the ports that they listen on and by their pod."""
        nodes = self.informer("nodes")
        pods = [pod for pod in self.pods.pods_of(service) if has_endpoint(pod)]
        endpoints = [endpoint_of(pod, service, nodes.get(pod.spec.nodeName)) for pod in pods]
        if is_asked(service):
            endpoints = hinted_by_zone(endpoints, nodes)
        else:
            endpoints = [hinted(each, service) for each in endpoints]
        wanted: Wanted = {}
        for pod, endpoint in zip(pods, endpoints, strict=True):
            wanted.setdefault(ports_of(pod, service), {})[pod.metadata.uid] = endpoint
        return wanted

    def _write(self, key: str, service: core_v1.Service, planned: Planned) -> None:
        labels = {**(service.metadata.labels or {}), SERVICE_NAME: service.metadata.name, MANAGED_BY: MANAGER}
        if service.spec.clusterIP == "None":
            labels[HEADLESS] = ""
        ports, held = as_ports(planned.ports), planned.held
        if held is None:
            made = discovery_v1.EndpointSlice(
                metadata=meta_v1.ObjectMeta(
                    generateName=f"{service.metadata.name}-",
                    namespace=service.metadata.namespace,
                    labels=labels,
                    ownerReferences=[owned_by(service)],
                ),
                addressType="IPv4",
                endpoints=planned.endpoints,
                ports=ports,
            )
            self._remember(key, self.client.create(made))
            return
        changed = with_meta(replace(held, endpoints=planned.endpoints, ports=ports), labels=labels)
        if changed != held:
            self._remember(key, self.client.update(changed))

    def _remember(self, key: str, written: Any) -> None:
        revision = int(written.metadata.resourceVersion)
        self._written.setdefault(key, {})[key_of(written)] = revision

    def _delete(self, held: Any) -> None:
        try:
            self.client.delete("endpointslices", held.metadata.name, held.metadata.namespace)
        except ApiError as refused:
            if refused.code != 404:
                raise


def _to_services(pod: Any) -> tuple[Any, ...]:
    """What of a pod matters to a Service."""
    ready = [held.status for held in pod.status.conditions or () if held.type == "Ready"]
    return (
        pod.metadata.labels,
        pod.status.podIP,
        ready,
        pod.metadata.deletionTimestamp is not None,
        pod.status.phase in ("Succeeded", "Failed"),
        pod.spec.nodeName,
    )
