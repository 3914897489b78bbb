"""Names that differ from run to run, made equal: a story of each object instead of random characters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from life_replay import Life

WATCHED_ONLY = ("wait", "table")
ADDRESS = re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b")
UID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
STORY = re.compile(r"-pod\(\d+,[\d-]+\)")
NODE = re.compile(r"(Successfully assigned \S+ to) \S+$")


class Names:
    """The renaming of one life.

    - A ReplicaSet becomes `web-#2`: the second of its Deployment, by the order in which they were made. So does a
      DaemonSet's ControllerRevision; a StatefulSet's has a hash that can be computed.
    - A pod becomes `web-#2-pod(1,3)`: made after action 1, told to go after action 3 (`-`: never). Pods of one story
      are interchangeable: which of several equal ones is scheduled, deleted or evicted first is random in Kubernetes.
      A StatefulSet's pods keep their names.
    - An EndpointSlice becomes `web-slice#1`.

    Actions are numbered from 0; waiting and looking are none.
    """

    def __init__(self, life: Life) -> None:
        self.actions = [step["t"] for step in life.steps if step["do"] not in WATCHED_ONLY]
        self.renamed: dict[str, str] = {}
        self.hashes: dict[str, str] = {}
        self._name_replica_sets(life.trace)
        self._name_slices(life.trace)
        self._name_pods(life.trace)
        found = sorted([*self.renamed, *self.hashes], key=len, reverse=True)
        self._pattern = re.compile("|".join(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in found) or r"(?!)")

    def window(self, t: float) -> int:
        """After which action an instant lies."""
        return max(sum(at <= t for at in self.actions) - 1, 0)

    def mask(self, text: str) -> str:
        """A text with every random name replaced."""
        text = self._pattern.sub(lambda hit: self.renamed.get(hit[0]) or self.hashes[hit[0]], text)
        return UID.sub("<uid>", text)

    def _name_replica_sets(self, trace: Iterable[dict[str, Any]]) -> None:
        made: dict[str, int] = {}
        for entry in trace:
            hashed = entry["kind"] == "replicasets" or is_of(entry, "controllerrevisions", "DaemonSet")
            if hashed and entry["name"] not in self.renamed:
                owner = (entry.get("owner") or "/").partition("/")[2] or entry["name"]
                made[owner] = made.get(owner, 0) + 1
                self.renamed[entry["name"]] = f"{owner}-#{made[owner]}"
                self.hashes[entry["name"].rpartition("-")[2]] = f"#{made[owner]}"

    def _name_slices(self, trace: Iterable[dict[str, Any]]) -> None:
        made: dict[str, int] = {}
        for entry in trace:
            if entry["kind"] == "endpointslices" and entry["name"] not in self.renamed:
                owner = (entry.get("owner") or "/").partition("/")[2]
                made[owner] = made.get(owner, 0) + 1
                self.renamed[entry["name"]] = f"{owner}-slice#{made[owner]}"

    def _name_pods(self, trace: Iterable[dict[str, Any]]) -> None:
        made: dict[str, int] = {}
        gone: dict[str, int] = {}
        owners: dict[str, str] = {}
        for entry in trace:
            if entry["kind"] == "pods" and not is_of(entry, "pods", "StatefulSet"):
                name, window = entry["name"], self.window(entry["t"])
                made.setdefault(name, window)
                owners.setdefault(name, (entry.get("owner") or "/").partition("/")[2])
                if entry.get("deleting") or entry["what"] == "DELETED":
                    gone.setdefault(name, window)
        for name, owner in owners.items():
            if owner:
                self.renamed[name] = f"{self.renamed.get(owner, owner)}-pod({made[name]},{gone.get(name, '-')})"


def is_of(entry: dict[str, Any], kind: str, owner: str) -> bool:
    """Whether it tells of an object of this kind whose owner is of that kind."""
    return entry["kind"] == kind and (entry.get("owner") or "").startswith(f"{owner}/")


def without_node(message: str) -> str:
    """Which of several equally good nodes a pod got is random: the placement is compared on its own."""
    return NODE.sub(r"\1 <node>", message)


def without_story(message: str) -> str:
    """Any pod of its owner."""
    return STORY.sub("-pod", message)


def without_addresses(text: str) -> str:
    """All recorded pods have one and the same address."""
    return ADDRESS.sub("<ip>", text)
