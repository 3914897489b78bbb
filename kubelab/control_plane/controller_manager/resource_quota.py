"""The resource quota controller: it counts what is used of each quota.

The API server charges a quota for what is made; this controller counts afresh when a quota is new or says something
else, and when something that was charged has gone.

In Kubernetes
    pkg/controller/resourcequota: `resource_quota_controller.go` and `resource_quota_monitor.go`.
    https://kubernetes.io/docs/concepts/policy/resource-quotas/

Left out
    The full recount every five minutes (`--resource-quota-sync-period`) is made only when it will find something: a
    pod whose time to end has passed, and which is still there, counts no longer from then on. Custom resources are
    counted, but not watched: what one of them leaves free is noticed at the next count.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lightkube.models import core_v1

from kubelab.api import kinds, quota
from kubelab.api.objects import key_of, replace
from kubelab.api.quota_scopes import in_scope
from kubelab.client_go.component import Component
from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.ticks import Ticks

_COUNTED = {kind.plural: kind for kind in kinds.KINDS if quota.is_evaluated(kind)}


class ResourceQuotaController(Controller):
    """Keeps `status.hard` and `status.used` of every ResourceQuota true.

    The keys of its queue are quotas. A change of anything else concerns the quotas of its namespace that bound it, and
    only if it has made something free: what takes more was charged by the API server.
    """

    name = "resourcequota-controller"
    watches = ("resourcequotas", *(plural for plural in _COUNTED if plural != "resourcequotas"))

    def __init__(self, manager: Component) -> None:
        super().__init__(manager)
        self.ticks = Ticks(manager, self.timings.resource_quota_sync_period)
        self._usages: dict[int, tuple[Any, quota.Amounts]] = {}  # of pods, by the identity of their spec

    def forget(self) -> None:
        """Lose what pods were found to use."""
        self._usages = {}

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A quota is new or bounds something else, or something may have been made free."""
        if kind == "resourcequotas" and new is not None and (old is None or not _same_bounds(old, new)):
            self.queue.add(key_of(new))
        if old is not None and (new is None or self._frees(kind, old, new)):
            counted = _COUNTED[kind]
            for held in self._quotas(old.metadata.namespace):
                if held.status is not None and quota.tracked(counted, held.status.hard or {}):
                    self.queue.add(key_of(held))
        if kind == "pods" and new is not None and new.metadata.deletionTimestamp is not None:
            for held in self._quotas(new.metadata.namespace):
                self._recount_later(held)

    def _frees(self, kind: str, old: Any, new: Any) -> bool:
        match kind:
            case "pods":
                now = self.clock.date
                return quota.is_charged(old, now) and not quota.is_charged(new, now)
            case "services":
                return _quota_type(old) != _quota_type(new)
            case "persistentvolumeclaims":
                return _allocated(old) != _allocated(new)
        return False

    def _recount_later(self, held: Any) -> None:
        """At the first recount after its time to end, a pod that is still there has become free."""
        now = self.clock.date
        ends = [
            self.clock.instant_of(meta.deletionTimestamp) + (meta.deletionGracePeriodSeconds or 0)
            for pod in self.informer("pods")
            if (meta := pod.metadata).namespace == held.metadata.namespace
            and meta.deletionTimestamp is not None
            and quota.is_charged(pod, now)
        ]
        if ends:
            due = self.ticks.at_or_after(max(min(ends) + 1, self.clock.now))
            self.queue.add_after(key_of(held), due - self.clock.now, quiet=True)

    def _quotas(self, namespace: str) -> Iterator[Any]:
        for held in self.informer("resourcequotas"):
            if held.metadata.namespace == namespace:
                yield held

    def reconcile(self, key: str) -> None:
        """Count what is used, and write it down where it differs from what is said."""
        held = self.informer("resourcequotas").get(key)
        if held is None:
            return
        self._recount_later(held)
        hard = held.spec.hard or {}
        status = held.status or core_v1.ResourceQuotaStatus()
        used = {**(status.used or {}), **self._count(held, hard)}
        used = {name: used[name] for name in hard if name in used}
        if quota.same(hard, status.hard) and status.used is not None and quota.same(used, status.used):
            return
        counted = core_v1.ResourceQuotaStatus(hard=hard or None, used=used or None)
        if counted != status:
            self.client.update_status(replace(held, status=counted))

    def _count(self, held: Any, hard: quota.Amounts) -> quota.Amounts:
        namespace = held.metadata.namespace
        used: quota.Amounts = {}
        for plural, kind in _COUNTED.items():
            names = quota.tracked(kind, hard)
            if not names:
                continue
            mine = (obj for obj in self.informer(plural) if obj.metadata.namespace == namespace)
            parts = [self._usage(kind, obj) for obj in mine if in_scope(kind, obj, held.spec)]
            used |= quota.masked(quota.added(dict.fromkeys(names, "0"), *parts), names)
        for name in hard:
            kind = self.client.kinds.find(name.removeprefix("count/")) if name.startswith("count/") else None
            if kind is not None and kind.custom and kind.namespaced:
                used[name] = str(len(self.client.list(kind.resource, namespace)))
        return used

    def _usage(self, kind: kinds.Kind, obj: Any) -> quota.Amounts:
        if kind.name != "Pod" or not quota.is_charged(obj, self.clock.date):
            return quota.usage(kind, obj, self.clock.date)
        known = self._usages.get(id(obj.spec))
        if known is None or known[0] is not obj.spec:
            known = self._usages[id(obj.spec)] = (obj.spec, quota.usage(kind, obj, self.clock.date))
        return known[1]


def _same_bounds(old: Any, new: Any) -> bool:
    return old.metadata.uid == new.metadata.uid and quota.same(old.spec.hard, new.spec.hard)


def _quota_type(service: Any) -> str:
    return service.spec.type if service.spec.type in ("NodePort", "LoadBalancer") else ""


def _allocated(claim: Any) -> Any:
    return claim.status.allocatedResources if claim.status else None
