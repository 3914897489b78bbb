"""What Go's types say beyond the vocabulary: which fields tell `0` from nothing, and how Go calls each type.

The API server drops an optional field whose value is zero (`""`, `0`, `false`, empty), unless Go holds it by a
pointer; and it always gives back a part that Go holds by value (`resources: {}`). The vocabulary is silent on this,
and on the names that a type error shows. Every field that is not named here is of the type that its Python type
suggests: `string`, `bool`, `int32`, `[]T`, `map[string]string`, and `*T` for an optional part.

A `*` is a pointer, a `!` a field that is given back even when it is empty.

In Kubernetes
    `k8s.io/api/{core,apps,discovery,coordination}/v1/types.go` and `k8s.io/apimachinery/pkg/apis/meta/v1/types.go`,
    from which this table was made by machine: look there when the vocabulary moves to another version.
"""

from __future__ import annotations

import types
import typing
from functools import cache
from typing import Any

from kubelab.api.go_types_extensions import GO_TYPES_EXTENSIONS
from kubelab.api.go_types_networking import EMBEDDED_NETWORKING, GO_TYPES_NETWORKING
from kubelab.api.go_types_reviews import GO_TYPES_REVIEWS
from kubelab.api.go_types_storage import EMBEDDED_STORAGE, GO_TYPES_STORAGE
from kubelab.api.go_types_workloads import GO_TYPES_WORKLOADS

GO_TYPES: dict[str, str] = {
    "AppArmorProfile": "type:AppArmorProfileType localhostProfile:*string",
    "AttachedVolume": "name:UniqueVolumeName",
    "AzureDiskVolumeSource": "cachingMode:*AzureDataDiskCachingMode fsType:*string readOnly:*bool",
    "CSIVolumeSource": "readOnly:*bool fsType:*string",
    "Capabilities": "add:[]Capability drop:[]Capability",
    "ClientIPConfig": "timeoutSeconds:*int32",
    "ClusterTrustBundleProjection": "name:*string signerName:*string optional:*bool",
    "Condition": "status:ConditionStatus observedGeneration:int64",
    "ConfigMap": "metadata:ObjectMeta immutable:*bool binaryData:map[string][]byte",
    "ConfigMapEnvSource": "optional:*bool",
    "ConfigMapKeySelector": "optional:*bool",
    "ConfigMapNodeConfigSource": "uid:UID",
    "ConfigMapProjection": "optional:*bool",
    "ConfigMapVolumeSource": "defaultMode:*int32 optional:*bool",
    "Container": (
        "resources:ResourceRequirements restartPolicy:*ContainerRestartPolicy "
        "terminationMessagePolicy:TerminationMessagePolicy imagePullPolicy:PullPolicy"
    ),
    "ContainerImage": "names:[]string! sizeBytes:int64",
    "ContainerPort": "protocol:Protocol",
    "ContainerResizePolicy": "resourceName:ResourceName restartPolicy:ResourceResizeRestartPolicy",
    "ContainerRestartRule": "action:ContainerRestartRuleAction",
    "ContainerRestartRuleOnExitCodes": "operator:ContainerRestartRuleOnExitCodesOperator",
    "ContainerStateRunning": "startedAt:Time",
    "ContainerStateTerminated": "startedAt:Time finishedAt:Time",
    "ContainerStatus": (
        "state:ContainerState lastState:ContainerState started:*bool allocatedResources:ResourceList stopSignal:*Signal"
    ),
    "Deployment": "metadata:ObjectMeta spec:DeploymentSpec status:DeploymentStatus",
    "DeploymentCondition": (
        "type:DeploymentConditionType status:ConditionStatus lastUpdateTime:Time lastTransitionTime:Time"
    ),
    "DeploymentSpec": (
        "replicas:*int32 selector:*LabelSelector strategy:DeploymentStrategy revisionHistoryLimit:*int32 "
        "progressDeadlineSeconds:*int32"
    ),
    "DeploymentStatus": "observedGeneration:int64 terminatingReplicas:*int32 collisionCount:*int32",
    "DeploymentStrategy": "type:DeploymentStrategyType",
    "DownwardAPIVolumeFile": "mode:*int32",
    "DownwardAPIVolumeSource": "defaultMode:*int32",
    "EmptyDirVolumeSource": "medium:StorageMedium sizeLimit:*Quantity",
    "Endpoint": "conditions:EndpointConditions hostname:*string nodeName:*string zone:*string",
    "EndpointConditions": "ready:*bool serving:*bool terminating:*bool",
    "EndpointPort": "name:*string protocol:*Protocol port:*int32 appProtocol:*string",
    "EndpointSlice": "metadata:ObjectMeta addressType:AddressType endpoints:[]Endpoint! ports:[]EndpointPort!",
    "EphemeralContainer": (
        "resources:ResourceRequirements restartPolicy:*ContainerRestartPolicy "
        "terminationMessagePolicy:TerminationMessagePolicy imagePullPolicy:PullPolicy"
    ),
    "Event": (
        "source:EventSource firstTimestamp:Time lastTimestamp:Time eventTime:MicroTime "
        "reportingComponent:string! reportingInstance:string!"
    ),
    "EventSeries": "lastObservedTime:MicroTime",
    "FCVolumeSource": "lun:*int32",
    "FileKeySelector": "optional:*bool",
    "GRPCAction": "service:*string!",
    "HTTPGetAction": "scheme:URIScheme",
    "HostPathVolumeSource": "type:*HostPathType",
    "ISCSIVolumeSource": "initiatorName:*string",
    "ImageVolumeSource": "pullPolicy:PullPolicy",
    "KeyToPath": "mode:*int32",
    "LabelSelectorRequirement": "operator:LabelSelectorOperator",
    "Lease": "metadata:ObjectMeta spec:LeaseSpec",
    "LeaseSpec": (
        "holderIdentity:*string leaseDurationSeconds:*int32 acquireTime:*MicroTime renewTime:*MicroTime "
        "leaseTransitions:*int32 strategy:*CoordinatedLeaseStrategy preferredHolder:*string"
    ),
    "Lifecycle": "stopSignal:*Signal",
    "LinuxContainerUser": "uid:int64 gid:int64 supplementalGroups:[]int64",
    "LoadBalancerIngress": "ipMode:*LoadBalancerIPMode",
    "ManagedFieldsEntry": "operation:ManagedFieldsOperationType fieldsV1:*FieldsV1",
    "Namespace": "metadata:ObjectMeta spec:NamespaceSpec status:NamespaceStatus",
    "NamespaceCondition": "type:NamespaceConditionType status:ConditionStatus lastTransitionTime:Time",
    "NamespaceSpec": "finalizers:[]FinalizerName",
    "NamespaceStatus": "phase:NamespacePhase",
    "Node": "metadata:ObjectMeta spec:NodeSpec status:NodeStatus",
    "NodeAddress": "type:NodeAddressType",
    "NodeCondition": "type:NodeConditionType status:ConditionStatus lastHeartbeatTime:Time lastTransitionTime:Time",
    "NodeDaemonEndpoints": "kubeletEndpoint:DaemonEndpoint",
    "NodeFeatures": "supplementalGroupsPolicy:*bool",
    "NodeRuntimeHandler": "name:string!",
    "NodeRuntimeHandlerFeatures": "recursiveReadOnlyMounts:*bool userNamespaces:*bool",
    "NodeSelectorRequirement": "operator:NodeSelectorOperator",
    "NodeStatus": (
        "capacity:ResourceList allocatable:ResourceList phase:NodePhase daemonEndpoints:NodeDaemonEndpoints "
        "nodeInfo:NodeSystemInfo volumesInUse:[]UniqueVolumeName"
    ),
    "NodeSwapStatus": "capacity:*int64",
    "ObjectMeta": "uid:UID generation:int64 creationTimestamp:Time deletionGracePeriodSeconds:*int64",
    "ObjectReference": "uid:UID",
    "OwnerReference": "uid:UID controller:*bool blockOwnerDeletion:*bool",
    "PersistentVolumeClaimSpec": (
        "accessModes:[]PersistentVolumeAccessMode resources:VolumeResourceRequirements "
        "storageClassName:*string volumeMode:*PersistentVolumeMode volumeAttributesClassName:*string"
    ),
    "PersistentVolumeClaimTemplate": "metadata:ObjectMeta",
    "Pod": "metadata:ObjectMeta spec:PodSpec status:PodStatus",
    "PodCertificateProjection": "maxExpirationSeconds:*int32",
    "PodCondition": (
        "type:PodConditionType observedGeneration:int64 status:ConditionStatus lastProbeTime:Time "
        "lastTransitionTime:Time"
    ),
    "PodDNSConfigOption": "value:*string",
    "PodOS": "name:OSName",
    "PodReadinessGate": "conditionType:PodConditionType",
    "PodResourceClaim": "resourceClaimName:*string resourceClaimTemplateName:*string",
    "PodResourceClaimStatus": "resourceClaimName:*string",
    "PodSchedulingGroup": "podGroupName:*string",
    "PodSecurityContext": (
        "runAsUser:*int64 runAsGroup:*int64 runAsNonRoot:*bool supplementalGroups:[]int64 "
        "supplementalGroupsPolicy:*SupplementalGroupsPolicy fsGroup:*int64 "
        "fsGroupChangePolicy:*PodFSGroupChangePolicy seLinuxChangePolicy:*PodSELinuxChangePolicy"
    ),
    "PodSpec": (
        "restartPolicy:RestartPolicy terminationGracePeriodSeconds:*int64 activeDeadlineSeconds:*int64 "
        "dnsPolicy:DNSPolicy automountServiceAccountToken:*bool shareProcessNamespace:*bool priority:*int32 "
        "runtimeClassName:*string enableServiceLinks:*bool preemptionPolicy:*PreemptionPolicy "
        "overhead:ResourceList setHostnameAsFQDN:*bool hostUsers:*bool hostnameOverride:*string"
    ),
    "PodStatus": (
        "observedGeneration:int64 phase:PodPhase qosClass:PodQOSClass resize:PodResizeStatus "
        "allocatedResources:ResourceList"
    ),
    "PodTemplateSpec": "metadata:ObjectMeta spec:PodSpec",
    "PortStatus": "protocol:Protocol error:*string",
    "Probe": "terminationGracePeriodSeconds:*int64",
    "ProjectedVolumeSource": "sources:[]VolumeProjection! defaultMode:*int32",
    "ReplicaSet": "metadata:ObjectMeta spec:ReplicaSetSpec status:ReplicaSetStatus",
    "ReplicaSetCondition": "type:ReplicaSetConditionType status:ConditionStatus lastTransitionTime:Time",
    "ReplicaSetSpec": "replicas:*int32 selector:*LabelSelector template:PodTemplateSpec",
    "ReplicaSetStatus": "terminatingReplicas:*int32 observedGeneration:int64",
    "ResourceFieldSelector": "divisor:Quantity",
    "ResourceHealth": "resourceID:ResourceID health:ResourceHealthStatus message:*string",
    "ResourceRequirements": "limits:ResourceList requests:ResourceList",
    "ResourceStatus": "name:ResourceName",
    "RollingUpdateDeployment": "maxUnavailable:*IntOrString maxSurge:*IntOrString",
    "ScaleIOVolumeSource": "secretRef:*LocalObjectReference",
    "SeccompProfile": "type:SeccompProfileType localhostProfile:*string",
    "Secret": "metadata:ObjectMeta immutable:*bool data:map[string][]byte type:SecretType",
    "SecretEnvSource": "optional:*bool",
    "SecretKeySelector": "optional:*bool",
    "SecretProjection": "optional:*bool",
    "SecretVolumeSource": "defaultMode:*int32 optional:*bool",
    "SecurityContext": (
        "privileged:*bool runAsUser:*int64 runAsGroup:*int64 runAsNonRoot:*bool readOnlyRootFilesystem:*bool "
        "allowPrivilegeEscalation:*bool procMount:*ProcMountType"
    ),
    "Service": "metadata:ObjectMeta spec:ServiceSpec status:ServiceStatus",
    "ServiceAccount": "metadata:ObjectMeta automountServiceAccountToken:*bool",
    "ServiceAccountTokenProjection": "expirationSeconds:*int64",
    "ServicePort": "protocol:Protocol appProtocol:*string",
    "ServiceSpec": (
        "type:ServiceType sessionAffinity:ServiceAffinity externalTrafficPolicy:ServiceExternalTrafficPolicy "
        "ipFamilies:[]IPFamily ipFamilyPolicy:*IPFamilyPolicy allocateLoadBalancerNodePorts:*bool "
        "loadBalancerClass:*string internalTrafficPolicy:*ServiceInternalTrafficPolicy "
        "trafficDistribution:*string"
    ),
    "ServiceStatus": "loadBalancer:LoadBalancerStatus",
    "SleepAction": "seconds:int64",
    "Taint": "effect:TaintEffect",
    "Toleration": "operator:TolerationOperator effect:TaintEffect tolerationSeconds:*int64",
    "TopologySpreadConstraint": (
        "whenUnsatisfiable:UnsatisfiableConstraintAction minDomains:*int32 "
        "nodeAffinityPolicy:*NodeInclusionPolicy nodeTaintsPolicy:*NodeInclusionPolicy"
    ),
    "TypedLocalObjectReference": "apiGroup:*string!",
    "TypedObjectReference": "apiGroup:*string! namespace:*string",
    "VolumeMount": "recursiveReadOnly:*RecursiveReadOnlyMode mountPropagation:*MountPropagationMode",
    "VolumeMountStatus": "recursiveReadOnly:*RecursiveReadOnlyMode",
    "VolumeResourceRequirements": "limits:ResourceList requests:ResourceList",
    "WindowsSecurityContextOptions": (
        "gmsaCredentialSpecName:*string gmsaCredentialSpec:*string runAsUserName:*string hostProcess:*bool"
    ),
}

EMBEDDED: dict[str, tuple[str, tuple[str, ...]]] = {
    # the part that Go embeds, and the fields that are not of it: type errors show the path through it
    "ConfigMapEnvSource": ("LocalObjectReference", ("optional",)),
    "ConfigMapKeySelector": ("LocalObjectReference", ("key", "optional")),
    "ConfigMapProjection": ("LocalObjectReference", ("items", "optional")),
    "ConfigMapVolumeSource": ("LocalObjectReference", ("items", "defaultMode", "optional")),
    "EphemeralContainer": ("EphemeralContainerCommon", ("targetContainerName",)),
    "Probe": (
        "ProbeHandler",
        (
            "initialDelaySeconds",
            "timeoutSeconds",
            "periodSeconds",
            "successThreshold",
            "failureThreshold",
            "terminationGracePeriodSeconds",
        ),
    ),
    "SecretEnvSource": ("LocalObjectReference", ("optional",)),
    "SecretKeySelector": ("LocalObjectReference", ("key", "optional")),
    "SecretProjection": ("LocalObjectReference", ("items", "optional")),
    "Volume": ("VolumeSource", ("name",)),
}


GO_TYPES |= GO_TYPES_NETWORKING | GO_TYPES_EXTENSIONS | GO_TYPES_WORKLOADS | GO_TYPES_STORAGE | GO_TYPES_REVIEWS
EMBEDDED |= EMBEDDED_NETWORKING | EMBEDDED_STORAGE


def go_type(owner: str, name: str, declared: Any, required: bool, module: str = "") -> str:
    """The Go type of a field of the type `owner`, with its marks; `module` tells types of one name apart."""
    row = f"{module}.{owner}" if f"{module}.{owner}" in GO_TYPES else owner
    return _go_types(row).get(name) or _suggested(declared, required)


@cache
def _go_types(owner: str) -> dict[str, str]:
    return dict(entry.split(":") for entry in GO_TYPES.get(owner, "").split())


def bare(declared: Any) -> Any:
    """A declared type without the option of nothing; a choice of several stays as it is."""
    if typing.get_origin(declared) in (typing.Union, types.UnionType):
        options = [part for part in typing.get_args(declared) if part is not types.NoneType]
        return options[0] if len(options) == 1 else declared
    return declared


def _suggested(declared: Any, required: bool) -> str:
    """The Go type that a Python type suggests."""
    declared = bare(declared)
    if typing.get_origin(declared) is list:
        return f"[]{_suggested(typing.get_args(declared)[0], required=True)}"
    if typing.get_origin(declared) in (typing.Union, types.UnionType):
        return "IntOrString"
    plain = {str: "string", int: "int32", bool: "bool", dict: "map[string]string"}
    name = plain.get(typing.get_origin(declared) or declared)
    if name:
        return name
    shown = "Time" if declared.__name__ == "datetime" else declared.__name__
    return shown if required else f"*{shown}"


def go_name(go_type: str) -> str:
    """How a type error calls a type.

    Examples
    --------
    >>> go_name("[]Container"), go_name("int32")
    ('[]v1.Container', 'int32')
    """
    prefix, _, name = go_type.rpartition("]")
    if prefix:
        return f"{prefix}]{go_name(name)}"
    if name in ("string", "bool", "int32", "int64") or "." in name:
        return name
    return {"byte": "uint8", "UID": "types.UID"}.get(name, f"v1.{name}")
