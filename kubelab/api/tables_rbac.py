"""The columns of roles and of their bindings.

In Kubernetes
    `pkg/printers/internalversion/printers.go`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kubelab.api.duration import since
from kubelab.api.printer import Cell, Printer
from kubelab.api.tables_extensions import created_at


def _role_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    """A role is dated, not aged: its table is the plainest there is."""
    return [obj.metadata.name, created_at(obj)]


def _binding_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    ref = obj.roleRef
    cells: list[Cell] = [obj.metadata.name, f"{ref.kind}/{ref.name}", since(obj.metadata.creationTimestamp, now)]
    return [*cells, *(", ".join(names) for names in subjects_by_kind(obj.subjects or []))]


def subjects_by_kind(subjects: list[Any]) -> tuple[list[str], list[str], list[str]]:
    """The names of users, of groups, and of service accounts (`namespace/name`)."""
    users = [subject.name for subject in subjects if subject.kind == "User"]
    groups = [subject.name for subject in subjects if subject.kind == "Group"]
    accounts = [f"{subject.namespace or ''}/{subject.name}" for subject in subjects if subject.kind == "ServiceAccount"]
    return users, groups, accounts


_BINDING = Printer(("Name", "Role", "Age", "*Users", "*Groups", "*ServiceAccounts"), _binding_row)
_ROLE = Printer(("Name", "Created At"), _role_row)

PRINTERS_RBAC: dict[str, Printer] = {
    "Role": _ROLE,
    "ClusterRole": _ROLE,
    "RoleBinding": _BINDING,
    "ClusterRoleBinding": _BINDING,
}
