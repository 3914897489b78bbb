"""Conflicts: how the API server tells an applier whose fields it would take.

In Kubernetes
    `conflict.go` in `k8s.io/apimachinery/pkg/util/managedfields/internal`.
"""

from __future__ import annotations

from kubelab.api.errors import ApiError, Cause
from kubelab.api.managed_fields.elements import Path, shown
from kubelab.api.managed_fields.managers import Manager
from kubelab.api.managed_fields.updater import Conflict

REASON = "FieldManagerConflict"


def conflict_error(conflicts: list[Conflict]) -> ApiError:
    """409: fields belong to others."""
    causes = [Cause(shown(path), REASON, f"conflict with {manager.said}") for manager, path in conflicts]
    return ApiError(409, "Conflict", _message(conflicts), causes)


def _message(conflicts: list[Conflict]) -> str:
    if len(conflicts) == 1:
        manager, path = conflicts[0]
        return f"Apply failed with 1 conflict: conflict with {manager.said}: {shown(path)}"
    by_manager: dict[Manager, list[Path]] = {}
    for manager, path in conflicts:
        by_manager.setdefault(manager, []).append(path)
    lines = []
    for manager in sorted(by_manager):
        lines.append(f"conflicts with {manager.said}:")
        lines += [f"- {shown(path)}" for path in by_manager[manager]]
    return f"Apply failed with {len(conflicts)} conflicts: " + "\n".join(lines)
