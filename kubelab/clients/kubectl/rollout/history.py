"""`kubectl rollout history`.

In Kubernetes
    `rollout_history.go` in `k8s.io/kubectl/pkg/cmd/rollout`.
"""

from __future__ import annotations

from typing import Any

from kubelab.clients.kubectl.describe.templates import describe_template
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.output import name_of, printed
from kubelab.clients.kubectl.resources import Found
from kubelab.clients.kubectl.rollout.chosen import chosen
from kubelab.clients.kubectl.rollout.revisions import Revision, applied, revisions_of, template_of
from kubelab.clients.kubectl.session import Session
from kubelab.clients.tabwriter import align


def history(session: Session) -> None:
    """The revisions that a workload can be rolled back to."""
    wanted = session.flags["revision"]
    if wanted < 0:
        raise error(f"revision must be a positive integer: {wanted}")
    for found in chosen(session):
        revisions = revisions_of(session, found)
        head = name_of(found.kind, found.name)
        if wanted and wanted not in revisions and (revisions or session.output):
            raise error("unable to find the specified revision")
        if session.output:
            chosen_ones = [revisions[wanted]] if wanted else list(revisions.values())
            shown = [printed(session.output, [_object(session, found, held)], single=True) for held in chosen_ones]
            session.show("---\n".join(shown) if session.output == "yaml" else "".join(shown))
        elif not revisions:
            session.say(f"{head} {f'with revision #{wanted}' if wanted else ''}\nNo rollout history found.")
        elif wanted:
            session.say(f"{head} with revision #{wanted}\n{describe_template(template_of(found, revisions[wanted]))}")
        else:
            lines = [f"{held.number}\t{held.cause or '<none>'}\n" for held in revisions.values()]
            table = align("".join(["REVISION\tCHANGE-CAUSE\n", *lines]))
            session.say(f"{head} \n{table}")


def _object(session: Session, found: Found, revision: Revision) -> dict[str, Any]:
    return session.shown(revision.source) if found.kind.name == "Deployment" else applied(found, revision)
