"""The three ways to patch an object, by the media type that the client names.

In Kubernetes
    `k8s.io/apiserver/pkg/endpoints/handlers/patch.go`; JSON merge patch is RFC 7386, JSON patch RFC 6902.
    https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply
"""

from __future__ import annotations

import copy
from typing import Any

from kubelab.api.errors import ApiError, bad_request
from kubelab.api.kinds import Kind
from kubelab.api.strategic_merge import strategic_merge

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_MERGE_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
_MAX_OPERATIONS = 10_000


def patched(kind: Kind, target: dict[str, Any], patch: Any, media_type: str) -> dict[str, Any]:
    """The object that comes of a patch; neither argument is changed.

    Raises
    ------
    ApiError
        400: the patch cannot be read. 415: no such media type. 422: it does not fit the object.
    """
    if media_type == JSON_PATCH:
        return json_patch(target, patch)
    if media_type not in ((MERGE_PATCH,) if kind.custom else (MERGE_PATCH, STRATEGIC_MERGE_PATCH)):
        of_vocabulary = "" if kind.custom else f"{STRATEGIC_MERGE_PATCH}, "
        supported = f"{JSON_PATCH}, {MERGE_PATCH}, {of_vocabulary}{APPLY_PATCH}"
        message = f"the body of the request was in an unknown format - accepted media types include: {supported}"
        raise ApiError(415, "UnsupportedMediaType", message)
    if not isinstance(patch, dict):
        raise bad_request(
            f"error decoding patch: json: cannot unmarshal {_json_type(patch)} into Go value of type "
            "map[string]interface {}"
        )
    if media_type == MERGE_PATCH:
        return merge_patch(target, patch)
    return strategic_merge(target, patch, kind.model)


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7386: objects are merged, null deletes, everything else replaces.

    Examples
    --------
    >>> merge_patch({"a": 1, "b": {"c": [1, 2], "d": 3}}, {"a": None, "b": {"c": [9]}})
    {'b': {'c': [9], 'd': 3}}
    """
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def json_patch(target: dict[str, Any], operations: Any) -> dict[str, Any]:
    """RFC 6902: a list of `add`, `remove`, `replace`, `move`, `copy` and `test`, all of them or none.

    Raises
    ------
    ApiError
        400: not a list of operations. 422: one cannot be done; `hint` says which and why.
    """
    if not isinstance(operations, list) or not all(isinstance(operation, dict) for operation in operations):
        raise bad_request(
            f"json: cannot unmarshal {_json_type(operations)} into Go value of type jsonpatch.Patch"
            if not isinstance(operations, list)
            else "json: cannot unmarshal into Go value of type jsonpatch.Operation"
        )
    if len(operations) > _MAX_OPERATIONS:
        message = f"The allowed maximum operations in a JSON patch is {_MAX_OPERATIONS}, got {len(operations)}"
        raise ApiError(413, "RequestEntityTooLarge", message)
    document: Any = {"": copy.deepcopy(target)}
    for operation in operations:
        try:
            _operate(document, operation)
        except _ImpossibleError as impossible:
            error = ApiError(422, "Invalid", "the server rejected our request due to an error in our request")
            error.hint = str(impossible)
            raise error from None
    if not isinstance(document.get(""), dict):
        raise bad_request("the patch leaves no object")
    return document[""]


class _ImpossibleError(Exception):
    """An operation that the document does not allow."""


def _operate(document: dict[str, Any], operation: dict[str, Any]) -> None:
    verb, path = operation.get("op"), operation.get("path")
    if not isinstance(path, str):
        raise _ImpossibleError(f"{verb} operation has no path")
    if verb in ("add", "replace", "test") and "value" not in operation:
        raise _ImpossibleError(f"{verb} operation on {path} has no value")
    match verb:
        case "add":
            _add(document, path, operation["value"])
        case "remove":
            _remove(document, path)
        case "replace":
            _get(document, path, "replace")
            holder, key = _holder(document, path, "replace")
            holder[_index(holder, key, "replace", path) if isinstance(holder, list) else key] = operation["value"]
        case "test":
            if not _same(_get(document, path, "test", missing=None), operation["value"]):
                raise _ImpossibleError(f"testing path {path} failed: test failed")
        case "move" | "copy":
            origin = operation.get("from")
            if not isinstance(origin, str):
                raise _ImpossibleError(f"{verb} operation has no from")
            value = _get(document, origin, verb)
            if verb == "move" and path.startswith(f"{origin}/"):
                raise _ImpossibleError(f"{origin} cannot be moved into itself")
            if verb == "move":
                _remove(document, origin)
            _add(document, path, copy.deepcopy(value))
        case _:
            raise _ImpossibleError(f"Unexpected kind: {verb}")


def _keys(path: str) -> list[str]:
    if path and not path.startswith("/"):
        raise _ImpossibleError(f"the path {path} does not begin with /")
    return ["", *(part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:])]


def _holder(document: dict[str, Any], path: str, verb: str) -> tuple[Any, str]:
    """The object or list that holds what a path names, and its key there."""
    *above, key = _keys(path)
    holder: Any = document
    for part in above:
        if isinstance(holder, list):
            holder = holder[_index(holder, part, verb, path)]
        elif isinstance(holder, dict) and part in holder:
            holder = holder[part]
        else:
            raise _ImpossibleError(f'{verb} operation does not apply: doc is missing path: "{path}": missing value')
    if not isinstance(holder, dict | list):
        raise _ImpossibleError(f'{verb} operation does not apply: doc is missing path: "{path}": missing value')
    return holder, key


def _index(holder: list[Any], key: str, verb: str, path: str) -> int:
    digits = key.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 9:
        raise _ImpossibleError(f"{verb} operation on {path}: {key} is not the index of a list")
    index = int(key)
    if index < 0 or index >= len(holder):
        raise _ImpossibleError(f"{verb} operation on {path}: index {index} is out of bounds: invalid index referenced")
    return index


_RAISES = object()


def _get(document: dict[str, Any], path: str, verb: str, missing: Any = _RAISES) -> Any:
    holder, key = _holder(document, path, verb)
    if isinstance(holder, list):
        return holder[_index(holder, key, verb, path)]
    if key not in holder and missing is _RAISES:
        raise _ImpossibleError(f"{verb} operation does not apply: doc is missing key: {path}: missing value")
    return holder.get(key, missing)


def _add(document: dict[str, Any], path: str, value: Any) -> None:
    holder, key = _holder(document, path, "add")
    value = copy.deepcopy(value)
    if not isinstance(holder, list):
        holder[key] = value
    elif key in ("-", str(len(holder))):
        holder.append(value)
    else:
        holder.insert(_index(holder, key, "add", path), value)


def _remove(document: dict[str, Any], path: str) -> None:
    holder, key = _holder(document, path, "remove")
    if isinstance(holder, list):
        del holder[_index(holder, key, "remove", path)]
    elif key in holder:
        del holder[key]
    else:
        raise _ImpossibleError(
            f"remove operation does not apply: Unable to remove nonexistent key: {key}: missing value"
        )


def _same(left: Any, right: Any) -> bool:
    """Equal as JSON: true is not 1."""
    if isinstance(left, bool) != isinstance(right, bool):
        return False
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    return bool(left == right)


def _json_type(value: Any) -> str:
    names = {dict: "object", list: "array", str: "string", bool: "bool", int: "number", float: "number"}
    return names.get(type(value), "null")
