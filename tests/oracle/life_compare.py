"""Two lives compared: what is equal, out of how much, and every difference in words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any

from life_names import Names, without_node, without_story
from life_replay import Life

OF_NODES = ("kubelet", "kube-proxy")  # whose events no recording has: what they tell of is the runtime's
Sequences = dict[str, list[Any]]


class Score:
    """How many of one respect's facts are equal, of how many, and what differs."""

    def __init__(self) -> None:
        self.equal = self.all = 0
        self.faults: list[str] = []

    def count(self, what: str, should: Any, does: Any) -> None:
        self.all += 1
        if should == does:
            self.equal += 1
        else:
            self.faults.append(f"{what}: recorded {should!r}, here {does!r}")

    def check(self, what: str, holds: bool, words: str) -> None:
        self.all += 1
        self.equal += holds
        if not holds:
            self.faults.append(f"{what}: {words}")

    def sequence(self, what: str, should: Sequence[Hashable], does: Sequence[Hashable]) -> None:
        """Each member counts on its own, in order; what is too much here counts too."""
        matcher = SequenceMatcher(None, should, does, autojunk=False)
        same = sum(block.size for block in matcher.get_matching_blocks())
        self.equal += same
        self.all += len(should) + len(does) - same
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            if tag != "equal":
                self.faults.append(f"{what}: recorded {list(should[i1:i2])!r}, here {list(does[j1:j2])!r}")

    def multiset(self, what: str, should: Iterable[Hashable], does: Iterable[Hashable]) -> None:
        wanted, got = Counter(should), Counter(does)
        same = sum((wanted & got).values())
        self.equal += same
        self.all += sum(wanted.values()) + sum(got.values()) - same
        if wanted != got:
            self.faults.append(f"{what}: only recorded {dict(wanted - got)!r}, only here {dict(got - wanted)!r}")


class Side:
    """One life, with its random names replaced, read in several ways."""

    def __init__(self, life: Life) -> None:
        self.life, self.names = life, Names(life)

    def named(self, entry: dict[str, Any]) -> str:
        return f"{entry['kind']}/{self.names.mask(entry['name'])}"

    def objects(self, *kinds: str) -> dict[str, list[dict[str, Any]]]:
        """Every object's entries, by its random name, in time. After its end another of its name may begin."""
        found: dict[str, list[dict[str, Any]]] = {}
        lives: Counter[str] = Counter()
        for entry in self.life.trace:
            if entry["kind"] in kinds:
                name = f"{entry['kind']}/{entry['name']}"
                found.setdefault(f"{name}~{lives[name]}", []).append(entry)
                lives[name] += entry["what"] == "DELETED"
        return found

    def classes(self, *kinds: str) -> dict[str, list[list[dict[str, Any]]]]:
        """The same by masked name: objects that cannot be told apart lie together."""
        found: dict[str, list[list[dict[str, Any]]]] = defaultdict(list)
        for entries in self.objects(*kinds).values():
            found[self.named(entries[0])].append(entries)
        return found


def collapsed(values: Iterable[Any]) -> list[Any]:
    """Without consecutive duplicates."""
    return [value for value, _ in groupby(values)]


def frozen(value: Any) -> Any:
    """Something like the value that can be counted."""
    if isinstance(value, dict):
        return tuple((key, frozen(held)) for key, held in sorted(value.items()))
    return tuple(frozen(held) for held in value) if isinstance(value, list | tuple) else value


def both(should: dict[str, Any], does: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys([*should, *does]))


# -- events


def event_streams(side: Side) -> Sequences:
    """What each component said about each object, in order. What was said at once about equals has no order.

    In which order a DaemonSet goes through its nodes is random: which of its pods is meant is left out.
    """
    streams: Sequences = defaultdict(list)
    for entry in side.life.trace:
        if entry["kind"] == "events" and entry["from"] not in OF_NODES:
            message = without_node(side.names.mask(entry["message"]))
            if entry["about"].startswith("DaemonSet/"):
                message = without_story(message)
            said = (entry["type"], entry["reason"], message, entry["count"])
            streams[f"{entry['from']} about {side.names.mask(entry['about'])}"].append(said)
    parallel = any("podManagementPolicy: Parallel" in step.get("yaml", "") for step in side.life.steps)
    return {
        key: stream if key.startswith("statefulset-controller ") and not parallel else in_any_order(stream)
        for key, stream in streams.items()
    }


def in_any_order(stream: list[Any]) -> list[Any]:
    """Creations and deletions of one batch are made side by side: their events come in any order."""
    found: list[Any] = []
    for (_, reason), together in groupby(stream, lambda said: said[:2]):
        batch = list(together)
        found += sorted(batch) if reason in ("SuccessfulCreate", "SuccessfulDelete") else batch
    return found


def compare_events(should: Side, does: Side, score: Score) -> None:
    wanted, got = event_streams(should), event_streams(does)
    for key in both(wanted, got):
        score.sequence(f"events of {key}", wanted.get(key, []), got.get(key, []))


# -- final state


def compare_final(should: Side, does: Side, score: Score) -> None:
    """Every object that there was: whether it is still there, and how it was last."""
    wanted, got = final(should), final(does)
    for key in both(wanted, got):
        score.multiset(f"final {key}", wanted.get(key, []), got.get(key, []))


def final(side: Side) -> Sequences:
    kinds = dict.fromkeys(entry["kind"] for entry in side.life.trace if entry["kind"] != "events")
    found: Sequences = defaultdict(list)
    for key, held in side.classes(*kinds).items():
        for entries in held:
            last = {name: value for name, value in entries[-1].items() if name not in ("t", "kind", "name")}
            last["what"] = "gone" if last["what"] == "DELETED" else "there"
            if "endpoints" in last:
                ends = [
                    {**end, "node": "<node>", "pod": side.names.mask(end["pod"] or "")} for end in last["endpoints"]
                ]
                last["endpoints"] = sorted(ends, key=str)
            if "node" in last:
                last["node"] = "<node>" if last["node"] else None
            found[key].append(side.names.mask(repr(frozen(last))))
    return found


# -- placement


def compare_placement(should: Side, does: Side, score: Score) -> None:
    """How many pods each node has when an action is taken, and at the end.

    Which of the nodes is random, unless an action names a node: then by name.
    """
    named = any(f"worker-{number}" in str(step) for step in should.life.steps for number in (1, 2, 3))
    for instant in [*should.names.actions[1:], should.life.end]:
        real, ours = spread(should, instant), spread(does, instant)
        if not named:
            real, ours = sorted(real.values()), sorted(ours.values())
        score.count(f"pods on the nodes at {instant:.0f} s", real, ours)


def spread(side: Side, instant: float) -> Any:
    counts: Counter[str] = Counter()
    for entries in side.objects("pods").values():
        seen = [entry for entry in entries if entry["t"] < instant]
        if seen and seen[-1]["what"] != "DELETED" and not seen[-1].get("deleting") and seen[-1]["node"]:
            counts[seen[-1]["node"]] += 1
    return dict(sorted(counts.items()))
