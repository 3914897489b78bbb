"""What roles may allow, and to whom bindings may give them.

In Kubernetes
    `pkg/apis/rbac/validation/validation.go`.
    https://kubernetes.io/docs/reference/access-authn-authz/rbac/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api.defaults.rbac import RBAC_GROUP
from kubelab.api.errors import Cause
from kubelab.api.metadata import path_segment
from kubelab.api.validation.label_selector import label_selector
from kubelab.api.validation.names import invalid, subdomain

_Json = dict[str, Any]


def role(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A Role: what may be done to which resources of its namespace."""
    for i, rule in enumerate(obj.get("rules") or ()):
        yield from _rule(rule, f"rules[{i}]", namespaced=True)


def clusterrole(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A ClusterRole: what may be done to which resources, and to which URLs that are no resources."""
    for i, rule in enumerate(obj.get("rules") or ()):
        yield from _rule(rule, f"rules[{i}]", namespaced=False)
    if "aggregationRule" in obj:
        yield from _aggregation(obj["aggregationRule"], "aggregationRule.clusterRoleSelectors")


def _aggregation(rule: _Json, path: str) -> Iterator[Cause]:
    selectors = rule.get("clusterRoleSelectors", ())
    if not selectors:
        yield Cause.required(path, "at least one clusterRoleSelector required if aggregationRule is non-nil")
    for i, selector in enumerate(selectors):
        yield from label_selector(selector, f"{path}[{i}]")


def _rule(rule: _Json, path: str, *, namespaced: bool) -> Iterator[Cause]:
    if not rule["verbs"]:
        yield Cause.required(f"{path}.verbs", "verbs must contain at least one value")
    urls = rule.get("nonResourceURLs")
    if urls:
        if namespaced:
            detail = "namespaced rules cannot apply to non-resource URLs"
            yield Cause.invalid(f"{path}.nonResourceURLs", urls, detail)
        if any(rule.get(field) for field in ("apiGroups", "resources", "resourceNames")):
            detail = "rules cannot apply to both regular resources and non-resource URLs"
            yield Cause.invalid(f"{path}.nonResourceURLs", urls, detail)
        return
    if not rule.get("apiGroups"):
        yield Cause.required(f"{path}.apiGroups", "resource rules must supply at least one api group")
    if not rule.get("resources"):
        yield Cause.required(f"{path}.resources", "resource rules must supply at least one resource")


def rolebinding(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A RoleBinding: it gives a role, of its namespace or of the cluster, to its subjects; the role never changes."""
    return _binding(obj, old, ("Role", "ClusterRole"), namespaced=True)


def clusterrolebinding(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A ClusterRoleBinding: it gives a role of the cluster to its subjects; the role never changes."""
    return _binding(obj, old, ("ClusterRole",), namespaced=False)


def _binding(obj: _Json, old: _Json | None, kinds: tuple[str, ...], *, namespaced: bool) -> Iterator[Cause]:
    ref = obj["roleRef"]
    if ref["apiGroup"] != RBAC_GROUP:
        yield Cause.not_supported("roleRef.apiGroup", ref["apiGroup"], (RBAC_GROUP,))
    if ref["kind"] not in kinds:
        yield Cause.not_supported("roleRef.kind", ref["kind"], kinds, as_given=True)
    if ref["name"]:
        yield from invalid("roleRef.name", ref["name"], path_segment(ref["name"]))
    else:
        yield Cause.required("roleRef.name")
    for i, subject in enumerate(obj.get("subjects", ())):
        yield from _subject(subject, f"subjects[{i}]", namespaced)
    if old is not None and ref != old["roleRef"]:
        yield Cause.invalid("roleRef", ref, "cannot change roleRef")


def _subject(subject: _Json, path: str, namespaced: bool) -> Iterator[Cause]:
    kind, name, group = subject["kind"], subject["name"], subject.get("apiGroup", "")
    if not name:
        yield Cause.required(f"{path}.name")
    if kind == "ServiceAccount":
        if name:
            yield from subdomain(name, f"{path}.name")
        if group:
            yield Cause.not_supported(f"{path}.apiGroup", group, ("",))
        if not namespaced and not subject.get("namespace"):
            yield Cause.required(f"{path}.namespace")
    elif kind in ("User", "Group"):
        if not name:
            yield Cause.invalid(f"{path}.name", name, f"{kind.lower()} name cannot be empty")
        if group != RBAC_GROUP:
            yield Cause.not_supported(f"{path}.apiGroup", group, (RBAC_GROUP,))
    else:
        yield Cause.not_supported(f"{path}.kind", kind, ("ServiceAccount", "User", "Group"), as_given=True)
