"""What a PriorityClass and a RuntimeClass mean when they say only half of it.

In Kubernetes
    `pkg/apis/scheduling/v1/defaults.go`, `pkg/apis/node/v1/zz_generated.defaults.go`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.defaults.volumes import resource_list

_Json = dict[str, Any]


def priority_class(obj: _Json) -> None:
    """Fill in a PriorityClass: its pods may push others out."""
    obj.setdefault("preemptionPolicy", "PreemptLowerPriority")


def runtime_class(obj: _Json) -> None:
    """Write down what a runtime takes for itself as it is stored."""
    resource_list(obj.get("overhead", {}).get("podFixed", {}))
