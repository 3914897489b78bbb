"""TaintNodesByCondition: a new node gets no pods before it has said that it is ready.

In Kubernetes
    `plugin/pkg/admission/nodetaint/admission.go`.
"""

from __future__ import annotations

from typing import Any

from kubelab.control_plane.api_server.admission_plugins.request import Request

_NOT_READY = "node.kubernetes.io/not-ready"


def taint_nodes_by_condition(obj: dict[str, Any], request: Request) -> None:
    """Taints a new node; the node lifecycle controller takes the taint away."""
    if request.kind.builtin == "Node":
        taints = obj["spec"].setdefault("taints", [])
        if all((held["key"], held["effect"]) != (_NOT_READY, "NoSchedule") for held in taints):
            taints.append({"key": _NOT_READY, "effect": "NoSchedule"})
