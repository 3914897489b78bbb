"""DefaultTolerationSeconds: pods stay on a node that has fallen silent for five minutes, unless they say otherwise.

In Kubernetes
    `plugin/pkg/admission/defaulttolerationseconds/admission.go`.
"""

from __future__ import annotations

from typing import Any

from kubelab.control_plane.api_server.admission_plugins.request import Request

_UNHEALTHY = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


def default_toleration_seconds(obj: dict[str, Any], request: Request) -> None:
    """Gives a pod the tolerations that it does not have."""
    if request.kind.builtin != "Pod":
        return
    given = [*obj["spec"].get("tolerations", ())]
    added = [
        {
            "key": key,
            "operator": "Exists",
            "effect": "NoExecute",
            "tolerationSeconds": request.default_toleration_seconds,
        }
        for key in _UNHEALTHY
        if not any(held.get("key", "") in (key, "") and held.get("effect", "") in ("NoExecute", "") for held in given)
    ]
    if added:
        obj["spec"]["tolerations"] = given + added
