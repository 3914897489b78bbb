"""Strategies of storage, quotas and limits: what a client may not decide about them.

In Kubernetes
    `strategy.go` in `pkg/registry/core/{persistentvolume,persistentvolumeclaim,resourcequota,limitrange}`, and
    `pkg/api/persistentvolumeclaim/util.go`.
"""

from __future__ import annotations

from typing import Any

_Json = dict[str, Any]
_SNAPSHOT = ("snapshot.storage.k8s.io", "VolumeSnapshot")
_CLAIM = ("", "PersistentVolumeClaim")


def persistent_volume_on_create(obj: _Json) -> None:
    """A new volume is not there yet for anybody to claim."""
    obj["status"] = {"phase": "Pending"}


def persistent_volume_claim_on_create(obj: _Json) -> None:
    """A new claim is bound to nothing; what it is filled from has two names, which say the same."""
    obj["status"] = {"phase": "Pending"}
    spec = obj["spec"]
    if "dataSourceRef" in spec:
        spec["dataSourceRef"].pop("namespace", None)  # behind a feature gate that is off in a default cluster
    source = spec.get("dataSource")
    if source is not None and _sort(source) not in (_SNAPSHOT, _CLAIM):
        spec.pop("dataSource")  # what an old API server did not understand, it forgot
        source = None
    reference = spec.get("dataSourceRef")
    if source is not None and reference is None:
        spec["dataSourceRef"] = dict(source)
    elif reference is not None and source is None:
        spec["dataSource"] = dict(reference)


def resource_quota_on_create(obj: _Json) -> None:
    """Nobody has counted yet what a new quota bounds."""
    obj["status"] = {}


def _sort(source: _Json) -> tuple[str, str]:
    return source.get("apiGroup") or "", source.get("kind", "")
