"""PodInfo: all that scheduling needs to know of a pod, worked out once and shared by all pods of the same kind.

Two pods are of the same kind when every plugin must answer the same about both: same namespace and labels, same
priority, requests, ports, images, affinities and tolerations. The pods of a Deployment are, whatever their names.

In Kubernetes
    `PodInfo` in `pkg/scheduler/framework/types.go`; since 1.35 `SignPod` of `framework.SignPlugin` tells pods of a
    kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
from lightkube.models import core_v1

from kubelab.api.node_selectors import (
    NodeSelectorTerm,
    RequiredNodes,
    preferred_nodes,
    required_nodes,
)
from kubelab.api.selectors import LabelSelector
from kubelab.control_plane.scheduler.pod_terms import (
    SYSTEM_DEFAULTS,
    AffinityTerm,
    SpreadConstraint,
    affinity_terms,
    spread_constraints,
)
from kubelab.control_plane.scheduler.resources import ASSUMED_REQUESTS, Resources, pod_requests

if TYPE_CHECKING:
    from kubelab.control_plane.scheduler.pod_volumes import PodVolumes

HostPort = tuple[str, str, int]


@dataclass(frozen=True, eq=False)
class PodInfo:
    """A kind of pod as plugins see it. A value, compared by identity: `PodInfos` makes one for each kind.

    `assumed_requests` is `requests` with something assumed for containers that ask for nothing; scoring uses it.
    `default_selector` says which pods count as its own for the default spreading (None: there is no such spreading);
    it is of interest only while the pod has no node, `plain` is the same kind without it. So are `volumes`: what the
    pod's claims mean at this moment (None: it has none).
    """

    namespace: str
    labels: Mapping[str, str]
    requests: Resources
    assumed_requests: Resources
    images: tuple[str, ...]
    host_ports: tuple[HostPort, ...]
    node_name: str
    required_nodes: RequiredNodes
    preferred_nodes: tuple[tuple[int, NodeSelectorTerm], ...]
    tolerations: tuple[core_v1.Toleration, ...]
    spread: tuple[SpreadConstraint, ...]
    affinity: tuple[AffinityTerm, ...]
    anti_affinity: tuple[AffinityTerm, ...]
    preferred_affinity: tuple[AffinityTerm, ...]
    preferred_anti_affinity: tuple[AffinityTerm, ...]
    terminating: bool
    priority: int = 0
    default_selector: LabelSelector | None = None
    plain: PodInfo | None = None
    volumes: PodVolumes | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> PodInfo:
        return self  # a value: a forked cluster shares it

    @cached_property
    def has_affinity(self) -> bool:
        """Whether the pod says anything about other pods."""
        return bool(self.affinity or self.anti_affinity or self.preferred_affinity or self.preferred_anti_affinity)

    @cached_property
    def hard_spread(self) -> tuple[SpreadConstraint, ...]:
        """The constraints to filter by: DoNotSchedule."""
        return tuple(each for each in self.spread if each.hard)

    @cached_property
    def soft_spread(self) -> tuple[SpreadConstraint, ...]:
        """The constraints to score by: its own ScheduleAnyway ones, or the defaults if it has none of any kind."""
        if self.spread:
            return tuple(each for each in self.spread if not each.hard)
        if self.default_selector is None or self.default_selector.empty:
            return ()
        return tuple(SpreadConstraint(key, skew, False, self.default_selector) for key, skew in SYSTEM_DEFAULTS)


class PodInfos:
    """Makes PodInfos, one for each kind of pod."""

    MOST = 4096  # kinds remembered; forgetting them costs time only

    def __init__(self) -> None:
        self._known: dict[tuple[bytes, LabelSelector | None], PodInfo] = {}

    def of(
        self, pod: core_v1.Pod, default_selector: LabelSelector | None = None, volumes: PodVolumes | None = None
    ) -> PodInfo:
        """The kind of this pod; one with claims is of a kind of its own."""
        if volumes is not None:
            return replace(self.of(pod, default_selector), volumes=volumes, plain=self.of(pod))
        key = (signature(pod), default_selector)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= self.MOST:
                self._known.clear()
            if default_selector is None:
                found = pod_info(pod)
            else:
                plain = self.of(pod)
                found = replace(plain, default_selector=default_selector, plain=plain)
            self._known[key] = found
        return found


def signature(pod: core_v1.Pod) -> bytes:
    """What tells kinds of pods apart: equal for pods that scheduling cannot tell apart."""
    spec, meta = pod.spec, pod.metadata
    return msgspec.json.encode(
        (
            meta.namespace,
            meta.labels,
            meta.deletionTimestamp is not None,
            [(each.image, each.resources, each.ports) for each in spec.containers],
            [(each.image, each.resources, each.ports, each.restartPolicy) for each in spec.initContainers or ()],
            spec.nodeSelector,
            spec.affinity,
            spec.tolerations,
            spec.topologySpreadConstraints,
            spec.overhead,
            spec.resources,
            spec.priority,
        )
    )


def pod_info(pod: core_v1.Pod) -> PodInfo:
    """All that plugins need, from the pod as the API has it."""
    spec, meta = pod.spec, pod.metadata
    namespace, labels = meta.namespace or "default", dict(meta.labels or {})
    pod_affinity = spec.affinity.podAffinity if spec.affinity is not None else None
    anti_affinity = spec.affinity.podAntiAffinity if spec.affinity is not None else None
    required, preferred = affinity_terms(pod_affinity, namespace, labels)
    anti_required, anti_preferred = affinity_terms(anti_affinity, namespace, labels)
    containers = [*(spec.initContainers or ()), *spec.containers]
    return PodInfo(
        namespace=namespace,
        labels=labels,
        requests=pod_requests(spec),
        assumed_requests=pod_requests(spec, ASSUMED_REQUESTS),
        images=tuple(normalized_image_name(each.image or "") for each in containers),
        host_ports=host_ports(spec),
        node_name="",
        required_nodes=required_nodes(spec),
        preferred_nodes=preferred_nodes(spec),
        tolerations=tuple(spec.tolerations or ()),
        spread=spread_constraints(spec.topologySpreadConstraints or (), labels),
        affinity=required,
        anti_affinity=anti_required,
        preferred_affinity=preferred,
        preferred_anti_affinity=anti_preferred,
        terminating=meta.deletionTimestamp is not None,
        priority=spec.priority or 0,
    )


def host_ports(spec: core_v1.PodSpec) -> tuple[HostPort, ...]:
    """The node's own ports that the pod's containers and sidecars take: address, protocol, number."""
    sidecars = [each for each in spec.initContainers or () if each.restartPolicy == "Always"]
    return tuple(
        (port.hostIP or "0.0.0.0", port.protocol or "TCP", port.hostPort)
        for container in [*sidecars, *spec.containers]
        for port in container.ports or ()
        if port.hostPort
    )


def normalized_image_name(image: str) -> str:
    """An image as nodes name it: with a tag.

    Examples
    --------
    >>> normalized_image_name("registry:5000/shop"), normalized_image_name("nginx:1.27")
    ('registry:5000/shop:latest', 'nginx:1.27')
    """
    return image if image.rfind(":") > image.rfind("/") else f"{image}:latest"
