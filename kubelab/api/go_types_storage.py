"""What Go's types say of storage, quotas and limits beyond the vocabulary: rows like those of `go_types`.

In Kubernetes
    `k8s.io/api/core/v1/types.go` and `k8s.io/api/storage/v1/types.go`.
"""

from __future__ import annotations

GO_TYPES_STORAGE: dict[str, str] = {
    "AzureFilePersistentVolumeSource": "secretNamespace:*string!",
    "GlusterfsPersistentVolumeSource": "endpointsNamespace:*string",
    "ISCSIPersistentVolumeSource": "initiatorName:*string",
    "LimitRange": "metadata:ObjectMeta spec:LimitRangeSpec",
    "LimitRangeItem": (
        "type:LimitType max:ResourceList min:ResourceList default:ResourceList defaultRequest:ResourceList "
        "maxLimitRequestRatio:ResourceList"
    ),
    "LocalVolumeSource": "fsType:*string",
    "ModifyVolumeStatus": "status:PersistentVolumeClaimModifyVolumeStatus",
    "PersistentVolume": "metadata:ObjectMeta spec:PersistentVolumeSpec status:PersistentVolumeStatus",
    "PersistentVolumeClaim": "metadata:ObjectMeta spec:PersistentVolumeClaimSpec status:PersistentVolumeClaimStatus",
    "PersistentVolumeClaimCondition": (
        "type:PersistentVolumeClaimConditionType status:ConditionStatus lastProbeTime:Time lastTransitionTime:Time"
    ),
    "PersistentVolumeClaimStatus": (
        "phase:PersistentVolumeClaimPhase accessModes:[]PersistentVolumeAccessMode capacity:ResourceList "
        "allocatedResources:ResourceList allocatedResourceStatuses:map[ResourceName]ClaimResourceStatus "
        "currentVolumeAttributesClassName:*string"
    ),
    "PersistentVolumeSpec": (
        "capacity:ResourceList accessModes:[]PersistentVolumeAccessMode "
        "persistentVolumeReclaimPolicy:PersistentVolumeReclaimPolicy volumeMode:*PersistentVolumeMode "
        "volumeAttributesClassName:*string"
    ),
    "PersistentVolumeStatus": "phase:PersistentVolumePhase lastPhaseTransitionTime:*Time",
    "ResourceQuota": "metadata:ObjectMeta spec:ResourceQuotaSpec status:ResourceQuotaStatus",
    "ResourceQuotaSpec": "hard:ResourceList scopes:[]ResourceQuotaScope",
    "ResourceQuotaStatus": "hard:ResourceList used:ResourceList",
    "ScaleIOPersistentVolumeSource": "secretRef:*SecretReference",
    "ScopedResourceSelectorRequirement": "scopeName:ResourceQuotaScope operator:ScopeSelectorOperator",
    "StorageClass": (
        "metadata:ObjectMeta reclaimPolicy:*PersistentVolumeReclaimPolicy allowVolumeExpansion:*bool "
        "volumeBindingMode:*VolumeBindingMode"
    ),
}

EMBEDDED_STORAGE: dict[str, tuple[str, tuple[str, ...]]] = {
    "PersistentVolumeSpec": (
        "PersistentVolumeSource",
        (
            *("capacity", "accessModes", "claimRef", "persistentVolumeReclaimPolicy", "storageClassName"),
            *("mountOptions", "volumeMode", "nodeAffinity", "volumeAttributesClassName"),
        ),
    ),
}
