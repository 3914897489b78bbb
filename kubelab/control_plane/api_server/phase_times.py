"""Since when a PersistentVolume has been in its phase.

In Kubernetes
    `persistentvolumeStrategy` and `persistentvolumeStatusStrategy` in `pkg/registry/core/persistentvolume/strategy.go`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kubelab.api.kinds import Kind
from kubelab.api.objects import with_status


def with_phase_time(kind: Kind, old: Any, value: Any, now: datetime) -> Any:
    """A volume that is new (`old` is None), or in another phase than before, says that it is so since now."""
    if kind.builtin != "PersistentVolume" or value.status is None:
        return value
    if old is not None and (old.status is None or old.status.phase == value.status.phase):
        return value
    return with_status(value, lastPhaseTransitionTime=now)
