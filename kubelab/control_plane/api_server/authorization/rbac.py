"""RBAC: roles say what may be done, bindings say by whom. Nothing is ever forbidden by a rule, only not allowed.

In Kubernetes
    `plugin/pkg/auth/authorizer/rbac/rbac.go` and `pkg/registry/rbac/validation/rule.go`.
    https://kubernetes.io/docs/reference/access-authn-authz/rbac/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kubelab.control_plane.api_server.authorization.attributes import SERVICE_ACCOUNTS, Attributes, User

Find = Callable[[str, str | None, str], Any]
List = Callable[[str, str | None], list[Any]]

_ALL = "*"


class Rbac:
    """Decides from the roles and bindings that the cluster holds at this moment.

    `find` reads one object by kind, namespace and name; `listed` all of a kind, of one namespace or of none.
    """

    def __init__(self, find: Find, listed: List) -> None:
        self.find, self.listed = find, listed

    def decide(self, user: User, wanted: Attributes) -> tuple[bool, str]:
        """Whether it is allowed, and by which binding, or what could not be looked up."""
        missing = []
        for rules, words in self.grants(user, wanted.namespace):
            if rules is None:
                missing.append(words)
            elif any(allows(rule, wanted) for rule in rules):
                return True, f"RBAC: allowed by {words}"
        return False, f"RBAC: [{', '.join(missing)}]" if missing else ""

    def grants(self, user: User, namespace: str) -> Iterator[tuple[Any, str]]:
        """The rules that bindings give a user, and in words by what; None where the role is not there."""
        for binding in self.listed("clusterrolebindings", None):
            subject = _subject(binding, user, "")
            if subject:
                yield self._grant(binding, "ClusterRoleBinding", binding.metadata.name, subject, None)
        if not namespace:
            return
        for binding in self.listed("rolebindings", namespace):
            subject = _subject(binding, user, namespace)
            if subject:
                name = f"{binding.metadata.name}/{namespace}"
                yield self._grant(binding, "RoleBinding", name, subject, namespace)

    def _grant(self, binding: Any, sort: str, name: str, subject: str, namespace: str | None) -> tuple[Any, str]:
        ref = binding.roleRef
        role = self.find(ref.kind, namespace if ref.kind == "Role" else None, ref.name)
        if role is None:
            return None, f'{ref.kind.lower()}.rbac.authorization.k8s.io "{ref.name}" not found'
        return role.rules or (), f'{sort} "{name}" of {ref.kind} "{ref.name}" to {subject}'


def _subject(binding: Any, user: User, namespace: str) -> str:
    """The subject of a binding that is this user, in words; empty where there is none."""
    for subject in binding.subjects or ():
        if subject.kind == "User" and subject.name == user.name:
            return f'User "{user.name}"'
        if subject.kind == "Group" and subject.name in user.groups:
            return f'Group "{subject.name}"'
        if subject.kind == "ServiceAccount":
            home = subject.namespace or namespace
            if user.name == service_account_user(home, subject.name):
                return f'ServiceAccount "{subject.name}/{home}"'
    return ""


def service_account_user(namespace: str, name: str) -> str:
    """The name by which a service account asks."""
    return f"system:serviceaccount:{namespace}:{name}"


def service_account_groups(namespace: str) -> tuple[str, ...]:
    """The groups that every service account of a namespace is in."""
    return (SERVICE_ACCOUNTS, f"{SERVICE_ACCOUNTS}:{namespace}", "system:authenticated")


def allows(rule: Any, wanted: Attributes) -> bool:
    """Whether one rule of a role covers what is wanted."""
    if not _in(wanted.verb, rule.verbs):
        return False
    if wanted.path:
        return any(_path_matches(pattern, wanted.path) for pattern in rule.nonResourceURLs or ())
    if not _in(wanted.group, rule.apiGroups) or not _resource_matches(rule.resources or (), wanted.resource):
        return False
    return not rule.resourceNames or wanted.name in rule.resourceNames


def _in(word: str, listed: Iterable[str] | None) -> bool:
    return any(each in (_ALL, word) for each in listed or ())


def _resource_matches(listed: Iterable[str], resource: str) -> bool:
    subresource = resource.partition("/")[2]
    return any(each in (_ALL, resource) or (subresource and each == f"*/{subresource}") for each in listed)


def _path_matches(pattern: str, path: str) -> bool:
    if pattern in (_ALL, path):
        return True
    return pattern.endswith(_ALL) and path.startswith(pattern.rstrip(_ALL))
