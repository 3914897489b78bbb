"""What a strategic merge patch does to each field: which lists are merged, and by which key.

In Kubernetes
    The `patchStrategy` and `patchMergeKey` tags of `k8s.io/api`, which the API reference shows as "Patch strategy".
"""

from __future__ import annotations

from dataclasses import dataclass

from kubelab.api import vocabulary
from kubelab.api.errors import ApiError

Model = type | None


@dataclass(frozen=True, slots=True)
class Rule:
    """What patching does to a field: `merge` (lists: by which key) or replace, and whether only listed keys stay."""

    merge: bool = False
    key: str = ""
    retain_keys: bool = False
    replace: bool = False


def _merge(key: str = "", retain_keys: bool = False) -> Rule:
    return Rule(True, key, retain_keys)


_CONTAINER = {
    "ports": _merge("containerPort"),
    "env": _merge("name"),
    "volumeMounts": _merge("mountPath"),
    "volumeDevices": _merge("devicePath"),
}
_CONDITIONS = {"conditions": _merge("type")}

# One row a model; a field without a rule is replaced when it is a list and merged when it is an object.
RULES: dict[str, dict[str, Rule]] = {
    "ObjectMeta": {"ownerReferences": _merge("uid"), "finalizers": _merge()},
    "PodSpec": {
        "volumes": _merge("name", retain_keys=True),
        "initContainers": _merge("name"),
        "containers": _merge("name"),
        "ephemeralContainers": _merge("name"),
        "imagePullSecrets": _merge("name"),
        "hostAliases": _merge("ip"),
        "topologySpreadConstraints": _merge("topologyKey"),
        "schedulingGates": _merge("name"),
        "resourceClaims": _merge("name", retain_keys=True),
    },
    "Container": _CONTAINER,
    "EphemeralContainer": _CONTAINER,
    "ContainerStatus": {"volumeMounts": _merge("mountPath"), "allocatedResourcesStatus": _merge("name")},
    "PodStatus": {
        **_CONDITIONS,
        "hostIPs": _merge("ip"),
        "podIPs": _merge("ip"),
        "resourceClaimStatuses": _merge("name", retain_keys=True),
    },
    "ServiceSpec": {"ports": _merge("port")},
    "ServiceStatus": _CONDITIONS,
    "ServiceAccount": {"secrets": _merge("name")},
    "NodeSpec": {"podCIDRs": _merge()},
    "NodeStatus": {**_CONDITIONS, "addresses": _merge("type")},
    "NamespaceStatus": _CONDITIONS,
    "DeploymentSpec": {"strategy": Rule(retain_keys=True)},
    "DeploymentStatus": _CONDITIONS,
    "ReplicaSetStatus": _CONDITIONS,
    "StatefulSetStatus": _CONDITIONS,
    "DaemonSetStatus": _CONDITIONS,
    "JobStatus": _CONDITIONS,
    "PodDisruptionBudgetSpec": {"selector": Rule(replace=True)},
    "PodDisruptionBudgetStatus": _CONDITIONS,
    "HorizontalPodAutoscalerStatus": _CONDITIONS,
    "PersistentVolumeClaimStatus": _CONDITIONS,
    "ReplicationControllerStatus": _CONDITIONS,
    "APIServiceStatus": _CONDITIONS,
    "JSONSchemaProps": {"x-kubernetes-validations": _merge("rule")},
}


def rule_of(model: Model, field: str) -> tuple[Model, Rule]:
    """The model of what a field holds, and its rule.

    Raises
    ------
    ApiError
        500, as the API server answers: the model has no such field.
    """
    if model is None:
        return None, Rule()
    if field not in vocabulary.fields(model):
        raise internal_error(f'unable to find api field in struct {model.__name__} for the json field "{field}"')
    return vocabulary.submodel(model, field), RULES.get(model.__name__, {}).get(field, Rule())


def internal_error(message: str) -> ApiError:
    """500: the patch cannot be worked out."""
    return ApiError(500, "InternalError", message)
