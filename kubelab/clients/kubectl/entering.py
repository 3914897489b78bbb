"""`kubectl exec`: a command run inside a container.

There is no terminal: an interactive shell takes its commands from the text that is given on standard input, which in a
notebook is the rest of the cell.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/exec`.
    https://kubernetes.io/docs/tasks/debug/debug-application/get-shell-running-container/
"""

from __future__ import annotations

from typing import Any

from kubelab.clients.inside import commands
from kubelab.clients.inside.commands import SHELLS, Outcome
from kubelab.clients.inside.container import Inside
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.attached import no_terminal
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.reaching import container_of, for_entering, pods_of, worker_of
from kubelab.clients.kubectl.resources import find, wanted
from kubelab.clients.kubectl.session import Session

FLAGS = (
    *(*f.FILES, f.text("container", "c"), f.switch("stdin", "i"), f.switch("tty", "t"), f.switch("quiet", "q")),
    f.duration("pod-running-timeout", 60.0),
)


def execute(session: Session) -> None:
    """Run a command inside a container: `kubectl exec web-1 -- env`."""
    before, words = session.flags.before_dashes, session.words
    if before is None and len(words) > 1:
        raise session.usage("exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead")
    place, argv = (words, []) if before is None else (words[:before], words[before:])
    if not place:
        raise error("pod, type/name or --filename must be specified")
    if not argv:
        raise error("you must specify at least one command for the container")
    (want,) = wanted(session, place[:1]) if "/" in place[0] else wanted(session, place[:1], default_kind="pods")
    found, refusals = find(session, [want])
    if refusals:
        raise refusals[0]
    pod = pods_of(session, found[0], "cannot attach to", for_entering)[0]
    if pod.status.phase in ("Succeeded", "Failed"):
        raise error(f"cannot exec into a container in a completed pod; current phase is {pod.status.phase}")
    outcome = _run(session, _inside(session, pod), argv)
    session.show(outcome.out + outcome.err)
    if outcome.code:
        raise CommandError(f"command terminated with exit code {outcome.code}")


def _inside(session: Session, pod: Any) -> Inside:
    session.check("create", "pods/exec", pod)
    name = container_of(session, pod, session.flags["container"])
    if not pod.spec.nodeName:
        raise CommandError(f"Error from server (BadRequest): pod {pod.metadata.name} does not have a host assigned")
    worker = worker_of(session, pod, f"exec/{pod.metadata.namespace}/{pod.metadata.name}/{name}")
    sandbox = worker.runtime.sandboxes.get(pod.metadata.uid)
    held = sandbox.containers.get(name) if sandbox is not None else None
    if held is None or not held.running:
        raise error(f'Internal error occurred: unable to upgrade connection: container not found ("{name}")')
    return Inside(session.cluster, session.client, pod, name, held)


def _run(session: Session, inside: Inside, argv: list[str]) -> Outcome:
    shell = argv[0].rpartition("/")[2] in SHELLS and len(argv) == 1
    if shell and session.flags["stdin"]:
        if not session.stdin.strip():
            raise no_terminal(f"kubectl exec -i {inside.pod.metadata.name}")
        return commands.script(inside, session.stdin)
    refused = commands.refusal(argv[0], inside)
    if refused:
        raise error(refused)
    return commands.run(inside, argv)
