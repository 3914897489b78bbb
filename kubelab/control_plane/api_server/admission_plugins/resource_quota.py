"""ResourceQuota: what a namespace has used up is not to be had, and what is had is charged at once.

The charge is written to the quota's status before the object is: whoever comes next finds it there. The quota
controller puts right what objects that went, or never came, have left behind.

In Kubernetes
    `k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go`.
    https://kubernetes.io/docs/concepts/policy/resource-quotas/

Left out
    The configuration file by which an administrator makes resources scarce that no quota bounds.
"""

from __future__ import annotations

from typing import Any

from kubelab.api import quota
from kubelab.api.objects import with_status
from kubelab.api.quantity import difference, quantity
from kubelab.api.quota_scopes import in_scope
from kubelab.control_plane.api_server.admission_plugins.request import Request


def resource_quota(value: Any, old: Any, request: Request) -> None:
    """Refuses an object that a quota has no room for; charges every quota that counts it."""
    kind = request.kind
    if not quota.is_evaluated(kind) or request.subresource or not quota.may_charge(kind, request.operation):
        return
    charged = [
        (held, status)
        for held in request.list("ResourceQuota", request.namespace)
        if (status := _charged(held, value, old, request)) is not None
    ]
    if not request.dry_run and request.charge is not None:
        for held, used in charged:
            request.charge(held, with_status(held, used=used))


def _charged(held: Any, value: Any, old: Any, request: Request) -> quota.Amounts | None:
    """What is used of a quota with this object, or None where the object makes no difference to it."""
    kind, now = request.kind, request.now
    hard = (held.status and held.status.hard) or {}
    names = quota.tracked(kind, hard)
    if not names or not in_scope(kind, value, held.spec):
        return None
    missing = quota.unspecified(kind, value, names)
    if missing:
        raise request.refuse(value, f"failed quota: {held.metadata.name}: {missing}")
    used = held.status.used or {}
    if any(name not in used for name in names):
        listed = ",".join(sorted(names))
        detail = f"status unknown for quota: {held.metadata.name}, resources: {listed}"
        raise request.refuse(value, detail)
    asked = quota.usage(kind, value, now)
    negative = sorted(name for name, amount in asked.items() if quantity(amount).nano < 0)
    if negative:
        raise request.refuse(value, f"quota usage is negative for resource(s): {','.join(negative)}")
    if old is not None and in_scope(kind, old, held.spec):
        asked = _more(asked, quota.usage(kind, old, now))
    asked = {name: amount for name, amount in quota.masked(asked, hard).items() if quantity(amount).nano}
    if not asked:
        return None
    together = quota.added(used, asked)
    exceeded = [name for name in asked if quantity(together[name]).nano > quantity(hard[name]).nano]
    if exceeded:
        parts = (quota.pretty(quota.masked(amounts, exceeded)) for amounts in (asked, used, hard))
        requested, taken, limited = parts
        detail = f"exceeded quota: {held.metadata.name}, requested: {requested}, used: {taken}, limited: {limited}"
        raise request.refuse(value, detail)
    return together


def _more(asked: quota.Amounts, before: quota.Amounts) -> quota.Amounts:
    """How much more is asked for than before; less is for the controller to give back."""
    return {
        name: amount if name not in before else difference(amount, before[name])
        for name, amount in asked.items()
        if name not in before or quantity(amount).nano > quantity(before[name]).nano
    }
