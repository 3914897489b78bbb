"""NamespaceLifecycle: nothing is made in a namespace that is not there, or that is on its way out.

In Kubernetes
    `k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.errors import namespace_terminating, not_found
from kubelab.control_plane.api_server.admission_plugins.request import UNKNOWN, Request, called


def namespace_lifecycle(obj: dict[str, Any], request: Request) -> None:
    """Refuses what has nowhere to go."""
    if not request.kind.namespaced:
        return
    held = request.find("Namespace", None, request.namespace)
    if held is None:
        raise not_found("namespaces", "", request.namespace)
    if held is not UNKNOWN and held.status is not None and held.status.phase == "Terminating":
        raise namespace_terminating(request.kind.plural, request.kind.group, called(obj), request.namespace)
