"""What the objects that extend the API mean when they say only half of it.

In Kubernetes
    `k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1/defaults.go` and
    `k8s.io/kube-aggregator/pkg/apis/apiregistration/v1/defaults.go`.
"""

from __future__ import annotations

from typing import Any

_HTTPS = 443


def customresourcedefinition(obj: dict[str, Any]) -> None:
    """Fill in a CustomResourceDefinition: the names that follow from its kind, and no conversion."""
    spec = obj["spec"]
    names = spec["names"]
    if not names.get("singular") and names["kind"]:
        names["singular"] = names["kind"].lower()
    if not names.get("listKind") and names["kind"]:
        names["listKind"] = f"{names['kind']}List"
    conversion = spec.setdefault("conversion", {"strategy": "None"})
    client = conversion.get("webhook", {}).get("clientConfig", {})
    if "service" in client:
        client["service"].setdefault("port", _HTTPS)
    status = obj["status"]
    if not status.get("storedVersions"):
        stored = [version["name"] for version in spec.get("versions", ()) if version["storage"]]
        if stored:
            status["storedVersions"] = stored[:1]


def apiservice(obj: dict[str, Any]) -> None:
    """Fill in an APIService: it is asked over HTTPS."""
    if "service" in obj["spec"]:
        obj["spec"]["service"].setdefault("port", _HTTPS)
