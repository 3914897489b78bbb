"""Volumes made of the cluster's own data: ConfigMaps, Secrets, the pod's own fields, tokens.

In Kubernetes
    `validateProjectedVolumeSource` and its neighbours in `pkg/apis/core/validation/validation.go`.
    https://kubernetes.io/docs/concepts/storage/projected-volumes/
Left out
    `clusterTrustBundle` and `podCertificate`: their feature gates are off in a default cluster, which drops them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.validation.env import field_reference, resource_reference
from kubelab.api.validation.paths import file_mode, local_non_reserved

_Json = dict[str, Any]
_FIELDS = ("metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid")
_SHORTEST_LIFE = 600
_LONGEST_LIFE = 2**32


def secret(source: _Json, path: str) -> Iterator[Cause]:
    """The keys of a Secret as files."""
    if not source.get("secretName"):
        yield Cause.required(f"{path}.secretName")
    yield from _files(source, path)


def config_map(source: _Json, path: str) -> Iterator[Cause]:
    """The keys of a ConfigMap as files."""
    if not source.get("name"):
        yield Cause.required(f"{path}.name")
    yield from _files(source, path)


def _files(source: _Json, path: str) -> Iterator[Cause]:
    yield from file_mode(source.get("defaultMode"), f"{path}.defaultMode")
    for i, item in enumerate(source.get("items", ())):
        yield from _key_to_path(item, f"{path}.items[{i}]")


def _key_to_path(item: _Json, path: str) -> Iterator[Cause]:
    target = item.get("path", "")
    if not item.get("key"):
        yield Cause.required(f"{path}.key")
    if not target:
        yield Cause.required(f"{path}.path")
    yield from local_non_reserved(target, f"{path}.path")
    yield from file_mode(item.get("mode"), f"{path}.mode")


def downward_api(source: _Json, path: str) -> Iterator[Cause]:
    """The pod's own fields as files."""
    yield from file_mode(source.get("defaultMode"), f"{path}.defaultMode")
    for item in source.get("items", ()):
        yield from _downward_file(item, path)


def _downward_file(item: _Json, path: str) -> Iterator[Cause]:
    target = item.get("path", "")
    if not target:
        yield Cause.required(f"{path}.path")
    yield from local_non_reserved(target, f"{path}.path")
    if "fieldRef" in item:
        yield from field_reference(item["fieldRef"], _FIELDS, f"{path}.fieldRef")
        if "resourceFieldRef" in item:
            detail = "fieldRef and resourceFieldRef can not be specified simultaneously"
            yield Cause.invalid(path, "resource", detail)
    elif "resourceFieldRef" in item:
        yield from resource_reference(item["resourceFieldRef"], f"{path}.resourceFieldRef", in_volume=True)
    else:
        yield Cause.required(path, "one of fieldRef and resourceFieldRef is required")
    yield from file_mode(item.get("mode"), f"{path}.mode")


def projected(source: _Json, path: str) -> Iterator[Cause]:
    """Several sources in one directory."""
    yield from file_mode(source.get("defaultMode"), f"{path}.defaultMode")
    taken: dict[str, None] = {}
    for i, part in enumerate(source.get("sources", ())):
        where = f"{path}.sources[{i}]"
        for sort in ("secret", "configMap"):
            if sort in part:
                yield from _projected_keys(part[sort], taken, f"{where}.{sort}", path)
        if "downwardAPI" in part:
            for item in part["downwardAPI"].get("items", ()):
                yield from _downward_file(item, f"{where}.downwardAPI")
                yield from _taken(item.get("path", ""), item.get("path", ""), taken, path)
        if "serviceAccountToken" in part:
            yield from _token(part["serviceAccountToken"], f"{where}.serviceAccountToken", path)
        if len(part) > 1:
            yield Cause.forbidden(where, "may not specify more than 1 volume type per source")


def _projected_keys(source: _Json, taken: dict[str, None], where: str, path: str) -> Iterator[Cause]:
    name = source.get("name", "")
    if not name:
        yield Cause.required(f"{where}.name")
    for i, item in enumerate(source.get("items", ())):
        yield from _key_to_path(item, f"{where}.items[{i}]")
        yield from _taken(item.get("path", ""), name, taken, path)


def _taken(target: str, value: str, taken: dict[str, None], path: str) -> Iterator[Cause]:
    if target in taken:
        yield Cause.invalid(path, value, "conflicting duplicate paths")
    elif target:
        taken[target] = None


def _token(token: _Json, where: str, path: str) -> Iterator[Cause]:
    seconds, target = token.get("expirationSeconds", 0), token.get("path", "")
    if seconds < _SHORTEST_LIFE:
        detail = "may not specify a duration less than 10 minutes"
        yield Cause.invalid(f"{where}.expirationSeconds", seconds, detail)
    if seconds > _LONGEST_LIFE:
        detail = "may not specify a duration larger than 2^32 seconds"
        yield Cause.invalid(f"{where}.expirationSeconds", seconds, detail)
    if not target:
        yield Cause.required(f"{path}.path")
    else:
        yield from local_non_reserved(target, f"{path}.path")


def tokens_without_account(volumes: list[_Json], path: str) -> Iterator[Cause]:
    """Tokens that a pod mounts although it runs under no ServiceAccount."""
    for i, volume in enumerate(volumes):
        for j, part in enumerate(volume.get("projected", {}).get("sources", ())):
            if "serviceAccountToken" in part:
                where = f"{path}[{i}].projected.sources[{j}].serviceAccountToken"
                yield Cause.forbidden(where, "must not be specified when serviceAccountName is not set")
