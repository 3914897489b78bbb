"""OpenAPI over HTTP: how the kinds that are served describe themselves.

In Kubernetes
    `/openapi/v3` lists a document for each group and version; `/openapi/v2` is one document of all.
    https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-interface-definition

Left out
    Version 2 as protobuf is a document that describes nothing: kubectl asks for it only to learn that it knows no more
    of a kind that is not served, after version 3 has not told either.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from kubelab.api.kinds import Kind
from kubelab.api.openapi import documents
from kubelab.clients.http.answers import Answer, page_not_found

if TYPE_CHECKING:
    from kubelab.client_go.client import Client


PROTOBUF = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
NOTHING = b"\x0a\x032.0\x42\x00"  # swagger: "2.0", paths: {}


def answer(parts: list[str], client: Client, accept: str) -> Answer:
    """The document at a path below `/openapi`.

    Raises
    ------
    ApiError
        404: there is none.
    """
    kinds = client.kinds.all
    if parts == ["v2"]:
        if "proto-openapi.spec.v2" in accept and "json" not in accept:
            return Answer(200, NOTHING, PROTOBUF)
        return Answer(200, _whole(kinds))
    if parts == ["v3"]:
        return Answer(200, _index(kinds))
    if parts[:2] == ["v3", "apis"] and len(parts) == 4:
        version = f"{parts[2]}/{parts[3]}"
    elif parts[:2] == ["v3", "api"] and len(parts) == 3:
        version = parts[2]
    else:
        raise page_not_found()
    if version not in documents.group_versions(kinds):
        raise page_not_found()
    return Answer(200, _one(kinds, version))


@lru_cache(maxsize=4)
def _whole(kinds: tuple[Kind, ...]) -> bytes:
    return msgspec.json.encode(documents.document_v2(kinds))


@lru_cache(maxsize=4)
def _index(kinds: tuple[Kind, ...]) -> bytes:
    return msgspec.json.encode(documents.index_v3(kinds))


@lru_cache(maxsize=128)
def _one(kinds: tuple[Kind, ...], api_version: str) -> bytes:
    return msgspec.json.encode(documents.document_v3(kinds, api_version))
