"""`kubectl rollout`: status, history, undo, pause, resume and restart of Deployments.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/rollout` and `…/pkg/polymorphichelpers`.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-back-a-deployment
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError
from kubelab.api.objects import condition, controller_of, replace, to_dict
from kubelab.api.strategic_diff import LAST_APPLIED
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.describe.templates import describe_template
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.output import name_of
from kubelab.clients.kubectl.resources import Found, named
from kubelab.clients.kubectl.session import Session
from kubelab.clients.tabwriter import align

if TYPE_CHECKING:
    from kubelab.cluster import Cluster

FLAGS = (
    *(f.FILENAME, f.SELECTOR, f.OUTPUT, f.DRY_RUN, f.number("revision", 0), f.number("to-revision", 0)),
    *(f.switch("watch", "w", default=True), f.duration("timeout")),
)
REVISION = "deployment.kubernetes.io/revision"
CHANGE_CAUSE = "kubernetes.io/change-cause"
RESTARTED = "kubectl.kubernetes.io/restartedAt"
# What belongs to the Deployment and not to one of its revisions.
_NOT_ROLLED_BACK = (
    *(LAST_APPLIED, REVISION, "deployment.kubernetes.io/revision-history"),
    *("deployment.kubernetes.io/desired-replicas", "deployment.kubernetes.io/max-replicas"),
    "deprecated.deployment.rollback.to",
)
_WARNING = (
    "resource {name} was previously managed with 'kubectl apply'. Rolling back will not update the {annotation} "
    "annotation, which may cause unexpected behavior on future 'kubectl apply' operations. Consider using 'kubectl "
    "apply' with your previous configuration file instead."
)


def _deployments(session: Session) -> list[Found]:
    """The Deployments that a command names; nothing else served here can be rolled out."""
    if not session.words and not session.flags["filename"]:
        raise error("required resource not specified")
    found = named(session)
    for item in found:
        if item.kind.name != "Deployment":
            verb = session.path.rpartition(" ")[2]
            missing = {"status": "status viewer", "history": "history viewer", "undo": "rollbacker"}.get(verb)
            if missing:
                group = f"{item.kind.name}.{item.kind.group}" if item.kind.group else item.kind.name
                raise error(
                    f"no {missing} has been implemented for {group}"
                    if verb == "status"
                    else f'no {missing} has been implemented for "{group}"'
                )
            done = {"pause": "pausing", "resume": "resuming", "restart": "restarting"}[verb]
            raise error(f'{item.kind.plural} "{item.name}" {done} is not supported')
    if not found:
        session.say(f"No resources found in {session.namespace} namespace.")
    return found


def status(session: Session) -> None:
    """Tell how a rollout goes until it is done, failed, or no longer waited for."""
    for found in _deployments(session):
        said, done = _status(found.obj, session.flags["revision"])
        session.say(said)
        if done or not session.flags["watch"]:
            continue
        watch = _Watch(session, found, said)
        ended = session.wait_until(watch.look, session.flags["timeout"])
        if watch.failure:
            raise error(watch.failure)
        if not ended:
            raise error("timed out waiting for the condition")


class _Watch:
    """Follows one rollout and prints each new thing that is to be told."""

    def __init__(self, session: Session, found: Found, said: str) -> None:
        self.session, self.found, self.said, self.failure = session, found, said, ""

    def look(self, cluster: Cluster) -> bool:
        """Whether there is nothing more to wait for."""
        try:
            obj = cluster.api.get("deployments", self.found.name, self.found.namespace)
            said, done = _status(obj, self.session.flags["revision"])
        except ApiError as refusal:
            self.failure = "object has been deleted" if refusal.code == 404 else refusal.message
            return True
        except Exception as failure:
            self.failure = getattr(failure, "text", str(failure)).removeprefix("error: ")
            return True
        if said != self.said:
            self.session.say(said)
        self.said = said
        return done


def _status(deployment: Any, revision: int) -> tuple[str, bool]:
    name, spec, state = deployment.metadata.name, deployment.spec, deployment.status
    running = revision_of(deployment)
    if revision > 0 and revision != running:
        raise error(f"desired revision ({revision}) is different from the running revision ({running})")
    if (deployment.metadata.generation or 0) > ((state.observedGeneration if state else None) or 0):
        return "Waiting for deployment spec update to be observed...", False
    progressing = condition(deployment, "Progressing")
    if progressing and progressing.reason == "ProgressDeadlineExceeded":
        raise error(f'deployment "{name}" exceeded its progress deadline')
    wanted, updated = spec.replicas or 0, state.updatedReplicas or 0
    total, available = state.replicas or 0, state.availableReplicas or 0
    waiting = f'Waiting for deployment "{name}" rollout to finish: '
    if updated < wanted:
        return f"{waiting}{updated} out of {wanted} new replicas have been updated...", False
    if total > updated:
        return f"{waiting}{total - updated} old replicas are pending termination...", False
    if available < updated:
        return f"{waiting}{available} of {updated} updated replicas are available...", False
    return f'deployment "{name}" successfully rolled out', True


def revision_of(obj: Any) -> int:
    """The revision that a Deployment or ReplicaSet is at, 0 when it has none yet."""
    text = (obj.metadata.annotations or {}).get(REVISION, "")
    return int(text) if text.isdigit() else 0


def replica_sets(session: Session, deployment: Any) -> list[Any]:
    """The ReplicaSets that a Deployment manages."""
    held = session.client.list("replicasets", deployment.metadata.namespace)
    owners = [(obj, controller_of(obj)) for obj in held]
    return [obj for obj, owner in owners if owner and owner.uid == deployment.metadata.uid]


def history(session: Session) -> None:
    """The revisions that a Deployment can be rolled back to."""
    wanted = session.flags["revision"]
    if wanted < 0:
        raise error(f"revision must be a positive integer: {wanted}")
    for found in _deployments(session):
        revisions = {revision_of(obj): obj for obj in replica_sets(session, found.obj) if revision_of(obj)}
        head = name_of(found.kind, found.name)
        if wanted:
            if wanted not in revisions:
                raise error("unable to find the specified revision")
            session.say(f"{head} with revision #{wanted}\n{_template(revisions[wanted])}")
            continue
        if not revisions:
            session.say(f"{head} \nNo rollout history found.")
            continue
        lines = ["REVISION\tCHANGE-CAUSE\n"]
        for number in sorted(revisions):
            cause = (revisions[number].metadata.annotations or {}).get(CHANGE_CAUSE) or "<none>"
            lines.append(f"{number}\t{cause}\n")
        session.say(f"{head} \n{align(''.join(lines))}")


def _template(source: Any) -> str:
    """The pod template of a revision, with the cause of the change among its annotations, as kubectl shows it."""
    template, cause = source.spec.template, (source.metadata.annotations or {}).get(CHANGE_CAUSE)
    if cause:
        held = (template.metadata.annotations if template.metadata else None) or {}
        template = replace(template, metadata=replace(template.metadata, annotations={**held, CHANGE_CAUSE: cause}))
    return describe_template(template)


def undo(session: Session) -> None:
    """Roll back to an earlier revision: the one before, or `--to-revision`."""
    target = session.flags["to-revision"]
    for found in _deployments(session):
        deployment = found.obj
        if LAST_APPLIED in (deployment.metadata.annotations or {}):
            session.warn(_WARNING.format(name=f"{found.kind.plural}/{found.name}", annotation=LAST_APPLIED))
        source = _revision(session, deployment, target)
        template = to_dict(source)["spec"]["template"]
        if session.flags.dry_run == "client":
            session.done(found.kind, found.name, describe_template(source.spec.template))
            continue
        if deployment.spec.paused:
            raise error(
                "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again"
            )
        labels = template.get("metadata", {}).get("labels") or {}
        labels.pop("pod-template-hash", None)
        if template == to_dict(deployment)["spec"]["template"]:
            said = f"skipped rollback (current template already matches revision {target})"
            session.done(found.kind, found.name, said)
            continue
        own = {key: text for key, text in (deployment.metadata.annotations or {}).items() if key in _NOT_ROLLED_BACK}
        theirs = source.metadata.annotations or {}
        annotations = {**own, **{key: text for key, text in theirs.items() if key not in _NOT_ROLLED_BACK}}
        operations = [
            {"op": "replace", "path": "/spec/template", "value": template},
            {"op": "replace", "path": "/metadata/annotations", "value": annotations},
        ]
        dry_run = session.flags.dry_run == "server"
        session.client.patch("deployments", found.name, operations, found.namespace, patch_type="json", dry_run=dry_run)
        session.done(found.kind, found.name, "rolled back")


def _revision(session: Session, deployment: Any, target: int) -> Any:
    revisions = {revision_of(obj): obj for obj in replica_sets(session, deployment) if revision_of(obj)}
    if target:
        if target not in revisions:
            raise error(f"unable to find specified revision {target} in history")
        return revisions[target]
    if len(revisions) < 2:
        raise error(f'no rollout history found for deployment "{deployment.metadata.name}"')
    return revisions[sorted(revisions)[-2]]


def pause(session: Session) -> None:
    """Let changes to a Deployment gather without rolling them out."""
    _set_paused(session, True, "paused")


def resume(session: Session) -> None:
    """Roll out what has gathered."""
    _set_paused(session, False, "resumed")


def _set_paused(session: Session, paused: bool, word: str) -> None:
    for found in _deployments(session):
        if bool(found.obj.spec.paused) == paused:
            raise error(f'{found.kind.qualified} "{found.name}" is {"already paused" if paused else "not paused"}')
        _patch(session, found, {"spec": {"paused": paused or None}})
        session.done(found.kind, found.name, word)


def restart(session: Session) -> None:
    """Roll out the same pods anew, by an annotation with the time in their template."""
    for found in _deployments(session):
        if found.obj.spec.paused:
            raise error(
                f'{found.kind.qualified} "{found.name}" can\'t restart paused deployment (run rollout resume first)'
            )
        when = session.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        held = found.obj.spec.template.metadata
        if held and (held.annotations or {}).get(RESTARTED) == when:
            raise error(
                f"failed to create patch for {found.name}: if restart has already been triggered within the past "
                "second, please wait before attempting to trigger another"
            )
        _patch(session, found, {"spec": {"template": {"metadata": {"annotations": {RESTARTED: when}}}}})
        session.done(found.kind, found.name, "restarted")


def _patch(session: Session, found: Found, patch: dict[str, Any]) -> None:
    session.client.patch(found.kind.plural, found.name, patch, found.namespace, dry_run=session.flags.dry_run != "none")
