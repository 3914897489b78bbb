"""What Go's types say about workloads, autoscaling, budgets and classes beyond the vocabulary: see `go_types`.

Two groups may call a type by the same name: then the module of the vocabulary stands before it. Types of
`autoscaling/v2` are called by that version in type errors, so their names have it.

In Kubernetes
    `k8s.io/api/{apps,batch,policy,scheduling,node,events}/v1/types.go` and `k8s.io/api/autoscaling/{v1,v2}/types.go`.
"""

from __future__ import annotations

_METRIC = "metric:v2.MetricIdentifier"
_TARGET, _CURRENT = "target:v2.MetricTarget", "current:v2.MetricValueStatus"
_AMOUNTS = "value:*Quantity averageValue:*Quantity averageUtilization:*int32"
_CONDITION = "type:{} status:ConditionStatus lastTransitionTime:Time"

GO_TYPES_WORKLOADS: dict[str, str] = {
    # apps
    "ControllerRevision": "metadata:ObjectMeta data:JSON revision:int64",
    "DaemonSet": "metadata:ObjectMeta spec:DaemonSetSpec status:DaemonSetStatus",
    "DaemonSetCondition": _CONDITION.format("DaemonSetConditionType"),
    "DaemonSetSpec": "selector:*LabelSelector updateStrategy:DaemonSetUpdateStrategy revisionHistoryLimit:*int32",
    "DaemonSetStatus": "observedGeneration:int64 collisionCount:*int32",
    "DaemonSetUpdateStrategy": "type:DaemonSetUpdateStrategyType",
    "RollingUpdateDaemonSet": "maxUnavailable:*IntOrString maxSurge:*IntOrString",
    "RollingUpdateStatefulSetStrategy": "partition:*int32 maxUnavailable:*IntOrString",
    "StatefulSet": "metadata:ObjectMeta spec:StatefulSetSpec status:StatefulSetStatus",
    "StatefulSetCondition": _CONDITION.format("StatefulSetConditionType"),
    "StatefulSetOrdinals": "start:int32!",
    "StatefulSetPersistentVolumeClaimRetentionPolicy": (
        "whenDeleted:PersistentVolumeClaimRetentionPolicyType whenScaled:PersistentVolumeClaimRetentionPolicyType"
    ),
    "StatefulSetSpec": (
        "replicas:*int32 selector:*LabelSelector serviceName:string! podManagementPolicy:PodManagementPolicyType "
        "updateStrategy:StatefulSetUpdateStrategy revisionHistoryLimit:*int32"
    ),
    "StatefulSetStatus": "observedGeneration:int64 collisionCount:*int32 availableReplicas:int32!",
    "StatefulSetUpdateStrategy": "type:StatefulSetUpdateStrategyType",
    # core
    "ReplicationController": ("metadata:ObjectMeta spec:ReplicationControllerSpec status:ReplicationControllerStatus"),
    "ReplicationControllerCondition": _CONDITION.format("ReplicationControllerConditionType"),
    "ReplicationControllerSpec": "replicas:*int32",
    "ReplicationControllerStatus": "observedGeneration:int64",
    # batch
    "CronJob": "metadata:ObjectMeta spec:CronJobSpec status:CronJobStatus",
    "CronJobSpec": (
        "timeZone:*string startingDeadlineSeconds:*int64 concurrencyPolicy:ConcurrencyPolicy suspend:*bool "
        "successfulJobsHistoryLimit:*int32 failedJobsHistoryLimit:*int32"
    ),
    "Job": "metadata:ObjectMeta spec:JobSpec status:JobStatus",
    "JobCondition": _CONDITION.format("JobConditionType") + " lastProbeTime:Time",
    "JobSpec": (
        "parallelism:*int32 completions:*int32 activeDeadlineSeconds:*int64 backoffLimit:*int32 "
        "backoffLimitPerIndex:*int32 maxFailedIndexes:*int32 manualSelector:*bool ttlSecondsAfterFinished:*int32 "
        "completionMode:*CompletionMode suspend:*bool podReplacementPolicy:*PodReplacementPolicy managedBy:*string"
    ),
    "JobStatus": "terminating:*int32 failedIndexes:*string ready:*int32",
    "JobTemplateSpec": "metadata:ObjectMeta spec:JobSpec",
    "PodFailurePolicyOnExitCodesRequirement": "containerName:*string operator:PodFailurePolicyOnExitCodesOperator",
    "PodFailurePolicyOnPodConditionsPattern": "type:PodConditionType status:ConditionStatus!",
    "PodFailurePolicyRule": "action:PodFailurePolicyAction",
    "SuccessPolicyRule": "succeededIndexes:*string succeededCount:*int32",
    "UncountedTerminatedPods": "succeeded:[]UID failed:[]UID",
    # autoscaling
    "ContainerResourceMetricSource": f"name:ResourceName {_TARGET}",
    "ContainerResourceMetricStatus": f"name:ResourceName {_CURRENT}",
    "ExternalMetricSource": f"{_METRIC} {_TARGET}",
    "ExternalMetricStatus": f"{_METRIC} {_CURRENT}",
    "HPAScalingPolicy": "type:v2.HPAScalingPolicyType",
    "HPAScalingRules": (
        "stabilizationWindowSeconds:*int32 selectPolicy:*v2.ScalingPolicySelect policies:[]v2.HPAScalingPolicy! "
        "tolerance:*Quantity"
    ),
    "HorizontalPodAutoscalerBehavior": "scaleUp:*v2.HPAScalingRules scaleDown:*v2.HPAScalingRules",
    "HorizontalPodAutoscalerCondition": _CONDITION.format("v2.HorizontalPodAutoscalerConditionType"),
    "MetricSpec": (
        "type:v2.MetricSourceType object:*v2.ObjectMetricSource pods:*v2.PodsMetricSource "
        "resource:*v2.ResourceMetricSource containerResource:*v2.ContainerResourceMetricSource "
        "external:*v2.ExternalMetricSource"
    ),
    "MetricStatus": (
        "type:v2.MetricSourceType object:*v2.ObjectMetricStatus pods:*v2.PodsMetricStatus "
        "resource:*v2.ResourceMetricStatus containerResource:*v2.ContainerResourceMetricStatus "
        "external:*v2.ExternalMetricStatus"
    ),
    "MetricTarget": f"type:v2.MetricTargetType {_AMOUNTS}",
    "MetricValueStatus": _AMOUNTS,
    "ObjectMetricSource": f"describedObject:v2.CrossVersionObjectReference {_TARGET} {_METRIC}",
    "ObjectMetricStatus": f"describedObject:v2.CrossVersionObjectReference {_CURRENT} {_METRIC}",
    "PodsMetricSource": f"{_METRIC} {_TARGET}",
    "PodsMetricStatus": f"{_METRIC} {_CURRENT}",
    "ResourceMetricSource": f"name:ResourceName {_TARGET}",
    "ResourceMetricStatus": f"name:ResourceName {_CURRENT}",
    "autoscaling_v1.HorizontalPodAutoscaler": (
        "metadata:ObjectMeta spec:HorizontalPodAutoscalerSpec status:HorizontalPodAutoscalerStatus"
    ),
    "autoscaling_v1.HorizontalPodAutoscalerSpec": "minReplicas:*int32 targetCPUUtilizationPercentage:*int32",
    "autoscaling_v1.HorizontalPodAutoscalerStatus": (
        "observedGeneration:*int64 currentCPUUtilizationPercentage:*int32"
    ),
    "autoscaling_v2.HorizontalPodAutoscaler": (
        "metadata:ObjectMeta spec:v2.HorizontalPodAutoscalerSpec status:v2.HorizontalPodAutoscalerStatus"
    ),
    "autoscaling_v2.HorizontalPodAutoscalerSpec": (
        "scaleTargetRef:v2.CrossVersionObjectReference minReplicas:*int32 metrics:[]v2.MetricSpec "
        "behavior:*v2.HorizontalPodAutoscalerBehavior"
    ),
    "autoscaling_v2.HorizontalPodAutoscalerStatus": (
        "observedGeneration:*int64 currentMetrics:[]v2.MetricStatus conditions:[]v2.HorizontalPodAutoscalerCondition"
    ),
    # policy, scheduling, node
    "Overhead": "podFixed:ResourceList",
    "PodDisruptionBudget": "metadata:ObjectMeta spec:PodDisruptionBudgetSpec status:PodDisruptionBudgetStatus",
    "PodDisruptionBudgetSpec": (
        "minAvailable:*IntOrString maxUnavailable:*IntOrString "
        "unhealthyPodEvictionPolicy:*UnhealthyPodEvictionPolicyType"
    ),
    "PodDisruptionBudgetStatus": (
        "observedGeneration:int64 disruptedPods:map[string]Time disruptionsAllowed:int32! currentHealthy:int32! "
        "desiredHealthy:int32! expectedPods:int32!"
    ),
    "PriorityClass": "metadata:ObjectMeta value:int32! preemptionPolicy:*PreemptionPolicy",
    "RuntimeClass": "metadata:ObjectMeta",
    # events
    "events_v1.Event": (
        "metadata:ObjectMeta eventTime:MicroTime regarding:ObjectReference deprecatedSource:EventSource "
        "deprecatedFirstTimestamp:Time deprecatedLastTimestamp:Time"
    ),
    "events_v1.EventSeries": "lastObservedTime:MicroTime",
}
