"""`kubectl delete`: asking for objects' end, and waiting until they are gone.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/delete`. https://kubernetes.io/docs/concepts/architecture/garbage-collection/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.api.errors import ApiError
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.elsewhere import missing
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.manifests import kind_of, manifests, namespace_of
from kubelab.clients.kubectl.output import name_of
from kubelab.clients.kubectl.resources import Found, find, wanted
from kubelab.clients.kubectl.session import Session, explain_refusal

if TYPE_CHECKING:
    from kubelab.cluster import Cluster

FLAGS = (
    *(*f.FILES, f.SELECTOR, f.FIELD_SELECTOR, f.ALL_NAMESPACES, f.OUTPUT, f.DRY_RUN, f.switch("all")),
    *(f.number("grace-period", -1), f.switch("force"), f.switch("now"), f.switch("wait", default=True)),
    *(f.Flag("cascade", "", "text", "background", "background"), f.duration("timeout"), f.switch("ignore-not-found")),
    *(f.switch("interactive", "i"), f.text("raw")),
)
_POLICIES = {"background": "Background", "true": "Background", "foreground": "Foreground"}
_POLICIES |= {"orphan": "Orphan", "false": "Orphan"}
_AT_ONCE = (
    "Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource "
    "may continue to run on the cluster indefinitely."
)


def delete(session: Session) -> None:
    """Delete objects by name, selector or manifest."""
    flags = session.flags
    grace, policy = _grace(session), _POLICIES.get(flags["cascade"])
    if policy is None:
        raise error(f'invalid cascade value ({flags["cascade"]}). Must be "background", "foreground", or "orphan"')
    if flags["output"] not in ("", "name"):
        raise error(f"unexpected -o output mode: {flags['output']}. We only support '-o name'")
    if flags["all"] and (flags["selector"] or flags["field-selector"]):
        other = "selector" if flags["selector"] else "field-selector"
        raise error(f"cannot set --all and --{other} at the same time")
    if flags["interactive"]:
        raise missing("--interactive", es="no hay a quién preguntar", en="nobody can be asked here")
    targets, refusals = _targets(session)
    deleted = []
    for target in targets:
        try:
            _delete_one(session, target, grace, policy)
            deleted.append(target)
        except ApiError as refusal:
            if target.source:
                refusal.message = f'error when deleting "{target.source}": {refusal.message}'
            refusals.append(refusal)
    if flags["ignore-not-found"] or flags["all"] or flags["selector"] or flags["field-selector"]:
        refusals = [refusal for refusal in refusals if refusal.code != 404]
    if not targets and not refusals:
        session.tell("No resources found")
    if deleted and flags["wait"] and flags.dry_run == "none":
        _wait(session, deleted)
    if refusals:
        raise CommandError("\n".join(explain_refusal(refusal) for refusal in refusals))


def _grace(session: Session) -> int | None:
    """The grace period to ask for; None for each object's own."""
    flags = session.flags
    grace = flags["grace-period"]
    if flags["now"]:
        if "grace-period" in flags.given:
            raise error("--now and --grace-period cannot be specified together")
        grace = 1
    if grace > 0 and flags["force"]:
        raise error("--force and --grace-period greater than 0 cannot be specified together")
    if flags["force"]:
        session.warn(_AT_ONCE)
        return 0
    return None if grace < 0 else max(grace, 1)


def _targets(session: Session) -> tuple[list[Found], list[ApiError]]:
    """What to delete. By name the object is not looked at first: the API server says if it is not there."""
    flags = session.flags
    if flags["filename"] or flags["kustomize"]:
        found = []
        for manifest in manifests(session):
            kind = kind_of(session, manifest)
            found.append(Found(kind, manifest.name, namespace_of(session, manifest, kind) or "", None, manifest.source))
        return found, []
    asked = wanted(session, session.words)
    chosen = flags["all"] or flags["selector"] or flags["field-selector"]
    if not chosen and not all(want.name for want in asked):
        raise error("resource(s) were provided, but no name was specified")
    by_name = [want for want in asked if want.name]
    if by_name and chosen:
        raise error("name cannot be provided when a selector is specified")
    if by_name:
        scope = session.namespace
        return [Found(want.kind, want.name, scope if want.kind.namespaced else "", None) for want in by_name], []
    return find(session, asked)


def _delete_one(session: Session, target: Found, grace: int | None, policy: str) -> None:
    kind, dry_run = target.kind, session.flags.dry_run
    if dry_run != "client":
        session.client.delete(
            kind.resource,
            target.name,
            target.namespace or None,
            grace_period_seconds=grace,
            propagation_policy=policy,
            dry_run=dry_run == "server",
        )
    if session.flags["output"] == "name":
        session.say(name_of(kind, target.name))
        return
    operation = "force deleted" if grace == 0 else "deleted"
    operation += f" from {target.namespace} namespace" if kind.namespaced else ""
    operation += {"client": " (dry run)", "server": " (server dry run)"}.get(dry_run, "")
    type_ = f"{kind.singular}.{kind.group}" if kind.group else kind.singular
    session.say(f'{type_} "{target.name}" {operation}')


def _wait(session: Session, deleted: list[Found]) -> None:
    """Let time pass until the objects are gone (or others stand under their names)."""
    before = [(target, _uid(session.cluster, target)) for target in deleted]

    def left(cluster: Cluster) -> list[Found]:
        return [target for target, uid in before if uid is not None and _uid(cluster, target) == uid]

    def gone(cluster: Cluster) -> bool:
        return not left(cluster)

    if gone(session.cluster) or session.wait_until(gone, session.flags["timeout"]):
        return
    lines = [f"error: timed out waiting for the condition on {t.kind.plural}/{t.name}" for t in left(session.cluster)]
    raise CommandError("\n".join(lines))


def _uid(cluster: Cluster, target: Found) -> str | None:
    try:
        return cluster.api.get(target.kind.resource, target.name, target.namespace or None).metadata.uid
    except ApiError as refusal:
        if refusal.code == 404:
            return None
        raise
