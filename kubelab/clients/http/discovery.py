"""Discovery: which groups, versions and resources there are.

In Kubernetes
    https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api . Aggregated discovery gives in one
    answer what would take one for each group and version.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kubelab.api.kinds import Kind
from kubelab.clients.http.negotiation import offers

_Json = dict[str, Any]

# The order in which a cluster names its groups; those that its users bring come after.
_GROUPS = (
    *("", "apiregistration.k8s.io", "apps", "events.k8s.io", "authentication.k8s.io", "authorization.k8s.io"),
    *("autoscaling", "batch", "certificates.k8s.io", "networking.k8s.io", "policy", "rbac.authorization.k8s.io"),
    *("storage.k8s.io", "admissionregistration.k8s.io", "apiextensions.k8s.io", "scheduling.k8s.io"),
    *("coordination.k8s.io", "node.k8s.io", "discovery.k8s.io", "flowcontrol.apiserver.k8s.io"),
)
_GET_AND_WRITE = ("get", "patch", "update")
_STREAM = ("create", "get")
_PROXY = ("create", "delete", "get", "patch", "update")
# Subresources: their verbs, and, where they are of a kind of their own, its group, version and name.
_SUBRESOURCES: dict[str, tuple[tuple[str, ...], str, str]] = {
    "status": (_GET_AND_WRITE, "", ""),
    "scale": (_GET_AND_WRITE, "autoscaling/v1", "Scale"),
    "binding": (("create",), "v1", "Binding"),
    "eviction": (("create",), "policy/v1", "Eviction"),
    "log": (("get",), "v1", "Pod"),
    "token": (("create",), "authentication.k8s.io/v1", "TokenRequest"),
    "finalize": (("update",), "", ""),
    "exec": (_STREAM, "v1", "PodExecOptions"),
    "attach": (_STREAM, "v1", "PodAttachOptions"),
    "portforward": (_STREAM, "v1", "PodPortForwardOptions"),
    "proxy": (_PROXY, "", ""),
}
# Subresources that only real clients use, beside those that the kind itself names.
_MORE = {"Pod": ("exec", "attach", "portforward", "proxy"), "Service": ("proxy",)}
_PROXIED = {"Pod": "PodProxyOptions", "Service": "ServiceProxyOptions"}


def subresources_of(kind: Kind) -> tuple[str, ...]:
    """All subresources of a kind that can be asked for over HTTP."""
    return tuple(dict.fromkeys((*kind.subresources, *_MORE.get(kind.name, ()))))


def groups(kinds: Iterable[Kind]) -> dict[str, list[str]]:
    """Each group and its versions, the preferred one first."""
    found: dict[str, list[str]] = {}
    for kind in kinds:
        for version in (kind.api_version, *kind.also):
            group, _, number = version.rpartition("/")
            if number not in found.setdefault(group, []):
                found[group].append(number)
    return {
        group: found[group] for group in (*_GROUPS, *(held for held in found if held not in _GROUPS)) if group in found
    }


def core_versions() -> _Json:
    """What `/api` answers."""
    return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}


def group_list(kinds: Iterable[Kind]) -> _Json:
    """What `/apis` answers."""
    listed = [_group(name, versions) for name, versions in groups(kinds).items() if name]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": listed}


def group(kinds: Iterable[Kind], name: str) -> _Json | None:
    """What `/apis/apps` answers; None where there is no such group."""
    versions = groups(kinds).get(name)
    return {"kind": "APIGroup", "apiVersion": "v1", **_group(name, versions)} if versions and name else None


def resource_list(kinds: Iterable[Kind], api_version: str) -> _Json | None:
    """What `/api/v1` and `/apis/apps/v1` answer; None where there is no such version."""
    resources = []
    for kind in _of_version(kinds, api_version):
        resources.append(_resource(kind))
        for name in subresources_of(kind):
            verbs, version, sort = _sub(kind, name)
            held = {"name": f"{kind.plural}/{name}", "singularName": "", "namespaced": kind.namespaced, "kind": sort}
            if version and version != api_version:
                held["group"], _, held["version"] = version.rpartition("/")
            resources.append({**held, "verbs": list(verbs)})
    if not resources:
        return None
    resources.sort(key=_by_name)
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": api_version, "resources": resources}


def aggregated(kinds: Iterable[Kind], version: str, *, core: bool) -> _Json:
    """What `/api` (the core group) and `/apis` (all others) answer to who asks for all at once."""
    kinds, items = tuple(kinds), []
    for name, versions in groups(kinds).items():
        if core == (name == ""):
            listed = [_aggregated_version(kinds, f"{name}/{number}" if name else number) for number in versions]
            items.append({"metadata": {"name": name} if name else {}, "versions": listed})
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": f"apidiscovery.k8s.io/{version}",
        "metadata": {},
        "items": items,
    }


def aggregated_version(accept: str) -> str:
    """The version of aggregated discovery that a client would take before the plain one; empty for none."""
    for offer in offers(accept):
        if offer.parameters.get("as") == "APIGroupDiscoveryList":
            version = offer.parameters.get("v", "")
            if offer.media_type == "application/json" and version in ("v2", "v2beta1"):
                return version
        elif offer.media_type in ("application/json", "*/*", "application/*"):
            return ""
    return ""


def _aggregated_version(kinds: Iterable[Kind], api_version: str) -> _Json:
    resources = []
    for kind in sorted(_of_version(kinds, api_version), key=_by_plural):
        held: _Json = {
            "resource": kind.plural,
            "responseKind": _gvk(api_version, kind.name),
            "scope": "Namespaced" if kind.namespaced else "Cluster",
            "singularResource": kind.singular,
            "verbs": sorted(kind.verbs),
        }
        if kind.short_names:
            held["shortNames"] = list(kind.short_names)
        if kind.categories:
            held["categories"] = list(kind.categories)
        if subs := subresources_of(kind):
            held["subresources"] = [_aggregated_sub(kind, name, api_version) for name in sorted(subs)]
        resources.append(held)
    return {"version": api_version.rpartition("/")[2], "resources": resources, "freshness": "Current"}


def _aggregated_sub(kind: Kind, name: str, api_version: str) -> _Json:
    verbs, version, sort = _sub(kind, name)
    return {"subresource": name, "responseKind": _gvk(version or api_version, sort), "verbs": list(verbs)}


def _gvk(api_version: str, kind: str) -> _Json:
    group, _, version = api_version.rpartition("/")
    return {"group": group, "version": version, "kind": kind}


def _sub(kind: Kind, name: str) -> tuple[tuple[str, ...], str, str]:
    verbs, version, sort = _SUBRESOURCES.get(name, (("get",), "", ""))
    return verbs, version, sort or (_PROXIED.get(kind.name, kind.name) if name == "proxy" else kind.name)


def _resource(kind: Kind) -> _Json:
    held: _Json = {
        "name": kind.plural,
        "singularName": kind.singular,
        "namespaced": kind.namespaced,
        "kind": kind.name,
        "verbs": sorted(kind.verbs),
    }
    if kind.short_names:
        held["shortNames"] = list(kind.short_names)
    if kind.categories:
        held["categories"] = list(kind.categories)
    return held


def _of_version(kinds: Iterable[Kind], api_version: str) -> list[Kind]:
    return [kind for kind in kinds if api_version in (kind.api_version, *kind.also)]


def _group(name: str, versions: list[str]) -> _Json:
    listed = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": listed, "preferredVersion": listed[0]}


def _by_name(resource: _Json) -> str:
    return resource["name"]


def _by_plural(kind: Kind) -> str:
    return kind.plural
