"""Decoders: what Kubernetes keeps of a value, one small function for each type of field.

In Kubernetes
    Go's `encoding/json` and the `UnmarshalJSON` methods of `Quantity`, `IntOrString`, `Time` and `[]byte`.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError
from kubelab.api.go_types import go_name
from kubelab.api.quantity import QuantityError, canonical
from kubelab.api.scalars import canonical_base64, timestamp

if TYPE_CHECKING:
    from kubelab.api.schema import Field

NOTHING: Any = object()
"""What a decoder answers when the value would not be kept."""

Path = tuple[Any, "Field | int | str"] | None
Decoder = Callable[[Any, Path, "Run"], Any]

_MOST_ITEMS = 500_000
_LIMITS = {"int32": 2**31, "int64": 2**63}
ZERO: dict[str, Any] = {"string": "", "bool": False, "int32": 0, "int64": 0, "IntOrString": 0, "Quantity": "0"}
JSON_TYPE = {
    bool: "bool",
    str: "string",
    dict: "object",
    list: "array",
    tuple: "array",
    int: "number",
    float: "number",
}


class MismatchError(Exception):
    """A value that its field cannot hold; the text is Go's."""


class Run:
    """What one decoding has met so far: the unknown fields, and how many items of lists and maps."""

    __slots__ = ("items", "unknown")

    def __init__(self) -> None:
        self.unknown: list[str] = []
        self.items = 0

    def count(self, number: int) -> None:
        """Refuse a manifest that unfolds (by YAML aliases, say) into more than any API server takes."""
        self.items += number
        if self.items > _MOST_ITEMS:
            raise ApiError(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728")


def decoder_for(field: Field, go_type: str, keep: bool) -> Decoder:
    """The decoder of a field's values; `keep` says that zero is something there."""
    if go_type == "[]byte":
        return _content(field)
    if go_type.startswith("[]"):
        return _list(field, go_type, keep)
    if go_type.startswith("map[") or go_type == "ResourceList":
        return _map(field, go_type)
    if field.model is not None:
        return _part(field, go_type)
    if go_type == "FieldsV1":
        return lambda value, path, run: NOTHING
    if go_type in ("int32", "int64"):
        return _integer(field, go_type, keep)
    special = {"bool": _boolean, "IntOrString": _int_or_string, "Quantity": _quantity}
    if go_type in special:
        return special[go_type](field, keep)
    if go_type in ("Time", "MicroTime"):
        return _time(field, go_type)
    return _text(field, go_type, keep)


def _text(field: Field, go_type: str, keep: bool) -> Decoder:
    name = go_name(go_type)

    def text(value: Any, path: Path, run: Run) -> Any:
        if value.__class__ is not str and not isinstance(value, str):
            raise field.mismatch(value, name, path)
        return value if value or keep else NOTHING

    return text


def _boolean(field: Field, keep: bool) -> Decoder:
    def boolean(value: Any, path: Path, run: Run) -> Any:
        if value.__class__ is not bool:
            raise field.mismatch(value, "bool", path)
        return value if value or keep else NOTHING

    return boolean


def _integer(field: Field, go_type: str, keep: bool) -> Decoder:
    limit = _LIMITS[go_type]

    def integer(value: Any, path: Path, run: Run) -> Any:
        if value.__class__ is not int or not -limit <= value < limit:
            raise field.mismatch(value, go_type, path)
        return value if value or keep else NOTHING

    return integer


def _int_or_string(field: Field, keep: bool) -> Decoder:
    integer = _integer(field, "int32", keep=True)

    def int_or_string(value: Any, path: Path, run: Run) -> Any:
        return value if value.__class__ is str else integer(value, path, run)

    return int_or_string


def _quantity(field: Field, keep: bool) -> Decoder:
    def quantity(value: Any, path: Path, run: Run) -> Any:
        return _amount(value)

    return quantity


def _amount(value: Any) -> str:
    if value is None:
        return "0"
    try:
        return canonical(value if type(value) in (str, int, float) else "{}")
    except QuantityError as error:
        raise MismatchError(str(error)) from None


def _time(field: Field, go_type: str) -> Decoder:
    micro = go_type == "MicroTime"

    def time(value: Any, path: Path, run: Run) -> Any:
        if not isinstance(value, str):
            raise field.mismatch(value, "string", path)
        try:
            return timestamp(value, micro=micro)
        except ValueError as error:
            raise MismatchError(str(error)) from None

    return time


def _part(field: Field, go_type: str) -> Decoder:
    name = go_name(go_type)

    def part(value: Any, path: Path, run: Run) -> Any:
        if not isinstance(value, dict):
            raise field.mismatch(value, name, path)
        return field.struct().decode(value, (path, field), run)

    return part


def _list(field: Field, go_type: str, keep: bool) -> Decoder:
    name, inner = go_name(go_type), go_type[2:]
    item = None if field.model else decoder_for(field, inner, True)
    zero, item_name = ZERO.get(inner, ""), go_name(inner)

    def items(value: Any, path: Path, run: Run) -> Any:
        if not isinstance(value, (list, tuple)):
            raise field.mismatch(value, name, path)
        run.count(len(value))
        if item:
            result = [zero if each is None else item(each, path, run) for each in value]
        else:
            decode, here, result = field.struct().decode, (path, field), []
            for index, each in enumerate(value):
                if each is not None and not isinstance(each, dict):
                    raise field.mismatch(each, item_name, path)
                result.append(decode(each or {}, (here, index), run))
        return result if result or keep else NOTHING

    return items


def _map(field: Field, go_type: str) -> Decoder:
    name = go_name(go_type)
    if go_type == "ResourceList":
        item = _quantity(field, True)
    else:
        item = _bytes(field) if go_type.endswith("byte") else _text(field, "string", True)
    zero = "0" if go_type == "ResourceList" else ""

    def mapping(value: Any, path: Path, run: Run) -> Any:
        if not isinstance(value, dict):
            raise field.mismatch(value, name, path)
        run.count(len(value))
        return {
            key if key.__class__ is str else str(key): zero if each is None else item(each, path, run)
            for key, each in value.items()
        } or NOTHING

    return mapping


def _content(field: Field) -> Decoder:
    content = _bytes(field)

    def kept(value: Any, path: Path, run: Run) -> Any:
        return content(value, path, run) or NOTHING

    return kept


def _bytes(field: Field) -> Decoder:
    def byte(value: Any, path: Path) -> int:
        if value.__class__ is not int or not 0 <= value < 256:
            raise field.mismatch(value, "uint8", path)
        return value

    def content(value: Any, path: Path, run: Run) -> Any:
        if isinstance(value, list):  # Go reads a list of small numbers as bytes, too
            return b64encode(bytes(byte(each, path) for each in value)).decode()
        if not isinstance(value, str):
            raise field.mismatch(value, "[]uint8", path)
        try:
            return canonical_base64(value)
        except ValueError as error:
            raise MismatchError(str(error)) from None

    return content
