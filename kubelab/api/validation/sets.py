"""Whether a StatefulSet, a DaemonSet or a ReplicationController can be, and a ControllerRevision of one.

In Kubernetes
    `pkg/apis/apps/validation/validation.go`; `ValidateReplicationController` in
    `pkg/apis/core/validation/validation.go`.
    https://kubernetes.io/docs/concepts/workloads/controllers/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.selectors import from_labels
from kubelab.api.validation.amounts import amount, at_most_all, number_or_percent
from kubelab.api.validation.claims import claim_spec
from kubelab.api.validation.label_selector import label_selector
from kubelab.api.validation.names import label, not_negative
from kubelab.api.validation.pod import pod_template
from kubelab.api.validation.sets_status import daemonset_status, replicas_status, statefulset_status
from kubelab.api.validation.templates import (
    immutable,
    not_everything,
    picks_its_own,
    required_selector,
    runs_for_ever,
    understood,
)
from kubelab.api.validation.workloads import as_go_prints

_Json = dict[str, Any]
_ORDERS = ("OrderedReady", "Parallel")
_RETENTION = ("Retain", "Delete")
_STRATEGIES = ("RollingUpdate", "OnDelete")
_MUTABLE = (
    *("replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit"),
    *("persistentVolumeClaimRetentionPolicy", "minReadySeconds"),
)


def statefulset(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A StatefulSet, and that its pods keep who they are."""
    spec = obj["spec"]
    yield from _statefulset(spec, is_new=old is None)
    if old is not None:
        before = old.get("spec", {})
        if any(spec.get(field) != before.get(field) for field in (*spec, *before) if field not in _MUTABLE):
            *most, last = (f"'{field}'" for field in _MUTABLE)
            named = f"{', '.join(most)} and {last}"
            yield Cause.forbidden("spec", f"updates to statefulset spec for fields other than {named} are forbidden")
        yield from statefulset_status(obj, old)


def _statefulset(spec: _Json, is_new: bool) -> Iterator[Cause]:
    order, template = spec.get("podManagementPolicy", ""), spec["template"]
    if order not in _ORDERS:
        yield Cause.invalid("spec.podManagementPolicy", order, "must be 'OrderedReady' or 'Parallel'")
    yield from _statefulset_strategy(spec["updateStrategy"], "spec.updateStrategy")
    retention = spec.get("persistentVolumeClaimRetentionPolicy", {})
    for moment in ("whenDeleted", "whenScaled"):
        if retention.get(moment) not in _RETENTION:
            path = f"spec.persistentVolumeClaimRetentionPolicy.{moment}"
            yield Cause.not_supported(path, retention.get(moment, ""), _RETENTION, as_given=True)
    if is_new:  # they never change
        for i, claim in enumerate(spec.get("volumeClaimTemplates", ())):
            yield from claim_spec(claim["spec"], f"spec.volumeClaimTemplates[{i}].spec")
    yield from not_negative(spec.get("replicas"), "spec.replicas")
    yield from not_negative(spec.get("minReadySeconds"), "spec.minReadySeconds")
    yield from not_negative(spec.get("ordinals", {}).get("start"), "spec.ordinals.start")
    if is_new and spec["serviceName"]:
        yield from label(spec["serviceName"], "spec.serviceName")
    yield from required_selector(spec.get("selector"), "spec.selector", "statefulset")
    picks = understood(spec.get("selector"))
    if picks is None:
        yield Cause.invalid("spec.selector", spec["selector"])
    else:
        if not picks.empty:
            yield from picks_its_own(picks, template, "spec.template")
        yield from pod_template(_with_claims(template, spec.get("volumeClaimTemplates", [])), "spec.template")
    yield from runs_for_ever(template, "spec.template", "StatefulSet")


def _with_claims(template: _Json, claims: list[_Json]) -> _Json:
    """The template as its pods will be: a claim is a volume, and takes the place of a volume of its name."""
    if not claims:
        return template
    names = [claim["metadata"].get("name", "") for claim in claims]
    own = [volume for volume in template["spec"].get("volumes", ()) if volume.get("name", "") not in names]
    claimed = [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in names]
    return {**template, "spec": {**template["spec"], "volumes": [*claimed, *own]}}


def _statefulset_strategy(strategy: _Json, path: str) -> Iterator[Cause]:
    sort, rolling = strategy.get("type", ""), strategy.get("rollingUpdate")
    if sort not in _STRATEGIES:
        yield Cause.invalid(path, strategy, "must be 'RollingUpdate' or 'OnDelete'")
    elif rolling is not None and sort == "OnDelete":
        yield Cause.invalid(f"{path}.rollingUpdate", rolling, "only allowed for updateStrategy 'RollingUpdate'")
    elif rolling is not None:
        yield from not_negative(rolling.get("partition"), f"{path}.rollingUpdate.partition")
        if "maxUnavailable" in rolling:
            where = f"{path}.rollingUpdate.maxUnavailable"
            yield from number_or_percent(rolling["maxUnavailable"], where)
            if not amount(rolling["maxUnavailable"]):
                yield Cause.invalid(where, rolling["maxUnavailable"], "cannot be 0")
            yield from at_most_all(rolling["maxUnavailable"], where)


def daemonset(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A DaemonSet."""
    spec = obj["spec"]
    selector, template = spec.get("selector"), spec["template"]
    yield from label_selector(selector, "spec.selector")
    picks = understood(selector)
    if picks is not None:
        yield from picks_its_own(picks, template, "spec.template")
    if selector is not None:
        yield from not_everything(selector, "spec.selector", "daemonset")
    yield from pod_template(template, "spec.template")
    yield from runs_for_ever(template, "spec.template", "DaemonSet")
    yield from not_negative(spec.get("minReadySeconds"), "spec.minReadySeconds")
    yield from _daemonset_strategy(spec["updateStrategy"], "spec.updateStrategy")
    yield from not_negative(spec.get("revisionHistoryLimit"), "spec.revisionHistoryLimit")
    if old is not None:
        yield from immutable(selector, old.get("spec", {}).get("selector"), "spec.selector")
        yield from daemonset_status(obj, old)


def _daemonset_strategy(strategy: _Json, path: str) -> Iterator[Cause]:
    sort, rolling = strategy.get("type", ""), strategy.get("rollingUpdate")
    if sort not in _STRATEGIES:
        yield Cause.not_supported(path, as_go_prints(strategy), _STRATEGIES, as_given=True)
    elif sort == "RollingUpdate":
        if rolling is None:
            yield Cause.required(f"{path}.rollingUpdate")
            return
        unavailable, surge = rolling.get("maxUnavailable", 0), rolling.get("maxSurge", 0)
        for check in (number_or_percent, at_most_all):
            yield from check(unavailable, f"{path}.rollingUpdate.maxUnavailable")
            yield from check(surge, f"{path}.rollingUpdate.maxSurge")
        if amount(unavailable) and amount(surge):
            detail = "may not be set when maxUnavailable is non-zero"
            yield Cause.invalid(f"{path}.rollingUpdate.maxSurge", surge, detail)
        elif not amount(unavailable) and not amount(surge):
            yield Cause.required(f"{path}.rollingUpdate.maxUnavailable", "cannot be 0 when maxSurge is 0")


def replication_controller(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A ReplicationController; its selector is plain labels, and may change."""
    spec = obj["spec"]
    selector, template = spec.get("selector", {}), spec.get("template")
    yield from not_negative(spec.get("minReadySeconds"), "spec.minReadySeconds")
    if not selector:
        yield Cause.required("spec.selector")
    yield from not_negative(spec.get("replicas"), "spec.replicas")
    if template is None:
        yield Cause.required("spec.template")
    else:
        if selector:
            yield from picks_its_own(from_labels(selector), template, "spec.template")
        yield from pod_template(template, "spec.template")
        yield from runs_for_ever(template, "spec.template", "ReplicationController")
    if old is not None:
        yield from replicas_status(obj, old)


def controller_revision(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A ControllerRevision: what a workload's template was, which never changes.

    Left out
        Data that is no object, which Kubernetes keeps and no controller writes.
    """
    if "data" not in obj:
        yield Cause.required("data", "data is mandatory")
    elif not isinstance(obj["data"], dict):
        yield Cause.type_invalid("data", obj["data"], "must be an object")
    yield from not_negative(obj["revision"], "revision")
    if old is not None:
        yield from immutable(obj.get("data"), old.get("data"), "data")
