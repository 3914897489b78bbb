"""`kubectl auth`: who one is, and what one may do.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/auth`. https://kubernetes.io/docs/reference/access-authn-authz/authorization/
Left out
    `auth reconcile`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.objects import to_dict
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.describe.access import rule_lines
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.output import printed
from kubelab.clients.kubectl.session import Session
from kubelab.clients.tabwriter import table

CAN_I_FLAGS = (
    *(f.ALL_NAMESPACES, f.switch("list"), f.switch("no-headers"), f.switch("quiet", "q"), f.text("subresource")),
)
WHOAMI_FLAGS = (f.OUTPUT,)
_VERBS = (
    *("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "use", "bind"),
    *("impersonate", "*", "approve", "sign", "escalate", "attest"),
)
_URL_VERBS = ("get", "put", "post", "head", "options", "delete", "patch", "*")


def can_i(session: Session) -> None:
    """Say whether one may: `auth can-i create deployments`, `auth can-i --list`, `--as=ana`."""
    flags = session.flags
    if flags["list"]:
        _list(session)
        return
    if len(session.words) != 2:
        raise CommandError(
            "error: you must specify two arguments: verb resource or verb resource/resourceName.\n"
            "See 'kubectl auth can-i -h' for help and examples."
        )
    if flags["no-headers"]:
        raise error("--no-headers cannot be set without --list specified")
    verb, what = session.words
    spec = _url(session, verb, what) if what.startswith("/") else _resource(session, verb, what)
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": spec}
    status = _ask(session, review)["status"]
    allowed = bool(status.get("allowed"))
    reasons = "".join(f" - {status[key]}" for key in ("reason", "evaluationError") if status.get(key))
    if not flags["quiet"]:
        session.say("yes" if allowed else f"no{reasons}")
    if not allowed:
        session.failed = True


def _url(session: Session, verb: str, url: str) -> dict[str, Any]:
    if session.flags["subresource"]:
        raise error("--subresource can not be used with NonResourceURL")
    if verb not in _URL_VERBS:
        session.warn(f"verb '{verb}' is not a known verb\n")
    return {"nonResourceAttributes": {"path": url, "verb": verb}}


def _resource(session: Session, verb: str, what: str) -> dict[str, Any]:
    word, _, name = what.partition("/")
    kind = session.served.find(word) if word != "*" else None
    plural, group = (kind.plural, kind.group) if kind else (word, "")
    if kind is None and word not in ("*", "users", "groups"):
        head, _, tail = word.partition(".")
        where = f" in group '{tail}'" if tail else ""
        session.warn(f"the server doesn't have a resource type '{head}'{where}\n")
    elif kind is not None and not kind.namespaced and not session.everywhere:
        where = f" in group '{group}'" if group else ""
        session.warn(f"resource '{plural}' is not namespace scoped{where}\n")
    if verb not in _VERBS:
        session.warn(f"verb '{verb}' is not a known verb\n")
    parts = {"group": group, "resource": plural, "verb": verb, "name": name}
    parts |= {"subresource": session.flags["subresource"], "namespace": "" if session.everywhere else session.namespace}
    return {"resourceAttributes": {key: text for key, text in parts.items() if text}}


def _list(session: Session) -> None:
    """Every rule that applies to oneself in a namespace."""
    flags = session.flags
    if session.words:
        raise error("list option must be specified with no arguments")
    if flags["quiet"] or session.everywhere or flags["subresource"]:
        raise error("list option can't be specified with neither quiet, all-namespaces nor subresource options")
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview"}
    status = _ask(session, {**review, "spec": {"namespace": session.namespace}})["status"]
    if status.get("incomplete"):
        session.warn(f"the list may be incomplete: {status.get('evaluationError', '')}")
    rules = [*(status.get("resourceRules") or ()), *(status.get("nonResourceRules") or ())]
    headings = ["Resources", "Non-Resource URLs", "Resource Names", "Verbs"]
    session.show(table(headings, rule_lines(rules), headers=not flags["no-headers"]))


def whoami(session: Session) -> None:
    """Say as whom the API server knows one."""
    answer = _ask(session, {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"})
    if session.output:
        session.show(printed(session.output, [answer], single=True))
        return
    user = (answer.get("status") or {}).get("userInfo") or {}
    rows = [[title, user[key]] for title, key in (("Username", "username"), ("UID", "uid")) if user.get(key)]
    if user.get("groups"):
        rows.append(["Groups", f"[{' '.join(user['groups'])}]"])
    rows += [[f"Extra: {key}", f"[{' '.join(held)}]"] for key, held in sorted((user.get("extra") or {}).items())]
    session.show(table(["ATTRIBUTE", "VALUE"], rows))


def _ask(session: Session, review: dict[str, Any]) -> dict[str, Any]:
    answer = session.client.create(review)
    return answer if isinstance(answer, dict) else to_dict(answer)
