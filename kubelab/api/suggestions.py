"""What was probably meant: the line of a faulty field and the nearest name that would have been right.

In Kubernetes
    There is no such part: the API server names the field and leaves the rest to the reader.
"""

from __future__ import annotations

import difflib
import re

from kubelab.api import vocabulary
from kubelab.api.custom.schema_walk import fields_at
from kubelab.api.custom.served_version import served_version
from kubelab.api.errors import ApiError
from kubelab.api.kinds import KINDS, Kind
from kubelab.api.manifest import Manifest
from kubelab.api.versions import in_version
from kubelab.language import say

_UNKNOWN_FIELD = re.compile(r'unknown field "([^"]+)"')
_FIELD_IN_MESSAGE = re.compile(r"\.([A-Za-z0-9_.\[\]]+) of type")


def locate(error: ApiError, manifest: Manifest, kind: Kind | None) -> None:
    """Fill in the line of an error, and a hint where something near exists. `kind` is None when it is not served."""
    if kind is None:
        _place(error, manifest, "kind")
        error.hint = error.hint or nearest_kind(manifest.kind, manifest.api_version)
        return
    paths = faulty_paths(error)
    if paths:
        _place(error, manifest, paths[0])
    spoken = in_version(kind, manifest.api_version)
    hints = [hint for path in unknown_fields(error) if (hint := nearest_field(spoken, path))]
    if hints and error.hint is None:
        error.hint = "; ".join(dict.fromkeys(hints))


def _place(error: ApiError, manifest: Manifest, path: str) -> None:
    if error.line is None:
        error.line, error.column = manifest.line_of(path), manifest.column_of(path)


def unknown_fields(error: ApiError) -> list[str]:
    """The paths of the fields that a strict decoding did not know."""
    return list(dict.fromkeys(_UNKNOWN_FIELD.findall(error.message)))


def faulty_paths(error: ApiError) -> list[str]:
    """The paths of all faulty fields: of the causes, or else of the message."""
    found = [cause.field for cause in error.causes if cause.field] or unknown_fields(error)
    return list(dict.fromkeys([*found, *_FIELD_IN_MESSAGE.findall(error.message)]))


def nearest_field(kind: Kind, path: str) -> str | None:
    """A hint for an unknown field.

    Examples
    --------
    >>> from kubelab.api.kinds import find
    >>> nearest_field(find("deployment"), "spec.template.spec.container")
    'did you mean "containers" instead of "container"?'
    >>> nearest_field(find("pod"), "spec.replicas")
    """
    parts = vocabulary.path_parts(path)
    if kind.custom:
        return _instead(parts[-1], fields_at(served_version(kind).schema, parts[:-1])) if parts else None
    model = vocabulary.model_at(kind.model, path[: -len(parts[-1])].rstrip(".")) if parts else None
    if not model:
        return None
    return _instead(parts[-1], list(vocabulary.fields(model)))


def _instead(name: str, known: list[str]) -> str | None:
    near = _nearest(name, known)
    if near is None:
        return None
    return say(
        es=f'¿querías decir "{near}" en lugar de "{name}"?',
        en=f'did you mean "{near}" instead of "{name}"?',
    )


def nearest_kind(name: str, api_version: str) -> str | None:
    """A hint for a kind that is not served, or not in this version; where none is near, those that are served.

    Examples
    --------
    >>> nearest_kind("Deploymnet", "apps/v1"), nearest_kind("Deployment", "v1")
    ('did you mean kind "Deployment"?', 'kind "Deployment" is in apiVersion "apps/v1"')
    """
    for kind in KINDS:
        if kind.name == name:
            version = kind.api_version
            said = say(
                es=f'"{name}" está en la apiVersion "{version}"', en=f'kind "{name}" is in apiVersion "{version}"'
            )
            return said if version != api_version else None
    near = _nearest(name, [kind.name for kind in KINDS])
    if near is None:
        served = ", ".join(kind.name for kind in KINDS)
        return say(es=f"kubelab sirve por ahora: {served}", en=f"kubelab serves as yet: {served}")
    return say(es=f'¿querías decir "{near}"?', en=f'did you mean kind "{near}"?')


def _nearest(word: str, known: list[str]) -> str | None:
    lowered = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), list(lowered), n=1, cutoff=0.7)
    return lowered[found[0]] if found else None
