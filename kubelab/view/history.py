"""The history: what was the case when, read from the journal and from the API's past revisions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kubelab.api.errors import ApiError
from kubelab.language import say

LINK = " – "  # between the names of its ends


@dataclass(frozen=True)
class Span:
    """A stretch of virtual time in which one thing was the case."""

    start: float
    end: float
    state: str


@dataclass(frozen=True)
class Fault:
    """Something that was broken or mended: `verb` is kill, revive, cut, heal, stop, start, slow or lose."""

    time: float
    verb: str
    name: str

    @property
    def words(self) -> str:
        """What was done, in the current language."""
        if LINK in self.name:
            return {
                "cut": say(es=f"enlace {self.name} cortado", en=f"link {self.name} is cut"),
                "heal": say(es=f"enlace {self.name} bien", en=f"link {self.name} is mended"),
                "slow": say(es=f"enlace {self.name} lento", en=f"link {self.name} is slow"),
                "lose": say(es=f"enlace {self.name} pierde", en=f"link {self.name} loses packets"),
            }[self.verb]
        return {
            "kill": say(es=f"se apaga {self.name}", en=f"{self.name} is killed"),
            "revive": say(es=f"se enciende {self.name}", en=f"{self.name} is revived"),
            "cut": say(es=f"{self.name} sin red", en=f"{self.name} is cut off"),
            "heal": say(es=f"{self.name} con red", en=f"{self.name} is connected"),
            "stop": say(es=f"se detiene {self.name}", en=f"{self.name} is stopped"),
            "start": say(es=f"arranca {self.name}", en=f"{self.name} is started"),
        }[self.verb]


def spans(cluster: Any, kind: str, state: Callable[[Any], str]) -> dict[str, list[Span]]:
    """Of each object of a kind, by `namespace/name` and in the order of their birth, what it was when.

    `state` says in one word what is the case with an object; neighbouring spans differ.

    Left out
        What happened before the oldest revision that etcd still has.
    """
    found: dict[str, list[Span]] = {}
    last: dict[str, str] = {}
    for entry in cluster.journal:
        plural, _, key = entry.object.partition("/")
        if plural != kind or not entry.revision:
            continue
        namespace, _, name = key.rpartition("/")
        now = _state_at(cluster, kind, name, namespace or None, entry.revision, state)
        before = last.get(key, "")
        if now == before:
            continue
        lane = found.setdefault(key, [])
        if before:
            lane[-1] = Span(lane[-1].start, entry.time, before)
        if now:
            lane.append(Span(entry.time, cluster.now, now))
        last[key] = now
    return {key: [span for span in lane if span.end > span.start] for key, lane in found.items() if lane}


def faults(cluster: Any) -> list[Fault]:
    """Everything that was broken or mended on machines, processes and links, oldest first."""
    verbs = ("kill", "revive", "cut", "heal", "stop", "start", "slow", "lose")
    return [
        Fault(entry.time, entry.verb, _name(entry.object))
        for entry in cluster.journal
        if entry.actor == "fault" and entry.verb in verbs and not entry.object.startswith("pods/")
    ]


def _name(path: str) -> str:
    kind, _, rest = path.partition("/")
    return rest.replace("/", LINK) if kind == "links" else path.rpartition("/")[2]


def _state_at(
    cluster: Any, kind: str, name: str, namespace: str | None, revision: int, state: Callable[[Any], str]
) -> str:
    try:
        return state(cluster.api.get(kind, name, namespace, revision=revision))
    except ApiError as error:
        if error.code not in (404, 410):
            raise
        return ""
