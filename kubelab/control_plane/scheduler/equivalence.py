"""Equivalence classes: what plugins said about one kind of pod, kept for as long as it is true.

A plugin's answer about a node changes only when the node does. So the answers for a kind of pod are kept by node, and
when the next pod of the kind comes, only the nodes that have changed since are looked at again. Totals over all nodes
are kept the same way: a changed node's old contribution is taken back and its new one added.

In Kubernetes
    Up to 1.11 the scheduler had such an equivalence cache; since 1.35 pods of equal signature share a cycle's answers
    (`pkg/scheduler/framework/runtime/batch.go`). The answers are the same with or without.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from kubelab.control_plane.scheduler.framework import (
    ClusterPlugin,
    NormalizeScore,
    Status,
    Tally,
    Totals,
)
from kubelab.control_plane.scheduler.node_info import NodeInfo
from kubelab.control_plane.scheduler.pod_info import PodInfo
from kubelab.control_plane.scheduler.registry import Profile
from kubelab.control_plane.scheduler.snapshot import Snapshot

CONFLICT = Status("NodeAffinity", ("pod affinity terms conflict",), resolvable=False, of_pod=True)


class ClusterView:
    """What one plugin that counts over all nodes knows, for one kind of pod: the totals, and each node's place.

    Places are numbered, `numbers` has that of each node and `places` the place of each number: numbers are quickly
    counted.
    """

    def __init__(self, plugin: ClusterPlugin, pod: PodInfo, snapshot: Snapshot) -> None:
        self.plugin, self.pod = plugin, pod
        self.totals = Totals()
        self.tallies: list[Tally] = []
        for node in snapshot:
            tally = plugin.tally(pod, node, snapshot)
            self.tallies.append(tally)
            self.totals.add(tally)
        self.keys: Hashable = plugin.keys(pod, self.totals)
        self._look_everywhere(snapshot)

    def _look_everywhere(self, snapshot: Snapshot) -> None:
        self.places: list[Any] = []
        self._number_of: dict[Any, int] = {}
        self.numbers: list[int] = [self._number(node) for node in snapshot]

    def _number(self, node: NodeInfo) -> int:
        place = self.plugin.place(self.pod, node, self.keys)
        number = self._number_of.get(place)
        if number is None:
            number = self._number_of[place] = len(self.places)
            self.places.append(place)
        return number

    def update(self, changed: Iterable[int], snapshot: Snapshot) -> None:
        """Look again at the nodes that have changed."""
        plugin, pod, totals, tallies = self.plugin, self.pod, self.totals, self.tallies
        counted = False
        for at in changed:
            node = snapshot[at]
            tally = plugin.tally(pod, node, snapshot)
            if tally != tallies[at]:
                totals.subtract(tallies[at])
                totals.add(tally)
                tallies[at] = tally
                counted = True
            self.numbers[at] = self._number(node)
        if counted:
            keys = plugin.keys(pod, totals)
            if keys != self.keys:
                self.keys = keys
                self._look_everywhere(snapshot)


class EquivalenceClass:
    """All that is known about one kind of pod on the nodes of a snapshot.

    `rejected` holds, node by node, why it cannot run such pods (None: it can, as far as the node alone decides);
    `open` the same as zeros and ones. `raw` are raw scores by plugin, `plain` the weighted sum of those that need no
    normalising.
    """

    def __init__(self, pod: PodInfo, profile: Profile, snapshot: Snapshot) -> None:
        self.pod, self.profile, self.snapshot = pod, profile, snapshot
        self.named = pre_filter(pod, profile)
        self.scoring = [(plugin, profile.weights[plugin.name]) for plugin in profile.scores if plugin.scores(pod)]
        self.normalized: list[tuple[Any, int]] = [pair for pair in self.scoring if isinstance(pair[0], NormalizeScore)]
        size = len(snapshot)
        self.rejected: list[Status | None] = [None] * size
        self.open = bytearray(size)
        self.plain = [0] * size
        self.raw: dict[str, list[int]] = {plugin.name: [0] * size for plugin, _ in self.scoring}
        for at, node in enumerate(snapshot):
            self._look_at(at, node)
        self.views = {plugin.name: ClusterView(plugin, pod, snapshot) for plugin in profile.cluster_plugins}

    def update(self, snapshot: Snapshot) -> bool:
        """Catch up with a newer snapshot. False if it is not of the same nodes: this class is of no use then."""
        if snapshot is self.snapshot:
            return True
        changed = snapshot.changes_since(self.snapshot)
        if changed is None:
            return False
        self.snapshot = snapshot
        for at in changed:
            self._look_at(at, snapshot[at])
        for view in self.views.values():
            view.update(changed, snapshot)
        return True

    def _look_at(self, at: int, node: NodeInfo) -> None:
        """Ask the plugins that look at a node alone."""
        pod = self.pod
        verdict = self._verdict(node)
        self.rejected[at] = verdict
        self.open[at] = verdict is None
        if verdict is None:
            plain = 0
            for plugin, weight in self.scoring:
                score = plugin.score(pod, node)
                self.raw[plugin.name][at] = score
                if not isinstance(plugin, NormalizeScore):
                    plain += score * weight
            self.plain[at] = plain

    def _verdict(self, node: NodeInfo) -> Status | None:
        if self.named is not None and node.name not in self.named[1]:
            return self.named[0]
        for plugin in self.profile.filters:
            verdict = plugin.filter(self.pod, node)
            if verdict is not None:
                return verdict
        return None


class EquivalenceClasses:
    """The classes of the kinds of pods seen lately."""

    MOST = 64  # kinds; each costs some 100 bytes a node

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._known: dict[PodInfo, EquivalenceClass] = {}

    def of(self, pod: PodInfo, snapshot: Snapshot) -> EquivalenceClass:
        """The class of this kind, true for this snapshot."""
        found = self._known.pop(pod, None)
        if found is None or not found.update(snapshot):
            found = EquivalenceClass(pod, self.profile, snapshot)
        self._known[pod] = found
        if len(self._known) > self.MOST:
            del self._known[next(iter(self._known))]
        return found

    def __deepcopy__(self, memo: dict[int, Any]) -> EquivalenceClasses:
        return EquivalenceClasses(self.profile)  # a fork finds out for itself


def pre_filter(pod: PodInfo, profile: Profile) -> tuple[Status, frozenset[str]] | None:
    """The only nodes that may be looked at, and why the others are not; None when all may be."""
    found: tuple[Status, frozenset[str]] | None = None
    for plugin in profile.pre_filters:
        refusal = plugin.refusal(pod)
        if refusal is not None:
            return refusal, frozenset()
        names = plugin.pre_filter(pod)
        if names is not None:
            if not names:
                return CONFLICT, frozenset()
            reason = f"node(s) didn't satisfy plugin(s) [{plugin.name}]"
            found = found or (Status(plugin.name, (reason,), resolvable=False), frozenset(names))
    return found
