"""The narration: what happened, in a sentence a person says, from the journal and the cluster's own events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kubelab.api.errors import ApiError
from kubelab.journal import Entry
from kubelab.language import text

FAULTS: dict[str, dict[str, str]] = {
    "kill": {"es": "{name} se queda sin corriente", "en": "{name} loses its power"},
    "revive": {"es": "{name} se enciende otra vez", "en": "{name} is switched on again"},
    "cut": {"es": "{name} se queda sin red", "en": "{name} loses its network"},
    "heal": {"es": "{name} vuelve a tener red", "en": "{name} has its network back"},
    "stop": {"es": "se detiene {name}", "en": "{name} is stopped"},
    "start": {"es": "arranca {name}", "en": "{name} is started"},
}

# By the reason of an Event; the others say nothing that the picture does not show.
EVENTS: dict[str, dict[str, str]] = {
    "Scheduled": {"es": "{name} va a {last}", "en": "{name} goes to {last}"},
    "FailedScheduling": {"es": "{name} no encuentra nodo: {message}", "en": "{name} finds no node: {message}"},
    "Started": {"es": "{name}: arranca su contenedor", "en": "{name}: its container starts"},
    "Killing": {"es": "{name}: se detiene su contenedor", "en": "{name}: its container is stopped"},
    "Unhealthy": {"es": "{name}: la sonda falla: {message}", "en": "{name}: its probe fails: {message}"},
    "BackOff": {"es": "{name}: {message}", "en": "{name}: {message}"},
    "Failed": {"es": "{name}: {message}", "en": "{name}: {message}"},
    "NodeNotReady": {"es": "la API da {name} por NotReady", "en": "the API takes {name} for NotReady"},
    "NodeReady": {"es": "la API vuelve a dar {name} por Ready", "en": "the API takes {name} for Ready again"},
    "RegisteredNode": {"es": "{name} se une al clúster", "en": "{name} joins the cluster"},
    "TaintManagerEviction": {"es": "{name} es desalojado de su nodo", "en": "{name} is evicted from its node"},
    "ScalingReplicaSet": {"es": "Deployment {name}: {message}", "en": "Deployment {name}: {message}"},
    "Preempted": {"es": "{name} cede su sitio", "en": "{name} gives up its place"},
}
ABOUT_NODES = ("NodeNotReady", "NodeReady", "RegisteredNode")


def narrate(cluster: Any, entries: Iterable[Entry]) -> list[tuple[float, str]]:
    """The sentences that these journal entries are worth, each with its time."""
    told = []
    for entry in entries:
        sentence = _sentence(cluster, entry)
        if sentence:
            told.append((entry.time, sentence))
    return told


def _sentence(cluster: Any, entry: Entry) -> str:
    if entry.actor == "fault":
        return text(FAULTS[entry.verb]).format(name=entry.object.rpartition("/")[2]) if entry.verb in FAULTS else ""
    if entry.verb != "create" or not entry.object.startswith("events/"):
        return ""
    _, namespace, name = entry.object.split("/")
    try:
        event = cluster.api.get("events", name, namespace, revision=entry.revision)
    except ApiError:
        return ""  # nobody answers just now, or it is too long ago
    about = event.involvedObject
    if event.reason not in EVENTS or (event.reason in ABOUT_NODES) != (about.kind == "Node"):
        return ""
    message = event.message or ""
    return text(EVENTS[event.reason]).format(name=about.name, message=message, last=message.rsplit(" ", 1)[-1])
