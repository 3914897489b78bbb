"""The vocabulary of metrics.k8s.io: how much processor time and memory pods and nodes use. Nobody stores these objects.

In Kubernetes
    https://github.com/kubernetes/metrics (`pkg/apis/metrics/v1beta1`)
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from lightkube.core.dictmixin import DictMixin
from lightkube.models import meta_v1

from kubelab.api.kinds import Kind

GROUP, VERSION = "metrics.k8s.io", "v1beta1"
_READ = ("get", "list")


class ContainerMetrics(DictMixin, msgspec.Struct, omit_defaults=True):
    """What one container uses: `cpu` and `memory` as quantities."""

    name: str
    usage: dict[str, str]


class PodMetrics(DictMixin, msgspec.Struct, omit_defaults=True):
    """What the containers of a pod used in the `window` that ended at `timestamp`."""

    metadata: meta_v1.ObjectMeta
    timestamp: datetime
    window: str
    containers: list[ContainerMetrics]
    apiVersion: str | None = None
    kind: str | None = None


class NodeMetrics(DictMixin, msgspec.Struct, omit_defaults=True):
    """What a node used in the `window` that ended at `timestamp`."""

    metadata: meta_v1.ObjectMeta
    timestamp: datetime
    window: str
    usage: dict[str, str]
    apiVersion: str | None = None
    kind: str | None = None


POD_METRICS = Kind("PodMetrics", "pods", GROUP, VERSION, True, PodMetrics, verbs=_READ)
NODE_METRICS = Kind("NodeMetrics", "nodes", GROUP, VERSION, False, NodeMetrics, verbs=_READ)
METRICS = (POD_METRICS, NODE_METRICS)
"""The kinds of the metrics API; a client asks for them as `pods.metrics.k8s.io` and `nodes.metrics.k8s.io`."""
