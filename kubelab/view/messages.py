"""The messages: what one write to the API set off, step by step, read from the causes in the journal."""

from __future__ import annotations

from dataclasses import dataclass, field

from kubelab.api.kinds import find
from kubelab.journal import Entry, Journal
from kubelab.language import say

API_SERVER = "kube-apiserver"
BEGINNERS = ("kubectl", "fault")  # who does things of their own accord


@dataclass
class Group:
    """Entries that are alike: one part did one thing to objects of one kind because of one other group."""

    number: int
    actor: str
    verb: str
    kind: str
    parent: Group | None
    entries: list[Entry] = field(default_factory=list)

    @property
    def wrote(self) -> bool:
        """Whether these are writes; decisions else."""
        return bool(self.entries[0].revision)


@dataclass(frozen=True)
class Step:
    """What one part did, or what many parts of one kind did alike.

    `way` is write (it asks the API server), watch (the API server tells it), or empty: a decision and nothing else.
    `short` says what of, `full` with the object's name. `places` are the nodes where it was done.
    """

    actor: str
    way: str
    short: str
    full: str
    decision: str
    start: float
    end: float
    revisions: str
    places: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The step in words."""
        arrow = {"write": f"{self.actor} → {API_SERVER}", "watch": f"{API_SERVER} ⇢ {self.actor}", "": self.actor}
        decided = f" ({self.decision})" if self.full and self.decision else self.decision
        return f"{arrow[self.way]}: {self.full}{decided}"


@dataclass(frozen=True)
class Story:
    """The entry that everything followed from, who took part in the order of appearance, and the steps.

    `events` is how many Events are not among the steps.
    """

    root: Entry
    actors: list[str]
    steps: list[Step]
    events: int

    @property
    def deed(self) -> str:
        """What it began with, as `kubectl patch deployments/web`."""
        actor = "" if self.root.actor == "fault" else f"{self.root.actor} "
        verb, slash, subresource = self.root.verb.partition("/")
        named = f"{_short(self.root.object)}{slash}{subresource}"
        return f"{actor}{verb} {named if len(named) <= 40 else named[:39] + '…'}"


def story(journal: Journal, since: float | None = None, about: str | None = None) -> Story | None:
    """What followed from the last thing that `kubectl` did to the object `about`, or else that led to pods.

    Of an object that neither `kubectl` nor a fault has touched, what followed from its first entry. Steps before the
    instant `since` are left out. None where the journal has nothing of the kind.
    """
    root = _root(journal, since or 0.0, _path(about) if about else "")
    if root is None:
        return None
    groups, events = _grouped(journal, root)
    shown = [step for step in _steps(groups) if since is None or step.start >= since]
    return Story(root, list(dict.fromkeys(group.actor for group in groups)), shown, events)


def _root(journal: Journal, since: float, path: str) -> Entry | None:
    first_of: dict[int, int] = {}
    sizes: dict[int, int] = {}
    ends: dict[int, float] = {}
    led_to_pods: dict[int, bool] = {}
    for entry in journal:
        first = first_of.get(entry.cause, 0)
        begins = entry.object == path if path else entry.actor == "kubectl" and bool(entry.revision)
        if begins and (not first or entry.actor in BEGINNERS):
            first = entry.number
        elif not first:
            continue
        elif entry.object.startswith("pods/"):
            led_to_pods[first] = True
        first_of[entry.number] = first
        sizes[first] = sizes.get(first, 0) + 1
        ends[first] = entry.time
    found = [number for number in sizes if ends[number] >= since]
    if path:
        found = [number for number in found if journal[number].actor in BEGINNERS] or found[:1]
        found = [number for number in found if sizes[number] > 1] or found
    else:
        longest = max((sizes[number] for number in found), default=0)
        found = [n for n in found if n in led_to_pods] or [n for n in found if sizes[n] == longest]
    return journal[found[-1]] if found else None


def _path(about: str) -> str:
    """`deploy/web` as the journal has it: `deployments/default/web`."""
    parts = about.split("/")
    kind = find(parts[0])
    if kind is None:
        return about
    space = ["default"] if kind.namespaced and len(parts) == 2 else []
    return "/".join([kind.plural, *space, *parts[1:]])


def _grouped(journal: Journal, root: Entry) -> tuple[list[Group], int]:
    """What followed from an entry, alike with alike, and how many Events did."""
    groups: dict[tuple[int, str, str, str, int], Group] = {}
    group_of: dict[int, Group] = {}
    moments: dict[tuple[int, str, str, str], list[float]] = {}
    events = 0
    for entry in journal.since(root.number - 1):
        parent = group_of.get(entry.cause)
        if entry is not root and parent is None:
            continue
        kind = entry.object.partition("/")[0]
        if parent is not None and (kind == "events" or entry.verb in ("renew", "request")):
            events += kind == "events"
            group_of[entry.number] = parent  # what followed from it followed from what led to it
            continue
        actor = entry.actor.partition("/")[0]
        times = moments.setdefault((entry.cause, actor, entry.verb, entry.object), [])
        if entry.time not in times:
            times.append(entry.time)
        key = (parent.number if parent else 0, actor, entry.verb, kind, len(times))
        group = groups.setdefault(key, Group(entry.number, actor, entry.verb, kind, parent))
        group.entries.append(entry)
        group_of[entry.number] = group
    return list(groups.values()), events


def _steps(groups: list[Group]) -> list[Step]:
    """Each group, and before it, where it answers to a write, that its part was told of that."""
    steps: list[Step] = []
    heard: dict[tuple[str, int], bool] = {}
    for group in groups:
        cause, entries = group.parent, group.entries
        start, end = entries[0].time, entries[-1].time
        places = tuple(dict.fromkeys(entry.actor.partition("/")[2] for entry in entries))
        decision = "" if group.wrote else _decision(group)
        if cause is not None and cause.wrote and (group.actor, cause.number) not in heard:
            heard[group.actor, cause.number] = True
            words = cause.kind + _times(len({entry.cause: True for entry in entries}))
            steps.append(Step(group.actor, "watch", words, words, decision, start, end, "", places))
        elif decision:
            steps.append(Step(group.actor, "", "", "", decision, start, end, "", places))
        if group.wrote:
            first, last = entries[0].revision, entries[-1].revision
            revisions = str(first) if first == last else f"{first}…{last}"
            steps.append(Step(group.actor, "write", *_written(group), "", start, end, revisions, places))
    return steps


def _written(group: Group) -> tuple[str, str]:
    """A write without and with the name of its object, as `update pods/status` and `update pods/web-1/status`."""
    verb, slash, subresource = group.verb.partition("/")
    short = f"{verb} {group.kind}{slash}{subresource}{_times(len(group.entries))}"
    return short, short if len(group.entries) > 1 else f"{verb} {_short(group.entries[0].object)}{slash}{subresource}"


def _decision(group: Group) -> str:
    """What was decided, in a few words."""
    detail, number = group.entries[0].detail, len(group.entries)
    if group.verb == "schedule":
        node = getattr(detail, "node", None)
        if number > 1:
            return say(es="elige nodo", en="picks a node") + _times(number)
        return f"→ {node}" if node else say(es="ningún nodo sirve", en="no node fits")
    if group.verb == "sync":
        return say(es="pone reglas", en="sets its rules")
    if group.verb != "reconcile":
        return f"{group.verb} {group.entries[0].object.rpartition('/')[2]}"
    known = detail if isinstance(detail, dict) and number == 1 else {}
    if "wants" in known:
        has, wants = known["has"], known["wants"]
        return say(es=f"tiene {has}, quiere {wants}", en=f"has {has}, wants {wants}")
    if "from" in known:
        return f"{known['from']} → {known['to']} pods"
    if "template" in known:
        return say(es="plantilla nueva", en="new template")
    return f"reconcile{_times(number)}"


def _short(path: str) -> str:
    """An object without the namespace `default`, as `deployments/web`."""
    return path.replace("/default/", "/", 1)


def _times(number: int) -> str:
    return f" ×{number}" if number > 1 else ""
