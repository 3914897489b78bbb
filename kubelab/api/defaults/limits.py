"""What quotas and limits mean when they say only half of it.

In Kubernetes
    `SetDefaults_LimitRangeItem` and `SetDefaults_ResourceList` in `pkg/apis/core/v1/defaults.go`.
    https://kubernetes.io/docs/concepts/policy/limit-range/
"""

from __future__ import annotations

from typing import Any

from kubelab.api.defaults.volumes import resource_list

_Json = dict[str, Any]
_AMOUNTS = ("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")


def limit_range(obj: _Json) -> None:
    """Fill in a LimitRange: what a container may have at most is what it gets when it asks for nothing."""
    for item in obj["spec"]["limits"]:
        if item["type"] == "Container":
            default = {**item.get("default", {})}
            for name, amount in item.get("max", {}).items():
                default.setdefault(name, amount)
            request = {**item.get("defaultRequest", {})}
            for name, amount in (*default.items(), *item.get("min", {}).items()):
                request.setdefault(name, amount)
            for field, amounts in (("default", default), ("defaultRequest", request)):
                item.pop(field, None)
                if amounts:
                    item[field] = amounts
        for field in _AMOUNTS:
            if field in item:
                resource_list(item[field])


def resource_quota(obj: _Json) -> None:
    """Fill in a ResourceQuota: amounts as they are stored."""
    for amounts in (obj["spec"].get("hard"), obj["status"].get("hard"), obj["status"].get("used")):
        if amounts:
            resource_list(amounts)
