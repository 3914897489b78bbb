"""What the API server makes of a manifest of some kind, for tests: the object, its faults, its row in a table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from kubelab.api.errors import ApiError
from kubelab.api.kinds import find
from kubelab.api.tables import table
from kubelab.api.validation import validate
from kubelab.control_plane.api_server.admission import admit

NOW = datetime(2026, 1, 1, 0, 1, tzinfo=UTC)


def made(kind: str, name: str = "one", **content: Any) -> dict[str, Any]:
    obj, _ = admit({"metadata": {"name": name}, **content}, find(kind))
    return obj


def faults(kind: str, name: str = "one", **content: Any) -> dict[str, str]:
    try:
        made(kind, name, **content)
    except ApiError as error:
        return {cause.field: cause.message for cause in error.causes}
    return {}


def changes(kind: str, old: dict[str, Any], new: dict[str, Any]) -> dict[str, str]:
    return {cause.field: cause.message for cause in validate(new, find(kind), old)}


def row(kind: str, obj: dict[str, Any], wide: bool = False) -> dict[str, Any]:
    found = find(kind)
    obj["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z"
    columns, rows = table(found, [msgspec.convert(obj, found.model)], NOW, wide)
    return dict(zip(columns, rows[0], strict=True))
