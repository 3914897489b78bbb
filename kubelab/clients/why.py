"""Why a pod is as it is: what ails it, and the scheduler's decision about it, taken apart."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from kubelab.api.objects import key_of
from kubelab.clients.why_object import WhyObject, why_object, why_unnamed
from kubelab.clients.why_pod import ailment
from kubelab.clients.why_request import WhyRequest, why_request
from kubelab.control_plane.scheduler.decision import Decision
from kubelab.control_plane.scheduler.turning_points import TurningPoint, turning_points
from kubelab.journal import Entry
from kubelab.language import say

if TYPE_CHECKING:
    from kubelab.cluster import Cluster
    from kubelab.network.response import Response


class Why:
    """Why a pod is on its node, or on none: `node`, `rejections`, `scores`, `turning_points`, the `chain` of causes.

    `rejections` is {node: (plugin, message)}; `scores` is {node: {plugin: weighted score}}, empty where at most one
    node could run the pod; `chain` are the journal's entries from the first cause to the decision.

    Of a pod that has its node and is not well, `reason`, `details` and `mend` say what ails it, before all else.

    In Kubernetes
        Nothing answers this. The FailedScheduling event has a summary; kube-scheduler logs scores with `--v=10`.
    """

    def __init__(self, pod: str, decision: Decision, chain: list[Entry], ails: WhyRequest | None = None) -> None:
        self.pod, self.decision, self.chain, self._ails = pod, decision, chain, ails

    @property
    def reason(self) -> str:
        """What ails the pod, or the scheduler's own message; empty where all is well."""
        return self._ails.reason if self._ails is not None else self.message

    @property
    def mend(self) -> str:
        """What would mend it, where that is certain."""
        return self._ails.mend if self._ails is not None else ""

    @property
    def details(self) -> tuple[str, ...]:
        """The words of the container, of the probe, of the last event."""
        return self._ails.details if self._ails is not None else ()

    @property
    def node(self) -> str | None:
        """The winner, None where no node can run the pod."""
        return self.decision.node

    @property
    def message(self) -> str:
        """The scheduler's own message where no node can run the pod."""
        return self.decision.message

    @property
    def rejections(self) -> dict[str, tuple[str, str]]:
        """Of each node that cannot run the pod, which plugin says so and why."""
        return self.decision.rejections

    @property
    def scores(self) -> dict[str, dict[str, int]]:
        """Of each node that can, what each plugin gives it, weighted."""
        return {node: dict(scores) for node, scores in self.decision.scores.items()}

    @property
    def runner_up(self) -> str | None:
        """The best of the nodes that did not win."""
        return self.decision.runner_up

    @property
    def victims(self) -> list[str]:
        """The pods of lower priority that have to go so that this one can run, as `pod/NAMESPACE/NAME`."""
        found = self.decision.victims
        return [f"pod/{key_of(pod)}" for pod in found.pods] if found is not None else []

    @property
    def turning_points(self) -> list[TurningPoint]:
        """For each other node, the smallest change with which it would win; the smallest first."""
        return turning_points(self.decision)

    def __str__(self) -> str:
        lines = [repr(self)]
        if self._ails is not None:
            lines = [*str(self._ails).splitlines(), self._decided()]
        for node, (plugin, message) in self.rejections.items():
            lines.append(f"  {node}: {plugin}: {message}")
        finals = self.decision.finals
        for node, scores in self.scores.items():
            parts = " + ".join(f"{plugin} {score}" for plugin, score in scores.items() if score)
            lines.append(f"  {node}: {finals[node]} = {parts or 0}")
        lines += [f"  {told}" for told in self._making_room()]
        lines += [f"  → {found.sentence()}" for found in self.turning_points]
        return "\n".join(lines)

    def _making_room(self) -> list[str]:
        """Which pods have to go, and where."""
        found = self.decision.victims
        if found is None:
            return []
        who = ", ".join(self.victims)
        es, en = (
            f"se van de {found.node} por tener menos prioridad: {who}",
            f"of lower priority, leave {found.node}: {who}",
        )
        return [say(es=es, en=en)]

    def __repr__(self) -> str:
        return self._decided() if self._ails is None else repr(self._ails)

    def _decided(self) -> str:
        """The scheduler's decision in one line."""
        making = self.decision.victims
        if making is not None:
            es, en = f"Por qué: {self.pod} espera a que le hagan sitio", f"Why: {self.pod} waits for room"
            return say(es=f"{es} en {making.node}", en=f"{en} on {making.node}")
        if self.node is None:
            return say(es=f"Por qué: {self.pod} no cabe en ningún nodo", en=f"Why: {self.pod} fits on no node")
        if self.decision.ties > 1:
            text = say(es=f"por sorteo entre {self.decision.ties}", en=f"drawn from {self.decision.ties} equals")
        elif self.runner_up is not None:
            finals = self.decision.finals
            margin = finals[self.node] - finals[self.runner_up]
            text = say(es=f"{margin} puntos más que {self.runner_up}", en=f"{margin} points over {self.runner_up}")
        elif self.decision.nominated == self.node:
            text = say(es="se le ha hecho sitio", en="room was made for it")
        else:
            text = say(es="el único posible", en="the only one possible")
        return say(es=f"Por qué: {self.pod} → {self.node} ({text})", en=f"Why: {self.pod} → {self.node} ({text})")

    def _repr_html_(self) -> str:
        plugins = list(dict.fromkeys(plugin for scores in self.scores.values() for plugin in scores))
        heads = [say(es="nodo", en="node"), *plugins, say(es="total", en="total")]
        rows = []
        for node, scores in self.scores.items():
            cells = [node, *(str(scores.get(plugin, 0)) for plugin in plugins), str(self.decision.finals[node])]
            weight = "bold" if node == self.node else "normal"
            rows.append(f"<tr style='font-weight:{weight}'>{''.join(_cell(cell) for cell in cells)}</tr>")
        for node, (plugin, message) in self.rejections.items():
            rows.append(f"<tr>{_cell(node)}{_cell(f'✗ {plugin}: {message}', len(heads) - 1)}</tr>")
        told = (*self._making_room(), *(found.sentence() for found in self.turning_points))
        turns = "".join(f"<li>{escape(sentence)}</li>" for sentence in told)
        head = "".join(f"<th scope='col' style='text-align:left'>{escape(name)}</th>" for name in heads)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        ails = self._ails._repr_html_() if self._ails is not None else ""
        return f"{ails}<p>{escape(self._decided())}</p>{table}<ul>{turns}</ul>"


def why(cluster: Cluster, what: str | Response) -> Why | WhyRequest | WhyObject:
    """What ails a pod and the last decision about it: `why(cluster, "pod/web-1")`, or the name alone.

    Of what `cluster.request` answered, why it ended as it did. Of another object (`deployment/web`, `node/worker-1`),
    or of a pod about which the scheduler has not decided: what keeps it from being whole. In another namespace:
    `pod/NAMESPACE/NAME`, `service/NAMESPACE/NAME`.
    """
    if not isinstance(what, str):
        return why_request(cluster, what)
    kind, slash, name = what.partition("/")
    if slash and kind not in ("pod", "pods", "po"):
        return why_object(cluster, what)
    name = name if slash else what
    key = name if "/" in name else f"default/{name}"
    for entry in reversed(cluster.journal.about(f"pods/{key}")):
        if isinstance(entry.detail, Decision):
            ails = ailment(cluster, *key.split("/", 1))
            return Why(f"pod/{name}", entry.detail, cluster.journal.chain(entry.number), ails)
    return why_object(cluster, f"pod/{name}") if slash else why_unnamed(cluster, name)


def _cell(text: Any, width: int = 1) -> str:
    return f"<td colspan='{width}' style='text-align:left'>{escape(str(text))}</td>"
