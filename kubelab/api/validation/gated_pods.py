"""What of a pod may change as long as scheduling gates hold it back: the nodes it can go to, only ever fewer.

In Kubernetes
    `validateNodeSelectorMutation` and `validateNodeAffinityMutation` in `pkg/apis/core/validation/validation.go`.
    https://kubernetes.io/docs/concepts/scheduling-eviction/pod-scheduling-readiness/#mutable-pod-scheduling-directives
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api.errors import Cause

_Json = dict[str, Any]
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def as_gated(spec: _Json, before: _Json) -> tuple[_Json, list[Cause]]:
    """The new spec with the old values of what a gated pod may change, and what it may not have changed so."""
    compared, causes = dict(spec), list[Cause]()
    if spec.get("nodeSelector") != before.get("nodeSelector"):
        causes += _node_selector(spec.get("nodeSelector", {}), before.get("nodeSelector", {}))
        _take_over(compared, before, "nodeSelector")
    wanted, known = spec.get("affinity", {}), before.get("affinity", {})
    if wanted.get("nodeAffinity") != known.get("nodeAffinity"):
        causes += _node_affinity(wanted.get("nodeAffinity", {}), known.get("nodeAffinity", {}))
        affinity = dict(wanted)
        _take_over(affinity, known, "nodeAffinity")
        compared["affinity"] = affinity
        if not affinity and "affinity" not in before:
            del compared["affinity"]
    return compared, causes


def _take_over(compared: _Json, before: _Json, field: str) -> None:
    compared.pop(field, None)
    if field in before:
        compared[field] = before[field]


def _node_selector(new: _Json, old: _Json) -> Iterator[Cause]:
    if any(new.get(key) != value for key, value in old.items()):
        detail = "only additions to spec.nodeSelector are allowed (no mutations or deletions)"
        yield Cause.invalid("spec.nodeSelector", new, detail)


def _node_affinity(new: _Json, old: _Json) -> Iterator[Cause]:
    path = f"spec.affinity.nodeAffinity.{_REQUIRED}.nodeSelectorTerms"
    known = old.get(_REQUIRED, {}).get("nodeSelectorTerms")
    if not known:
        return
    terms = new.get(_REQUIRED, {}).get("nodeSelectorTerms", [])
    if len(terms) != len(known):
        detail = "no additions/deletions to non-empty NodeSelectorTerms list are allowed"
        yield Cause.invalid(path, terms, detail)
        return
    for i, (term, before) in enumerate(zip(terms, known, strict=True)):
        if not before.get("matchExpressions") and not before.get("matchFields"):
            if term != before:
                yield Cause.invalid(f"{path}[{i}]", term, "no additions to empty NodeSelectorTerms are allowed")
        elif any(
            term.get(sort, [])[: len(before.get(sort, []))] != before.get(sort, [])
            for sort in ("matchExpressions", "matchFields")
        ):
            detail = "only additions are allowed (no mutations or deletions)"
            yield Cause.invalid(f"{path}[{i}]", term, detail)
