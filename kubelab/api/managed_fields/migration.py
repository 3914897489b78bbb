"""From client-side to server-side apply: what `kubectl apply` had set becomes what is applied.

In Kubernetes
    `k8s.io/client-go/util/csaupgrade`, with which `kubectl apply --server-side` ends where it meets a manager of the
    other sort; `lastappliedmanager.go` in `k8s.io/apimachinery/pkg/util/managedfields/internal` for the annotation.
    https://kubernetes.io/docs/reference/using-api/server-side-apply/#migration-between-client-side-and-server-side-apply
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lightkube.models import meta_v1

from kubelab.api.managed_fields.comparison import compare
from kubelab.api.managed_fields.field_set import FieldSet
from kubelab.api.managed_fields.managers import APPLY, UPDATE
from kubelab.api.managed_fields.owned import fields_of
from kubelab.api.managed_fields.types import Type
from kubelab.api.objects import replace

Entry = meta_v1.ManagedFieldsEntry


def upgraded(entries: Sequence[Entry], client_side: str, server_side: str, subresource: str = "") -> list[Entry]:
    """The entries with those of a client-side manager made into, or put together with, a server-side one."""
    kept = list(entries)
    place = _first(kept, server_side, APPLY, subresource)
    if place is None:
        place = _first(kept, client_side, UPDATE, subresource)
        if place is None:
            return kept
        kept[place] = replace(kept[place], operation=APPLY, manager=server_side)
    target = kept[place]
    other = _first(kept, client_side, UPDATE, subresource, target.apiVersion)
    if other is not None:
        both = FieldSet.from_json(target.fieldsV1 or {}).union(FieldSet.from_json(kept[other].fieldsV1 or {}))
        kept[place] = replace(target, fieldsV1=both.to_json())
    return [entry for entry in kept if not _is(entry, client_side, UPDATE, subresource)]


def owners_of(entries: Sequence[Entry], operation: str, fields: FieldSet) -> list[Entry]:
    """The entries of that operation that own all of these fields."""
    return [
        entry
        for entry in entries
        if entry.operation == operation and not fields.difference(FieldSet.from_json(entry.fieldsV1 or {}))
    ]


def still_as_applied(of: Type, last_applied: dict[str, Any], live: dict[str, Any]) -> FieldSet:
    """The fields of what was applied last that the live object still has so: an apply may take these over."""
    changes = compare(of, last_applied, live)
    mine = fields_of(of, last_applied)
    return mine.difference(changes.modified).difference(changes.added).difference(changes.removed)


def _first(
    entries: Sequence[Entry], name: str, operation: str, subresource: str, version: str | None = None
) -> int | None:
    for place, entry in enumerate(entries):
        if _is(entry, name, operation, subresource) and version in (None, entry.apiVersion):
            return place
    return None


def _is(entry: Entry, name: str, operation: str, subresource: str) -> bool:
    return (entry.manager, entry.operation, entry.subresource or "") == (name, operation, subresource)
