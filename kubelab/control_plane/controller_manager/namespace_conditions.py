"""A namespace's conditions while it is being deleted: what is left in it, and what it waits for."""

from __future__ import annotations

from datetime import datetime

from lightkube.models import core_v1

from kubelab.api.kinds import Kind
from kubelab.api.objects import condition, with_status

# Condition -> reason and message while it is False: nothing to complain about.
FINE = {
    "NamespaceDeletionDiscoveryFailure": ("ResourcesDiscovered", "All resources successfully discovered"),
    "NamespaceDeletionGroupVersionParsingFailure": (
        "ParsedGroupVersions",
        "All legacy kube types successfully parsed",
    ),
    "NamespaceDeletionContentFailure": (
        "ContentDeleted",
        "All content successfully deleted, may be waiting on finalization",
    ),
    "NamespaceContentRemaining": ("ContentRemoved", "All content successfully removed"),
    "NamespaceFinalizersRemaining": ("ContentRemoved", "All content successfully removed"),
}


class Remains:
    """What is left in a namespace: how many objects of each kind, and how many wait for each finalizer."""

    def __init__(self) -> None:
        self._objects: dict[str, int] = {}
        self._finalizers: dict[str, int] = {}

    def note(self, kind: Kind, finalizers: list[str]) -> None:
        """One object more."""
        resource = f"{kind.plural}.{kind.group}"
        self._objects[resource] = self._objects.get(resource, 0) + 1
        for finalizer in finalizers:
            self._finalizers[finalizer] = self._finalizers.get(finalizer, 0) + 1

    def __bool__(self) -> bool:
        return bool(self._objects)

    def complaints(self) -> dict[str, tuple[str, str]]:
        """The conditions that are True, with reason and message."""
        made = {}
        if self._objects:
            listed = ", ".join(
                f"{what} has {count} resource instances" for what, count in sorted(self._objects.items())
            )
            made["NamespaceContentRemaining"] = ("SomeResourcesRemain", f"Some resources are remaining: {listed}")
        if self._finalizers:
            listed = ", ".join(
                f"{who} in {count} resource instances" for who, count in sorted(self._finalizers.items())
            )
            made["NamespaceFinalizersRemaining"] = (
                "SomeFinalizersRemain",
                f"Some content in the namespace has finalizers remaining: {listed}",
            )
        return made


def with_conditions(namespace: core_v1.Namespace, remains: Remains, now: datetime) -> core_v1.Namespace:
    """The namespace with the conditions that say what remains; the very same if it says so already.

    In Kubernetes
        pkg/controller/namespace/deletion/status_condition_utils.go

    Left out
        Failures to delete: the controller tries again instead.
    """
    complaints, made = remains.complaints(), []
    for type_, fine in FINE.items():
        status = "True" if type_ in complaints else "False"
        reason, message = complaints.get(type_, fine)
        held = condition(namespace, type_)
        if held is not None and (held.status, held.reason, held.message) == (status, reason, message):
            made.append(held)
            continue
        since = held.lastTransitionTime if held is not None and held.status == status else now
        made.append(
            core_v1.NamespaceCondition(
                type=type_, status=status, reason=reason, message=message, lastTransitionTime=since
            )
        )
    if made == (namespace.status.conditions or []):
        return namespace
    return with_status(namespace, conditions=made)
