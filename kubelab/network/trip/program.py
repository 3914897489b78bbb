"""The last station: the program in the container answers, or hands the request on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.network import sender
from kubelab.network.loss import EMPTY, SILENT, TLS, UNTRUSTED, LostError, timed_out
from kubelab.network.program import Asked, Onward, Reply
from kubelab.network.sentences import Sentence
from kubelab.network.url import Url, parsed

if TYPE_CHECKING:
    from kubelab.network.trip.trip import Trip

SECURE_PORTS = (443, 6443, 8443)  # what listens there speaks TLS
MOST_PROXIES = 8  # one behind the other
_WORDS = {502: "Bad Gateway", 504: "Gateway Time-out", 508: "Loop Detected"}


def handshake(trip: Trip, way: float) -> None:
    """TLS, where the URL says so: one more time there and back."""
    if not trip.url.secure:
        return
    trip.time += 2 * way
    about = f"pods/{trip.namespace}/{trip.pod}" if trip.pod else f"nodes/{trip.at}"
    if trip.container is not None and trip.port not in SECURE_PORTS:
        raise LostError(Sentence("plain-http", (trip.port, trip.pod)), TLS, "tls", about)
    if trip.container is not None and trip.container.program is not None:
        shown = trip.container.program.certificate((trip.options.host or trip.url.host).partition(":")[0])
        trip.hop("tls", f"{trip.namespace}/{trip.pod}", Sentence("certificate", (shown,)))
    if trip.options.verify:
        raise LostError(Sentence("untrusted"), UNTRUSTED, "untrusted", about)


def answer(trip: Trip) -> Reply:
    """What the program answers with, after as long as it needs."""
    container, sandbox = trip.container, trip.sandbox
    behavior, method, path = container.behavior, trip.options.method, trip.url.path
    age = trip.now - container.started
    status = container.http_status(path, age, method)
    able = age >= behavior.ready_after and not behavior.hanging(age)
    page = container.page(path) if able else None
    onward = _onward(trip) if able else None
    if isinstance(onward, tuple) and not isinstance(onward, Reply):
        return _forwarded(trip, onward)
    if onward is not None:
        status = onward.status
    where = f"{sandbox.namespace}/{sandbox.name}/{container.name}"
    trip.hop("container", where, (onward.detail if onward else "") or f"{method} {path}: {status}")
    if not status:
        raise LostError(Sentence("empty", (sandbox.name,)), EMPTY, "empty", _pod(trip))
    if trip.time + behavior.latency > trip.began + trip.options.timeout:
        raise timed_out(Sentence("slow-pod", (sandbox.name, float(behavior.latency))), "slow", _pod(trip))
    trip.time += behavior.latency
    trip.answered.append((container, f'{trip.source} - "{method} {path} HTTP/1.1" {status}'))
    if onward is not None:
        return onward
    if not 200 <= status < 400:
        return Reply(status, f"{status} from {sandbox.name}")
    body = behavior.body.replace("{pod}", sandbox.name) if page is None else page
    return Reply(status, "" if method == "HEAD" else body)


def _onward(trip: Trip) -> Reply | tuple[Onward, ...] | None:
    """What a program that hands requests on makes of this one."""
    held: Any = trip.container.program
    if held is not None:
        url, options = trip.url, trip.options
        host = (options.host or url.host).partition(":")[0]
        asked = Asked(options.method, url.scheme, host, url.path, options.headers, trip.source)
        found: Reply | tuple[Onward, ...] | None = held.forward(asked, trip.dice)
        return found
    upstream = trip.container.behavior.forwards
    if not upstream:
        return None
    to = parsed(upstream)
    return (Onward(to.host, to.port, to.path.rstrip("/") + trip.url.path, to.host, to.scheme),)


def _forwarded(trip: Trip, ways: tuple[Onward, ...]) -> Reply:
    """Ask upstream, one after the other until one answers; what nobody answers is 502, or 504 after silence."""
    container, sandbox = trip.container, trip.sandbox
    where, status, behind = f"{sandbox.namespace}/{sandbox.name}", 502, None
    reply: Reply | None = None
    for onward in ways if trip.depth < MOST_PROXIES else ():
        trip.hop("proxy", where, onward.detail or f"{onward.host or trip.url.host} → {onward.address}:{onward.port}")
        inner, first = _behind(trip, onward), len(trip.hops)
        try:
            reply = inner.ask()
        except LostError as met:
            lost = inner.noticed(met)
            status = 504 if lost.code == SILENT else 502
            behind = inner.response(f"{onward.scheme}://{onward.address}:{onward.port}", Reply(0), lost, first)
        trip.time, trip.until = inner.time, min(trip.until, inner.until)
        if reply is not None:
            trip.pod, trip.namespace, trip.at = inner.pod, inner.namespace, inner.at
            trip.service = inner.service or trip.service
            break
    if trip.time > trip.began + trip.options.timeout:
        raise timed_out(Sentence("silent-behind", (sandbox.name,)), "slow", _pod(trip))
    if reply is None:
        status = 508 if trip.depth >= MOST_PROXIES else status
        about = behind.about if behind is not None else ""
        reply = Reply(status, f"{status} {_WORDS[status]}", about=about, behind=behind)
        trip.pod, trip.namespace = sandbox.name, sandbox.namespace
    path = trip.url.path
    trip.answered.append((container, f'{trip.sender.address} - "{trip.options.method} {path} HTTP/1.1" {reply.status}'))
    return reply


def _behind(trip: Trip, onward: Onward) -> Trip:
    """The request that the program itself sends."""
    url = Url(onward.scheme, onward.address, onward.port, onward.path)
    client = sender.in_pod(trip.cluster, trip.at, trip.sandbox)
    headers = (*onward.headers, ("X-Forwarded-For", trip.source))
    options = trip.options._replace(
        timeout=onward.timeout, connect_timeout=onward.connect_timeout, host=onward.host, headers=headers, verify=False,
        resolved="",
    )  # fmt: skip
    inner = type(trip)(trip.cluster, url, client, options, trip.dice)
    inner.hops, inner.answered, inner.depth = trip.hops, trip.answered, trip.depth + 1
    inner.began = inner.time = trip.time
    return inner


def _pod(trip: Trip) -> str:
    return f"pods/{trip.namespace}/{trip.pod}"
