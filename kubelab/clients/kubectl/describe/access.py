"""`kubectl describe` of who may do what: Role, ClusterRole, RoleBinding, ClusterRoleBinding.

In Kubernetes
    `RoleDescriber` … in `k8s.io/kubectl/pkg/describe`, `BreakdownRule` and `CompactRules` in `…/pkg/util/rbac`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kubelab.api.objects import to_dict
from kubelab.clients.kubectl.describe.writer import Writer
from kubelab.clients.kubectl.session import Session


@dataclass
class _Line:
    """Verbs on one thing: a resource of a group (with or without a name), or a URL."""

    group: str = ""
    resource: str = ""
    name: str = ""
    url: str = ""
    verbs: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The text by which Kubernetes orders rules: how Go prints one."""
        return (
            f"Verbs:[{' '.join(self.verbs)}],APIGroups:[{self.group}],Resources:[{self.resource}],"
            f"ResourceNames:[{self.name}],NonResourceURLs:[{self.url}],"
        )

    @property
    def qualified(self) -> str:
        """`deployments.apps/scale`: the resource with its group."""
        resource, slash, sub = self.resource.partition("/")
        return resource + (f".{self.group}" if self.group else "") + slash + sub


def describe_role(session: Session, role: Any) -> str:
    """A Role or ClusterRole: its rules, one line for each thing that they are about."""
    writer = Writer(session.now)
    writer.metadata(role, namespaced=False)
    writer.line("PolicyRule:")
    titles = ["Resources", "Non-Resource URLs", "Resource Names", "Verbs"]
    writer.columns(1, titles, ["-" * len(title) for title in titles])
    writer.columns(1, *rule_lines(to_dict(role).get("rules") or []))
    return writer.text()


def rule_lines(rules: list[dict[str, Any]]) -> list[list[str]]:
    """Rules as a table: resource, URL, name and verbs of each thing that they are about."""
    urls: list[_Line] = []
    resources: dict[tuple[str, str, str], _Line] = {}
    for rule in rules:
        verbs = rule.get("verbs") or ()
        for group in rule.get("apiGroups") or ():
            for resource in rule.get("resources") or ():
                for name in rule.get("resourceNames") or [""]:
                    line = resources.setdefault((group, resource, name), _Line(group, resource, name))
                    line.verbs += [verb for verb in verbs if verb not in line.verbs]
        urls += [_Line(url=url, verbs=[verb]) for url in rule.get("nonResourceURLs") or () for verb in verbs]
    lines = sorted([*urls, *resources.values()], key=_key)
    return [[line.qualified, f"[{line.url}]", f"[{line.name}]", f"[{' '.join(line.verbs)}]"] for line in lines]


def _key(line: _Line) -> str:
    return line.key


def describe_role_binding(session: Session, binding: Any) -> str:
    """A RoleBinding or ClusterRoleBinding: which role, and who has it."""
    writer = Writer(session.now)
    writer.metadata(binding, namespaced=False)
    writer.line("Role:")
    writer.field("Kind", binding.roleRef.kind, 1)
    writer.field("Name", binding.roleRef.name, 1)
    writer.line("Subjects:")
    writer.columns(1, ["Kind", "Name", "Namespace"], ["----", "----", "---------"])
    for subject in binding.subjects or ():
        writer.columns(1, [subject.kind, subject.name, subject.namespace or ""])
    return writer.text()
