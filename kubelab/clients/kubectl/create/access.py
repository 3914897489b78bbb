"""`kubectl create role`, `clusterrole`, `rolebinding`, `clusterrolebinding` and `token`.

In Kubernetes
    `create_role.go` … `create_token.go` in `k8s.io/kubectl/pkg/cmd/create`.
    https://kubernetes.io/docs/reference/access-authn-authz/rbac/
"""

from __future__ import annotations

from typing import Any

from kubelab.api.errors import ApiError
from kubelab.api.objects import to_dict
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.create.making import MAKING, make, one_name
from kubelab.clients.kubectl.create.workloads import require
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.output import printed
from kubelab.clients.kubectl.session import Session

ROLE = (*MAKING, f.words("verb"), f.words("resource"), f.several("resource-name"))
CLUSTER_ROLE = (*ROLE, f.words("non-resource-url"), f.words("aggregation-rule"))
BINDING = (
    *(*MAKING, f.text("clusterrole"), f.text("role"), f.several("user"), f.several("group")),
    f.several("serviceaccount"),
)
TOKEN = (
    *(f.OUTPUT, f.several("audience"), f.duration("duration"), f.text("bound-object-kind")),
    *(f.text("bound-object-name"), f.text("bound-object-uid")),
)
GROUP = "rbac.authorization.k8s.io"
_VERBS = (
    *("*", "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "use", "bind"),
    *("impersonate", "approve", "sign", "escalate", "attest"),
)
_URL_VERBS = ("*", "get", "post", "put", "patch", "delete", "head", "options")
# Verbs that only some resources know: the resource, and its group.
_SPECIAL = {
    "use": (("podsecuritypolicies", "policy"), ("podsecuritypolicies", "extensions")),
    "bind": (("roles", GROUP), ("clusterroles", GROUP)),
    "escalate": (("roles", GROUP), ("clusterroles", GROUP)),
    "impersonate": (
        *(("users", ""), ("serviceaccounts", ""), ("groups", "")),
        ("userextras", "authentication.k8s.io"),
    ),
}
_BOUND = {"Node": "v1", "Pod": "v1", "Secret": "v1"}


def role(session: Session) -> None:
    """`kubectl create role reader --verb=get,list --resource=pods`."""
    name, flags = one_name(session), session.flags
    verbs = _distinct_verbs(session)
    if not verbs:
        raise error("at least one verb must be specified")
    _warn_of_verbs(session, verbs)
    if not flags["resource"]:
        raise error("at least one resource must be specified")
    content = {"apiVersion": f"{GROUP}/v1", "kind": "Role", "metadata": {"name": name}}
    make(session, {**content, "rules": _rules(session, verbs)}, failed=None)


def cluster_role(session: Session) -> None:
    """`kubectl create clusterrole reader --verb=get --resource=nodes`, `--non-resource-url`, `--aggregation-rule`."""
    name, flags = one_name(session), session.flags
    content = {"apiVersion": f"{GROUP}/v1", "kind": "ClusterRole", "metadata": {"name": name}}
    verbs, urls = _distinct_verbs(session), list(dict.fromkeys(flags["non-resource-url"]))
    if flags["aggregation-rule"]:
        if urls or verbs or flags["resource"] or flags["resource-name"]:
            raise error("aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames")
        labels = dict(word.split("=", 1) for word in flags["aggregation-rule"])
        rule = {"clusterRoleSelectors": [{"matchLabels": labels}]}
        make(session, {**content, "aggregationRule": rule, "rules": None}, failed=None)
        return
    if not verbs:
        raise error("at least one verb must be specified")
    if not flags["resource"] and not urls:
        raise error("one of resource or nonResourceURL must be specified")
    if flags["resource"]:
        _warn_of_verbs(session, verbs)
    rules = _rules(session, verbs) if flags["resource"] else []
    _check_urls(urls, verbs)
    rules += [{"nonResourceURLs": urls, "verbs": verbs}] if urls else []
    make(session, {**content, "rules": rules}, failed=None)


def _check_urls(urls: list[str], verbs: list[str]) -> None:
    for verb in verbs if urls else ():
        if verb not in _URL_VERBS:
            raise error(f"invalid verb: '{verb}' for nonResourceURL")
    for url in urls:
        if url != "*" and not url.startswith("/"):
            raise error("nonResourceURL should start with /")
        if "*" in url[:-1]:
            raise error("nonResourceURL only supports wildcard matches when '*' is at the end")


def _distinct_verbs(session: Session) -> list[str]:
    verbs = list(dict.fromkeys(session.flags["verb"]))
    return ["*"] if "*" in verbs else verbs


def _warn_of_verbs(session: Session, verbs: list[str]) -> None:
    for verb in verbs:
        if verb not in _VERBS:
            session.warn(f"'{verb}' is not a standard resource verb")


def _rules(session: Session, verbs: list[str]) -> list[dict[str, Any]]:
    """One rule a group, in the order of the groups' names."""
    groups: dict[str, list[str]] = {}
    for word in session.flags["resource"]:
        head, slash, sub = word.partition("/")
        resource, _, group = head.partition(".")
        if word == "*":
            groups = {"": ["*"]}
            break
        plural, group = _resolved(session, resource, group, verbs)
        held = groups.setdefault(group, [])
        if plural + slash + sub not in held:
            held.append(plural + slash + sub)
    names = list(dict.fromkeys(session.flags["resource-name"]))
    return [
        {"apiGroups": [group], **({"resourceNames": names} if names else {}), "resources": held, "verbs": verbs}
        for group, held in sorted(groups.items())
    ]


def _resolved(session: Session, resource: str, group: str, verbs: list[str]) -> tuple[str, str]:
    """The plural and the group that a word means; special verbs must fit."""
    if not resource:
        raise error("resource must be specified if apiGroup/subresource specified")
    if resource == "*":
        return resource, group
    kind = session.served.find(f"{resource}.{group}" if group else resource)
    plural, found = (kind.plural, kind.group) if kind else (resource, group)
    special = False
    for verb in verbs:
        if verb in _SPECIAL:
            if (plural, found) not in _SPECIAL[verb]:
                raise error(f"can not perform '{verb}' on '{plural}' in group '{found}'")
            special = True
    if kind is None and not special:
        shown = f"{group}/, Resource={resource}" if group else f"/, Resource={resource}"
        if not group:
            raise CommandError(f'the server doesn\'t have a resource type "{resource}"')
        raise error(f"no matches for {shown}")
    return plural, found


def role_binding(session: Session) -> None:
    """`kubectl create rolebinding readers --role=reader --user=ana --serviceaccount=shop:robot`."""
    name, flags = one_name(session), session.flags
    if bool(flags["clusterrole"]) == bool(flags["role"]):
        raise error("exactly one of clusterrole or role must be specified")
    _bind(
        session, "RoleBinding", name, "Role" if flags["role"] else "ClusterRole", flags["role"] or flags["clusterrole"]
    )


def cluster_role_binding(session: Session) -> None:
    """`kubectl create clusterrolebinding admins --clusterrole=cluster-admin --group=ops`."""
    require(session, "clusterrole")
    _bind(session, "ClusterRoleBinding", one_name(session), "ClusterRole", session.flags["clusterrole"])


def _bind(session: Session, kind: str, name: str, role_kind: str, role_name: str) -> None:
    content: dict[str, Any] = {
        "apiVersion": f"{GROUP}/v1",
        "kind": kind,
        "metadata": {"name": name},
        "roleRef": {"apiGroup": GROUP, "kind": role_kind, "name": role_name},
    }
    if found := subjects(session):
        content["subjects"] = found
    make(session, content)


def subjects(session: Session) -> list[dict[str, str]]:
    """Those whom `--user`, `--group` and `--serviceaccount` name."""
    flags = session.flags
    found = [{"apiGroup": GROUP, "kind": "User", "name": name} for name in flags["user"]]
    found += [{"apiGroup": GROUP, "kind": "Group", "name": name} for name in flags["group"]]
    for word in flags["serviceaccount"]:
        namespace, colon, name = word.partition(":")
        if not namespace or not name or ":" in name or not colon:
            raise error("serviceaccount must be <namespace>:<name>")
        found.append({"kind": "ServiceAccount", "name": name, "namespace": namespace})
    return found


def token(session: Session) -> None:
    """`kubectl create token robot --duration=10m`."""
    name, flags = one_name(session), session.flags
    kind, bound = flags["bound-object-kind"], flags["bound-object-name"]
    if flags["duration"] < 0:
        raise error("--duration must be greater than or equal to 0")
    if flags["duration"] % 1:
        raise error("--duration cannot be expressed in units less than seconds")
    if "" in flags["audience"]:
        raise error("--audience must not be an empty string")
    for flag in ("bound-object-name", "bound-object-uid"):
        if not kind and flags[flag]:
            raise error(f"--{flag} can only be set if --bound-object-kind is provided")
    if kind and kind not in _BOUND:
        raise error(f"supported --bound-object-kind values are {', '.join(_BOUND)}")
    if kind and not bound:
        raise error("--bound-object-name is required if --bound-object-kind is provided")
    spec: dict[str, Any] = {"audiences": list(flags["audience"])} if flags["audience"] else {}
    if flags["duration"]:
        spec["expirationSeconds"] = int(flags["duration"])
    if kind:
        spec["boundObjectRef"] = {"kind": kind, "apiVersion": _BOUND[kind], "name": bound}
        spec["boundObjectRef"] |= {"uid": flags["bound-object-uid"]} if flags["bound-object-uid"] else {}
    try:
        made = session.client.create_token(name, session.namespace, {"spec": spec})
    except ApiError as refusal:
        if refusal.reason == "ServiceUnavailable":
            raise
        raise error(f"failed to create token: {refusal.message}") from None
    if flags["output"]:
        session.show(printed(session.output, [to_dict(made)], single=True))
    else:
        session.say(made.status.token)
