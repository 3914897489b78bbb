"""`kubectl events` and `kubectl logs`: what has happened to objects, and what containers have printed.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/events` and `…/logs`.
    https://kubernetes.io/docs/concepts/cluster-administration/logging/
"""

from __future__ import annotations

from typing import Any

from kubelab.api.errors import bad_request
from kubelab.api.objects import to_dict
from kubelab.api.selectors import from_object
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.describe.events import in_order, interval
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.output import printed
from kubelab.clients.kubectl.resources import Found, Wanted, find, kind_named, wanted
from kubelab.clients.kubectl.session import Session
from kubelab.clients.tabwriter import table

EVENTS_FLAGS = (
    *(f.ALL_NAMESPACES, f.text("for"), f.several("types"), f.switch("no-headers"), f.switch("watch", "w"), f.OUTPUT),
)
LOGS_FLAGS = (
    *(f.text("container", "c"), f.switch("previous", "p"), f.switch("follow", "f"), f.number("tail", -1)),
    *(f.SELECTOR, f.switch("all-containers"), f.switch("timestamps"), f.switch("prefix"), f.duration("since")),
    *(f.switch("all-pods"), f.switch("ignore-errors")),
)
_LOGS_USAGE = (
    "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the \
logs command"
)
DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"


def events(session: Session) -> None:
    """Show events, the oldest first."""
    flags = session.flags
    if flags["watch"]:
        raise error("--watch is not available: let the cluster run and ask again")
    types = [word.lower() for given in flags["types"] for word in given.split(",")]
    if any(word not in ("normal", "warning") for word in types):
        raise error("valid --types are Normal or Warning")
    selector = ""
    if flags["for"]:
        if "/" not in flags["for"]:
            raise error("--for must be in resource/name form")
        type_, _, name = flags["for"].partition("/")
        kind = kind_named(type_)
        selector = (
            f"involvedObject.kind={kind.name},involvedObject.apiVersion={kind.api_version},involvedObject.name={name}"
        )
    scope = None if session.everywhere else session.namespace
    found = session.client.list("events", scope, field_selector=selector)
    found = in_order([event for event in found if not types or (event.type or "").lower() in types])
    if not found:
        session.say("No events found." if session.everywhere else f"No events found in {session.namespace} namespace.")
        return
    if flags["output"]:
        session.show(printed(flags["output"], [to_dict(event) for event in found], single=False))
        return
    headings = ["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"]
    rows = []
    for event in found:
        about = f"{event.involvedObject.kind}/{event.involvedObject.name}"
        cells = [
            interval(event, session.now),
            event.type or "",
            event.reason or "",
            about,
            (event.message or "").strip(),
        ]
        rows.append([event.metadata.namespace, *cells] if session.everywhere else cells)
    if session.everywhere:
        headings.insert(0, "NAMESPACE")
    session.show(table(headings, rows, headers=not flags["no-headers"]))


def logs(session: Session) -> None:
    """Show what the containers of pods have printed."""
    flags = session.flags
    if flags["follow"]:
        raise error("--follow is not available: let the cluster run and ask again")
    words = session.words
    if not words and not flags["selector"]:
        raise session.usage(_LOGS_USAGE)
    if len(words) > 2 or (len(words) == 2 and flags["container"]):
        raise session.usage("only one of -c or an inline [CONTAINER] arg is allowed")
    container = flags["container"] or (words[1] if len(words) == 2 else "")
    if flags["all-containers"] and container:
        raise error(f"--all-containers=true should not be specified with container name {container}")
    if flags["tail"] < -1:
        raise error("--tail must be greater than or equal to -1")
    pods = _pods(session, words[:1])
    for pod in pods:
        for name in _containers(session, pod, container):
            lines = _lines(session, pod, name)
            prefix = f"[pod/{pod.metadata.name}/{name}] " if flags["prefix"] else ""
            session.show("".join(f"{prefix}{line}\n" for line in lines))


def _pods(session: Session, words: list[str]) -> list[Any]:
    if session.flags["selector"]:
        found, refusals = find(session, [Wanted(kind_named("pods"))])
        if refusals:
            raise refusals[0]
        if not found:
            session.say(f"No resources found in {session.namespace} namespace.")
        return [item.obj for item in found]
    (want,) = wanted(words) if "/" in words[0] else wanted(words, default_kind="pods")
    found, refusals = find(session, [want])
    if refusals and refusals[0].code == 404:
        message = f'{refusals[0].message} in namespace "{session.namespace}"'
        raise error(f"error from server (NotFound): {message}")
    if refusals:
        raise refusals[0]
    return [_pod_of(session, found[0])]


def _pod_of(session: Session, found: Found) -> Any:
    """The pod itself, or one of a workload's."""
    if found.kind.name == "Pod":
        return found.obj
    selector = getattr(found.obj.spec, "selector", None) if hasattr(found.obj, "spec") else None
    if selector is None:
        raise error(f"cannot get the logs from {found.kind.qualified}: selector is not available")
    text = (
        ",".join(f"{k}={v}" for k, v in selector.items()) if isinstance(selector, dict) else str(from_object(selector))
    )
    pods = session.client.list("pods", found.namespace, selector=text)
    if not pods:
        raise error("timed out waiting for the condition")
    pods.sort(key=_readiness)
    if len(pods) > 1:
        session.say(f"Found {len(pods)} pods, using pod/{pods[0].metadata.name}")
    return pods[0]


def _readiness(pod: Any) -> tuple[bool, bool, str]:
    """Pods that run come first."""
    return not pod.spec.nodeName, pod.status.phase != "Running", pod.metadata.name


def _containers(session: Session, pod: Any, wished: str) -> list[str]:
    names = [container.name for container in pod.spec.containers]
    inits = [container.name for container in pod.spec.initContainers or ()]
    listed = ", ".join([*names, *(f"{name} (init)" for name in inits)])
    if session.flags["all-containers"]:
        return [*inits, *names]
    if wished:
        if wished not in names + inits:
            raise error(f"container {wished} is not valid for pod {pod.metadata.name} out of: {listed}")
        return [wished]
    default = (pod.metadata.annotations or {}).get(DEFAULT_CONTAINER)
    if default in names + inits:
        return [default]
    if len(names) + len(inits) > 1:
        session.say(f'Defaulted container "{names[0]}" out of: {listed}')
    return names[:1]


def _lines(session: Session, pod: Any, container: str) -> list[str]:
    """What one container has printed; the API server asks the kubelet of the pod's node for it."""
    name, flags = pod.metadata.name, session.flags
    statuses = [*(pod.status.containerStatuses or ()), *(pod.status.initContainerStatuses or ())]
    status = next((held for held in statuses if held.name == container), None)
    state = status.state if status else None
    if flags["previous"] and not (status and status.restartCount):
        raise bad_request(f'previous terminated container "{container}" in pod "{name}" not found')
    if not flags["previous"] and (state is None or state.waiting) and not (status and status.restartCount):
        reason = (state.waiting.reason if state and state.waiting else None) or ""
        if not pod.spec.nodeName:
            raise bad_request(f"pod {name} does not have a host assigned")
        detail = f": {reason}" if reason else ""
        why = _WAITING.get(reason, f"is waiting to start{detail}")
        raise bad_request(f'container "{container}" in pod "{name}" {why}')
    lines = _from_kubelet(session, pod, container)
    if flags["tail"] >= 0:
        lines = lines[len(lines) - min(flags["tail"], len(lines)) :]
    return lines


def _from_kubelet(session: Session, pod: Any, container: str) -> list[str]:
    """The API server asks the kubelet of the pod's node, which reads what the runtime has kept."""
    meta, worker = pod.metadata, session.cluster.workers.get(pod.spec.nodeName)
    address = f"{(pod.status.hostIP if pod.status else None) or pod.spec.nodeName}:10250"
    if worker is None or not worker.machine.reachable or not worker.kubelet.running:
        why = "connection refused" if worker and worker.machine.reachable else "no route to host"
        path = f"containerLogs/{meta.namespace}/{meta.name}/{container}"
        raise CommandError(f'Error from server: Get "https://{address}/{path}": dial tcp {address}: connect: {why}')
    try:
        return list(worker.runtime.logs(meta.uid, container, previous=session.flags["previous"]))
    except KeyError:
        kept = "previous terminated container" if session.flags["previous"] else "container"
        raise bad_request(f'{kept} "{container}" in pod "{meta.name}" not found') from None


_WAITING = {
    "ImagePullBackOff": "is waiting to start: trying and failing to pull image",
    "ErrImagePull": "is waiting to start: image can't be pulled",
}
