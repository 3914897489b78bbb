"""Admission plugins: what else a cluster has to say about an object, after decoding and before validation.

Each plugin changes the freshly decoded dict in place or refuses it. They run in Kubernetes's order.

In Kubernetes
    `plugin/pkg/admission/…`; the default set is `pkg/kubeapiserver/options/plugins.go`.
    https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/
Left out
    LimitRanger, ResourceQuota and webhooks, whose objects are not served here; NodeRestriction and PodSecurity, which
    let everything of a single administrator pass.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kubelab.api.errors import forbidden, namespace_terminating, not_found
from kubelab.api.kinds import Kind

_Json = dict[str, Any]
Lookup = Callable[[str, str | None, str], Any]
"""Finds an object by kind, namespace (None for kinds without) and name: the object, or None."""

TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"
_TOKEN_VOLUME = "kube-api-access-"
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
_MIRROR = "kubernetes.io/config.mirror"
_UNHEALTHY = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
_PRIORITIES = {"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}


@dataclass(frozen=True)
class Request:
    """What plugins know of a request: the kind, where it goes, what else there is, and the cluster's dice."""

    kind: Kind
    namespace: str
    lookup: Lookup | None
    rng: random.Random
    default_toleration_seconds: int

    def find(self, kind: str, namespace: str | None, name: str) -> Any:
        """An object of the cluster, or None; without a cluster, nothing is known to be missing."""
        return self.lookup(kind, namespace, name) if self.lookup else _UNKNOWN

    def refuse(self, obj: _Json, detail: str) -> Exception:
        """The 403 of a plugin."""
        return forbidden(self.kind.plural, self.kind.group, _called(obj), detail)


_UNKNOWN: Any = object()


def _called(obj: _Json) -> str:
    """What an object is called in a refusal: its name is not made up yet where only the beginning is given."""
    meta = obj["metadata"]
    return meta.get("name") or meta.get("generateName") or "Unknown!"


def namespace_lifecycle(obj: _Json, request: Request) -> None:
    """Nothing is made in a namespace that is not there, or that is on its way out."""
    if not request.kind.namespaced:
        return
    held = request.find("Namespace", None, request.namespace)
    if held is None:
        raise not_found("namespaces", "", request.namespace)
    if held is not _UNKNOWN and held.status is not None and held.status.phase == "Terminating":
        raise namespace_terminating(request.kind.plural, request.kind.group, _called(obj), request.namespace)


def service_account(obj: _Json, request: Request) -> None:
    """Every pod acts as somebody: its service account, whose token its containers find in a volume."""
    if request.kind.name != "Pod" or _MIRROR in obj["metadata"].get("annotations", {}):
        return
    spec = obj["spec"]
    name = spec["serviceAccountName"] = spec["serviceAccount"] = spec.get("serviceAccountName") or "default"
    account = request.find("ServiceAccount", request.namespace, name)
    if account is None:
        detail = f'error looking up service account {request.namespace}/{name}: serviceaccount "{name}" not found'
        raise request.refuse(obj, detail)
    known = account is not _UNKNOWN
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


def taint_nodes_by_condition(obj: _Json, request: Request) -> None:
    """A new node gets no pods before it has said that it is ready."""
    if request.kind.name == "Node":
        taints = obj["spec"].setdefault("taints", [])
        taint = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}
        if all((held["key"], held["effect"]) != (taint["key"], taint["effect"]) for held in taints):
            taints.append(taint)


def priority(obj: _Json, request: Request) -> None:
    """A pod's priority is a number, which it may only name; there are the two classes of every cluster."""
    if request.kind.name != "Pod":
        return
    spec = obj["spec"]
    name = spec.get("priorityClassName", "")
    if name and name not in _PRIORITIES:
        raise request.refuse(obj, f"no PriorityClass with name {name} was found")
    number, policy = _PRIORITIES.get(name, 0), "PreemptLowerPriority"
    detail = "must not be provided in pod spec; priority admission controller computed"
    if spec.get("priority", number) != number:
        text = f"the integer value of priority ({spec['priority']}) {detail} {number}"
        raise request.refuse(obj, f"{text} from the given PriorityClass name")
    if spec.get("preemptionPolicy", policy) != policy:
        text = f"the string value of PreemptionPolicy ({spec['preemptionPolicy']}) {detail} {policy}"
        raise request.refuse(obj, f"{text} from the given PriorityClass name")
    spec["priority"], spec["preemptionPolicy"] = number, policy


def default_toleration_seconds(obj: _Json, request: Request) -> None:
    """Pods stay on a node that has fallen silent for five minutes, unless they say otherwise."""
    if request.kind.name != "Pod":
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


def runtime_class(obj: _Json, request: Request) -> None:
    """A pod runs in the ordinary runtime, at no charge: a cluster without RuntimeClasses knows no other."""
    if request.kind.name != "Pod":
        return
    name = obj["spec"].get("runtimeClassName")
    if name:
        raise request.refuse(obj, f'pod rejected: RuntimeClass "{name}" not found')
    if obj["spec"].get("overhead"):
        detail = "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"
        raise request.refuse(obj, detail)


PLUGINS: tuple[Callable[[_Json, Request], None], ...] = (
    namespace_lifecycle,
    service_account,
    taint_nodes_by_condition,
    priority,
    default_toleration_seconds,
    runtime_class,
)
"""The plugins that see new objects."""
