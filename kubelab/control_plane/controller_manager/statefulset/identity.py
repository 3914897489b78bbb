"""Who a pod of a StatefulSet is: its name with its ordinal, the labels that say so, and what state it is in.

In Kubernetes
    pkg/controller/statefulset/stateful_set_utils.go;
    https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#pod-identity
"""

from __future__ import annotations

import re
from datetime import datetime

from lightkube.models import apps_v1, core_v1

from kubelab.api.objects import is_available, is_ready
from kubelab.control_plane.controller_manager.history import REVISION_HASH

POD_NAME = "statefulset.kubernetes.io/pod-name"
POD_INDEX = "apps.kubernetes.io/pod-index"
_NAME = re.compile(r"(.*)-([0-9]+)$")
_MOST = 2**31


def ordinal_of(pod: core_v1.Pod) -> int:
    """The number at the end of the pod's name, -1 where there is none.

    Examples
    --------
    >>> from lightkube.models import meta_v1
    >>> ordinal_of(core_v1.Pod(metadata=meta_v1.ObjectMeta(name="db-12")))
    12
    """
    found = _NAME.match(pod.metadata.name)
    number = int(found[2]) if found else -1
    return number if number < _MOST else -1


def is_member(sts: apps_v1.StatefulSet, pod: core_v1.Pod) -> bool:
    """Whether the pod is called after the set."""
    found = _NAME.match(pod.metadata.name)
    return found is not None and found[1] == sts.metadata.name


def pod_name(sts: apps_v1.StatefulSet, ordinal: int) -> str:
    """What the set's pod of that ordinal is called."""
    return f"{sts.metadata.name}-{ordinal}"


def start_of(sts: apps_v1.StatefulSet) -> int:
    """The first ordinal."""
    return (sts.spec.ordinals.start or 0) if sts.spec.ordinals is not None else 0


def ordinals_of(sts: apps_v1.StatefulSet) -> range:
    """The ordinals that the set wants pods for."""
    return range(start_of(sts), start_of(sts) + sts.spec.replicas)


def identity_labels(name: str, ordinal: int) -> dict[str, str]:
    """The labels by which a pod can be selected alone."""
    return {POD_NAME: name, POD_INDEX: str(ordinal)}


def has_identity(sts: apps_v1.StatefulSet, pod: core_v1.Pod) -> bool:
    """Whether the pod's name and label are those of a pod of the set."""
    name = pod.metadata.name
    return pod_name(sts, ordinal_of(pod)) == name == (pod.metadata.labels or {}).get(POD_NAME)


def revision_name(pod: core_v1.Pod) -> str:
    """The name of the ControllerRevision that the pod was made by."""
    return (pod.metadata.labels or {}).get(REVISION_HASH, "")


def phase(pod: core_v1.Pod) -> str:
    """Its phase; empty for a pod that is only planned."""
    return (pod.status.phase or "") if pod.status is not None else ""


def is_created(pod: core_v1.Pod) -> bool:
    """Whether the pod is in the cluster and not only planned."""
    return phase(pod) != ""


def is_terminating(pod: core_v1.Pod) -> bool:
    """Whether the pod has been told to go."""
    return pod.metadata.deletionTimestamp is not None


def is_running_and_ready(pod: core_v1.Pod) -> bool:
    """Whether the pod runs and is ready."""
    return phase(pod) == "Running" and is_ready(pod)


def is_unavailable(sts: apps_v1.StatefulSet, pod: core_v1.Pod, now: datetime) -> bool:
    """Whether nothing can be built on the pod yet, or any more."""
    return is_terminating(pod) or not is_available(pod, sts.spec.minReadySeconds or 0, now)
