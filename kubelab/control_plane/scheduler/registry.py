"""The default profile: which plugins there are, in which order they are asked, and what their scores weigh.

In Kubernetes
    `pkg/scheduler/apis/config/v1/default_plugins.go` and `pkg/scheduler/framework/plugins/registry.go`.
    https://kubernetes.io/docs/reference/scheduling/config/#scheduling-plugins

Left out
    NodeVolumeLimits: no node here says how many volumes it can hold. DynamicResources: there are no devices; what that
    plugin adds to the message about a pod that fits nowhere is in `algorithm`. SchedulingGates and PrioritySort are in
    `scheduling_queue`.
"""

from __future__ import annotations

from kubelab.control_plane.scheduler.framework import (
    ClusterFilterPlugin,
    ClusterPlugin,
    ClusterScorePlugin,
    FilterPlugin,
    Plugin,
    PreFilterPlugin,
    ScorePlugin,
)
from kubelab.control_plane.scheduler.plugins.image_locality import ImageLocality
from kubelab.control_plane.scheduler.plugins.inter_pod_affinity import InterPodAffinity
from kubelab.control_plane.scheduler.plugins.node_affinity import NodeAffinity
from kubelab.control_plane.scheduler.plugins.node_name import NodeName
from kubelab.control_plane.scheduler.plugins.node_ports import NodePorts
from kubelab.control_plane.scheduler.plugins.node_resources_balanced_allocation import NodeResourcesBalancedAllocation
from kubelab.control_plane.scheduler.plugins.node_resources_fit import NodeResourcesFit
from kubelab.control_plane.scheduler.plugins.node_unschedulable import NodeUnschedulable
from kubelab.control_plane.scheduler.plugins.pod_topology_spread import PodTopologySpread
from kubelab.control_plane.scheduler.plugins.taint_toleration import TaintToleration
from kubelab.control_plane.scheduler.plugins.volume_binding import VolumeBinding
from kubelab.control_plane.scheduler.plugins.volume_restrictions import VolumeRestrictions
from kubelab.control_plane.scheduler.plugins.volume_zone import VolumeZone

DEFAULT_SCHEDULER = "default-scheduler"


class Profile:
    """A scheduler's name, its plugins in order, and the weights of those that score.

    Plugins that look at each node alone are asked before those that count over all nodes.
    """

    scheduler_name: str
    plugins: tuple[Plugin, ...]
    weights: dict[str, int]

    def __init__(self, scheduler_name: str, plugins: tuple[Plugin, ...], weights: dict[str, int]) -> None:
        self.scheduler_name, self.plugins, self.weights = scheduler_name, plugins, weights
        self.pre_filters = tuple(each for each in plugins if isinstance(each, PreFilterPlugin))
        self.filters = tuple(each for each in plugins if isinstance(each, FilterPlugin))
        self.cluster_filters = tuple(each for each in plugins if isinstance(each, ClusterFilterPlugin))
        self.scores = tuple(each for each in plugins if isinstance(each, ScorePlugin))
        self.cluster_scores = tuple(each for each in plugins if isinstance(each, ClusterScorePlugin))
        self.cluster_plugins = tuple(each for each in plugins if isinstance(each, ClusterPlugin))

    def __deepcopy__(self, memo: dict[int, object]) -> Profile:
        return self  # plugins keep nothing: a forked cluster shares them

    def plugin(self, name: str) -> Plugin:
        """The plugin of that name."""
        return next(each for each in self.plugins if each.name == name)


DEFAULT_PROFILE = Profile(
    DEFAULT_SCHEDULER,
    (
        NodeUnschedulable(),
        NodeName(),
        TaintToleration(),
        NodeAffinity(),
        NodePorts(),
        NodeResourcesFit(),
        VolumeRestrictions(),
        VolumeBinding(),
        VolumeZone(),
        PodTopologySpread(),
        InterPodAffinity(),
        NodeResourcesBalancedAllocation(),
        ImageLocality(),
    ),
    {
        "TaintToleration": 3,
        "NodeAffinity": 2,
        "NodeResourcesFit": 1,
        "PodTopologySpread": 2,
        "InterPodAffinity": 2,
        "NodeResourcesBalancedAllocation": 1,
        "ImageLocality": 1,
    },
)
