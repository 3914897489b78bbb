"""Decoding: a manifest as JSON becomes an object of its kind, or a 400 that says what cannot be read.

What comes out is what Kubernetes would write back before it fills anything in: nothing where the manifest said
`null`, nothing where an optional field is zero, quantities and times in their canonical form. An unknown field is an
error under strict validation, and all of them are named at once: a mistyped `replica:` must not pass in silence.

In Kubernetes
    `sigs.k8s.io/json` and `k8s.io/apimachinery/pkg/runtime/serializer/json`.
    https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation
Left out
    `metadata.managedFields` is no part of what is decoded: the API server looks at it by itself (`field_management`).
"""

from __future__ import annotations

from typing import Any

from kubelab.api.custom.decoding import read_custom
from kubelab.api.custom.served_version import served_version
from kubelab.api.decoders import MismatchError, Run
from kubelab.api.errors import ApiError, bad_request
from kubelab.api.kinds import Kind
from kubelab.api.schema import struct_of

FIELD_VALIDATION = ("Strict", "Warn", "Ignore")
_MOST_UNKNOWN_FIELDS = 100


def decode(manifest: dict[str, Any], kind: Kind, field_validation: str = "Strict") -> tuple[dict[str, Any], list[str]]:
    """The object that a manifest describes, as a fresh dict, and the warnings for who sent it.

    Raises
    ------
    ApiError
        400: a field is unknown (when `field_validation` is Strict) or of the wrong type.
    """
    if field_validation not in FIELD_VALIDATION:
        raise bad_request(f"fieldValidation parameter unsupported: {field_validation}")
    if not isinstance(manifest, dict):
        raise bad_request(f"the body of a {kind.name} must be an object, not {type(manifest).__name__}")
    _same_type(manifest, kind)
    run = Run()
    try:
        if kind.custom:
            decoded, run.unknown = read_custom(manifest, served_version(kind).schema)
        else:
            decoded = struct_of(kind.model).decode(manifest, None, run)
    except MismatchError as mismatch:
        raise _unreadable(kind, str(mismatch)) from None
    obj = {"apiVersion": kind.api_version, "kind": kind.name, **decoded}
    obj["metadata"].pop("managedFields", None)
    if not run.unknown or field_validation == "Ignore":
        return obj, []
    complaints = [f'unknown field "{path}"' for path in dict.fromkeys(run.unknown)][:_MOST_UNKNOWN_FIELDS]
    if field_validation == "Strict":
        raise _unreadable(kind, f"strict decoding error: {', '.join(complaints)}")
    return obj, complaints


def _same_type(manifest: dict[str, Any], kind: Kind) -> None:
    """What the manifest says it is must be what it was sent as; saying nothing is fine."""
    for field in ("apiVersion", "kind"):
        said = manifest.get(field)
        if said is not None and not isinstance(said, str):
            detail = "cannot unmarshal object into Go struct field" if isinstance(said, dict) else "json: wrong type of"
            raise bad_request(f"couldn't get version/kind; json parse error: {detail} .{field} of type string")
    api_version, name = manifest.get("apiVersion") or kind.api_version, manifest.get("kind") or kind.name
    if name != kind.name:
        version = api_version.rpartition("/")[2]
        raise bad_request(f'{name} in version "{version}" cannot be handled as a {kind.name}: unknown conversion')
    if api_version != kind.api_version:
        raise bad_request(
            f"the API version in the data ({api_version}) does not match the expected API version ({kind.api_version})"
        )


def _unreadable(kind: Kind, detail: str) -> ApiError:
    return bad_request(f'{kind.name} in version "{kind.version}" cannot be handled as a {kind.name}: {detail}')
