"""One request, hop by hop: name, rule, translation, tunnel, node, pod, container."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kubelab.language import say
from kubelab.network.dice import Dice
from kubelab.network.loss import LostError
from kubelab.network.response import Response
from kubelab.network.sender import sender
from kubelab.network.trip import Trip
from kubelab.network.trip.trip import Options
from kubelab.network.url import parsed

if TYPE_CHECKING:
    from kubelab.cluster import Cluster


def send(
    cluster: Cluster,
    url: str,
    source: str | None = None,
    *,
    namespace: str = "default",
    timeout: float | None = None,
    connect_timeout: float | None = None,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    host: str = "",
    resolve: str = "",
    verify: bool = False,
    connects: bool = False,
) -> Response:
    """Send one request now, and see what becomes of it. Time does not pass; `latency` says how much would.

    `source` is `pod/NAME`, `pod/NAMESPACE/NAME`, a machine's name, or `outside`. Without it the request comes from
    outside where the URL leads there (a machine, a name in `cluster.hosts`, a public address, its own localhost); the
    name or address of a Service or a pod means nothing outside, so then a client in the pod network of the first
    worker that is up sends it. `namespace` is the sender's: short names are looked up in it.

    `timeout` is how long the sender waits for the answer, `connect_timeout` for the connection. `host` is the header
    Host where it is not the URL's; `resolve` is the address to take for the URL's name without looking it up. With
    `verify` a certificate that nobody known has signed is refused. With `connects` nothing is asked for: a connection
    is made and closed again, as `nc -z` does.

    Raises
    ------
    ValueError
        The URL or the source makes no sense.
    """
    where = parsed(url)
    patience = cluster.timings.connect_timeout if timeout is None else timeout
    if not patience > 0:
        raise ValueError(
            say(
                es=f"un timeout son más de 0 segundos, no {timeout!r}",
                en=f"a timeout is more than 0 seconds, not {timeout!r}",
            )
        )
    connecting = patience if connect_timeout is None else min(connect_timeout, patience)
    options = Options(patience, connecting, method, tuple((headers or {}).items()), host, verify, resolve, connects)
    try:
        client = sender(cluster, source, namespace, where)
        response = Trip(cluster, where, client, options, Dice(cluster.rng)).go(url)
    except LostError as lost:  # before there was a sender
        response = Response(url, 0, "", lost.reason, (), patience, "", "", lost.code, lost.cause, lost.about)
    cluster.journal.record(source or "client", "request", url, detail={**told(response), "single": True})
    return response


def told(response: Response) -> dict[str, Any]:
    """What the journal keeps of it, in no language but English: up to when its client knew what became of it."""
    reason, ends = response.reason, response.latency
    return {
        "status": response.status, "error": reason.said("en") if reason else "", "reason": reason,
        "pod": response.pod, "node": response.node, "latency": round(ends, 6),
        "path": [[hop.kind, hop.place] for hop in response.hops if hop.time <= ends],
    }  # fmt: skip


__all__ = ["parsed", "send", "told"]
