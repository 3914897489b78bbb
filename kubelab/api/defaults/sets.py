"""What a StatefulSet, a DaemonSet and a ReplicationController mean when they say only half of it.

In Kubernetes
    `SetDefaults_StatefulSet` and `SetDefaults_DaemonSet` in `pkg/apis/apps/v1/defaults.go`,
    `SetDefaults_ReplicationController` in `pkg/apis/core/v1/defaults.go`. Only the oldest of them, the
    ReplicationController, concludes its selector and its labels from its template.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.defaults.pod import pod_template
from kubelab.api.defaults.storage import persistent_volume_claim

_Json = dict[str, Any]
_REVISIONS = 10
_NODES_AT_ONCE = 1


def statefulset(obj: _Json) -> None:
    """Fill in a StatefulSet: one pod; the pods come one after the other and keep their volumes."""
    spec = obj["spec"]
    pod_template(spec["template"])
    for claim in spec.get("volumeClaimTemplates", ()):
        _claim(claim)
    spec.setdefault("podManagementPolicy", "OrderedReady")
    strategy = spec["updateStrategy"]
    if "type" not in strategy:
        strategy["type"] = "RollingUpdate"
        strategy.setdefault("rollingUpdate", {})
    if strategy["type"] == "RollingUpdate" and "rollingUpdate" in strategy:
        strategy["rollingUpdate"].setdefault("partition", 0)
    retention = spec.setdefault("persistentVolumeClaimRetentionPolicy", {})
    for moment in ("whenDeleted", "whenScaled"):
        retention.setdefault(moment, "Retain")
    spec.setdefault("replicas", 1)
    spec.setdefault("revisionHistoryLimit", _REVISIONS)


def daemonset(obj: _Json) -> None:
    """Fill in a DaemonSet: its pods are replaced on one node at a time."""
    spec = obj["spec"]
    pod_template(spec["template"])
    strategy = spec["updateStrategy"]
    if strategy.setdefault("type", "RollingUpdate") == "RollingUpdate":
        rolling = strategy.setdefault("rollingUpdate", {})
        rolling.setdefault("maxUnavailable", _NODES_AT_ONCE)
        rolling.setdefault("maxSurge", 0)
    spec.setdefault("revisionHistoryLimit", _REVISIONS)


def replication_controller(obj: _Json) -> None:
    """Fill in a ReplicationController: one pod; the labels of the template select it and name it."""
    spec = obj["spec"]
    template = spec.get("template")
    labels = template["metadata"].get("labels") if template is not None else None
    if labels:
        spec["selector"] = spec.get("selector") or dict(labels)
        obj["metadata"]["labels"] = obj["metadata"].get("labels") or dict(labels)
    spec.setdefault("replicas", 1)
    if template is not None:
        pod_template(template)


def _claim(claim: _Json) -> None:
    """A claim in a template is a whole object, and one that is not bound yet."""
    claim.setdefault("apiVersion", "v1")
    claim.setdefault("kind", "PersistentVolumeClaim")
    persistent_volume_claim(claim)
