"""`kubectl logs`: what containers have printed.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/logs`. https://kubernetes.io/docs/concepts/cluster-administration/logging/
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from kubelab.api.errors import bad_request
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.reaching import container_of, for_logs, pods_of, worker_of
from kubelab.clients.kubectl.resources import Found, Wanted, find, kind_named, wanted
from kubelab.clients.kubectl.session import Session

FLAGS = (
    *(f.text("container", "c"), f.switch("previous", "p"), f.switch("follow", "f"), f.number("tail", -1)),
    *(f.SELECTOR, f.switch("all-containers"), f.switch("timestamps"), f.switch("prefix"), f.duration("since")),
    *(f.switch("all-pods"), f.switch("ignore-errors"), f.text("since-time"), f.number("limit-bytes", 0)),
    *(f.number("max-log-requests", 5), f.duration("pod-running-timeout", 20.0)),
)
_USAGE = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the \
logs command"
_SHOWN_OF_MANY = 10


def logs(session: Session) -> None:
    """Show what the containers of pods have printed; `-f` lets time pass and shows what comes."""
    flags, words = session.flags, session.words
    if not words and not flags["selector"]:
        raise session.usage(_USAGE)
    if words and flags["selector"]:
        raise session.usage("only a selector (-l) or a POD name is allowed")
    if len(words) > 2 or (len(words) == 2 and flags["container"]):
        raise session.usage("only one of -c or an inline [CONTAINER] arg is allowed")
    container = flags["container"] or (words[1] if len(words) == 2 else "")
    _check(session, container)
    if flags["selector"] and "tail" not in flags.given:
        flags["tail"] = _SHOWN_OF_MANY
    chosen = [(pod, name) for pod in _pods(session, words[:1]) for name in _containers(session, pod, container)]
    if flags["follow"] and len(chosen) > flags["max-log-requests"]:
        raise error(
            f"you are attempting to follow {len(chosen)} log streams, but maximum allowed concurrency is "
            f"{flags['max-log-requests']}, use --max-log-requests to increase the limit"
        )
    for pod, name in chosen:
        _print(session, pod, name, _lines(session, pod, name))
    if flags["follow"]:
        _follow(session, chosen)


def _check(session: Session, container: str) -> None:
    flags = session.flags
    if flags["since"] and flags["since-time"]:
        raise error("at most one of `sinceTime` or `sinceSeconds` may be specified")
    if flags["all-containers"] and container:
        raise error(f"--all-containers=true should not be specified with container name {container}")
    if flags["limit-bytes"] < 0:
        raise error("--limit-bytes must be greater than 0")
    if flags["since"] < 0:
        raise error("--since must be greater than 0")
    if flags["tail"] < -1:
        raise error("--tail must be greater than or equal to -1")


def _follow(session: Session, chosen: list[tuple[Any, str]]) -> None:
    """Let time pass, then show what was written meanwhile, in the order of time."""
    since = session.cluster.now
    session.pass_time()
    written = []
    for place, (pod, name) in enumerate(chosen):
        try:
            entries = _entries(session, pod, name)
        except CommandError:
            continue
        written += [(at, place, text) for at, text in entries if at > since]
    for at, place, text in sorted(written):
        _print(session, *chosen[place], [(at, text)])
    if not written:
        session.say_at_rest("-f")


def _print(session: Session, pod: Any, container: str, entries: list[tuple[float, str]]) -> None:
    flags = session.flags
    start = session.cluster.clock.start
    prefix = f"[pod/{pod.metadata.name}/{container}] " if flags["prefix"] else ""
    lines = []
    for at, text in entries:
        when = start + timedelta(seconds=at)
        stamp = f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond * 1000:09d}Z " if flags["timestamps"] else ""
        lines.append(f"{prefix}{stamp}{text}\n")
    whole = "".join(lines)
    if flags["limit-bytes"]:
        whole = whole.encode()[: flags["limit-bytes"]].decode(errors="ignore")
    session.show(whole)


def _pods(session: Session, words: list[str]) -> list[Any]:
    if session.flags["selector"]:
        found, refusals = find(session, [Wanted(kind_named(session, "pods"))])
        if refusals:
            raise refusals[0]
        if not found:
            session.tell(f"No resources found in {session.namespace} namespace.")
        return [item.obj for item in found]
    (want,) = wanted(session, words) if "/" in words[0] else wanted(session, words, default_kind="pods")
    found, refusals = find(session, [want])
    if refusals and refusals[0].code == 404:
        message = f'{refusals[0].message} in namespace "{session.namespace}"'
        raise error(f"error from server (NotFound): {message}")
    if refusals:
        raise refusals[0]
    return _pods_of(session, found[0])


def _pods_of(session: Session, found: Found) -> list[Any]:
    """The pod itself, or one of a workload's; all of them with `--all-pods`."""
    pods = pods_of(session, found, "cannot get the logs from", for_logs)
    if len(pods) > 1 and session.flags["all-pods"]:
        session.flags["prefix"] = True
        return pods
    if len(pods) > 1:
        session.tell(f"Found {len(pods)} pods, using pod/{pods[0].metadata.name}")
    return pods[:1]


def _containers(session: Session, pod: Any, wished: str) -> list[str]:
    if session.flags["all-containers"]:
        return [container.name for container in (*(pod.spec.initContainers or ()), *pod.spec.containers)]
    return [container_of(session, pod, wished)]


def _lines(session: Session, pod: Any, container: str) -> list[tuple[float, str]]:
    """What one container has printed; the API server asks the kubelet of the pod's node for it."""
    session.check("get", "pods/log", pod)
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
    entries = _entries(session, pod, container)
    since = _since(session)
    entries = [entry for entry in entries if since is None or entry[0] >= since]
    if flags["tail"] >= 0:
        entries = entries[len(entries) - min(flags["tail"], len(entries)) :]
    return entries


def _since(session: Session) -> float | None:
    """The instant before which lines are left out."""
    flags, clock = session.flags, session.cluster.clock
    if flags["since"]:
        return clock.now - flags["since"]
    if not flags["since-time"]:
        return None
    try:
        when = datetime.fromisoformat(flags["since-time"])
    except ValueError:
        raise error(f'parsing time "{flags["since-time"]}": cannot parse') from None
    return clock.instant_of(when if when.tzinfo else when.replace(tzinfo=UTC))


def _entries(session: Session, pod: Any, container: str) -> list[tuple[float, str]]:
    """The API server asks the kubelet of the pod's node, which reads what the runtime has kept."""
    meta = pod.metadata
    worker = worker_of(session, pod, f"containerLogs/{meta.namespace}/{meta.name}/{container}")
    try:
        return worker.runtime.log_entries(meta.uid, container, session.flags["previous"])
    except KeyError:
        kept = "previous terminated container" if session.flags["previous"] else "container"
        raise bad_request(f'{kept} "{container}" in pod "{meta.name}" not found') from None


_WAITING = {
    "ImagePullBackOff": "is waiting to start: trying and failing to pull image",
    "ErrImagePull": "is waiting to start: image can't be pulled",
}
