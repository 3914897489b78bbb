"""Strategies of what extends the API: definitions of custom resources, API services; and of Ingresses.

In Kubernetes
    `k8s.io/apiextensions-apiserver/pkg/registry/customresourcedefinition/strategy.go`,
    `k8s.io/kube-aggregator/pkg/registry/apiservice/strategy.go`, `pkg/registry/networking/ingress/strategy.go`.
Left out
    The instant at which a local API service became available: it always was.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.kinds import Kind

_Json = dict[str, Any]


def ingress(obj: _Json) -> None:
    """A new Ingress: no load balancer has an address for it yet."""
    obj["status"] = {"loadBalancer": {}}


def definition(obj: _Json) -> None:
    """A new definition: no names are accepted yet; what is stored will be stored in the storage version."""
    obj["status"] = {"acceptedNames": {"kind": "", "plural": ""}}
    _remember_stored_version(obj)


def definition_update(obj: _Json, old: _Json) -> None:
    """A changed definition: a new storage version is remembered beside those that objects may be stored in."""
    obj["status"] = dict(old.get("status", {}))
    _remember_stored_version(obj)


def _remember_stored_version(obj: _Json) -> None:
    status = obj["status"]
    stored = list(status.get("storedVersions") or ())
    for version in obj["spec"].get("versions", ()):
        if version["storage"]:
            if version["name"] not in stored:
                status["storedVersions"] = [*stored, version["name"]]
            return


def api_service(obj: _Json) -> None:
    """A new API service: one that this API server answers itself is available at once."""
    obj["status"] = {}
    if "service" not in obj["spec"]:
        message = "Local APIServices are always available"
        available = {"type": "Available", "status": "True", "reason": "Local", "message": message}
        obj["status"] = {"conditions": [available]}


def custom_resource(obj: _Json, kind: Kind) -> None:
    """A new custom resource: where its status is a subresource, it has none yet."""
    if "status" in kind.subresources:
        obj.pop("status", None)


def custom_resource_update(obj: _Json, old: _Json, kind: Kind, subresource: str) -> None:
    """A changed custom resource keeps its status, or, when that is what is written, all the rest."""
    if subresource == "status":
        for field in [field for field in obj if field not in ("metadata", "status")]:
            del obj[field]
        obj.update({field: part for field, part in old.items() if field not in ("metadata", "status")})
    elif "status" in kind.subresources:
        obj.pop("status", None)
        if "status" in old:
            obj["status"] = old["status"]
