"""Bodies: what a client sends, read with care.

In Kubernetes
    The limits are the API server's: 3 MiB a request, and JSON that nests no deeper than can be handled.
"""

from __future__ import annotations

from typing import Any

import msgspec
import yaml

from kubelab.api.errors import ApiError, bad_request
from kubelab.api.kinds import Kind
from kubelab.api.patch import APPLY_PATCH, JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH
from kubelab.api.yaml_tree import YamlFaultError, documents
from kubelab.clients.http import protobuf
from kubelab.clients.http.calls import Call
from kubelab.clients.http.negotiation import JSON, YAML
from kubelab.clients.http.protobuf import PROTOBUF

LIMIT = 3 * 1024 * 1024
DEEPEST = 200
_PATCHES = {
    JSON_PATCH: "json",
    MERGE_PATCH: "merge",
    STRATEGIC_MERGE_PATCH: "strategic",
    APPLY_PATCH: "apply",
}


def too_large() -> ApiError:
    """413: more than anybody has to say."""
    return ApiError(413, "RequestEntityTooLarge", f"Request entity too large: limit is {LIMIT}")


def unsupported(accepted: tuple[str, ...]) -> ApiError:
    """415: the body is of a kind that nobody here reads."""
    listed = ", ".join(accepted)
    message = f"the body of the request was in an unknown format - accepted media types include: {listed}"
    return ApiError(415, "UnsupportedMediaType", message)


def read_object(call: Call, kind: Kind | None = None) -> dict[str, Any]:
    """The object in a call's body; with `kind`, one that says that it is of this kind, or says nothing.

    Raises
    ------
    ApiError
        400: it cannot be read, or is of another kind. 415: it is neither JSON, YAML nor protobuf.
    """
    if call.media_type == PROTOBUF:
        content = _protobuf(call.body, kind)
    elif call.media_type in (YAML, "text/yaml"):
        content = _yaml(call.body)
    elif call.media_type in ("", JSON, "text/plain"):
        content = _json(call.body)
    else:
        raise unsupported((JSON, YAML, PROTOBUF))
    if not isinstance(content, dict):
        raise bad_request(f"couldn't get version/kind; json parse error: {_go_type(content)} is no object")
    return content if kind is None else typed(content, kind, call.route.api_version)


def read_patch(call: Call) -> tuple[str, Any]:
    """The sort of a patch (strategic, merge, json, apply) and the patch itself.

    Raises
    ------
    ApiError
        400: it cannot be read. 415: there is no such patch.
    """
    sort = _PATCHES.get(call.media_type)
    if sort is None or (sort == "strategic" and call.route.kind.custom):
        raise unsupported(tuple(one for one in _PATCHES if one != STRATEGIC_MERGE_PATCH or not call.route.kind.custom))
    if sort != "apply":
        return sort, _json(call.body)
    content = _yaml(call.body)
    if not isinstance(content, dict):
        raise bad_request(f"error decoding YAML: an object is needed, not {_go_type(content)}")
    return sort, content


def typed(content: dict[str, Any], kind: Kind, api_version: str) -> dict[str, Any]:
    """The object with its apiVersion and kind, which it may leave to the URL.

    Raises
    ------
    ApiError
        400: it says that it is something else.
    """
    said_version, said_kind = content.get("apiVersion"), content.get("kind")
    said_version = api_version if said_version in (None, "") else said_version
    said_kind = kind.name if said_kind in (None, "") else said_kind
    if not isinstance(said_version, str) or not isinstance(said_kind, str):
        field = "kind" if isinstance(said_version, str) else "apiVersion"
        raise bad_request(
            "couldn't get version/kind; json parse error: json: cannot unmarshal "
            f"{_go_type(content[field])} into Go struct field .{field} of type string"
        )
    if said_kind != kind.name:
        version = said_version.rpartition("/")[2]
        raise bad_request(
            f'{said_kind} in version "{version}" cannot be handled as a {kind.name}: converting '
            f"({said_kind}) to ({kind.name}): unknown conversion"
        )
    if said_version != api_version:
        raise bad_request(
            f"the API version in the data ({said_version}) does not match the expected API version ({api_version})"
        )
    return {**content, "apiVersion": api_version, "kind": kind.name}


def _json(body: bytes) -> Any:
    try:
        content = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        detail = "unexpected end of JSON input" if not body.strip() else str(error)
        raise bad_request(f"couldn't get version/kind; json parse error: {detail:.200}") from None
    except RecursionError:
        raise _too_deep() from None
    return _shallow(content)


def _protobuf(body: bytes, kind: Kind | None) -> Any:
    try:
        return protobuf.read(body, kind)
    except protobuf.ProtobufError as error:
        raise bad_request(f"the body of the request was in an unknown format: {error}") from None


def _yaml(body: bytes) -> Any:
    try:
        content = msgspec.json.decode(body)  # most YAML that programs write is JSON
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        try:
            found = [tree.value for tree in documents(body.decode())]
        except (YamlFaultError, yaml.YAMLError, ValueError, RecursionError) as error:
            raise bad_request(f"error converting YAML to JSON: {str(error).splitlines()[0]:.200}") from None
        content = found[0] if found else None
    return _shallow(content)


def _shallow(content: Any) -> Any:
    """The content, if it does not nest so deeply that reading it is a danger."""
    level = [content]
    for _ in range(DEEPEST):
        level = [
            inner
            for held in level
            if isinstance(held, dict | list)
            for inner in (held.values() if isinstance(held, dict) else held)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return content
    raise _too_deep()


def _too_deep() -> ApiError:
    return bad_request(f"json: exceeded max depth of {DEEPEST}")


def _go_type(value: Any) -> str:
    names = {dict: "object", list: "array", str: "string", bool: "bool", int: "number", float: "number"}
    return names.get(type(value), "null")
