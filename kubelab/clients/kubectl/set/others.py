"""`kubectl set serviceaccount`, `selector` and `subject`.

In Kubernetes
    `set_serviceaccount.go`, `set_selector.go`, `set_subject.go` in `k8s.io/kubectl/pkg/cmd/set`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.objects import to_dict
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.change import CHOICE, write
from kubelab.clients.kubectl.create.access import GROUP
from kubelab.clients.kubectl.create.policy import selector_of
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.resources import Found, named
from kubelab.clients.kubectl.session import Session
from kubelab.clients.kubectl.set.pod_specs import change_pods

FLAGS = (*CHOICE, f.text("resource-version"))
SUBJECT_FLAGS = (*CHOICE, f.several("user"), f.several("group"), f.several("serviceaccount"))


def set_service_account(session: Session) -> None:
    """Let the pods of workloads run as another account: `set serviceaccount deployment web robot`."""
    if not session.words:
        raise error("serviceaccount is required")
    *words, name = session.words
    failed = "failed to patch ServiceAccountName"
    change_pods(session, named(session, words=words), _Account(name).set, "serviceaccount updated", failed, always=True)


class _Account:
    """The account to set."""

    def __init__(self, name: str) -> None:
        self.name = name

    def set(self, item: Found, spec: dict[str, Any]) -> list[str]:
        """Set it in the pods of an object."""
        spec["serviceAccountName"] = self.name
        return []


def set_selector(session: Session) -> None:
    """Let a Service select other pods: `set selector service web app=web,version=2`."""
    if not session.words:
        raise error("one selector is required")
    *words, text = session.words
    selector = selector_of(text)
    for found in named(session, words=words):
        if found.kind.name != "Service":
            raise error("setting a selector is only supported for Services")
        if "matchExpressions" in selector:
            raise error(f"match expression {selector['matchExpressions']} not supported on this object")
        new = selector.get("matchLabels", {})
        gone = {key: None for key in found.obj.spec.selector or {} if key not in new}
        write(session, found, {"spec": {"selector": {**gone, **new}}}, "strategic", "selector updated")


def set_subject(session: Session) -> None:
    """Give a role to more subjects: `set subject rolebinding readers --user=ana`."""
    flags = session.flags
    if not flags["user"] and not flags["group"] and not flags["serviceaccount"]:
        raise error("you must specify at least one value of user, group or serviceaccount")
    for found in named(session):
        if found.kind.name not in ("RoleBinding", "ClusterRoleBinding"):
            raise error("setting subjects is only supported for RoleBinding/ClusterRoleBinding")
        held = to_dict(found.obj).get("subjects") or []
        new = [subject for subject in _subjects(session, found) if subject not in held]
        if new:
            write(session, found, {"subjects": [*held, *new]}, "strategic", "subjects updated")


def _subjects(session: Session, found: Found) -> list[dict[str, str]]:
    flags = session.flags
    made = [{"apiGroup": GROUP, "kind": "User", "name": name} for name in sorted(dict.fromkeys(flags["user"]))]
    made += [{"apiGroup": GROUP, "kind": "Group", "name": name} for name in sorted(dict.fromkeys(flags["group"]))]
    for word in sorted(dict.fromkeys(flags["serviceaccount"])):
        namespace, _, name = word.partition(":")
        if not name or ":" in name:
            raise error("serviceaccount must be <namespace>:<name>")
        if not namespace and found.kind.name == "ClusterRoleBinding":
            raise error("serviceaccount must be <namespace>:<name>, namespace must be specified")
        made.append({"kind": "ServiceAccount", "name": name, "namespace": namespace or session.namespace})
    return made
