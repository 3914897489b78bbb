"""Claims: which objects belong to whom, by selector and by ownerReferences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelab.api.kinds import kind_of
from kubelab.api.objects import owned_by, with_meta
from kubelab.api.selectors import LabelSelector
from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.owners import OwnerIndex


def claim(
    controller: Controller,
    owner: Any,
    selector: LabelSelector,
    index: OwnerIndex,
    counts: Callable[[Any], bool] | None = None,
    belongs: Callable[[Any], bool] | None = None,
    *,
    finalizer: str = "",
) -> list[Any]:
    """The objects of `index` that are the owner's: those it has and still selects, and orphans that it adopts.

    What it has and no longer selects is released: the owner's reference is taken out of it, and it lives on alone.
    What does not count for the owner (`counts`) is neither adopted nor released. `belongs` says what the owner selects
    beside the labels: a StatefulSet also goes by the pod's name. `finalizer` is given to what is adopted, and taken
    from what is released.

    In Kubernetes
        BaseControllerRefManager.ClaimObject in pkg/controller/controller_ref_manager.go
    """
    mine = []
    known: dict[int, bool] = {}  # pods of one template share their labels, and so the answer
    uid, ending = owner.metadata.uid, owner.metadata.deletionTimestamp is not None
    for obj in index.owned(uid):
        labels = obj.metadata.labels
        selected = known.get(id(labels))
        if selected is None:
            selected = known[id(labels)] = selector.matches(labels)
        if selected and (belongs is None or belongs(obj)):
            mine.append(obj)
        elif not ending and _is_free(obj, counts):
            left = [held for held in obj.metadata.ownerReferences if held.uid != uid]
            kept = [held for held in obj.metadata.finalizers or () if held != finalizer]
            controller.client.update(with_meta(obj, ownerReferences=left or None, finalizers=kept or None))
    if not ending and index.has_orphans(owner.metadata.namespace):
        for obj in index.orphans(owner.metadata.namespace):
            if _is_free(obj, counts) and selector.matches(obj.metadata.labels) and (belongs is None or belongs(obj)):
                held = controller.client.get(kind_of(owner).plural, owner.metadata.name, owner.metadata.namespace)
                if held.metadata.uid != uid or held.metadata.deletionTimestamp is not None:
                    break  # the cache is behind: an owner that is going adopts nobody
                references = [*(obj.metadata.ownerReferences or ()), owned_by(owner)]
                kept = [other for other in obj.metadata.finalizers or () if other != finalizer]
                finalizers = [*kept, finalizer] if finalizer else obj.metadata.finalizers
                adopted = with_meta(obj, ownerReferences=references, finalizers=finalizers)
                mine.append(controller.client.update(adopted))
    return mine


def _is_free(obj: Any, counts: Callable[[Any], bool] | None) -> bool:
    """Whether the object may change hands."""
    return obj.metadata.deletionTimestamp is None and (counts is None or counts(obj))
