"""What bindings of roles mean when they say only half of it.

In Kubernetes
    `pkg/apis/rbac/v1/defaults.go`.
"""

from __future__ import annotations

from typing import Any

RBAC_GROUP = "rbac.authorization.k8s.io"


def binding(obj: dict[str, Any]) -> None:
    """Fill in a RoleBinding or ClusterRoleBinding: the role, users and groups are of RBAC's own API group."""
    if not obj["roleRef"].get("apiGroup"):
        obj["roleRef"]["apiGroup"] = RBAC_GROUP
    for subject in obj.get("subjects", ()):
        if subject["kind"] in ("User", "Group"):
            subject.setdefault("apiGroup", RBAC_GROUP)
