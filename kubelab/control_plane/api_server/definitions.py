"""What becomes of a CustomResourceDefinition, step by step: names, being established, its end.

In Kubernetes
    k8s.io/apiextensions-apiserver/pkg/controller/{status,establish,apiapproval,finalizer}.
    https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lightkube.models import apiextensions_v1

from kubelab.api.custom.served_version import condition_is_true
from kubelab.api.objects import condition, replace, with_status
from kubelab.clock import Clock
from kubelab.control_plane.api_server.definition_names import accepted, approval

CLEANUP = "customresourcecleanup.apiextensions.k8s.io"
_Definition = apiextensions_v1.CustomResourceDefinition
_Condition = apiextensions_v1.CustomResourceDefinitionCondition


def asked_to_go(definition: _Definition, clock: Clock) -> _Definition:
    """The definition as it is when its end has been asked for: its objects have to go first."""
    meta = definition.metadata
    finalizers = meta.finalizers or []
    if CLEANUP not in finalizers:
        finalizers = [*finalizers, CLEANUP]
    going = replace(definition, metadata=replace(meta, deletionTimestamp=clock.date, finalizers=finalizers))
    message = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon"
    return _with(going, clock.date, "Terminating", "True", "InstanceDeletionPending", message)


def waits_for_objects(definition: _Definition) -> bool:
    """Whether the definition was asked to go, and its objects have to go first."""
    meta = definition.metadata
    return meta.deletionTimestamp is not None and CLEANUP in (meta.finalizers or ())


def next_step(definition: _Definition, others: list[_Definition], now: datetime) -> _Definition:
    """The definition one step further; the very same where nothing is to be done.

    `others` are all definitions, in which names may be taken.
    """
    named = accepted(definition, others)
    if named is not None:
        names, status, reason, message = named
        changed = with_status(definition, acceptedNames=names)
        changed = _with(changed, now, "NamesAccepted", status, reason, message)
        if not condition_is_true(changed, "Established"):
            installing = ("Installing", "the initial names have been accepted")
            refused = ("NotAccepted", "not all names are accepted")
            changed = _with(changed, now, "Established", "False", *(installing if status == "True" else refused))
        if changed != definition:
            return changed
    approved = approval(definition)
    if approved is not None and not _says(definition, "KubernetesAPIApprovalPolicyConformant", *approved):
        return _with(definition, now, "KubernetesAPIApprovalPolicyConformant", *approved)
    if condition_is_true(definition, "NamesAccepted") and not condition_is_true(definition, "Established"):
        message = "the initial names have been accepted"
        return _with(definition, now, "Established", "True", "InitialNamesAccepted", message)
    if waits_for_objects(definition) and not _says(definition, "Terminating", "True", "InstanceDeletionInProgress"):
        message = "CustomResource deletion is in progress"
        return _with(definition, now, "Terminating", "True", "InstanceDeletionInProgress", message)
    return definition


def emptied(definition: _Definition, now: datetime) -> _Definition:
    """The definition when none of its objects is left."""
    if condition_is_true(definition, "Established"):
        reason, message = "InstanceDeletionCompleted", "removed all instances"
    else:
        reason, message = "NeverEstablished", "resource was never established"
    return _with(definition, now, "Terminating", "False", reason, message)


def _says(definition: _Definition, type_: str, status: str, reason: str, message: str = "") -> bool:
    held = condition(definition, type_)
    return held is not None and (held.status, held.reason) == (status, reason) and message in ("", held.message)


def _with(definition: _Definition, now: datetime, type_: str, status: str, reason: str, message: str) -> _Definition:
    """The definition with a condition; its time is that of the last change of its status."""
    held = condition(definition, type_)
    since = held.lastTransitionTime if held is not None and held.status == status else now
    made = _Condition(type=type_, status=status, reason=reason, message=message, lastTransitionTime=since)
    conditions: list[Any] = list(definition.status.conditions or ())
    if held is None:
        conditions.append(made)
    else:
        conditions = [made if each is held else each for each in conditions]
    return with_status(definition, conditions=conditions)
