"""What a Job and a CronJob mean when they say only half of it.

In Kubernetes
    `pkg/apis/batch/v1/defaults.go`. The template of a CronJob's Jobs is filled in when a Job is made of it.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.defaults.pod import pod_template

_Json = dict[str, Any]
_RETRIES = 6
_NO_LIMIT = 2**31 - 1
_KEPT = {"successfulJobsHistoryLimit": 3, "failedJobsHistoryLimit": 1}


def job(obj: _Json) -> None:
    """Fill in a Job: one pod that must succeed, tried again six times."""
    spec = obj["spec"]
    template = spec["template"]
    pod_template(template)
    if "completions" not in spec and "parallelism" not in spec:
        spec["completions"] = spec["parallelism"] = 1
    spec.setdefault("parallelism", 1)
    spec.setdefault("backoffLimit", _NO_LIMIT if "backoffLimitPerIndex" in spec else _RETRIES)
    labels = template["metadata"].get("labels")
    if labels:
        obj["metadata"]["labels"] = obj["metadata"].get("labels") or dict(labels)
    spec.setdefault("completionMode", "NonIndexed")
    spec.setdefault("suspend", False)
    for rule in spec.get("podFailurePolicy", {}).get("rules", ()):
        for pattern in rule.get("onPodConditions", ()):
            pattern["status"] = pattern.get("status") or "True"
    spec.setdefault("manualSelector", False)
    spec.setdefault("podReplacementPolicy", "Failed" if "podFailurePolicy" in spec else "TerminatingOrFailed")


def cron_job(obj: _Json) -> None:
    """Fill in a CronJob: its Jobs may overlap, and a few of those that are over stay to be looked at."""
    spec = obj["spec"]
    pod_template(spec["jobTemplate"]["spec"]["template"])
    spec.setdefault("concurrencyPolicy", "Allow")
    spec.setdefault("suspend", False)
    for field, number in _KEPT.items():
        spec.setdefault(field, number)
