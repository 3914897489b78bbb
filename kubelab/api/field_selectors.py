"""Field selectors: choosing objects by a few of their fields, as `kubectl get pods --field-selector` does.

Only the fields that the API server keeps at hand can be chosen by; each kind has its own short list.

In Kubernetes
    `k8s.io/apimachinery/pkg/fields/selector.go`; the lists are in `pkg/apis/core/v1/conversion.go`, the values in each
    `pkg/registry/…/strategy.go`.
    https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from kubelab.api.custom.served_version import served_version
from kubelab.api.errors import ApiError, bad_request
from kubelab.api.kinds import Kind

# For each kind: the labels of its fields, and where the value is; the first of several places that is set counts.
_FIELDS: dict[str, dict[str, tuple[str, ...]]] = {
    "Pod": {
        "spec.nodeName": ("spec.nodeName",),
        "spec.restartPolicy": ("spec.restartPolicy",),
        "spec.schedulerName": ("spec.schedulerName",),
        "spec.serviceAccountName": ("spec.serviceAccountName",),
        "spec.hostNetwork": ("spec.hostNetwork", "=false"),
        "status.phase": ("status.phase",),
        "status.podIP": ("status.podIP",),
        "status.podIPs": ("status.podIP",),
        "status.nominatedNodeName": ("status.nominatedNodeName",),
    },
    "Node": {"spec.unschedulable": ("spec.unschedulable", "=false")},
    "Namespace": {"status.phase": ("status.phase",)},
    "Job": {"status.successful": ("status.succeeded", "=0")},
    "ReplicationController": {"status.replicas": ("status.replicas", "=0")},
    "Service": {"spec.clusterIP": ("spec.clusterIP",), "spec.type": ("spec.type",)},
    "Secret": {"type": ("type",)},
    "Event": {
        "involvedObject.kind": ("involvedObject.kind",),
        "involvedObject.namespace": ("involvedObject.namespace",),
        "involvedObject.name": ("involvedObject.name",),
        "involvedObject.uid": ("involvedObject.uid",),
        "involvedObject.apiVersion": ("involvedObject.apiVersion",),
        "involvedObject.resourceVersion": ("involvedObject.resourceVersion",),
        "involvedObject.fieldPath": ("involvedObject.fieldPath",),
        "reason": ("reason",),
        "reportingComponent": ("reportingComponent",),
        "source": ("source.component", "reportingComponent"),
        "type": ("type",),
    },
}
_EVERY_KIND = {"metadata.name": ("metadata.name",), "metadata.namespace": ("metadata.namespace",)}
# An old name that the API server still understands.
_RENAMED = {("Pod", "spec.host"): "spec.nodeName"}
_OPERATOR = re.compile(r"!=|==|=")


@dataclass(frozen=True, slots=True)
class FieldTerm:
    """One condition: the field is (`=`) or is not (`!=`) of this value."""

    field: str
    operator: str
    value: str
    places: tuple[str, ...]

    def matches(self, obj: Any) -> bool:
        """Whether an object meets the condition."""
        return (_text(obj, self.places) == self.value) == (self.operator == "=")

    def __str__(self) -> str:
        escaped = self.value.replace("\\", "\\\\").replace(",", "\\,").replace("=", "\\=")
        return f"{self.field}{self.operator}{escaped}"


@dataclass(frozen=True, slots=True)
class FieldSelector:
    """All of these conditions at once; without any, every object matches."""

    terms: tuple[FieldTerm, ...] = ()

    def matches(self, obj: Any) -> bool:
        """Whether an object is selected."""
        return all(term.matches(obj) for term in self.terms)

    def required(self, field: str) -> str | None:
        """The one value that the field must have, if the selector says so: a client's list may then be short."""
        return next((term.value for term in self.terms if term.field == field and term.operator == "="), None)

    def __str__(self) -> str:
        return ",".join(map(str, self.terms))


def _fields_of(kind: Kind) -> dict[str, tuple[str, ...]]:
    """The fields of a kind's own, and where the value of each is; a definition names those of a custom kind."""
    if kind.custom:
        return {path.lstrip("."): (path.lstrip("."),) for path in served_version(kind).selectable}
    return _FIELDS.get(kind.name, {})


def supported(kind: Kind) -> list[str]:
    """The fields that objects of a kind can be chosen by."""
    return [*_EVERY_KIND, *_fields_of(kind)]


def parse_fields(kind: Kind, text: str) -> FieldSelector:
    """The selector that a text such as `spec.nodeName=worker-1,status.phase!=Running` stands for.

    Raises
    ------
    ApiError
        400: the text is not a selector, or the kind cannot be chosen by such a field.
    """
    terms = []
    for part in sorted(re.findall(r"(?:[^\\,]|\\.|\\$)+", text, re.DOTALL)):
        found = _OPERATOR.search(part)
        if not found:
            raise bad_request(f"invalid selector: '{text}'; can't understand '{part}'")
        field = part[: found.start()]
        field = _RENAMED.get((kind.name, field), field)
        places = _fields_of(kind).get(field) or _EVERY_KIND.get(field)
        if not places:
            raise _unsupported(kind, field)
        terms.append(FieldTerm(field, "!=" if found[0] == "!=" else "=", _unescaped(part[found.end() :]), places))
    return FieldSelector(tuple(terms))


def _unsupported(kind: Kind, field: str) -> ApiError:
    if kind.custom or kind.name in _FIELDS:
        return bad_request(f"field label not supported: {field}")
    return bad_request(f'"{field}" is not a known field selector: only "metadata.name", "metadata.namespace"')


def _unescaped(text: str) -> str:
    plain, letters = [], iter(text)
    for letter in letters:
        if letter in ",=":
            raise bad_request(f"invalid field selector: unescaped character in value: {ord(letter)}")
        if letter == "\\":
            letter = next(letters, "")
            if letter not in ("\\", ",", "="):
                raise bad_request(f"invalid field selector: invalid escape sequence: \\{letter}")
        plain.append(letter)
    return "".join(plain)


def _text(obj: Any, places: tuple[str, ...]) -> str:
    for place in places:
        if place.startswith("="):
            return place[1:]
        value = obj
        for name in place.split("."):
            value = value.get(name) if isinstance(value, dict) else getattr(value, name, None)
        if isinstance(value, bool):
            return "true" if value else "false"
        if value or value == 0:
            return str(value)
    return ""
