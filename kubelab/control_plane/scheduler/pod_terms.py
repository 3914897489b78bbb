"""What pods say about other pods: terms of pod affinity and anti-affinity, and constraints on spreading.

In Kubernetes
    `AffinityTerm` in `pkg/scheduler/framework/types.go`, `topologySpreadConstraint` in
    `pkg/scheduler/framework/plugins/podtopologyspread/common.go`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lightkube.models import core_v1

from kubelab.api import selectors
from kubelab.api.selectors import LabelSelector, Requirement

if TYPE_CHECKING:
    from kubelab.control_plane.scheduler.pod_info import PodInfo

# The "System" defaults: what pods of a Service, ReplicaSet or StatefulSet get that have no constraints of their own.
# https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/#internal-default-constraints
SYSTEM_DEFAULTS = (("topology.kubernetes.io/zone", 5), ("kubernetes.io/hostname", 3))

Namespaces = Mapping[str, Mapping[str, str]]  # the labels of every namespace


@dataclass(frozen=True, slots=True)
class AffinityTerm:
    """Pods of some namespaces that a selector finds, and the label of nodes that says what being together means."""

    namespaces: tuple[str, ...]
    namespace_selector: LabelSelector | None
    selector: LabelSelector
    topology_key: str
    weight: int = 0

    def matches(self, pod: PodInfo, namespaces: Namespaces) -> bool:
        """Whether the term is about this pod."""
        if pod.namespace not in self.namespaces:
            if self.namespace_selector is None:
                return False
            if not self.namespace_selector.matches(namespaces.get(pod.namespace, {})):
                return False
        return self.selector.matches(pod.labels)


@dataclass(frozen=True, slots=True)
class SpreadConstraint:
    """One topologySpreadConstraint with its defaults filled in.

    `hard` is whenUnsatisfiable DoNotSchedule. The two `honor_…` say whether nodes that the pod's node affinity
    excludes, or whose taints it does not tolerate, are left out of the count.
    """

    topology_key: str
    max_skew: int
    hard: bool
    selector: LabelSelector
    min_domains: int = 1
    honor_affinity: bool = True
    honor_taints: bool = False


def affinity_terms(
    affinity: core_v1.PodAffinity | core_v1.PodAntiAffinity | None, namespace: str, labels: Mapping[str, str]
) -> tuple[tuple[AffinityTerm, ...], tuple[AffinityTerm, ...]]:
    """The required and the preferred terms, of a pod of this namespace and with these labels."""
    if affinity is None:
        return (), ()
    required = affinity.requiredDuringSchedulingIgnoredDuringExecution or ()
    preferred = affinity.preferredDuringSchedulingIgnoredDuringExecution or ()
    return (
        tuple(_term(term, namespace, labels, 0) for term in required),
        tuple(_term(each.podAffinityTerm, namespace, labels, each.weight) for each in preferred),
    )


def _term(term: core_v1.PodAffinityTerm, namespace: str, labels: Mapping[str, str], weight: int) -> AffinityTerm:
    namespaces = tuple(term.namespaces or ())
    if not namespaces and term.namespaceSelector is None:
        namespaces = (namespace,)
    selector = _with_keys(selectors.from_object(term.labelSelector), term.matchLabelKeys or (), labels, "in")
    selector = _with_keys(selector, term.mismatchLabelKeys or (), labels, "notin")
    others = selectors.from_object(term.namespaceSelector) if term.namespaceSelector is not None else None
    return AffinityTerm(namespaces, others, selector, term.topologyKey, weight)


def spread_constraints(
    constraints: Iterable[core_v1.TopologySpreadConstraint], labels: Mapping[str, str]
) -> tuple[SpreadConstraint, ...]:
    """The pod's own constraints, hard and soft."""
    return tuple(
        SpreadConstraint(
            topology_key=each.topologyKey,
            max_skew=each.maxSkew,
            hard=each.whenUnsatisfiable == "DoNotSchedule",
            selector=_with_keys(selectors.from_object(each.labelSelector), each.matchLabelKeys or (), labels, "in"),
            min_domains=each.minDomains or 1,
            honor_affinity=each.nodeAffinityPolicy != "Ignore",
            honor_taints=each.nodeTaintsPolicy == "Honor",
        )
        for each in constraints
    )


def _with_keys(selector: LabelSelector, keys: Iterable[str], labels: Mapping[str, str], operator: str) -> LabelSelector:
    """The selector with the pod's own values of these labels demanded (or shunned) as well."""
    own = tuple(Requirement(key, operator, (labels[key],)) for key in keys if key in labels)
    if not own or selector.nothing:
        return selector
    return LabelSelector((*selector.requirements, *(each for each in own if each not in selector.requirements)))
