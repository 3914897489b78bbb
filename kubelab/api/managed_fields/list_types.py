"""How the lists and objects of the vocabulary are owned: the rows that differ from the rule.

The rule: a list is owned as a whole, an object field by field. It is another one than that of strategic merge
patches (`api/patch_rules.py`): a container's ports, say, are known here by their number and their protocol.

In Kubernetes
    The markers `+listType`, `+listMapKey`, `+mapType` and `+structType` in the `types.go` of `k8s.io/api`, published
    as `x-kubernetes-list-type`, `-list-map-keys` and `-map-type`.
"""

from __future__ import annotations

from typing import Any

_BY_NAME, _BY_TYPE = "name", "type"
SET = ""
"""The key of a list whose items are known by their value."""

_CONTAINER = {
    "env": _BY_NAME,
    "ports": "containerPort protocol",
    "volumeDevices": "devicePath",
    "volumeMounts": "mountPath",
}
_CONDITIONS = {"conditions": _BY_TYPE}

LIST_KEYS: dict[str, dict[str, str]] = {
    "APIServiceStatus": _CONDITIONS,
    "Container": _CONTAINER,
    "ContainerRestartRuleOnExitCodes": {"values": SET},
    "ContainerStatus": {"allocatedResourcesStatus": _BY_NAME, "volumeMounts": "mountPath"},
    "CustomResourceDefinitionStatus": _CONDITIONS,
    "DaemonSetStatus": _CONDITIONS,
    "DeploymentStatus": _CONDITIONS,
    "Endpoint": {"addresses": SET},
    "EphemeralContainer": _CONTAINER,
    "HorizontalPodAutoscalerStatus": _CONDITIONS,
    "JSONSchemaProps": {"x-kubernetes-validations": "rule"},
    "NamespaceStatus": _CONDITIONS,
    "NodeAllocatableResourceClaimStatus": {"containers": SET},
    "NodeSpec": {"podCIDRs": SET},
    "NodeStatus": {"addresses": _BY_TYPE, **_CONDITIONS},
    "ObjectMeta": {"finalizers": SET, "ownerReferences": "uid"},
    "PersistentVolumeClaimStatus": _CONDITIONS,
    "PodDisruptionBudgetStatus": _CONDITIONS,
    "PodFailurePolicyOnExitCodesRequirement": {"values": SET},
    "PodSpec": {
        "containers": _BY_NAME,
        "ephemeralContainers": _BY_NAME,
        "hostAliases": "ip",
        "imagePullSecrets": _BY_NAME,
        "initContainers": _BY_NAME,
        "resourceClaims": _BY_NAME,
        "schedulingGates": _BY_NAME,
        "topologySpreadConstraints": "topologyKey whenUnsatisfiable",
        "volumes": _BY_NAME,
    },
    "PodStatus": {**_CONDITIONS, "podIPs": "ip", "resourceClaimStatuses": _BY_NAME},
    "ReplicaSetStatus": _CONDITIONS,
    "ReplicationControllerStatus": _CONDITIONS,
    "ResourceRequirements": {"claims": _BY_NAME},
    "ResourceStatus": {"resources": "resourceID"},
    "ServiceAccount": {"secrets": _BY_NAME},
    "ServiceSpec": {"ports": "port protocol"},
    "ServiceStatus": _CONDITIONS,
    "StatefulSetStatus": _CONDITIONS,
    "UncountedTerminatedPods": {"failed": SET, "succeeded": SET},
}
"""Lists whose items are owned one by one, and the keys by which they are known."""

KEY_DEFAULTS: dict[str, dict[str, Any]] = {
    "ContainerPort": {"protocol": "TCP"},
    "LocalObjectReference": {"name": ""},
    "ServicePort": {"protocol": "TCP"},
}
"""Keys that an item has when it does not say them; a key that must be said has its zero."""

ATOMIC_TYPES = (
    *("ConfigMapKeySelector", "EndpointAddress", "EndpointPort", "FileKeySelector"),
    *("LabelSelector", "LocalObjectReference", "NodeSelector", "NodeSelectorTerm", "ObjectFieldSelector"),
    *("ObjectReference", "OwnerReference", "ResourceFieldSelector", "RoleRef", "ScopeSelector", "SecretKeySelector"),
    *("SecretReference", "ServiceBackendPort", "Subject", "TopologySelectorTerm", "TypedLocalObjectReference"),
    "autoscaling_v1.CrossVersionObjectReference",  # that of v2 is not
)
"""Objects that are owned as a whole wherever they stand."""

ATOMIC_FIELDS: dict[str, tuple[str, ...]] = {
    "PodSpec": ("nodeSelector",),
    "ReplicationControllerSpec": ("selector",),
    "Scheduling": ("nodeSelector",),
    "ServiceSpec": ("selector",),
}
"""Maps that are owned as a whole."""

GRANULAR_FIELDS: dict[str, tuple[str, ...]] = {"PersistentVolumeSpec": ("claimRef",)}
"""Objects of atomic types that are owned field by field all the same."""
