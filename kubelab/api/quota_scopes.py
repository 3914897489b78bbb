"""Scopes of quotas: a quota may count only some of the objects, long-running pods or those of one priority, say.

In Kubernetes
    `podMatchesScopeFunc` and `pvcMatchesScopeFunc` in `pkg/quota/v1/evaluator/core`, `Matches` in
    `k8s.io/apiserver/pkg/quota/v1/generic/evaluator.go`.
    https://kubernetes.io/docs/concepts/policy/resource-quotas/#quota-scopes
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lightkube.models import core_v1

from kubelab.api.kinds import Kind


def in_scope(kind: Kind, obj: Any, spec: Any) -> bool:
    """Whether a quota with this spec counts an object, as far as its scopes say."""
    return all(_matches(kind, obj, requirement) for requirement in _requirements(spec))


def _requirements(spec: Any) -> Iterable[core_v1.ScopedResourceSelectorRequirement]:
    for scope in spec.scopes or ():
        yield core_v1.ScopedResourceSelectorRequirement(operator="Exists", scopeName=scope)
    if spec.scopeSelector is not None:
        yield from spec.scopeSelector.matchExpressions or ()


def _matches(kind: Kind, obj: Any, requirement: Any) -> bool:
    if kind.name == "PersistentVolumeClaim" and requirement.scopeName == "VolumeAttributesClass":
        names = _attributes_classes(obj)
        return any(_selects(requirement, name) for name in names) if names else _selects(requirement, "")
    if kind.name != "Pod":
        return False
    match requirement.scopeName:
        case "Terminating":
            return _ends_by_itself(obj)
        case "NotTerminating":
            return not _ends_by_itself(obj)
        case "BestEffort":
            return obj.status.qosClass == "BestEffort"
        case "NotBestEffort":
            return obj.status.qosClass != "BestEffort"
        case "PriorityClass":
            return _selects(requirement, obj.spec.priorityClassName or "")
        case "CrossNamespacePodAffinity":
            return any(term.namespaces or term.namespaceSelector is not None for term in _terms(obj.spec.affinity))
    return False


def _selects(requirement: Any, name: str) -> bool:
    """Whether a name, empty for none, is what the requirement asks for."""
    match requirement.operator:
        case "In":
            return name in (requirement.values or ())
        case "NotIn":
            return name not in (requirement.values or ())
        case "Exists":
            return bool(name)
    return not name


def _ends_by_itself(pod: Any) -> bool:
    deadline = pod.spec.activeDeadlineSeconds
    return deadline is not None and deadline >= 0


def _terms(affinity: Any) -> Iterable[Any]:
    for sort in (affinity.podAffinity, affinity.podAntiAffinity) if affinity is not None else ():
        if sort is not None:
            yield from sort.requiredDuringSchedulingIgnoredDuringExecution or ()
            for weighted in sort.preferredDuringSchedulingIgnoredDuringExecution or ():
                yield weighted.podAffinityTerm


def _attributes_classes(claim: Any) -> list[str]:
    status = claim.status
    change = status.modifyVolumeStatus if status else None
    named = (
        claim.spec.volumeAttributesClassName,
        status.currentVolumeAttributesClassName if status else None,
        change.targetVolumeAttributesClassName if change else None,
    )
    return [name for name in named if name]
