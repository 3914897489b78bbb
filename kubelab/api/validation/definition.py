"""What the definition of a custom resource may say.

Its fields are named as Kubernetes names them within: what all versions have in common stands in `spec.validation`,
`spec.subresources` and `spec.additionalPrinterColumns`, although a manifest says it in each version.

In Kubernetes
    `k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go`.
    https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
Left out
    Rules in CEL (`x-kubernetes-validations`) are kept and not compiled.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from kubelab.api import formats
from kubelab.api.errors import Cause
from kubelab.api.validation.definition_conversion import conversion
from kubelab.api.validation.definition_schema import Tolerance, version_schema
from kubelab.api.validation.definition_version import column, deprecation, selectable_fields, subresources

_Json = dict[str, Any]

_SCOPES = ("Cluster", "Namespaced")
_APPROVED = "api-approved.kubernetes.io"
_PROTECTED = ("k8s.io", "kubernetes.io")
_SHARED = ("schema", "subresources", "additionalPrinterColumns", "selectableFields")
_PULL_REQUEST = "see https://github.com/kubernetes/enhancements/pull/1111"


def customresourcedefinition(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A definition: which kind, and of which schema its objects are."""
    spec, meta = obj["spec"], obj["metadata"]
    if old is not None and spec == old["spec"] and meta.get("annotations") == old["metadata"].get("annotations"):
        yield from _names(obj["status"]["acceptedNames"], "status.acceptedNames")
        return
    if old is None:
        yield from _own_name(meta, f"{spec['names']['plural']}.{spec['group']}")
    yield from _spec(spec, Tolerance.of(old))
    if old is not None:
        yield from _changes(spec, old)
    yield from _names(obj["status"]["acceptedNames"], "status.acceptedNames")
    yield from _stored_versions(obj["status"].get("storedVersions") or [], spec.get("versions", ()))
    yield from _approval(obj, old)
    if spec.get("preserveUnknownFields") and not (old is not None and old["spec"].get("preserveUnknownFields")):
        detail = (
            "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"
        )
        yield Cause.invalid("spec.preserveUnknownFields", True, detail)


def _own_name(meta: _Json, wanted: str) -> Iterator[Cause]:
    for field in ("generateName", "name"):
        if meta.get(field) and meta[field] != wanted:
            yield Cause.invalid(f"metadata.{field}", meta[field], 'must be spec.names.plural+"."+spec.group')


def _spec(spec: _Json, tolerance: Tolerance) -> Iterator[Cause]:
    yield from _group(spec["group"])
    if not spec["scope"]:
        yield Cause.required("spec.scope")
    elif spec["scope"] not in _SCOPES:
        yield Cause.not_supported("spec.scope", spec["scope"], _SCOPES, as_given=True)
    versions = spec.get("versions") or []
    shared = {field: _common(versions, field) for field in _SHARED}
    for i, version in enumerate(versions):
        if "openAPIV3Schema" not in version.get("schema", {}):
            yield Cause.required(f"spec.versions[{i}].schema.openAPIV3Schema")
    for i, version in enumerate(versions):
        own = {field: version.get(field) for field in _SHARED if not shared[field][0]}
        yield from _version(version, own, f"spec.versions[{i}]", tolerance, "status" in version.get("subresources", {}))
    yield from _set_of_versions(versions)
    for field in ("plural", "singular", "kind", "listKind"):
        if not spec["names"].get(field):
            yield Cause.required(f"spec.names.{field}")
    yield from _names(spec["names"], "spec.names")
    any_status = any("status" in version.get("subresources", {}) for version in versions)
    together = {field: value for field, (is_shared, value) in shared.items() if is_shared}
    yield from _parts(together, "spec", tolerance, any_status, schema_field="validation")
    yield from conversion(spec["conversion"], tolerance)


def _common(versions: list[_Json], field: str) -> tuple[bool, Any]:
    """Whether all versions say the same in a field, and what."""
    said = [version.get(field) for version in versions]
    return (True, said[0]) if said and all(each == said[0] for each in said) else (False, None)


def _group(group: str) -> Iterator[Cause]:
    if not group:
        yield Cause.required("spec.group")
    elif faults := formats.dns1123_subdomain(group):
        yield Cause.invalid("spec.group", group, ",".join(faults))
    elif "." not in group:
        yield Cause.invalid("spec.group", group, "should be a domain with at least one dot")


def _version(version: _Json, own: _Json, path: str, tolerance: Tolerance, status: bool) -> Iterator[Cause]:
    if faults := formats.dns1035_label(version["name"]):
        yield Cause.invalid(f"{path}.name", version["name"], ",".join(faults))
    yield from deprecation(version, path)
    yield from _parts(own, path, tolerance, status, schema_field="schema")


def _parts(said: _Json, path: str, tolerance: Tolerance, status: bool, schema_field: str) -> Iterator[Cause]:
    schema = (said.get("schema") or {}).get("openAPIV3Schema")
    if said.get("schema") is not None:
        yield from version_schema(schema, f"{path}.{schema_field}", status, tolerance)
    if said.get("subresources") is not None:
        yield from subresources(said["subresources"], f"{path}.subresources")
    for i, each in enumerate(said.get("additionalPrinterColumns") or ()):
        yield from column(each, f"{path}.additionalPrinterColumns[{i}]")
    if said.get("selectableFields"):
        yield from selectable_fields(said["selectableFields"], schema, f"{path}.selectableFields")


def _set_of_versions(versions: list[_Json]) -> Iterator[Cause]:
    names = [version["name"] for version in versions]
    if len(set(names)) != len(names):
        yield Cause.invalid("spec.versions", versions, "must contain unique version names")
    if sum(version["storage"] for version in versions) != 1:
        yield Cause.invalid("spec.versions", versions, "must have exactly one version marked as storage version")


def _names(names: _Json, path: str) -> Iterator[Cause]:
    for field in ("plural", "singular"):
        if names.get(field) and (faults := formats.dns1035_label(names[field])):
            yield Cause.invalid(f"{path}.{field}", names[field], ",".join(faults))
    for field in ("kind", "listKind"):
        if names.get(field) and (faults := formats.dns1035_label(names[field].lower())):
            detail = f"may have mixed case, but should otherwise match: {','.join(faults)}"
            yield Cause.invalid(f"{path}.{field}", names[field], detail)
    yield from _words(names.get("shortNames", ()), f"{path}.shortNames")
    if names.get("kind") and names["kind"] == names.get("listKind"):
        yield Cause.invalid(f"{path}.listKind", names["listKind"], "kind and listKind may not be the same")
    yield from _words(names.get("categories", ()), f"{path}.categories")


def _words(words: Any, path: str) -> Iterator[Cause]:
    for i, word in enumerate(words):
        if faults := formats.dns1035_label(word):
            yield Cause.invalid(f"{path}[{i}]", word, ",".join(faults))


def _changes(spec: _Json, old: _Json) -> Iterator[Cause]:
    before, settled = old["spec"], ["group", "names.plural"]
    if any(
        held["type"] == "Established" and held["status"] == "True" for held in old["status"].get("conditions") or ()
    ):
        settled = ["scope", "names.kind", *settled]
    for place in settled:
        field, _, name = place.partition(".")
        value, was = (spec[field][name], before[field][name]) if name else (spec[field], before[field])
        if value != was:
            yield Cause.invalid(f"spec.{place}", value, "field is immutable")


def _stored_versions(stored: list[str], versions: Any) -> Iterator[Cause]:
    path, names = "status.storedVersions", [version["name"] for version in versions]
    if not stored:
        yield Cause.invalid(path, stored, "must have at least one stored version")
        return
    for version in versions:
        if version["storage"] and version["name"] not in stored:
            yield Cause.invalid(path, stored, f"must have the storage version {version['name']}")
    for i, name in enumerate(stored):
        if name not in names:
            detail = (
                f"missing from spec.versions; {name} was previously a storage version, and must remain in "
                f"spec.versions until a storage migration ensures no data remains persisted in {name} and removes "
                f"{name} from status.storedVersions"
            )
            yield Cause.invalid(f"{path}[{i}]", name, detail)


def _approval(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """Groups of Kubernetes's own need the word of those who look after them."""
    group = obj["spec"]["group"]
    if not any(group == domain or group.endswith(f".{domain}") for domain in _PROTECTED):
        return
    said = obj["metadata"].get("annotations", {}).get(_APPROVED, "")
    if old is not None and _state(said) == _state(old["metadata"].get("annotations", {}).get(_APPROVED, "")):
        return
    path, must = f"metadata.annotations[{_APPROVED}]", f'protected groups must have approval annotation "{_APPROVED}"'
    if _state(said) == "missing":
        yield Cause.required(path, f"{must}, {_PULL_REQUEST}")
    elif _state(said) == "invalid":
        detail = f'{must} with either a URL or a reason starting with "unapproved", {_PULL_REQUEST}'
        yield Cause.invalid(path, said, detail)


def _state(said: str) -> str:
    if not said:
        return "missing"
    if said.startswith("unapproved"):
        return "bypassed"
    parts = urlsplit(said)
    return "approved" if parts.scheme and parts.netloc else "invalid"
