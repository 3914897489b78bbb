"""What a Node means when it says only half of it.

In Kubernetes
    `SetDefaults_NodeStatus` in `pkg/apis/core/v1/defaults.go`, `Convert_v1_NodeSpec_To_core_NodeSpec` in
    `conversion.go`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.quantity import round_up_to_milli


def node(obj: dict[str, Any]) -> None:
    """Fill in a Node: all that it has can be given to pods, and its first range of addresses has two names."""
    spec, status = obj["spec"], obj["status"]
    ranges = spec.get("podCIDRs")
    if spec.get("podCIDR") and (not ranges or ranges[0] != spec["podCIDR"]):
        spec["podCIDRs"] = [spec["podCIDR"]]
    elif ranges:
        spec["podCIDR"] = ranges[0]
    for field in ("capacity", "allocatable"):
        if field in status:
            status[field] = {name: round_up_to_milli(amount) for name, amount in status[field].items()}
    if "capacity" in status and "allocatable" not in status:
        status["allocatable"] = dict(status["capacity"])
