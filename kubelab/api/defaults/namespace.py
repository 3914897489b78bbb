"""What a Namespace means when it says only half of it.

In Kubernetes
    `SetDefaults_Namespace` in `pkg/apis/core/v1/defaults.go`.
    https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-metadata-name
"""

from __future__ import annotations

from typing import Any

NAME_LABEL = "kubernetes.io/metadata.name"


def namespace(obj: dict[str, Any]) -> None:
    """Fill in a Namespace: it is active, and its name is a label, so that selectors can tell namespaces apart."""
    meta = obj["metadata"]
    if meta.get("name"):
        meta.setdefault("labels", {})[NAME_LABEL] = meta["name"]
    obj["status"].setdefault("phase", "Active")
