"""ImageLocality: a node that holds the pod's images already starts it sooner.

In Kubernetes
    `pkg/scheduler/framework/plugins/imagelocality/image_locality.go`.
    https://kubernetes.io/docs/reference/scheduling/config/#scheduling-plugins

Left out
    Image volumes are not counted among the pod's images. On how many nodes an image is counts at once; Kubernetes
    refreshes the number only for nodes that have changed themselves.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import compress
from typing import Any

from kubelab.control_plane.scheduler.framework import MAX_NODE_SCORE, ClusterScorePlugin, Tally, Totals
from kubelab.control_plane.scheduler.node_info import NodeInfo
from kubelab.control_plane.scheduler.pod_info import PodInfo
from kubelab.control_plane.scheduler.snapshot import Snapshot

MEGABYTE = 1024 * 1024
MIN_THRESHOLD = 23 * MEGABYTE
MAX_CONTAINER_THRESHOLD = 1000 * MEGABYTE


class ImageLocality(ClusterScorePlugin):
    """Scores by the size of the images that need no pulling.

    An image counts for more the more nodes hold it, so that one node with a rare image does not draw all pods.
    """

    name = "ImageLocality"

    def tally(self, pod: PodInfo, node: NodeInfo, snapshot: Snapshot) -> Tally:
        """Which of the pod's images the node holds."""
        if not node.images:
            return ()
        return tuple((image, "", 1) for image in dict.fromkeys(pod.images) if image in node.images)

    def place(self, pod: PodInfo, node: NodeInfo, keys: Hashable) -> Hashable:
        """Which of the pod's images the node holds."""
        return tuple(image in node.images for image in pod.images) if node.images else ()

    def pre_score(self, pod: PodInfo, totals: Totals, places: Mapping[Any, int], snapshot: Snapshot) -> Any:
        """What each image is worth: its size, times the share of the nodes that hold it."""
        held = [totals.nodes.get(image, {}).get("", 0) for image in pod.images]
        sizes = [snapshot.image_sizes.get(image, 0) for image in pod.images]
        return [int(size * (nodes / len(snapshot))) for size, nodes in zip(sizes, held, strict=True)]

    def score_places(self, pod: PodInfo, state: Any, places: Sequence[Any]) -> tuple[list[int], list[int]]:
        """From 0 (less than 23 MiB at hand) to 100 (1,000 MiB for each container)."""
        raw = [_priority(sum(compress(state, place)), len(state)) for place in places]
        return raw, raw


def _priority(at_hand: int, containers: int) -> int:
    most = MAX_CONTAINER_THRESHOLD * containers
    at_hand = min(max(at_hand, MIN_THRESHOLD), most)
    return MAX_NODE_SCORE * (at_hand - MIN_THRESHOLD) // (most - MIN_THRESHOLD)
