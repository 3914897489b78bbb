"""The service controller: a load balancer of the cloud's for every Service of type LoadBalancer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lightkube.models import core_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import key_of, to_dict
from kubelab.client_go.component import Component
from kubelab.client_go.workqueue import HOPELESS
from kubelab.control_plane.cloud_controller_manager.wishes import (
    FINALIZER,
    check_port,
    difference,
    is_eligible,
    is_included,
    needs_cleanup,
    ports,
    source_ranges,
    wants_load_balancer,
)
from kubelab.control_plane.controller_manager.controller import Controller

if TYPE_CHECKING:
    from kubelab.network.load_balancer import Cloud

FIRST_RETRY, LAST_RETRY = 5.0, 300.0


class ServiceController(Controller):
    """Has the cloud make a load balancer, writes its address into the Service's status, and has it taken away again.

    Until the cloud has done so the Service's external address is pending. A finalizer keeps a deleted Service until
    its load balancer is gone. Services are served one after the other.

    In Kubernetes
        staging/src/k8s.io/cloud-provider/controllers/service/controller.go;
        https://kubernetes.io/docs/tasks/access-application-cluster/create-external-load-balancer/
    """

    name = "service-controller"
    watches = ("services", "nodes")

    def __init__(self, manager: Component, cloud: Cloud) -> None:
        super().__init__(manager)
        self.cloud = cloud
        self._busy = ""  # the Service that the cloud works for
        self._waiting: dict[str, bool] = {}
        self._failures: dict[str, int] = {}

    def forget(self) -> None:
        """Lose sight of what the cloud is working at."""
        self._busy, self._waiting, self._failures = "", {}, {}

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A Service wants a load balancer, or another, or none any more; or there are other nodes."""
        if kind == "nodes":
            included = [held is not None and is_included(held) for held in (old, new)]
            if included[0] != included[1]:
                self._nodes_changed()
            return
        if new is None:
            self.queue.add(key_of(old))
            return
        changed = difference(old, new) if old is not None else None
        if changed is not None and changed.reason:
            self.recorder.event(new, "Normal", changed.reason, changed.message)
        if changed is not None or needs_cleanup(new) or (old is None and wants_load_balancer(new)):
            self.queue.add(key_of(new))

    def reconcile(self, key: str) -> None:
        """Ask the cloud for what the Service wants."""
        if self._busy:
            self._waiting[key] = True
            return
        service = self.informer("services").get(key)
        if service is None:
            self.cloud.delete(key)  # somebody took the finalizer away
        elif needs_cleanup(service) or not wants_load_balancer(service):
            if key in self.cloud.balancers:
                self.recorder.event(service, "Normal", "DeletingLoadBalancer", "Deleting load balancer")
                self._work_at(key)
            else:
                self._deleted(service)
        else:
            self.recorder.event(service, "Normal", "EnsuringLoadBalancer", "Ensuring load balancer")
            self._set_finalizer(service, True)
            if not self._nodes():
                message = "There are no available nodes for LoadBalancer"
                self.recorder.event(service, "Warning", "UnAvailableLoadBalancer", message)
            self._work_at(key)

    # -- the cloud takes its time

    def _work_at(self, key: str) -> None:
        self._busy = key
        self.manager.later(self.timings.load_balancer_provisioning, self._done, key)

    def _done(self, key: str) -> None:
        """The cloud has done what was asked, if that is still wanted and can be."""
        self._busy = ""
        service = self.informer("services").get(key)
        try:
            if service is None or needs_cleanup(service) or not wants_load_balancer(service):
                self._reach_cloud()
                self.cloud.delete(key)
                if service is not None:
                    self._deleted(service)
            else:
                self._ensure(key, service)
        except ApiError:
            self._again(key)
        except RuntimeError as refused:
            deleting = needs_cleanup(service) if service is not None else True
            what = "delete" if deleting else "ensure"
            if service is not None:
                message = f"Error syncing load balancer: failed to {what} load balancer: {refused}"
                self.recorder.event(service, "Warning", "SyncLoadBalancerFailed", message)
            self._again(key)
        else:
            self._failures.pop(key, None)
        waiting, self._waiting = self._waiting, {}
        for other in waiting:
            self.queue.add(other)

    def _ensure(self, key: str, service: Any) -> None:
        self._reach_cloud()
        address = self.cloud.ensure(
            key,
            service.metadata.uid,
            service.spec.loadBalancerIP or "",
            ports(service),
            self._nodes(),
            check_port(service),
            source_ranges(service),
            sticky=service.spec.sessionAffinity == "ClientIP",
        )
        self.recorder.event(service, "Normal", "EnsuredLoadBalancer", "Ensured load balancer")
        self._set_status(service, [core_v1.LoadBalancerIngress(ip=address, ipMode="VIP")])

    def _deleted(self, service: Any) -> None:
        self._set_status(service, [])
        self._set_finalizer(service, False)
        self.recorder.event(service, "Normal", "DeletedLoadBalancer", "Deleted load balancer")

    def _again(self, key: str) -> None:
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        delay = min(FIRST_RETRY * 2**failures, LAST_RETRY)
        self.queue.add_after(key, delay, quiet=delay >= HOPELESS)

    def _reach_cloud(self) -> None:
        if not self.manager.machine.reachable:
            raise RuntimeError("the cloud does not answer: i/o timeout")

    # -- nodes

    def _nodes(self) -> tuple[str, ...]:
        return tuple(sorted(node.metadata.name for node in self.informer("nodes") if is_eligible(node)))

    def _nodes_changed(self) -> None:
        """All load balancers forward to the nodes that there are now."""
        nodes = self._nodes()
        for key, balancer in self.cloud.balancers.items():
            service = self.informer("services").get(key)
            if service is not None and balancer.nodes != nodes and self.manager.up_to_date:
                self.cloud.update_hosts(key, nodes)
                self.recorder.event(service, "Normal", "UpdatedLoadBalancer", "Updated load balancer with new hosts")

    # -- the Service

    def _set_finalizer(self, service: Any, there: bool) -> None:
        held = list(service.metadata.finalizers or ())
        if (FINALIZER in held) != there:
            wanted = [*held, FINALIZER] if there else [name for name in held if name != FINALIZER]
            self._patch(service, {"metadata": {"finalizers": wanted}})

    def _set_status(self, service: Any, ingress: list[core_v1.LoadBalancerIngress]) -> None:
        state = service.status.loadBalancer if service.status is not None else None
        if [to_dict(each) for each in (state.ingress if state is not None else None) or ()] != [
            to_dict(each) for each in ingress
        ]:
            listed = [to_dict(each) for each in ingress] or None
            self._patch(service, {"status": {"loadBalancer": {"ingress": listed}}}, "status")

    def _patch(self, service: Any, body: dict[str, Any], subresource: str = "") -> None:
        meta = service.metadata
        self.client.patch("services", meta.name, body, meta.namespace, patch_type="merge", subresource=subresource)
