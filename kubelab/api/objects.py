"""Objects as values: how the parts of the cluster read them, and how a changed one is made from another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec
from lightkube.core.dictmixin import DictMixin
from lightkube.models import apiextensions_v1, autoscaling_v2, coordination_v1, core_v1, discovery_v1, meta_v1, rbac_v1

from kubelab.api.kinds import kind_of

replace = msgspec.structs.replace

# Go's MicroTime: always written with six digits, and not read without them.
_IN_MICROSECONDS: dict[type, tuple[tuple[str, ...], ...]] = {
    core_v1.Event: (("eventTime",), ("series", "lastObservedTime")),
    coordination_v1.Lease: (("spec", "acquireTime"), ("spec", "renewTime")),
}

# Fields that Go writes even when there is nothing in them.
_NULL: dict[type, tuple[tuple[str, ...], ...]] = {
    apiextensions_v1.CustomResourceDefinition: (("status", "conditions"), ("status", "storedVersions")),
    autoscaling_v2.HorizontalPodAutoscaler: (("status", "currentMetrics"),),
    discovery_v1.EndpointSlice: (("endpoints",), ("ports",)),
    rbac_v1.ClusterRole: (("rules",),),
    rbac_v1.Role: (("rules",),),
    core_v1.PersistentVolume: (("spec", "azureFile", "secretNamespace"),),
    core_v1.PersistentVolumeClaim: (("spec", "dataSource", "apiGroup"), ("spec", "dataSourceRef", "apiGroup")),
}

# Objects of these types look otherwise than their fields say.
SPELLED_OUT: tuple[type, ...] = (*_IN_MICROSECONDS, *_NULL)


def to_dict(obj: msgspec.Struct) -> dict[str, Any]:
    """The plain JSON form of an object, as `kubectl get -o json` shows it: a fresh dict that is yours to change."""
    plain = msgspec.to_builtins(obj, enc_hook=_never)
    for place in _NULL.get(type(obj), ()):
        part: Any = plain
        for name in place[:-1]:
            part = part.get(name) if part is not None else None
        if part is not None:
            part.setdefault(place[-1], None)
    for place in _IN_MICROSECONDS.get(type(obj), ()):
        holder = plain
        for name in place[:-1]:
            holder = holder.get(name) or {}
        text = holder.get(place[-1])
        if text and "." not in text:
            holder[place[-1]] = f"{text[:-1]}.000000Z"
    return plain


def key_of(obj: Any) -> str:
    """`namespace/name`, or the name alone where the kind has no namespaces: the key of caches and work queues."""
    meta = obj.metadata
    return f"{meta.namespace}/{meta.name}" if meta.namespace else meta.name


def split_key(key: str) -> tuple[str | None, str]:
    """Namespace (None where there is none) and name of a key."""
    namespace, _, name = key.rpartition("/")
    return namespace or None, name


def path_of(obj: Any) -> str:
    """How the journal names an object: `pods/default/web-1`, `nodes/worker-1`."""
    return f"{kind_of(obj).resource}/{key_of(obj)}"


def with_meta(obj: Any, **fields: Any) -> Any:
    """The object with other fields in its metadata."""
    return replace(obj, metadata=replace(obj.metadata, **fields))


def with_status(obj: Any, **fields: Any) -> Any:
    """The object with other fields in its status."""
    return replace(obj, status=replace(obj.status, **fields))


def with_spec(obj: Any, **fields: Any) -> Any:
    """The object with other fields in its spec."""
    return replace(obj, spec=replace(obj.spec, **fields))


def controller_of(obj: Any) -> meta_v1.OwnerReference | None:
    """The owner that manages the object, or None."""
    for owner in obj.metadata.ownerReferences or ():
        if owner.controller:
            return owner
    return None


def owned_by(owner: Any) -> meta_v1.OwnerReference:
    """The reference by which `owner` manages another object."""
    kind = kind_of(owner)
    return meta_v1.OwnerReference(
        apiVersion=kind.api_version,
        kind=kind.name,
        name=owner.metadata.name,
        uid=owner.metadata.uid,
        controller=True,
        blockOwnerDeletion=True,
    )


def reference_to(obj: Any) -> core_v1.ObjectReference:
    """What an event says it is about."""
    kind, meta = kind_of(obj), obj.metadata
    return core_v1.ObjectReference(
        apiVersion=kind.api_version,
        kind=kind.name,
        name=meta.name,
        namespace=meta.namespace,
        uid=meta.uid,
        resourceVersion=meta.resourceVersion,
    )


def condition(obj: Any, type_: str) -> Any:
    """The condition of that type in the object's status, or None."""
    if obj.status is not None:
        for held in obj.status.conditions or ():
            if held.type == type_:
                return held
    return None


def is_true(obj: Any, type_: str) -> bool:
    """Whether the object's condition of that type is True."""
    held = condition(obj, type_)
    return held is not None and held.status == "True"


def is_ready(pod: core_v1.Pod) -> bool:
    """Whether the pod's Ready condition is True."""
    return is_true(pod, "Ready")


def is_available(pod: core_v1.Pod, min_ready_seconds: int, now: datetime) -> bool:
    """Whether the pod has been ready for `min_ready_seconds`."""
    held = condition(pod, "Ready")
    if held is None or held.status != "True":
        return False
    if not min_ready_seconds:
        return True
    since = held.lastTransitionTime
    return since is not None and (now - since).total_seconds() >= min_ready_seconds


def is_active(pod: core_v1.Pod) -> bool:
    """Whether the pod counts for its controller: not finished, not being deleted."""
    return pod.metadata.deletionTimestamp is None and pod.status.phase not in ("Succeeded", "Failed")


@contextmanager
def shared_values() -> Iterator[None]:
    """While this lasts, a deep copy of an API object, or of a part of one, is the thing itself: values are shared."""
    DictMixin.__deepcopy__ = _itself  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del DictMixin.__deepcopy__  # type: ignore[attr-defined]


def _itself(value: Any, memo: dict[int, Any]) -> Any:
    return value


def _never(value: Any) -> Any:
    raise TypeError(f"not a part of an API object: {value!r}")
