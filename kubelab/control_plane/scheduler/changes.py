"""Single changes to a pod or a node that can turn a scheduling decision: made to values, never to the cluster.

In Kubernetes
    What `kubectl taint`, `label`, `uncordon` and an edited manifest would do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from lightkube.models import core_v1

from kubelab.api import quantity
from kubelab.api.node_selectors import NodeSelectorTerm
from kubelab.api.objects import replace as with_fields
from kubelab.api.tolerations import is_tolerated, untolerated
from kubelab.control_plane.scheduler.decision import Decision
from kubelab.control_plane.scheduler.framework import Status
from kubelab.control_plane.scheduler.node_info import HOSTNAME, NodeInfo
from kubelab.control_plane.scheduler.plugins.node_ports import conflict
from kubelab.control_plane.scheduler.plugins.node_resources_fit import insufficient
from kubelab.control_plane.scheduler.plugins.pod_topology_spread import NO_LABEL, matching_pods
from kubelab.control_plane.scheduler.pod_info import PodInfo
from kubelab.control_plane.scheduler.snapshot import Snapshot

STEPS = 64  # into how many parts what could be freed is divided

CLAUSES = {
    "uncordon": ("{target} were uncordoned", "se hiciera uncordon de {target}"),
    "remove-taint": ("the taint {what} were removed from {target}", "se quitara el taint {what} de {target}"),
    "add-toleration": ("the pod tolerated the taint {what}", "el pod tolerara el taint {what}"),
    "label": ("{target} had the label {what}", "{target} tuviera la etiqueta {what}"),
    "lower-request": (
        "the pod requested {after} of {what} instead of {before}",
        "el pod pidiera {after} de {what} en lugar de {before}",
    ),
    "free": ("{after} of {what} were free again on {target}", "se liberaran {after} de {what} en {target}"),
    "remove-pod": ("the pod {what} left {target}", "el pod {what} dejara {target}"),
    "raise-max-skew": (
        "maxSkew over {what} were {after} instead of {before}",
        "maxSkew sobre {what} fuera {after} en lugar de {before}",
    ),
    "drop-term": ("the pod did not demand its {what}", "el pod no exigiera su {what}"),
}


@dataclass(frozen=True)
class Change:
    """One change: `action` (a key of `CLAUSES`), to what it is done (`pod` or a node), and the details.

    `size` compares changes: 1, or of a resource the share by which it changes.
    """

    action: str
    target: str
    what: str = ""
    before: str = ""
    after: str = ""
    size: float = 1.0

    def clause(self, language: str = "en") -> str:
        """The change as the condition of a sentence."""
        text = CLAUSES[self.action][1 if language == "es" else 0]
        return text.format(target=self.target, what=self.what, before=self.before, after=self.after)


@dataclass(frozen=True)
class Try:
    """A pod and a node after some changes."""

    pod: PodInfo
    node: NodeInfo
    changes: tuple[Change, ...]

    def with_pod(self, change: Change, **fields: Any) -> Try:
        """The same with a changed pod."""
        return Try(replace(self.pod, **fields), self.node, (*self.changes, change))

    def with_node(self, change: Change, node: NodeInfo) -> Try:
        """The same with a changed node."""
        return Try(self.pod, node, (*self.changes, change))


def remedies(attempt: Try, verdict: Status, snapshot: Snapshot) -> Iterator[Try]:
    """Changes that answer a plugin's rejection, the gentlest first."""
    pod, node = attempt.pod, attempt.node
    match verdict.plugin:
        case "NodeUnschedulable":
            spec = with_fields(node.node.spec, unschedulable=None)
            yield attempt.with_node(Change("uncordon", node.name), _with(node, spec=spec))
        case "TaintToleration":
            taint = untolerated(node.taints, pod.tolerations)
            if taint is not None:
                yield from _without_taint(attempt, taint)
        case "NodeAffinity":
            yield from _with_labels(attempt, _wanted_labels(pod, node))
        case "NodePorts":
            for key, other in node.pods.items():
                if conflict(pod.host_ports, other.host_ports):
                    yield _without_pod(attempt, key)
        case "NodeResourcesFit":
            yield from _with_room(attempt)
        case "PodTopologySpread":
            yield from _less_skewed(attempt, verdict, snapshot)
        case "InterPodAffinity":
            yield from _with_company(attempt, snapshot)


def sweeteners(attempt: Try, decision: Decision) -> Iterator[list[Try]]:
    """Changes that raise a feasible node's score; each a row of tries that go further and further."""
    pod, node = attempt.pod, attempt.node
    for taint in node.taints:
        if taint.effect == "PreferNoSchedule" and not is_tolerated(taint, pod.tolerations):
            for each in _without_taint(attempt, taint):
                yield [each]
    for _, term in pod.preferred_nodes:
        wanted = _labels_of(term)
        if wanted and not term.matches(node.name, node.labels):
            for each in _with_labels(attempt, wanted):
                yield [each]
    for name in ("cpu", "memory"):
        used = node.assumed.get(name, 0)
        if used:
            parts = [used * step // STEPS for step in range(1, STEPS + 1)]
            yield [_freeing(attempt, name, part) for part in dict.fromkeys(parts) if part]


def written(resource: str, amount: int) -> str:
    """An amount as a manifest would say it.

    Examples
    --------
    >>> written("cpu", 3500), written("cpu", 2000), written("memory", 734003200)
    ('3500m', '2', '700Mi')
    """
    if resource == "cpu":
        return quantity.canonical(f"{amount}m")
    return quantity.canonical(f"{amount // 1024}Ki" if amount % 1024 == 0 else amount)


def _without_taint(attempt: Try, taint: core_v1.Taint) -> Iterator[Try]:
    text = f"{taint.key}={taint.value}:{taint.effect}" if taint.value else f"{taint.key}:{taint.effect}"
    node = attempt.node
    spec = with_fields(node.node.spec, taints=[each for each in node.taints if each is not taint])
    yield attempt.with_node(Change("remove-taint", node.name, text), _with(node, spec=spec))
    operator = "Equal" if taint.value else "Exists"
    toleration = core_v1.Toleration(key=taint.key, value=taint.value, operator=operator, effect=taint.effect)
    yield attempt.with_pod(Change("add-toleration", "pod", text), tolerations=(*attempt.pod.tolerations, toleration))


def _with_labels(attempt: Try, labels: dict[str, str] | None) -> Iterator[Try]:
    if not labels:
        return
    node = attempt.node
    text = ",".join(f"{key}={value}" for key, value in labels.items())
    meta = with_fields(node.node.metadata, labels={**node.labels, **labels})
    yield attempt.with_node(Change("label", node.name, text), _with(node, metadata=meta))


def _wanted_labels(pod: PodInfo, node: NodeInfo) -> dict[str, str] | None:
    """The fewest labels that the node lacks to be one that the pod requires; None if labels cannot help."""
    lacking = {key: value for key, value in pod.required_nodes.labels if node.labels.get(key) != value}
    if pod.required_nodes.terms is None:
        return lacking
    choices = []
    for term in pod.required_nodes.terms:
        own = {"metadata.name": node.name}
        wanted = _labels_of(term)
        if wanted is not None and all(field.matches(own) for field in term.fields):
            changed = {**node.labels, **lacking, **wanted}
            if term.matches(node.name, changed):
                choices.append({key: value for key, value in changed.items() if node.labels.get(key) != value})
    return min(choices, key=len, default=None)


def _labels_of(term: NodeSelectorTerm) -> dict[str, str] | None:
    """Labels that meet a term, as far as adding labels can."""
    labels: dict[str, str] = {}
    for each in term.expressions:
        if each.operator == "in":
            labels[each.key] = each.values[0]
        elif each.operator == "exists":
            labels[each.key] = "true"
        elif each.operator in (">", "<"):
            labels[each.key] = str(int(each.values[0]) + (1 if each.operator == ">" else -1))
    return labels or None


def _with_room(attempt: Try) -> Iterator[Try]:
    pod, node = attempt.pod, attempt.node
    lacking = insufficient(pod, node)
    for name in lacking[:1]:
        asked = pod.requests[name]
        room = node.allocatable.get(name, 0) - node.requested.get(name, 0)
        if room > 0:
            change = Change(
                "lower-request", "pod", name, written(name, asked), written(name, room), size=1 - room / asked
            )
            assumed = {**pod.assumed_requests, name: pod.assumed_requests[name] - asked + room}
            yield attempt.with_pod(change, requests={**pod.requests, name: room}, assumed_requests=assumed)
        if asked <= node.allocatable.get(name, 0):
            yield _freeing(attempt, name, asked - room)
    if not lacking and node.pods:
        yield _without_pod(attempt, next(iter(node.pods)))


def _less_skewed(attempt: Try, verdict: Status, snapshot: Snapshot) -> Iterator[Try]:
    pod, node = attempt.pod, attempt.node
    if verdict is NO_LABEL:
        missing = next(each.topology_key for each in pod.hard_spread if each.topology_key not in node.labels)
        values = dict.fromkeys(other.labels[missing] for other in snapshot if missing in other.labels)
        for value in [node.name] if missing == HOSTNAME else list(values)[:3]:
            yield from _with_labels(attempt, {missing: value})
        return
    for i, each in enumerate(pod.spread):
        if each.hard:
            ahead = sum(
                matching_pods(each, pod, other)
                for other in snapshot
                if other.labels.get(each.topology_key) == node.labels.get(each.topology_key)
            )
            if ahead + 1 > each.max_skew:
                spread = (*pod.spread[:i], replace(each, max_skew=ahead + 1), *pod.spread[i + 1 :])
                change = Change("raise-max-skew", "pod", each.topology_key, str(each.max_skew), str(ahead + 1))
                yield attempt.with_pod(change, spread=spread)


def _with_company(attempt: Try, snapshot: Snapshot) -> Iterator[Try]:
    pod, node, namespaces = attempt.pod, attempt.node, snapshot.namespaces
    for key, other in node.pods.items():
        if any(term.matches(other, namespaces) for term in pod.anti_affinity) or any(
            term.matches(pod, namespaces) for term in other.anti_affinity
        ):
            yield _without_pod(attempt, key)
    if pod.affinity:
        yield attempt.with_pod(Change("drop-term", "pod", "podAffinity"), affinity=())
    if pod.anti_affinity:
        yield attempt.with_pod(Change("drop-term", "pod", "podAntiAffinity"), anti_affinity=())


def _without_pod(attempt: Try, key: str) -> Try:
    node = attempt.node
    return attempt.with_node(Change("remove-pod", node.name, key), node.without_pod(key, node.generation))


def _with(node: NodeInfo, **fields: Any) -> NodeInfo:
    return node.with_node(with_fields(node.node, **fields), node.generation)


def _freeing(attempt: Try, resource: str, amount: int) -> Try:
    """The node as if its pods requested that much less."""
    node = attempt.node
    twin = node.with_node(node.node, node.generation)
    for used in (twin.requested, twin.assumed):
        used[resource] = max(used.get(resource, 0) - amount, 0)
    size = amount / node.allocatable[resource]
    return attempt.with_node(Change("free", node.name, resource, after=written(resource, amount), size=size), twin)
