"""The OpenAPI documents of an API server: one for each group and version, an index of them, and version 2's one of all.

In Kubernetes
    `/openapi/v3`, `/openapi/v3/apis/apps/v1`, `/openapi/v2`. kubectl reads there what `explain` prints, how lists are
    merged by `apply`, and whether the server validates fields and can run dry.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import msgspec
from lightkube.models import meta_v1

from kubelab.api.custom.served_version import served_version
from kubelab.api.kinds import Kind
from kubelab.api.openapi.schemas import REFERENCE, SIMPLE, custom_schema, list_schema, name_of, parts, schema

_Json = dict[str, Any]

TITLE, VERSION = "Kubernetes", "v1.36.2"
_MEDIA = ("application/json", "application/yaml")
_PATCHES = (
    *("application/json-patch+json", "application/merge-patch+json"),
    *("application/strategic-merge-patch+json", "application/apply-patch+yaml"),
)
_WRITE = ("dryRun", "fieldManager", "fieldValidation")
_LIST = (
    *("allowWatchBookmarks", "continue", "fieldSelector", "labelSelector", "limit", "resourceVersion"),
    *("resourceVersionMatch", "sendInitialEvents", "timeoutSeconds", "watch"),
)
_COMMON = (meta_v1.ListMeta, meta_v1.ObjectMeta, meta_v1.DeleteOptions, meta_v1.Status)
_BOOLEANS, _INTEGERS = ("allowWatchBookmarks", "force", "sendInitialEvents", "watch"), ("limit", "timeoutSeconds")


def group_versions(kinds: Iterable[Kind]) -> list[str]:
    """The group versions that the kinds are served in, each once: `v1`, `apps/v1`."""
    return list(dict.fromkeys(version for kind in kinds for version in (kind.api_version, *kind.also)))


def index_v3(kinds: Iterable[Kind]) -> _Json:
    """What `/openapi/v3` answers: where each group version's document is, under a name that changes when it does."""
    kinds = tuple(kinds)
    return {
        "paths": {_root(version)[1:]: {"serverRelativeURL": _url(kinds, version)} for version in group_versions(kinds)}
    }


def document_v3(kinds: Iterable[Kind], api_version: str) -> _Json:
    """The document of one group version: its paths, and the schemas of all that they carry."""
    return _document(tuple(kind for kind in kinds if api_version in (kind.api_version, *kind.also)), api_version)


def document_v2(kinds: Iterable[Kind]) -> _Json:
    """All group versions in one Swagger document."""
    kinds = tuple(kinds)
    paths: _Json = {}
    definitions: _Json = {}
    for version in group_versions(kinds):
        document = document_v3(kinds, version)
        paths.update(document["paths"])
        definitions.update(document["components"]["schemas"])
    info = {"title": TITLE, "version": VERSION}
    return _as_v2({"swagger": "2.0", "info": info, "paths": paths, "definitions": definitions})


def _url(kinds: tuple[Kind, ...], api_version: str) -> str:
    text = msgspec.json.encode(document_v3(kinds, api_version))
    return f"/openapi/v3{_root(api_version)}?hash={hashlib.sha256(text).hexdigest().upper()}"


def _root(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


@lru_cache(maxsize=128)
def _document(kinds: tuple[Kind, ...], api_version: str) -> _Json:
    paths: _Json = {}
    schemas: _Json = {**SIMPLE, **{name_of(part): schema(part) for common in _COMMON for part in parts(common)}}
    for kind in kinds:
        gvk = _gvk(kind, api_version)
        name = definition(kind)
        schemas.update(_schemas_of(kind, name, gvk))
        paths.update(_paths(kind, _root(api_version), name, gvk))
    return {
        "openapi": "3.0.0",
        "info": {"title": TITLE, "version": VERSION},
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.items()))},
    }


def definition(kind: Kind) -> str:
    """The name of a kind's definition; a custom kind's begins with its group, backwards."""
    if kind.custom:
        return ".".join([*reversed(kind.group.split(".")), kind.version, kind.name])
    return name_of(kind.model)


def _schemas_of(kind: Kind, name: str, gvk: _Json) -> Iterator[tuple[str, _Json]]:
    if kind.custom:
        yield name, {**custom_schema(served_version(kind).schema), "x-kubernetes-group-version-kind": [gvk]}
    else:
        for part in parts(kind.model):
            text = schema(part)
            yield name_of(part), {**text, "x-kubernetes-group-version-kind": [gvk]} if part is kind.model else text
    yield (
        f"{name}List",
        {
            **list_schema(kind, name),
            "x-kubernetes-group-version-kind": [{**gvk, "kind": f"{gvk['kind']}List"}],
        },
    )


def _gvk(kind: Kind, api_version: str) -> _Json:
    group, _, version = api_version.rpartition("/")
    return {"group": group, "version": version, "kind": kind.name}


def _paths(kind: Kind, root: str, name: str, gvk: _Json) -> Iterator[tuple[str, _Json]]:
    place = f"{root}/namespaces/{{namespace}}/{kind.plural}" if kind.namespaced else f"{root}/{kind.plural}"
    verbs = kind.verbs
    patches = [each for each in _PATCHES if not (kind.custom and "strategic" in each)]
    collection = {
        "get": _operation("list", gvk, f"{name}List", _LIST) if "list" in verbs else None,
        "post": _operation("post", gvk, name, _WRITE, _MEDIA) if "create" in verbs else None,
        "delete": _operation("deletecollection", gvk, name, _LIST) if "deletecollection" in verbs else None,
    }
    yield place, _given(collection)
    if kind.namespaced and "list" in verbs:
        yield f"{root}/{kind.plural}", {"get": _operation("list", gvk, f"{name}List", _LIST)}
    item = {
        "get": _operation("get", gvk, name, ()) if "get" in verbs else None,
        "put": _operation("put", gvk, name, _WRITE, _MEDIA) if "update" in verbs else None,
        "patch": _operation("patch", gvk, name, (*_WRITE, "force"), patches) if "patch" in verbs else None,
        "delete": _operation("delete", gvk, name, ("dryRun",)) if "delete" in verbs else None,
    }
    if _given(item):
        yield f"{place}/{{name}}", _given(item)
    if "status" in kind.subresources:
        status = {
            "get": _operation("get", gvk, name, ()),
            "put": _operation("put", gvk, name, _WRITE, _MEDIA),
            "patch": _operation("patch", gvk, name, (*_WRITE, "force"), patches),
        }
        yield f"{place}/{{name}}/status", status


def _given(operations: dict[str, _Json | None]) -> _Json:
    return {method: operation for method, operation in operations.items() if operation is not None}


def _operation(action: str, gvk: _Json, name: str, parameters: Iterable[str], bodies: Iterable[str] = ()) -> _Json:
    carried = {"schema": {"$ref": REFERENCE + name}}
    operation = {
        "parameters": [{"name": each, "in": "query", "schema": _parameter(each)} for each in parameters],
        "responses": {"200": {"description": "OK", "content": {"application/json": carried}}},
        "x-kubernetes-action": action,
        "x-kubernetes-group-version-kind": gvk,
    }
    if bodies:
        operation["requestBody"] = {"required": True, "content": dict.fromkeys(bodies, carried)}
    return operation


def _parameter(name: str) -> _Json:
    return {"type": "boolean" if name in _BOOLEANS else "integer" if name in _INTEGERS else "string"}


def _as_v2(part: Any) -> Any:
    """A part of a version 3 document in the words of version 2."""
    if isinstance(part, list):
        return [_as_v2(item) for item in part]
    if not isinstance(part, dict):
        return part
    if len(part.get("allOf", ())) == 1:
        part = {**{key: held for key, held in part.items() if key not in ("allOf", "default")}, **part["allOf"][0]}
    if "oneOf" in part:
        part = {**{key: held for key, held in part.items() if key != "oneOf"}, "type": "string"}
    if "requestBody" in part:
        body = next(iter(part["requestBody"]["content"].values()))
        sent = {"name": "body", "in": "body", "required": True, "schema": body["schema"]}
        part = {
            **{key: held for key, held in part.items() if key != "requestBody"},
            "consumes": list(part["requestBody"]["content"]),
            "parameters": [*part["parameters"], sent],
        }
    if "content" in part:
        part = {"description": part["description"], **next(iter(part["content"].values()))}
    if part.get("in") == "query" and "schema" in part:
        part = {"name": part["name"], "in": "query", **part["schema"]}
    if isinstance(part.get("$ref"), str):
        part = {**part, "$ref": part["$ref"].replace(REFERENCE, "#/definitions/")}
    return {key: _as_v2(held) for key, held in part.items()}
