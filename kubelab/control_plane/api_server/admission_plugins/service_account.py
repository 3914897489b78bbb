"""ServiceAccount: every pod acts as somebody, whose token its containers find in a volume.

In Kubernetes
    `plugin/pkg/admission/serviceaccount/admission.go`.
    https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
"""

from __future__ import annotations

import random
from typing import Any

from kubelab.control_plane.api_server.admission_plugins.request import UNKNOWN, Request

_Json = dict[str, Any]

TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"
_TOKEN_VOLUME = "kube-api-access-"
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
_MIRROR = "kubernetes.io/config.mirror"


def service_account(obj: _Json, request: Request) -> None:
    """Every pod acts as somebody: its service account, whose token its containers find in a volume."""
    if request.kind.builtin != "Pod" or _MIRROR in obj["metadata"].get("annotations", {}):
        return
    spec = obj["spec"]
    name = spec["serviceAccountName"] = spec["serviceAccount"] = spec.get("serviceAccountName") or "default"
    account = request.find("ServiceAccount", request.namespace, name)
    if account is None:
        detail = f'error looking up service account {request.namespace}/{name}: serviceaccount "{name}" not found'
        raise request.refuse(obj, detail)
    known = account is not UNKNOWN
    mounts = spec.get("automountServiceAccountToken", account.automountServiceAccountToken if known else None)
    if mounts is not False:
        _mount_token(spec, request.rng)
    if known and account.imagePullSecrets and not spec.get("imagePullSecrets"):
        spec["imagePullSecrets"] = [{"name": secret.name} for secret in account.imagePullSecrets]


def _mount_token(spec: _Json, rng: random.Random) -> None:
    volumes = spec.get("volumes", [])
    name = next((held["name"] for held in volumes if held["name"].startswith(_TOKEN_VOLUME)), "")
    new = not name
    name = name or _TOKEN_VOLUME + "".join(rng.choices(_LETTERS, k=5))
    used = False
    for container in (*spec.get("initContainers", ()), *spec.get("containers", ())):
        mounts = container.setdefault("volumeMounts", [])
        if all(mount["mountPath"] != TOKEN_PATH for mount in mounts):
            mounts.append({"name": name, "readOnly": True, "mountPath": TOKEN_PATH})
            used = True
    if new and used:
        spec.setdefault("volumes", []).append({"name": name, "projected": _token_volume()})


def _token_volume() -> _Json:
    namespace = {"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}
    return {
        "sources": [
            {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
            {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
            {"downwardAPI": {"items": [namespace]}},
            # the recorded control plane is a build that knows a second authority; others stop at the third source
            {
                "configMap": {
                    "name": "openshift-service-ca.crt",
                    "items": [{"key": "service-ca.crt", "path": "service-ca.crt"}],
                }
            },
        ],
        "defaultMode": 0o644,
    }
