"""One request that somebody asked for in the live view: its way over the picture, its hops, and why it ended so."""

from __future__ import annotations

from typing import Any

from kubelab.language import say
from kubelab.network.response import Response
from kubelab.view.film import Camera
from kubelab.view.journey import journey, milliseconds
from kubelab.view.losses import loss_words
from kubelab.view.requests_seen import requests_since


def asked(cluster: Any, camera: Camera, response: Response) -> dict[str, Any]:
    """What the page shows of a response. It was the last thing that the cluster's journal has heard of.

    `time` is when that was; `legs` are the points of each leg of the way, `heard` up to which hop one is after each.
    """
    told = journey(response)
    seen = next(reversed(requests_since(cluster.journal.since(len(cluster.journal) - 1))))
    assert camera.scene is not None
    assert camera.plan is not None
    way = seen.way(camera.scene)
    legs = camera.plan.legs([stop for stop, _ in way], seen.astray)
    heard = [station for station in told.stations if station.time <= response.latency]
    why = "" if response.ok else _why(cluster, response)
    return {
        "answered": response.ok,
        "time": cluster.now,
        "text": _headline(response),
        "url": response.url,
        "hops": [(milliseconds(station.time), station.title, station.words) for station in heard],
        "legs": legs,
        "heard": [number for _, number in way][-len(legs) :] if legs else [],
        "began": way[0][1],
        "status": str(response.status),
        "lost": seen.words,
        "why": why,
    }


def _headline(response: Response) -> str:
    took = milliseconds(response.latency)
    if response.status:
        who = response.pod or say(es="el servidor de la API", en="the API server")
        where = say(es=f" en {response.node}", en=f" on {response.node}") if response.node else ""
        status = response.status
        return say(es=f"{status} de {who}{where}, en {took}", en=f"{status} from {who}{where}, {took}")
    words = loss_words(response.reason)
    return say(es=f"sin respuesta tras {took}: {words}", en=f"no answer after {took}: {words}")


def _why(cluster: Any, response: Response) -> str:
    why = cluster.why(response)
    mend = [f"→ {why.mend}"] if why.mend else []
    return "\n".join([f"{why.object}: {why.reason}", *why.details, *mend])
