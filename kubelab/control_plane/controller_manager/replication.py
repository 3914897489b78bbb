"""The ReplicationController's controller: the ReplicaSet's, over the older kind."""

from __future__ import annotations

from typing import Any

from lightkube.models import core_v1

from kubelab.api.selectors import LabelSelector, from_labels
from kubelab.control_plane.controller_manager.replicaset import ReplicaSetController


class ReplicationManager(ReplicaSetController):
    """Keeps as many pods as each ReplicationController wants. Its selector is a plain map of labels.

    In Kubernetes
        pkg/controller/replication, which is the ReplicaSet controller behind an adapter;
        https://kubernetes.io/docs/concepts/workloads/controllers/replicationcontroller/
    """

    name = "replication-controller"
    watches = ("replicationcontrollers", "pods")
    kind = "ReplicationController"
    condition_type = core_v1.ReplicationControllerCondition

    def status_of(self, rs: Any, **fields: Any) -> Any:
        """A ReplicationController does not count the pods that are on their way out."""
        del fields["terminatingReplicas"]
        return core_v1.ReplicationControllerStatus(**fields)

    def selector_of(self, rs: Any) -> LabelSelector:
        """Labels that must all be there."""
        return from_labels(rs.spec.selector)
