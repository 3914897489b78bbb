"""Updating: what must be so before an object is written over, and what of it stays whatever was sent."""

from __future__ import annotations

from typing import Any

from kubelab.api.errors import conflict
from kubelab.api.kinds import Kind
from kubelab.api.objects import replace


def check_preconditions(kind: Kind, old: Any, uid: str | None, version: str | None) -> None:
    """Refuse to touch another object of the same name, or one that somebody has written since it was read.

    Raises
    ------
    ApiError
        409 Conflict.
    """
    meta = old.metadata
    if uid and uid != meta.uid:
        detail = f"Precondition failed: UID in precondition: {uid}, UID in object meta: {meta.uid}"
        raise conflict(kind.plural, kind.group, meta.name, detail)
    if version and version != meta.resourceVersion:
        raise conflict(kind.plural, kind.group, meta.name)


def keeping(kind: Kind, old: Any, value: Any, subresource: str) -> Any:
    """The replacement, with what a client may not change as it was."""
    before, sent = old.metadata, value.metadata
    if subresource == "status":
        annotations = sent.annotations if kind.builtin == "Deployment" else before.annotations
        if value.status == old.status and annotations == before.annotations:
            return old
        return replace(old, status=value.status, metadata=replace(before, annotations=annotations))
    meta = replace(
        sent,
        uid=before.uid,
        creationTimestamp=before.creationTimestamp,
        deletionTimestamp=before.deletionTimestamp,
        deletionGracePeriodSeconds=before.deletionGracePeriodSeconds,
        generation=before.generation,
        namespace=before.namespace,
        managedFields=None,
    )
    value = replace(value, metadata=meta)
    return replace(value, status=old.status) if "status" in kind.subresources else value
