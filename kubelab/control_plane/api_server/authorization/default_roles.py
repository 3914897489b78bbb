"""The roles and bindings that an API server makes for itself when RBAC is on.

In Kubernetes
    `plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go`.
    https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings

Left out
    The roles of the cluster's own parts (`system:kube-scheduler`, `system:controller:…`): they act as
    `system:masters` here.
"""

from __future__ import annotations

from typing import Any

_Json = dict[str, Any]

_READ = ("get", "list", "watch")
_WRITE = ("create", "delete", "deletecollection", "patch", "update")
_LABELS = {"kubernetes.io/bootstrapping": "rbac-defaults"}
_AGGREGATE = "rbac.authorization.k8s.io/aggregate-to-"
_GROUP = "rbac.authorization.k8s.io"

_APPS = (
    *("daemonsets", "deployments", "deployments/scale", "replicasets", "replicasets/scale"),
    *("statefulsets", "statefulsets/scale"),
)
_APPS_READ = (
    *("controllerrevisions", "daemonsets", "daemonsets/status", "deployments", "deployments/scale"),
    *("deployments/status", "replicasets", "replicasets/scale", "replicasets/status"),
    *("statefulsets", "statefulsets/scale", "statefulsets/status"),
)
_INTO_A_POD = ("pods/attach", "pods/exec", "pods/portforward", "pods/proxy")

_Rule = tuple[tuple[str, ...], str, tuple[str, ...]]

_ADMIN: tuple[_Rule, ...] = (
    (("create",), "authorization.k8s.io", ("localsubjectaccessreviews",)),
    ((*_READ, *_WRITE), _GROUP, ("rolebindings", "roles")),
)
_EDIT: tuple[_Rule, ...] = (
    (_READ, "", (*_INTO_A_POD, "secrets", "services/proxy")),
    (("impersonate",), "", ("serviceaccounts",)),
    (_WRITE, "", ("pods", *_INTO_A_POD)),
    (("create",), "", ("pods/eviction",)),
    (
        _WRITE,
        "",
        (
            *("configmaps", "events", "persistentvolumeclaims", "replicationcontrollers"),
            *("replicationcontrollers/scale", "secrets", "serviceaccounts", "services", "services/proxy"),
        ),
    ),
    (("create",), "", ("serviceaccounts/token",)),
    (_WRITE, "apps", (*_APPS, "deployments/rollback")),
    (_WRITE, "autoscaling", ("horizontalpodautoscalers",)),
    (_WRITE, "batch", ("cronjobs", "jobs")),
    (_WRITE, "policy", ("poddisruptionbudgets",)),
    (_WRITE, "networking.k8s.io", ("ingresses", "networkpolicies")),
    ((*_READ, *_WRITE), "coordination.k8s.io", ("leases",)),
)
_VIEW: tuple[_Rule, ...] = (
    (
        _READ,
        "",
        (
            *("configmaps", "endpoints", "persistentvolumeclaims", "persistentvolumeclaims/status", "pods"),
            *("replicationcontrollers", "replicationcontrollers/scale", "serviceaccounts", "services"),
            "services/status",
        ),
    ),
    (
        _READ,
        "",
        (
            *("bindings", "events", "limitranges", "namespaces/status", "pods/log", "pods/status"),
            *("replicationcontrollers/status", "resourcequotas", "resourcequotas/status"),
        ),
    ),
    (_READ, "", ("namespaces",)),
    (_READ, "discovery.k8s.io", ("endpointslices",)),
    (_READ, "apps", _APPS_READ),
    (_READ, "autoscaling", ("horizontalpodautoscalers", "horizontalpodautoscalers/status")),
    (_READ, "batch", ("cronjobs", "cronjobs/status", "jobs", "jobs/status")),
    (_READ, "policy", ("poddisruptionbudgets", "poddisruptionbudgets/status")),
    (_READ, "networking.k8s.io", ("ingresses", "ingresses/status", "networkpolicies")),
)
_BASIC: tuple[_Rule, ...] = (
    (("create",), "authorization.k8s.io", ("selfsubjectaccessreviews", "selfsubjectrulesreviews")),
    (("create",), "authentication.k8s.io", ("selfsubjectreviews",)),
)
_HEALTH = ("/healthz", "/livez", "/readyz", "/version", "/version/")
_DISCOVERY = ("/api", "/api/*", "/apis", "/apis/*", *_HEALTH[:3], "/openapi", "/openapi/*", *_HEALTH[3:])


def default_roles() -> list[_Json]:
    """The manifests, in the order in which they are made; `admin`, `edit` and `view` already hold their sum."""
    return [
        _role("cluster-admin", [_rule(("*",), "*", ("*",)), {"nonResourceURLs": ["*"], "verbs": ["*"]}]),
        _role("system:discovery", [{"nonResourceURLs": list(_DISCOVERY), "verbs": ["get"]}]),
        _role("system:public-info-viewer", [{"nonResourceURLs": list(_HEALTH), "verbs": ["get"]}]),
        _role("system:basic-user", [_rule(*rule) for rule in _BASIC]),
        _part("admin", _ADMIN),
        _part("edit", _EDIT),
        _part("view", _VIEW),
        _sum("admin", "", _ADMIN + _EDIT + _VIEW),
        _sum("edit", "admin", _EDIT + _VIEW),
        _sum("view", "edit", _VIEW),
        _binding("cluster-admin", ("system:masters",)),
        _binding("system:discovery", ("system:authenticated",)),
        _binding("system:basic-user", ("system:authenticated",)),
        _binding("system:public-info-viewer", ("system:authenticated", "system:unauthenticated")),
    ]


def _rule(verbs: tuple[str, ...], group: str, resources: tuple[str, ...]) -> _Json:
    return {"apiGroups": [group], "resources": list(resources), "verbs": list(verbs)}


def _role(name: str, rules: list[_Json], labels: dict[str, str] | None = None) -> _Json:
    meta = {
        "name": name,
        "labels": {**_LABELS, **(labels or {})},
        "annotations": {"rbac.authorization.kubernetes.io/autoupdate": "true"},
    }
    return {"apiVersion": f"{_GROUP}/v1", "kind": "ClusterRole", "metadata": meta, "rules": rules}


def _part(of: str, rules: tuple[_Rule, ...]) -> _Json:
    """One of the roles that a role is the sum of."""
    return _role(f"system:aggregate-to-{of}", [_rule(*rule) for rule in rules], {f"{_AGGREGATE}{of}": "true"})


def _sum(name: str, also: str, rules: tuple[_Rule, ...]) -> _Json:
    """A role that is the sum of others, chosen by label; it may itself be part of one, `also`."""
    role = _role(name, [_rule(*rule) for rule in rules], {f"{_AGGREGATE}{also}": "true"} if also else None)
    role["aggregationRule"] = {"clusterRoleSelectors": [{"matchLabels": {f"{_AGGREGATE}{name}": "true"}}]}
    return role


def _binding(role: str, groups: tuple[str, ...]) -> _Json:
    return {
        "apiVersion": f"{_GROUP}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": role, "labels": dict(_LABELS)},
        "roleRef": {"apiGroup": _GROUP, "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": _GROUP, "kind": "Group", "name": group} for group in groups],
    }
