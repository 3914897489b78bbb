"""`kubectl describe`: everything about an object, for people to read.

In Kubernetes
    `k8s.io/kubectl/pkg/describe`, where each kind has a form of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.describe.access import describe_role, describe_role_binding
from kubelab.clients.kubectl.describe.autoscaling import describe_horizontal_pod_autoscaler
from kubelab.clients.kubectl.describe.config import describe_config_map, describe_secret, describe_service_account
from kubelab.clients.kubectl.describe.generic import describe_any
from kubelab.clients.kubectl.describe.ingress import describe_ingress, describe_ingress_class
from kubelab.clients.kubectl.describe.jobs import describe_cron_job, describe_job
from kubelab.clients.kubectl.describe.limits import describe_limit_range, describe_namespace, describe_resource_quota
from kubelab.clients.kubectl.describe.network import describe_endpoint_slice, describe_endpoints, describe_service
from kubelab.clients.kubectl.describe.nodes import describe_node
from kubelab.clients.kubectl.describe.pods import describe_pod
from kubelab.clients.kubectl.describe.policies import (
    describe_network_policy,
    describe_pod_disruption_budget,
    describe_priority_class,
)
from kubelab.clients.kubectl.describe.sets import describe_daemon_set, describe_stateful_set
from kubelab.clients.kubectl.describe.storage import (
    describe_persistent_volume,
    describe_persistent_volume_claim,
    describe_storage_class,
)
from kubelab.clients.kubectl.describe.workloads import (
    describe_deployment,
    describe_replica_set,
    describe_replication_controller,
)
from kubelab.clients.kubectl.flags import CommandError
from kubelab.clients.kubectl.resources import Found, Wanted, find, of_manifests, wanted
from kubelab.clients.kubectl.session import Session, explain_refusal

FLAGS = (*f.FILES, f.SELECTOR, f.ALL_NAMESPACES, f.switch("show-events", default=True))

DESCRIBERS: dict[str, Callable[[Session, Any], str]] = {
    "Pod": describe_pod,
    "Deployment": describe_deployment,
    "ReplicaSet": describe_replica_set,
    "ReplicationController": describe_replication_controller,
    "StatefulSet": describe_stateful_set,
    "DaemonSet": describe_daemon_set,
    "Job": describe_job,
    "CronJob": describe_cron_job,
    "HorizontalPodAutoscaler": describe_horizontal_pod_autoscaler,
    "PodDisruptionBudget": describe_pod_disruption_budget,
    "PriorityClass": describe_priority_class,
    "Service": describe_service,
    "Endpoints": describe_endpoints,
    "EndpointSlice": describe_endpoint_slice,
    "Ingress": describe_ingress,
    "IngressClass": describe_ingress_class,
    "NetworkPolicy": describe_network_policy,
    "Node": describe_node,
    "Namespace": describe_namespace,
    "ResourceQuota": describe_resource_quota,
    "LimitRange": describe_limit_range,
    "ConfigMap": describe_config_map,
    "Secret": describe_secret,
    "ServiceAccount": describe_service_account,
    "PersistentVolume": describe_persistent_volume,
    "PersistentVolumeClaim": describe_persistent_volume_claim,
    "StorageClass": describe_storage_class,
    "Role": describe_role,
    "ClusterRole": describe_role,
    "RoleBinding": describe_role_binding,
    "ClusterRoleBinding": describe_role_binding,
}


def describe(session: Session) -> None:
    """Describe objects, two empty lines between one and the next. A name that nothing has may be the start of some."""
    if session.flags["filename"] or session.flags["kustomize"]:
        found, refusals = of_manifests(session)
    else:
        if not session.words:
            message = "You must specify the type of resource to describe. "
            raise CommandError(
                f'error: {message}Use "kubectl api-resources" for a complete list of supported resources.'
            )
        found, refusals = find(session, wanted(session, session.words))
        if refusals and not found:
            found = [item for want in wanted(session, session.words) for item in _by_prefix(session, want)]
            if found:
                session.show("".join(f"{_describer(item)(session, item.obj)}\n" for item in found))
                return
    texts = [_describer(item)(session, item.obj) for item in found]
    session.show("\n\n".join(texts))
    if refusals:
        raise CommandError("\n".join(explain_refusal(refusal) for refusal in refusals))
    if not found:
        where = "" if session.everywhere else f" in {session.namespace} namespace."
        session.tell(f"No resources found{where}")


def _by_prefix(session: Session, want: Wanted) -> list[Found]:
    if not want.name:
        return []
    found, _ = find(session, [Wanted(want.kind)])
    return [item for item in found if item.name.startswith(want.name)]


def _describer(item: Found) -> Callable[[Session, Any], str]:
    """The form of its kind; a custom kind has none, whatever it is called."""
    return describe_any if item.kind.custom else DESCRIBERS.get(item.kind.name, describe_any)
