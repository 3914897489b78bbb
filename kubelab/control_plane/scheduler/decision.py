"""Decisions: why a pod was put where it is, or nowhere.

A decision keeps the question, not the answer: the kind of pod, and the snapshot of all nodes that it was decided on. As
plugins always answer the same question the same way, everything about it can be worked out when somebody asks.

In Kubernetes
    Nothing keeps this; the FailedScheduling event has a summary, and with `--v=10` kube-scheduler logs the scores.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from kubelab.api.objects import key_of
from kubelab.control_plane.scheduler.algorithm import (
    Outcome,
    cluster_verdicts,
    schedule,
    score_places,
    scoring_views,
)
from kubelab.control_plane.scheduler.equivalence import EquivalenceClass
from kubelab.control_plane.scheduler.framework import NormalizeScore
from kubelab.control_plane.scheduler.pod_info import PodInfo
from kubelab.control_plane.scheduler.preemption import Victims
from kubelab.control_plane.scheduler.registry import Profile
from kubelab.control_plane.scheduler.snapshot import Snapshot

Scores = Mapping[str, Mapping[str, int]]
QUESTION = (
    "pod", "info", "profile", "snapshot", "start", "percentage", "node", "ties", "message", "nominated", "victims",
)  # fmt: skip


class Decision:
    """One scheduling decision about the pod `pod` (`namespace/name`). `node` is the winner, None if no node can run it.

    `ties` is how many nodes had the winner's score: one of them was drawn. `message` says why there is no winner.
    `start` and `percentage` are where among the nodes the search began, and percentageOfNodesToScore. `nominated` is
    the node on which room had been made for the pod, `victims` are the pods that have to go so that there is.
    """

    def __init__(
        self,
        pod: str,
        info: PodInfo,
        profile: Profile,
        snapshot: Snapshot,
        start: int,
        percentage: int,
        node: str | None,
        ties: int = 0,
        message: str = "",
        nominated: str = "",
        victims: Victims | None = None,
    ) -> None:
        self.pod, self.info, self.profile, self.snapshot = pod, info, profile, snapshot
        self.start, self.percentage = start, percentage
        self.node, self.ties, self.message = node, ties, message
        self.nominated, self.victims = nominated, victims

    @cached_property
    def rejections(self) -> dict[str, tuple[str, str]]:
        """Of each node that was looked at and cannot run the pod: which plugin says so, and why."""
        outcome, size = self._outcome, len(self.snapshot)
        found = {}
        for i in range(outcome.visited):
            at = (outcome.start + i) % size
            verdict = (outcome.verdicts or ())[at]
            if verdict is not None:
                found[self.snapshot[at].name] = verdict.plugin, verdict.message
        return found

    @cached_property
    def scores(self) -> Scores:
        """Of each node that was scored: what each plugin gave it, weighted. A single feasible node is not scored."""
        return self._scorecard[1]

    @cached_property
    def raw_scores(self) -> Scores:
        """Of each node that was scored: each plugin's own number, before normalising and weighting."""
        return self._scorecard[0]

    @cached_property
    def finals(self) -> dict[str, int]:
        """The final score of each node that was scored."""
        outcome = self._outcome
        return {self.snapshot[at].name: total for at, total in zip(outcome.feasible, outcome.totals, strict=False)}

    @cached_property
    def feasible(self) -> tuple[str, ...]:
        """The nodes that could run the pod."""
        return tuple(self.snapshot[at].name for at in self._outcome.feasible)

    @cached_property
    def best(self) -> tuple[str, ...]:
        """The nodes of the highest score, from which the winner was drawn."""
        return tuple(self.snapshot[at].name for at in self._outcome.best)

    @cached_property
    def runner_up(self) -> str | None:
        """The best node that did not win: one of equal score if there is one."""
        others = [name for name in self.finals if name != self.node]
        return max(others, key=self.finals.__getitem__, default=None)

    @property
    def _outcome(self) -> Outcome:
        return self._worked_out[1]

    @cached_property
    def _worked_out(self) -> tuple[EquivalenceClass, Outcome]:
        known = EquivalenceClass(self.info, self.profile, self.snapshot)
        outcome = schedule(known, self.start, self.percentage, self.nominated)
        if outcome.verdicts is None:
            outcome.verdicts = cluster_verdicts(known) or known.rejected
        return known, outcome

    @cached_property
    def _scorecard(self) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]]:
        known, outcome = self._worked_out
        if len(outcome.feasible) < 2:
            return {}, {}
        feasible = outcome.feasible
        by_plugin: dict[str, tuple[list[int], list[int]]] = {}
        for plugin, weight in known.scoring:
            raw = [known.raw[plugin.name][at] for at in feasible]
            normal = plugin.normalize(raw) if isinstance(plugin, NormalizeScore) else raw
            by_plugin[plugin.name] = raw, [score * weight for score in normal]
        for cluster_plugin, view in scoring_views(known):
            numbers = [view.numbers[at] for at in feasible]
            scored = score_places(known, cluster_plugin, view, numbers)
            if scored is not None:
                weight = self.profile.weights[cluster_plugin.name]
                raw_of = dict(zip(scored[0], scored[1], strict=True))
                normal_of = dict(zip(scored[0], scored[2], strict=True))
                by_plugin[cluster_plugin.name] = (
                    [raw_of[number] for number in numbers],
                    [normal_of[number] * weight for number in numbers],
                )
        order = [each.name for each in self.profile.plugins if each.name in by_plugin]
        names = [self.snapshot[at].name for at in feasible]
        card = [
            {name: {plugin: by_plugin[plugin][kind][i] for plugin in order} for i, name in enumerate(names)}
            for kind in (0, 1)
        ]
        return card[0], card[1]

    def plain(self) -> dict[str, Any]:
        """The outcome as plain values, for the journal."""
        plain = {"node": self.node, "ties": self.ties, "message": self.message}
        if self.victims is None:
            return plain
        return {**plain, "nominated": self.victims.node, "victims": [key_of(pod) for pod in self.victims.pods]}

    def __getstate__(self) -> dict[str, Any]:
        return {name: self.__dict__[name] for name in QUESTION}  # what was worked out can be again

    def __deepcopy__(self, memo: dict[int, Any]) -> Decision:
        return self  # a value: a forked cluster shares it

    def __repr__(self) -> str:
        return f"Decision: {self.pod} → {self.node}" if self.node else f"Decision: {self.pod} fits nowhere"
