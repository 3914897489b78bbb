"""Deletion: how an object is asked to go, and who must let it go first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from kubelab.api.kinds import Kind
from kubelab.api.objects import replace
from kubelab.clock import Clock
from kubelab.control_plane.api_server.definitions import asked_to_go

FOREGROUND = "foregroundDeletion"
ORPHAN = "orphan"
POLICIES = ("Background", "Foreground", "Orphan")
ORPHANING = ("Job", "ReplicationController")  # kinds whose pods are left behind unless the client says otherwise


def marked(kind: Kind, obj: Any, grace: int | None, policy: str | None, clock: Clock) -> Any:
    """The object as asked to go, or None where nobody needs to let it go first.

    A pod on a node is given its grace period (seconds; the pod's own by default), in which its kubelet ends it. An
    object with finalizers waits for those who set them. Foreground and Orphan are finalizers that the garbage
    collector works for; a Job or ReplicationController that is deleted without a word about its pods orphans them, as
    it did in the first versions (kubectl always says Background). A namespace waits for its contents.

    In Kubernetes
        staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go;
        https://kubernetes.io/docs/concepts/architecture/garbage-collection/
    """
    meta = obj.metadata
    if kind.builtin == "CustomResourceDefinition" and meta.deletionTimestamp is None:
        return asked_to_go(obj, clock)
    if meta.deletionTimestamp is not None and meta.deletionGracePeriodSeconds:
        return _shortened(obj, grace)
    finalizers = [held for held in meta.finalizers or () if held not in (FOREGROUND, ORPHAN) or policy is None]
    if policy is None and kind.builtin in ORPHANING and FOREGROUND not in finalizers and ORPHAN not in finalizers:
        policy = "Orphan"
    if policy == "Foreground":
        finalizers.append(FOREGROUND)
    elif policy == "Orphan":
        finalizers.append(ORPHAN)
    seconds = _grace(kind, obj, grace)
    if seconds == 0 and not finalizers and not (kind.builtin == "Namespace" and obj.spec.finalizers):
        return None
    deleted = meta.deletionTimestamp
    if deleted is not None:
        seconds = 0
    else:
        deleted = clock.date + timedelta(seconds=seconds)
    generation = meta.generation + 1 if meta.generation and meta.deletionTimestamp is None else meta.generation
    obj = replace(
        obj,
        metadata=replace(
            meta,
            deletionTimestamp=deleted,
            deletionGracePeriodSeconds=seconds,
            finalizers=finalizers or None,
            generation=generation,
        ),
    )
    if kind.builtin == "Namespace":
        obj = replace(obj, status=replace(obj.status, phase="Terminating"))
    return obj


def let_go(kind: Kind, obj: Any) -> bool:
    """Whether an object that was asked to go has nobody left to wait for."""
    meta = obj.metadata
    if meta.deletionTimestamp is None or meta.finalizers:
        return False
    if kind.builtin == "Namespace":
        return not obj.spec.finalizers
    return not (kind.builtin == "Pod" and meta.deletionGracePeriodSeconds)


def _grace(kind: Kind, obj: Any, asked: int | None) -> int:
    if kind.builtin != "Pod":
        return 0
    if not obj.spec.nodeName or obj.status.phase in ("Succeeded", "Failed"):
        return 0  # no kubelet has anything left to end
    if asked is not None:
        return _at_least_one(asked)
    own = obj.spec.terminationGracePeriodSeconds
    return 30 if own is None else _at_least_one(own)


def _at_least_one(seconds: int) -> int:
    """Less than nothing is taken for one second; nothing is nothing."""
    return seconds if seconds >= 0 else 1


def _shortened(obj: Any, asked: int | None) -> Any:
    """A pod in its grace period: it can only be made shorter, and is counted from when it began."""
    meta = obj.metadata
    held = meta.deletionGracePeriodSeconds
    seconds = held if asked is None else _at_least_one(asked)
    if seconds >= held:
        return obj
    if seconds == 0 and not meta.finalizers:
        return None
    deleted = meta.deletionTimestamp - timedelta(seconds=held - seconds)
    return replace(obj, metadata=replace(meta, deletionTimestamp=deleted, deletionGracePeriodSeconds=seconds))
