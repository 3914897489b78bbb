"""What a Deployment and a ReplicaSet mean when they say only half of it.

In Kubernetes
    `pkg/apis/apps/v1/defaults.go`. Selector and labels are not concluded from the template: `apps/v1` asks for a
    selector, and the labels of the object itself are its own affair.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.defaults.pod import pod_template

_Json = dict[str, Any]
_REVISIONS = 10
_PROGRESS_DEADLINE = 600
_A_QUARTER = "25%"


def deployment(obj: _Json) -> None:
    """Fill in a Deployment: one pod, replaced a quarter at a time."""
    spec = _spec(obj)
    spec.setdefault("revisionHistoryLimit", _REVISIONS)
    spec.setdefault("progressDeadlineSeconds", _PROGRESS_DEADLINE)
    strategy = spec.setdefault("strategy", {})
    if strategy.setdefault("type", "RollingUpdate") == "RollingUpdate":
        rolling = strategy.setdefault("rollingUpdate", {})
        rolling.setdefault("maxUnavailable", _A_QUARTER)
        rolling.setdefault("maxSurge", _A_QUARTER)


def replicaset(obj: _Json) -> None:
    """Fill in a ReplicaSet: one pod."""
    _spec(obj)


def _spec(obj: _Json) -> _Json:
    spec: _Json = obj.setdefault("spec", {})
    pod_template(spec.setdefault("template", {}))
    spec.setdefault("replicas", 1)
    return spec
