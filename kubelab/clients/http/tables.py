"""Tables over HTTP: what `kubectl get` shows, as the API server sends it.

In Kubernetes
    https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables ; the columns are those
    of `kubelab.api.tables`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kubelab.api.errors import Cause, invalid
from kubelab.api.kinds import Kind
from kubelab.api.objects import to_dict
from kubelab.api.tables import printer_of
from kubelab.api.versions import shown_as
from kubelab.clients.http.calls import Call

_NAME_TEXT = (
    "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a "
    "client to request the generation of an appropriate name automatically. Name is primarily intended for creation "
    "idempotence and configuration definition. Cannot be updated. More info: "
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names"
)
_AGE_TEXT = (
    "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed "
    "to be set in happens-before order across separate operations. Clients may not set this value. It is represented "
    "in RFC3339 form and is in UTC."
)
_INCLUDES = ("None", "Metadata", "Object")


def columns(kind: Kind, sample: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """The columns of a kind's table; those of priority 1 are shown with `-o wide`. `sample` are one row's cells."""
    defined = []
    for place, title in enumerate(printer_of(kind).columns):
        name = title.lstrip("*")
        defined.append(
            {
                "name": name,
                "type": "integer" if sample and isinstance(sample[place], int) else "string",
                "format": "name" if name == "Name" else "",
                "description": {"Name": _NAME_TEXT, "Age": _AGE_TEXT}.get(name, f"{name} of the {kind.name}"),
                "priority": 1 if title.startswith("*") else 0,
            }
        )
    return defined


def included(call: Call) -> str:
    """What a row shall hold of its object beside its cells: None, Metadata or Object.

    Raises
    ------
    ApiError
        422: something else is asked for.
    """
    include = call.query.get("includeObject", "") or "Metadata"
    if include not in _INCLUDES:
        raise invalid("TableOptions", "meta.k8s.io", "", [Cause.not_supported("includeObject", include, _INCLUDES)])
    return include


def table(call: Call, objects: Iterable[Any], metadata: dict[str, Any], *, headed: bool = True) -> dict[str, Any]:
    """Objects as a Table; a watch names the columns with its first event only (`headed`)."""
    kind, include = call.route.kind, included(call)
    row_of = printer_of(kind).row
    rows = []
    for obj in objects:
        row: dict[str, Any] = {"cells": row_of(obj, call.now, True)}
        if include == "Metadata":
            row["object"] = partial(to_dict(obj), call.form.api_version)
        elif include == "Object":
            row["object"] = shown_as(to_dict(obj), kind, call.route.api_version)
        else:
            row["object"] = None
        rows.append(row)
    return {
        "kind": "Table",
        "apiVersion": call.form.api_version,
        "metadata": metadata,
        "columnDefinitions": columns(kind, rows[0]["cells"] if rows else ()) if headed else [],
        "rows": rows,
    }


def partial(plain: dict[str, Any], api_version: str) -> dict[str, Any]:
    """Only the metadata of an object."""
    return {"kind": "PartialObjectMetadata", "apiVersion": api_version, "metadata": plain["metadata"]}


def partial_list(call: Call, objects: Iterable[Any], metadata: dict[str, Any]) -> dict[str, Any]:
    """Only the metadata of many objects."""
    version = call.form.api_version
    items = [partial(to_dict(obj), version) for obj in objects]
    return {"kind": "PartialObjectMetadataList", "apiVersion": version, "metadata": metadata, "items": items}
