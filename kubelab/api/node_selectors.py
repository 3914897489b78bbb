"""Which nodes a pod wants: `nodeSelector` and node affinity, ready to be compared with a node.

In Kubernetes
    `staging/src/k8s.io/component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go`.
    https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lightkube.models import core_v1

from kubelab.api.selectors import Requirement

_OPERATORS = {"In": "in", "NotIn": "notin", "Exists": "exists", "DoesNotExist": "!", "Gt": ">", "Lt": "<"}


@dataclass(frozen=True, slots=True)
class NodeSelectorTerm:
    """Conditions on a node's labels and on its fields (its name, that is), all of which must hold.

    A term without conditions matches no node.
    """

    expressions: tuple[Requirement, ...]
    fields: tuple[Requirement, ...]

    @classmethod
    def of(cls, term: core_v1.NodeSelectorTerm) -> NodeSelectorTerm:
        """The term as a manifest has it."""
        return cls(_requirements(term.matchExpressions), _requirements(term.matchFields))

    def matches(self, name: str, labels: Mapping[str, str]) -> bool:
        """Whether a node of this name and with these labels is meant."""
        if not self.expressions and not self.fields:
            return False
        own = {"metadata.name": name}
        return all(each.matches(labels) for each in self.expressions) and all(each.matches(own) for each in self.fields)


@dataclass(frozen=True, slots=True)
class RequiredNodes:
    """What a pod demands of its node: all of `labels` (nodeSelector), and one of `terms` (None: anything)."""

    labels: tuple[tuple[str, str], ...]
    terms: tuple[NodeSelectorTerm, ...] | None

    def matches(self, name: str, labels: Mapping[str, str]) -> bool:
        """Whether the node is one of them."""
        if any(labels.get(key) != value for key, value in self.labels):
            return False
        return self.terms is None or any(term.matches(name, labels) for term in self.terms)

    @property
    def anything(self) -> bool:
        """Whether nothing is demanded."""
        return not self.labels and self.terms is None


def required_nodes(spec: core_v1.PodSpec) -> RequiredNodes:
    """What the pod's nodeSelector and required node affinity demand."""
    affinity = spec.affinity.nodeAffinity if spec.affinity is not None else None
    required = affinity.requiredDuringSchedulingIgnoredDuringExecution if affinity is not None else None
    terms = tuple(NodeSelectorTerm.of(term) for term in required.nodeSelectorTerms) if required is not None else None
    return RequiredNodes(tuple((spec.nodeSelector or {}).items()), terms)


def preferred_nodes(spec: core_v1.PodSpec) -> tuple[tuple[int, NodeSelectorTerm], ...]:
    """The pod's preferred terms of node affinity with their weights."""
    affinity = spec.affinity.nodeAffinity if spec.affinity is not None else None
    preferred = (affinity.preferredDuringSchedulingIgnoredDuringExecution if affinity is not None else None) or ()
    return tuple((each.weight, NodeSelectorTerm.of(each.preference)) for each in preferred)


def _requirements(written: Iterable[core_v1.NodeSelectorRequirement] | None) -> tuple[Requirement, ...]:
    return tuple(Requirement(each.key, _OPERATORS[each.operator], tuple(each.values or ())) for each in written or ())
