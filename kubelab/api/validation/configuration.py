"""What a ConfigMap and a Secret may hold.

In Kubernetes
    `ValidateConfigMap` and `ValidateSecret` in `pkg/apis/core/validation/validation.go`.
    https://kubernetes.io/docs/concepts/configuration/configmap/, …/secret/
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from kubelab.api import formats
from kubelab.api.errors import Cause

_Json = dict[str, Any]

MOST_BYTES = 1024 * 1024
_IMMUTABLE = "field is immutable when `immutable` is set"
_REDACTED = "<secret contents redacted>"
_SERVICE_ACCOUNT = "kubernetes.io/service-account.name"
_DOCKER_KEYS = {
    "kubernetes.io/dockercfg": ".dockercfg",
    "kubernetes.io/dockerconfigjson": ".dockerconfigjson",
}


def config_map(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A ConfigMap: keys that can name files, no key twice, not more than a megabyte."""
    data, binary = obj.get("data", {}), obj.get("binaryData", {})
    if old is not None:
        yield from _frozen(obj, old, ("data", "binaryData"))
    size = 0
    for key, value in data.items():
        yield from _key(key, f"data[{key}]")
        if key in binary:
            yield Cause.invalid(f"data[{key}]", key, "duplicate of key present in binaryData")
        size += len(value.encode("utf-8", "replace"))
    for key, value in binary.items():
        yield from _key(key, f"binaryData[{key}]")
        size += _decoded_size(value)
    if size > MOST_BYTES:
        yield Cause.too_long("", MOST_BYTES)


def secret(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A Secret: as a ConfigMap, and with what its type promises."""
    data, kind = obj.get("data", {}), obj["type"]
    if old is not None:
        if kind != old["type"]:
            yield Cause.invalid("type", kind, "field is immutable")
        yield from _frozen(obj, old, ("data",))
    for key in data:
        yield from _key(key, f"data[{key}]")
    if sum(_decoded_size(value) for value in data.values()) > MOST_BYTES:
        yield Cause.too_long("data", MOST_BYTES)
    if kind == "kubernetes.io/service-account-token":
        if not obj["metadata"].get("annotations", {}).get(_SERVICE_ACCOUNT):
            yield Cause.required(f"metadata.annotations[{_SERVICE_ACCOUNT}]")
    elif kind in _DOCKER_KEYS:
        yield from _docker(data, _DOCKER_KEYS[kind])
    elif kind == "kubernetes.io/basic-auth":
        if "username" not in data and "password" not in data:
            yield Cause.required("data[username]")
            yield Cause.required("data[password]")
    elif kind == "kubernetes.io/ssh-auth":
        if not data.get("ssh-privatekey"):
            yield Cause.required("data[ssh-privatekey]")
    elif kind == "kubernetes.io/tls":
        for key in ("tls.crt", "tls.key"):
            if key not in data:
                yield Cause.required(f"data[{key}]")


def _frozen(obj: _Json, old: _Json, fields: tuple[str, ...]) -> Iterator[Cause]:
    """Once marked immutable, always: the kubelets have stopped watching it."""
    if not old.get("immutable"):
        return
    if not obj.get("immutable"):
        yield Cause.forbidden("immutable", _IMMUTABLE)
    for field in fields:
        if obj.get(field, {}) != old.get(field, {}):
            yield Cause.forbidden(field, _IMMUTABLE)


def _docker(data: dict[str, str], key: str) -> Iterator[Cause]:
    if key not in data:
        yield Cause.required(f"data[{key}]")
        return
    try:
        content = json.loads(base64.b64decode(data[key]))
        fault = (
            "" if isinstance(content, dict) else "json: cannot unmarshal into Go value of type map[string]interface {}"
        )
    except (ValueError, RecursionError) as error:
        fault = f"invalid character: {error}"
    if fault:
        yield Cause.invalid(f"data[{key}]", _REDACTED, fault)


def _key(key: str, path: str) -> Iterator[Cause]:
    for message in formats.config_map_key(key):
        yield Cause.invalid(path, key, message)


def _decoded_size(text: str) -> int:
    return len(text) // 4 * 3 - text[-2:].count("=")
