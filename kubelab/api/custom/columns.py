"""The columns of custom resources, as their definitions describe them.

In Kubernetes
    `k8s.io/apiextensions-apiserver/pkg/registry/customresource/tableconvertor`.
    https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#additional-printer-columns
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from kubelab.api.custom.paths import find_all
from kubelab.api.custom.served_version import served_version
from kubelab.api.duration import since
from kubelab.api.kinds import Kind
from kubelab.api.objects import to_dict
from kubelab.api.printer import Cell, Printer
from kubelab.api.scalars import timestamp


def custom_printer(kind: Kind) -> Printer:
    """How objects of a custom kind are shown: their names, then the columns; those of a priority with `wide` only."""
    columns = served_version(kind).columns
    names = [f"*{column['name']}" if column.get("priority") else column["name"] for column in columns]
    return Printer(("Name", *names), _rows_of(columns))


def _rows_of(columns: tuple[dict[str, Any], ...]) -> Callable[[Any, datetime, bool], list[Cell]]:
    def row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
        plain = to_dict(obj)
        return [obj.metadata.name or "", *(_cell(column, plain, now) for column in columns)]

    return row


def _cell(column: dict[str, Any], obj: dict[str, Any], now: datetime) -> Cell:
    """What a column shows of an object: nothing where there is nothing, or nothing of the column's type."""
    found = find_all(obj, column["jsonPath"])
    if not found:
        return ""
    value, kind = found[0], column["type"]
    if kind == "string":
        return _text(value)
    if value is None:
        return ""
    if kind == "date":
        return _age(value, now) if isinstance(value, str) else ""
    if kind == "boolean":
        return _text(value) if isinstance(value, bool) else ""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    return int(value) if kind == "integer" else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return "<nil>"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _age(text: str, now: datetime) -> str:
    try:
        return since(datetime.fromisoformat(timestamp(text)), now)
    except ValueError:
        return "<invalid>"
