"""Decoding of custom resources: what of a manifest gets into an object, by its schema.

In Kubernetes
    `unstructuredSchemaCoercer` in `k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go`.
"""

from __future__ import annotations

from typing import Any

from lightkube.models import meta_v1

from kubelab.api.custom.embedded import coerce
from kubelab.api.custom.pruning import prune, prune_nulls
from kubelab.api.custom.schema_walk import Schema
from kubelab.api.decoders import MismatchError, Run
from kubelab.api.errors import bad_request
from kubelab.api.schema import struct_of


def read_custom(manifest: dict[str, Any], schema: Schema | None) -> tuple[dict[str, Any], list[str]]:
    """The object of a manifest, pruned, as a fresh dict; and the paths of the fields that nobody knows.

    Raises
    ------
    MismatchError
        The metadata cannot be read.
    ApiError
        400: something in the manifest is not JSON.
    """
    obj, run = _copy({field: held for field, held in manifest.items() if field not in ("apiVersion", "kind")}), Run()
    meta = obj.pop("metadata", None) or {}
    if not isinstance(meta, dict):
        raise MismatchError("json: cannot unmarshal into Go value of type v1.ObjectMeta")
    decoded = struct_of(meta_v1.ObjectMeta).decode(meta, None, run)
    unknown = [f"metadata.{path}" for path in run.unknown] + prune(obj, schema, root=True)
    prune_nulls(obj, schema)
    unknown += sorted(coerce(obj, schema))
    return {**obj, "metadata": decoded}, unknown


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _copy(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_copy(item) for item in value]
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise bad_request(f"an object holds text, numbers, lists and mappings, not {type(value).__name__}")
