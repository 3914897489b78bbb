"""What the pods of a DaemonSet are like, and on which nodes they belong.

In Kubernetes
    NodeShouldRunDaemonPod in pkg/controller/daemon/daemon_controller.go, pkg/controller/daemon/util/daemonset_util.go;
    https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#how-daemon-pods-are-scheduled
"""

from __future__ import annotations

from lightkube.models import apps_v1, core_v1

from kubelab.api.node_selectors import required_nodes
from kubelab.api.objects import replace
from kubelab.api.tolerations import untolerated
from kubelab.control_plane.controller_manager.history import REVISION_HASH
from kubelab.control_plane.controller_manager.pod_control import pod_from

GENERATION = "pod-template-generation"  # a label of the pods
ANNOTATION = "deprecated.daemonset.template.generation"  # of the DaemonSet
NAME_FIELD = "metadata.name"
# What a daemon's pod bears although others flee from it or are kept away.
TOLERATED = (
    ("not-ready", "NoExecute"),
    ("unreachable", "NoExecute"),
    ("disk-pressure", "NoSchedule"),
    ("memory-pressure", "NoSchedule"),
    ("pid-pressure", "NoSchedule"),
    ("unschedulable", "NoSchedule"),
)
ON_HOST_NETWORK = ("network-unavailable", "NoSchedule")


class Blueprint:
    """One template of a DaemonSet: the pod that each node gets of it, and whether a node gets one.

    A node's pod spec is one and the same value as long as the blueprint lives.
    """

    def __init__(self, template: core_v1.PodTemplateSpec) -> None:
        self.template = template
        self._spec = replace(template.spec, tolerations=tolerations_of(template.spec))
        self._required = required_nodes(template.spec)
        self._specs: dict[str, core_v1.PodSpec] = {}
        self._known: dict[str, tuple[dict[str, str], list[core_v1.Taint], tuple[bool, bool]]] = {}

    def fits(self, node: core_v1.Node) -> tuple[bool, bool]:
        """Whether a pod should run on the node, and whether one that is there may go on."""
        labels, taints = node.metadata.labels or {}, (node.spec.taints if node.spec is not None else None) or []
        known = self._known.get(node.metadata.name)
        if known is None or known[0] != labels or known[1] != taints:
            known = self._known[node.metadata.name] = (labels, taints, self._judge(node.metadata.name, labels, taints))
        return known[2]

    def _judge(self, name: str, labels: dict[str, str], taints: list[core_v1.Taint]) -> tuple[bool, bool]:
        if self.template.spec.nodeName not in (None, "", name) or not self._required.matches(name, labels):
            return False, False
        if untolerated(taints, self._spec.tolerations) is None:
            return True, True
        return False, untolerated(taints, self._spec.tolerations, ("NoExecute",)) is None

    def pod(self, ds: apps_v1.DaemonSet, node: str, revision: str) -> core_v1.Pod:
        """The pod of a node: it may go nowhere else."""
        pod = pod_from(self.template, ds)
        labels = {**(pod.metadata.labels or {}), REVISION_HASH: revision}
        generation = generation_of(ds)
        if generation is not None:
            labels[GENERATION] = str(generation)
        spec = self._specs.get(node)
        if spec is None:
            spec = self._specs[node] = replace(self._spec, affinity=bound_to(self._spec.affinity, node))
        return replace(pod, metadata=replace(pod.metadata, labels=labels), spec=spec)


def generation_of(ds: apps_v1.DaemonSet) -> int | None:
    """How often the template has been changed, as the DaemonSet's annotation says."""
    text = (ds.metadata.annotations or {}).get(ANNOTATION, "")
    return int(text) if text.isdecimal() else None


def is_updated(ds: apps_v1.DaemonSet, pod: core_v1.Pod, revision: str) -> bool:
    """Whether the pod is of the DaemonSet's present template."""
    labels, generation = pod.metadata.labels or {}, generation_of(ds)
    if generation is not None and labels.get(GENERATION) == str(generation):
        return True
    return bool(revision) and labels.get(REVISION_HASH) == revision


def tolerations_of(spec: core_v1.PodSpec) -> list[core_v1.Toleration]:
    """The pod's own tolerations and those of every daemon."""
    held = list(spec.tolerations or ())
    for word, effect in (*TOLERATED, *((ON_HOST_NETWORK,) if spec.hostNetwork else ())):
        wanted = core_v1.Toleration(key=f"node.kubernetes.io/{word}", operator="Exists", effect=effect)
        same = [at for at, own in enumerate(held) if _matches(own, wanted)]
        if same:
            held[same[0]] = wanted
        else:
            held.append(wanted)
    return held


def _matches(one: core_v1.Toleration, other: core_v1.Toleration) -> bool:
    return all(
        (getattr(one, field) or "") == (getattr(other, field) or "") for field in ("key", "effect", "operator", "value")
    )


def bound_to(affinity: core_v1.Affinity | None, node: str) -> core_v1.Affinity:
    """The affinity with its required nodes replaced by the one node."""
    only = core_v1.NodeSelector(
        nodeSelectorTerms=[
            core_v1.NodeSelectorTerm(
                matchFields=[core_v1.NodeSelectorRequirement(key=NAME_FIELD, operator="In", values=[node])]
            )
        ]
    )
    affinity = affinity or core_v1.Affinity()
    of_nodes = affinity.nodeAffinity or core_v1.NodeAffinity()
    return replace(affinity, nodeAffinity=replace(of_nodes, requiredDuringSchedulingIgnoredDuringExecution=only))


def node_of(pod: core_v1.Pod) -> str:
    """The node that the pod is on, or is meant for; empty where nothing says so."""
    if pod.spec.nodeName:
        return pod.spec.nodeName
    affinity = pod.spec.affinity.nodeAffinity if pod.spec.affinity is not None else None
    required = affinity.requiredDuringSchedulingIgnoredDuringExecution if affinity is not None else None
    for term in required.nodeSelectorTerms if required is not None else ():
        for field in term.matchFields or ():
            if field.key == NAME_FIELD and field.operator == "In" and len(field.values or ()) == 1:
                return field.values[0]
    return ""
