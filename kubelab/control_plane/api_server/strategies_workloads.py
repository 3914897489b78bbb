"""Strategies of workloads, Jobs, autoscalers and budgets: what a client may not decide about them.

In Kubernetes
    `pkg/registry/{apps,batch,autoscaling,policy}/<kind>/strategy.go`, `pkg/registry/core/replicationcontroller`.
"""

from __future__ import annotations

import re
from typing import Any

from kubelab.api.errors import bad_request
from kubelab.api.validation.job import CONTROLLER_UID, JOB_NAME, LEGACY_CONTROLLER_UID, LEGACY_JOB_NAME

_Json = dict[str, Any]
TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}").fullmatch
_NONE_ON_NODES: _Json = {
    "currentNumberScheduled": 0,
    "numberMisscheduled": 0,
    "desiredNumberScheduled": 0,
    "numberReady": 0,
}
_NONE_TO_SPARE: _Json = {"disruptionsAllowed": 0, "currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0}


def statefulset_on_create(obj: _Json) -> None:
    """A StatefulSet begins without pods."""
    obj["status"] = {"replicas": 0, "availableReplicas": 0}
    _one_at_a_time(obj, {})


def statefulset_on_update(obj: _Json, old: _Json) -> None:
    """A StatefulSet that never said how many pods may be missing cannot say so now."""
    _one_at_a_time(obj, old)


def _one_at_a_time(obj: _Json, old: _Json) -> None:
    """`maxUnavailable` is behind a feature gate that is off in a default cluster of 1.36."""
    before = old.get("spec", {}).get("updateStrategy", {}).get("rollingUpdate", {})
    if "maxUnavailable" not in before:
        obj["spec"]["updateStrategy"].get("rollingUpdate", {}).pop("maxUnavailable", None)


def daemonset_on_create(obj: _Json) -> None:
    """A DaemonSet begins without pods, with the first version of its template unless it says otherwise."""
    obj["status"] = dict(_NONE_ON_NODES)
    annotations = obj["metadata"].setdefault("annotations", {})
    annotations[TEMPLATE_GENERATION] = str(max(_number(annotations.get(TEMPLATE_GENERATION)), 1))


def daemonset_on_update(obj: _Json, old: _Json) -> None:
    """A change of the template is counted; nobody else counts."""
    number = _number(old["metadata"].get("annotations", {}).get(TEMPLATE_GENERATION))
    changed = obj["spec"]["template"] != old.get("spec", {}).get("template")
    obj["metadata"].setdefault("annotations", {})[TEMPLATE_GENERATION] = str(number + changed)


def _number(text: str | None) -> int:
    """The number of a template's version; what is none cannot be read."""
    if text is None:
        return 0
    if not _INTEGER(text):
        detail = f'strconv.ParseInt: parsing "{text}": invalid syntax'
        raise bad_request(f'DaemonSet in version "v1" cannot be handled as a DaemonSet: {detail}')
    return int(text)


def replication_controller_on_create(obj: _Json) -> None:
    """A ReplicationController begins without pods."""
    obj["status"] = {"replicas": 0}


def job_on_create(obj: _Json) -> None:
    """A Job begins with nothing done, and, unless it picks them itself, its pods are those that bear its uid."""
    obj["status"] = {}
    meta, spec = obj["metadata"], obj["spec"]
    if spec.get("manualSelector"):
        return
    labels = spec["template"]["metadata"].setdefault("labels", {})
    for key in (LEGACY_JOB_NAME, JOB_NAME):
        labels.setdefault(key, meta.get("name", ""))
    for key in (LEGACY_CONTROLLER_UID, CONTROLLER_UID):
        labels.setdefault(key, meta["uid"])
    selector = spec.setdefault("selector", {})
    selector.setdefault("matchLabels", {}).setdefault(CONTROLLER_UID, meta["uid"])


def cron_job_on_create(obj: _Json) -> None:
    """A CronJob begins without Jobs."""
    obj["status"] = {}


def autoscaler_on_create(obj: _Json) -> None:
    """An autoscaler begins with nothing measured: the list of what is is written all the same, as null."""
    obj["status"] = {"desiredReplicas": 0, "currentMetrics": None}


def disruption_budget_on_create(obj: _Json) -> None:
    """A budget begins with nothing to spare."""
    obj["status"] = dict(_NONE_TO_SPARE)
