"""The kinds that the API server serves: names, group and version, scope, and the vocabulary of each.

The vocabulary (every field that Kubernetes 1.36 knows, with its documentation) is lightkube's models: msgspec
Structs under Kubernetes's own field names. kubelab treats them as immutable values.

In Kubernetes
    Discovery: `kubectl api-resources`. Reference: https://kubernetes.io/docs/reference/using-api/api-concepts/
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from lightkube.models import (
    apiextensions_v1,
    apiregistration_v1,
    apps_v1,
    autoscaling_v2,
    batch_v1,
    coordination_v1,
    core_v1,
    discovery_v1,
    networking_v1,
    node_v1,
    policy_v1,
    rbac_v1,
    scheduling_v1,
    storage_v1,
)

from kubelab.api.secrets import Secret

ALL_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True)
class Kind:
    """One kind of object: `Kind("Pod", "pods", …)`.

    `group` is empty for the core group. `also` names other versions in which the same objects can be read and
    written (`autoscaling/v1`); `categories` are words that mean several kinds at once (`kubectl get all`). A `custom`
    kind was brought by a CustomResourceDefinition. `verbs` says what a client can do.
    """

    name: str
    plural: str
    group: str
    version: str
    namespaced: bool
    model: type[msgspec.Struct]
    short_names: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    custom: bool = False
    verbs: tuple[str, ...] = ALL_VERBS

    @property
    def api_version(self) -> str:
        """What a manifest of this kind says in `apiVersion`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def singular(self) -> str:
        """The name that kubectl prints: `pod`."""
        return self.name.lower()

    @property
    def qualified(self) -> str:
        """The plural with its group, as error messages name it: `deployments.apps`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def builtin(self) -> str:
        """The name of a kind that comes with the cluster; empty for a custom kind, which may be called the same."""
        return "" if self.custom else self.name

    @property
    def resource(self) -> str:
        """The word by which clients ask for it and under which etcd keeps it; a custom kind's has its group."""
        return self.qualified if self.custom else self.plural


_STATUS, _SCALE = ("status",), ("status", "scale")
_ALL = ("all",)
_EXTENSION = ("api-extensions",)

KINDS: tuple[Kind, ...] = (
    Kind("Namespace", "namespaces", "", "v1", False, core_v1.Namespace, ("ns",), ("status", "finalize")),
    Kind("Node", "nodes", "", "v1", False, core_v1.Node, ("no",), _STATUS),
    Kind("Pod", "pods", "", "v1", True, core_v1.Pod, ("po",), ("status", "binding", "eviction", "log"), _ALL),
    Kind("Deployment", "deployments", "apps", "v1", True, apps_v1.Deployment, ("deploy",), _SCALE, _ALL),
    Kind("ReplicaSet", "replicasets", "apps", "v1", True, apps_v1.ReplicaSet, ("rs",), _SCALE, _ALL),
    Kind("StatefulSet", "statefulsets", "apps", "v1", True, apps_v1.StatefulSet, ("sts",), _SCALE, _ALL),
    Kind("DaemonSet", "daemonsets", "apps", "v1", True, apps_v1.DaemonSet, ("ds",), _STATUS, _ALL),
    Kind("ControllerRevision", "controllerrevisions", "apps", "v1", True, apps_v1.ControllerRevision),
    Kind(
        *("ReplicationController", "replicationcontrollers", "", "v1", True),
        core_v1.ReplicationController,
        ("rc",),
        _SCALE,
        _ALL,
    ),
    Kind("Job", "jobs", "batch", "v1", True, batch_v1.Job, (), _STATUS, _ALL),
    Kind("CronJob", "cronjobs", "batch", "v1", True, batch_v1.CronJob, ("cj",), _STATUS, _ALL),
    Kind(
        *("HorizontalPodAutoscaler", "horizontalpodautoscalers", "autoscaling", "v2", True),
        autoscaling_v2.HorizontalPodAutoscaler,
        ("hpa",),
        _STATUS,
        _ALL,
        also=("autoscaling/v1",),
    ),
    Kind(
        *("PodDisruptionBudget", "poddisruptionbudgets", "policy", "v1", True),
        policy_v1.PodDisruptionBudget,
        ("pdb",),
        _STATUS,
    ),
    Kind("Service", "services", "", "v1", True, core_v1.Service, ("svc",), _STATUS, _ALL),
    Kind("EndpointSlice", "endpointslices", "discovery.k8s.io", "v1", True, discovery_v1.EndpointSlice),
    Kind("Endpoints", "endpoints", "", "v1", True, core_v1.Endpoints, ("ep",)),
    Kind("Ingress", "ingresses", "networking.k8s.io", "v1", True, networking_v1.Ingress, ("ing",), _STATUS),
    Kind("IngressClass", "ingressclasses", "networking.k8s.io", "v1", False, networking_v1.IngressClass),
    Kind(
        *("NetworkPolicy", "networkpolicies", "networking.k8s.io", "v1", True),
        networking_v1.NetworkPolicy,
        ("netpol",),
    ),
    Kind("ConfigMap", "configmaps", "", "v1", True, core_v1.ConfigMap, ("cm",)),
    Kind("Secret", "secrets", "", "v1", True, Secret),
    Kind("ServiceAccount", "serviceaccounts", "", "v1", True, core_v1.ServiceAccount, ("sa",), ("token",)),
    Kind("PersistentVolume", "persistentvolumes", "", "v1", False, core_v1.PersistentVolume, ("pv",), _STATUS),
    Kind(
        *("PersistentVolumeClaim", "persistentvolumeclaims", "", "v1", True),
        core_v1.PersistentVolumeClaim,
        ("pvc",),
        _STATUS,
    ),
    Kind("StorageClass", "storageclasses", "storage.k8s.io", "v1", False, storage_v1.StorageClass, ("sc",)),
    Kind("ResourceQuota", "resourcequotas", "", "v1", True, core_v1.ResourceQuota, ("quota",), _STATUS),
    Kind("LimitRange", "limitranges", "", "v1", True, core_v1.LimitRange, ("limits",)),
    Kind("PriorityClass", "priorityclasses", "scheduling.k8s.io", "v1", False, scheduling_v1.PriorityClass, ("pc",)),
    Kind("RuntimeClass", "runtimeclasses", "node.k8s.io", "v1", False, node_v1.RuntimeClass),
    Kind("Role", "roles", "rbac.authorization.k8s.io", "v1", True, rbac_v1.Role),
    Kind("RoleBinding", "rolebindings", "rbac.authorization.k8s.io", "v1", True, rbac_v1.RoleBinding),
    Kind("ClusterRole", "clusterroles", "rbac.authorization.k8s.io", "v1", False, rbac_v1.ClusterRole),
    Kind(
        *("ClusterRoleBinding", "clusterrolebindings", "rbac.authorization.k8s.io", "v1", False),
        rbac_v1.ClusterRoleBinding,
    ),
    Kind(
        *("CustomResourceDefinition", "customresourcedefinitions", "apiextensions.k8s.io", "v1", False),
        apiextensions_v1.CustomResourceDefinition,
        ("crd", "crds"),
        _STATUS,
        _EXTENSION,
    ),
    Kind(
        *("APIService", "apiservices", "apiregistration.k8s.io", "v1", False),
        apiregistration_v1.APIService,
        (),
        _STATUS,
        _EXTENSION,
    ),
    Kind("Lease", "leases", "coordination.k8s.io", "v1", True, coordination_v1.Lease),
    Kind("Event", "events", "", "v1", True, core_v1.Event, ("ev",), also=("events.k8s.io/v1",)),
)
"""The kinds that come with the cluster."""

_BY_NAME: dict[str, Kind] = {}
for _kind in KINDS:
    for _word in (_kind.plural, _kind.singular, *_kind.short_names):
        _BY_NAME[_word] = _kind
        if _kind.group:
            _BY_NAME[f"{_word}.{_kind.group}"] = _kind
            _BY_NAME[f"{_word}.{_kind.version}.{_kind.group}"] = _kind
_BY_MODEL: dict[type, Kind] = {kind.model: kind for kind in KINDS}
_BY_MODEL[core_v1.Secret] = _BY_MODEL[Secret]
_BY_TYPE: dict[tuple[str, str], Kind] = {
    (version, kind.name): kind for kind in KINDS for version in (kind.api_version, *kind.also)
}


def find(name: str) -> Kind | None:
    """The kind that a word names, as kubectl understands words: plural, singular, short name, any case.

    Examples
    --------
    >>> find("po").name, find("Deployment").plural, find("deployments.apps").group
    ('Pod', 'deployments', 'apps')
    >>> find("podz") is None
    True
    """
    return _BY_NAME.get(name.lower())


def by_type(api_version: str, name: str) -> Kind | None:
    """The kind that a manifest's `apiVersion` and `kind` name, or None."""
    return _BY_TYPE.get((api_version, name))


def kind_of(obj: msgspec.Struct) -> Kind:
    """The kind of an object; a custom resource's type carries its own.

    Raises
    ------
    KeyError
        The object is not of a served kind (a part of one, say).
    """
    model = type(obj)
    found = _BY_MODEL.get(model) or getattr(model, "kind_served", None)
    if found is None:
        raise KeyError(model.__name__)
    return found
