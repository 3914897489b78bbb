"""The narration: what happened, in a sentence a person says, from the journal and the cluster's own events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kubelab.api.errors import ApiError
from kubelab.api.kinds import find
from kubelab.journal import Entry
from kubelab.language import say, text

FAULTS: dict[str, dict[str, str]] = {
    "kill": {"es": "{name} se queda sin corriente", "en": "{name} loses its power"},
    "revive": {"es": "{name} se enciende otra vez", "en": "{name} is switched on again"},
    "cut": {"es": "{name} se queda sin red", "en": "{name} loses its network"},
    "heal": {"es": "{name} vuelve a tener red", "en": "{name} has its network back"},
    "stop": {"es": "se detiene {name}", "en": "{name} is stopped"},
    "start": {"es": "arranca {name}", "en": "{name} is started"},
}
LINKS: dict[str, dict[str, str]] = {
    "cut": {"es": "se corta el enlace {name}", "en": "the link {name} is cut"},
    "heal": {"es": "se arregla el enlace {name}", "en": "the link {name} is mended"},
    "slow": {"es": "el enlace {name} se vuelve lento", "en": "the link {name} becomes slow"},
    "lose": {"es": "el enlace {name} pierde paquetes", "en": "the link {name} loses packets"},
}

# By the reason of an Event; the others say nothing that the picture does not show.
EVENTS: dict[str, dict[str, str]] = {
    "Scheduled": {"es": "{name} va a {last}", "en": "{name} goes to {last}"},
    "FailedScheduling": {"es": "{name} no encuentra nodo: {message}", "en": "{name} finds no node: {message}"},
    "Started": {"es": "{name}: su contenedor arranca", "en": "{name}: its container starts"},
    "Killing": {"es": "{name}: su contenedor se detiene", "en": "{name}: its container is stopped"},
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
SPARED = {"es": "{name} ya no será desalojado de su nodo", "en": "{name} will not be evicted from its node after all"}

# What a person did, by the verb of the request.
DEEDS: dict[str, dict[str, str]] = {
    "create": {"es": "kubectl crea {kind} {name}", "en": "kubectl creates {kind} {name}"},
    "delete": {"es": "kubectl borra {kind} {name}", "en": "kubectl deletes {kind} {name}"},
    "cordon": {
        "es": "{name} queda acordonado: no recibe pods nuevos",
        "en": "{name} is cordoned: no new pods go there",
    },
    "uncordon": {"es": "{name} ya no está acordonado", "en": "{name} is cordoned no more"},
    "scale": {
        "es": "{kind} {name} debe tener {replicas} réplicas",
        "en": "{kind} {name} is to have {replicas} replicas",
    },
    "change": {"es": "kubectl cambia {kind} {name}", "en": "kubectl changes {kind} {name}"},
}


def narrate(cluster: Any, entries: Iterable[Entry]) -> list[tuple[float, str]]:
    """The sentences that these journal entries are worth, each with its time."""
    told = []
    for entry in entries:
        sentence = _sentence(cluster, entry)
        if sentence:
            told.append((entry.time, sentence))
    return told


def view_left(exact: bool = True) -> str:
    """That the view shows a fork from now on, and not the cluster that it was given.

    `exact`: from the moment that was asked for.
    """
    words = say(
        es="esta vista muestra ahora otra historia: lab.cluster (un fork; tu variable sigue con el clúster de antes)",
        en="this view now shows a fork: lab.cluster (your own variable keeps the cluster of before)",
    )
    if exact:
        return words
    return words + say(
        es="; empieza antes de lo que hizo una celda, que en ella no ha pasado",
        en="; it begins before what a cell did, which has not happened in it",
    )


def _sentence(cluster: Any, entry: Entry) -> str:
    if entry.object.startswith("links/"):
        return text(LINKS[entry.verb]).format(name=" – ".join(entry.object.split("/")[1:]))
    if entry.actor == "fault":
        return text(FAULTS[entry.verb]).format(name=entry.object.rpartition("/")[2]) if entry.verb in FAULTS else ""
    if entry.actor == "kubectl" and entry.revision:
        return _deed(cluster, entry)
    if entry.verb != "create" or not entry.object.startswith("events/"):
        return ""
    event = _object(cluster, entry.object, entry.revision)
    if event is None:
        return ""
    about = event.involvedObject
    if event.reason not in EVENTS or (event.reason in ABOUT_NODES) != (about.kind == "Node"):
        return ""
    message = event.message or ""
    spared = event.reason == "TaintManagerEviction" and message.startswith("Cancelling")
    sentence = SPARED if spared else EVENTS[event.reason]
    return text(sentence).format(name=about.name, message=message, last=message.rsplit(" ", 1)[-1])


def _deed(cluster: Any, entry: Entry) -> str:
    """What somebody asked of the API by `kubectl`, or by a button that does the same."""
    plural, _, key = entry.object.partition("/")
    kind, verb, replicas = find(plural), entry.verb, None
    if verb not in ("create", "delete"):
        now, before = (_object(cluster, entry.object, revision) for revision in (entry.revision, entry.revision - 1))
        wish, wished = getattr(now, "spec", None), getattr(before, "spec", None)
        verb, replicas = "change", getattr(wish, "replicas", None)
        if plural == "nodes" and _cordoned(wish) != _cordoned(wished):
            verb = "cordon" if _cordoned(wish) else "uncordon"
        elif replicas != getattr(wished, "replicas", None):
            verb = "scale"
    name = key.removeprefix("default/")
    return text(DEEDS[verb]).format(kind=kind.name if kind else plural, name=name, replicas=replicas)


def _cordoned(spec: Any) -> bool:
    return bool(spec and spec.unschedulable)


def _object(cluster: Any, path: str, revision: int) -> Any:
    """An object as it was; None where nobody answers just now, or it is too long ago."""
    plural, _, key = path.partition("/")
    namespace, _, name = key.rpartition("/")
    try:
        return cluster.api.get(plural, name, namespace or None, revision=revision)
    except ApiError:
        return None
