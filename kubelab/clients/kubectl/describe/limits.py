"""`kubectl describe` of what a namespace may use: ResourceQuota, LimitRange, and the namespace itself.

In Kubernetes
    `describeQuota`, `describeLimitRange`, `describeNamespace` in `k8s.io/kubectl/pkg/describe`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.quantity import quantity
from kubelab.clients.kubectl.describe.amounts import in_family_of
from kubelab.clients.kubectl.describe.writer import Writer, date
from kubelab.clients.kubectl.session import Session

_HEADINGS = ["Type", "Resource", "Min", "Max", "Default Request", "Default Limit", "Max Limit/Request Ratio"]
_SCOPES = {
    "Terminating": "Matches all pods that have an active deadline. These pods have a limited lifespan on a node before "
    "being actively terminated by the system.",
    "NotTerminating": "Matches all pods that do not have an active deadline. These pods usually include long running "
    "pods whose container command is not expected to terminate.",
    "BestEffort": "Matches all pods that do not have resource requirements set. These pods have a best effort quality "
    "of service.",
    "NotBestEffort": "Matches all pods that have at least one resource requirement set. These pods have a burstable or "
    "guaranteed quality of service.",
}


def describe_namespace(session: Session, namespace: Any) -> str:
    """A namespace: whether it is there to stay, and what may be used in it."""
    writer = Writer(session.now)
    writer.metadata(namespace, namespaced=False)
    status, name = namespace.status, namespace.metadata.name
    writer.field("Status", (status.phase if status else None) or "")
    conditions = (status.conditions if status else None) or []
    if conditions:
        writer.line("Conditions:")
        writer.columns(1, ["Type", "Status", "LastTransitionTime", "Reason", "Message"])
        writer.columns(1, ["----", "------", "------------------", "------", "-------"])
        for held in conditions:
            when = date(held.lastTransitionTime)
            writer.columns(1, [held.type, held.status, when, held.reason or "", held.message or ""])
    writer.line()
    quotas = session.client.list("resourcequotas", name)
    writer.line("Resource Quotas" if quotas else "No resource quota.")
    for quota in quotas:
        writer.field("Name", quota.metadata.name, 1)
        _scopes(writer, quota, 1, "* ")
        _amounts(writer, quota, 1, "---", same_family=False)
    writer.line()
    ranges = session.client.list("limitranges", name)
    writer.line("Resource Limits" if ranges else "No LimitRange resource.")
    if ranges:
        writer.line(" " + "\t".join(_HEADINGS))
        writer.line(" " + "\t".join(_underlined(_HEADINGS)))
    for limit_range in ranges:
        _limits(writer, limit_range, " ")
    return writer.text()


def describe_resource_quota(session: Session, quota: Any) -> str:
    """A ResourceQuota: what is used of what may be used."""
    writer = Writer(session.now)
    writer.field("Name", quota.metadata.name)
    writer.field("Namespace", quota.metadata.namespace)
    _scopes(writer, quota, 0, " * ")
    _amounts(writer, quota, 0, "----", same_family=True)
    return writer.text()


def _scopes(writer: Writer, quota: Any, level: int, bullet: str) -> None:
    scopes = sorted((quota.spec.scopes if quota.spec else None) or ())
    if scopes:
        writer.field("Scopes", ", ".join(scopes), level)
    for scope in scopes:
        if scope in _SCOPES:
            writer.line(f"{bullet}{_SCOPES[scope]}", level)


def _amounts(writer: Writer, quota: Any, level: int, dashes: str, *, same_family: bool) -> None:
    """The resources of a quota; where `same_family`, used amounts are written with the suffixes of the hard ones."""
    writer.columns(level, ["Resource", "Used", "Hard"], ["--------", dashes, dashes])
    status = quota.status
    used = (status.used if status else None) or {}
    for name, hard in sorted(((status.hard if status else None) or {}).items()):
        shown = used.get(name, "0")
        if same_family and quantity(shown).family != quantity(hard).family:
            shown = in_family_of(shown, hard)
        writer.columns(level, [name, str(shown), str(hard)])


def describe_limit_range(session: Session, limit_range: Any) -> str:
    """A LimitRange: the bounds and the defaults of what one container, pod or claim may ask for."""
    writer = Writer(session.now)
    writer.field("Name", limit_range.metadata.name)
    writer.field("Namespace", limit_range.metadata.namespace)
    writer.columns(0, _HEADINGS, _underlined(_HEADINGS))
    _limits(writer, limit_range, "")
    return writer.text()


def _limits(writer: Writer, limit_range: Any, space: str) -> None:
    for item in (limit_range.spec.limits if limit_range.spec else None) or ():
        columns = (item.min, item.max, item.defaultRequest, item.default, item.maxLimitRequestRatio)
        names = sorted({name: None for amounts in columns for name in amounts or {}})
        for name in names:
            cells = [str((amounts or {}).get(name, "-")) for amounts in columns]
            writer.line("\t".join([f"{space}{item.type}", name, *cells]))


def _underlined(headings: list[str]) -> list[str]:
    return ["-" * len(heading) for heading in headings]
