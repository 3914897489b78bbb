"""`kubectl rollout pause`, `resume` and `restart`.

In Kubernetes
    `objectpauser.go`, `objectresumer.go`, `objectrestarter.go` in `k8s.io/kubectl/pkg/polymorphichelpers`.
"""

from __future__ import annotations

from typing import Any

from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.resources import Found
from kubelab.clients.kubectl.rollout.chosen import chosen
from kubelab.clients.kubectl.session import Session

RESTARTED = "kubectl.kubernetes.io/restartedAt"


def pause(session: Session) -> None:
    """Let changes to a Deployment gather without rolling them out."""
    _set_paused(session, True, "paused")


def resume(session: Session) -> None:
    """Roll out what has gathered."""
    _set_paused(session, False, "resumed")


def _set_paused(session: Session, paused: bool, word: str) -> None:
    for found in chosen(session, ("Deployment",)):
        if bool(found.obj.spec.paused) == paused:
            wrong = "is already paused" if paused else "is not paused"
            raise error(f'{found.kind.qualified} "{found.name}" {wrong}')
        session.done(found.kind, found.name, word, _patch(session, found, {"spec": {"paused": paused or None}}))


def restart(session: Session) -> None:
    """Roll out the same pods anew, by an annotation with the time in their template."""
    for found in chosen(session):
        if found.kind.name == "Deployment" and found.obj.spec.paused:
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
        patch = {"spec": {"template": {"metadata": {"annotations": {RESTARTED: when}}}}}
        session.done(found.kind, found.name, "restarted", _patch(session, found, patch))


def _patch(session: Session, found: Found, patch: dict[str, Any]) -> Any:
    dry_run = session.flags.dry_run != "none"
    return session.client.patch(
        found.kind.resource, found.name, patch, found.namespace, dry_run=dry_run, field_manager=session.manager
    )
