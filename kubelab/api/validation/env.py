"""The environment of a container: values, and references to where a value comes from.

In Kubernetes
    `ValidateEnv` and `ValidateEnvFrom` in `pkg/apis/core/validation/validation.go`.
    https://kubernetes.io/docs/tasks/inject-data-application/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kubelab.api import formats
from kubelab.api.errors import Cause
from kubelab.api.quantity import parse
from kubelab.api.validation.names import invalid, qualified, required_label, subdomain
from kubelab.api.validation.paths import no_backsteps

_Json = dict[str, Any]

_SOURCES = ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")
_ENV_FIELDS = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
)
_ALL_FIELDS = frozenset(
    {
        *_ENV_FIELDS,
        "metadata.annotations",
        "metadata.labels",
        "spec.restartPolicy",
        "spec.schedulerName",
        "status.phase",
    }
)
_WITH_SUBSCRIPT = ("metadata.annotations", "metadata.labels")
_RESOURCES = tuple(
    f"{sort}.{name}" for sort in ("limits", "requests") for name in ("cpu", "ephemeral-storage", "memory")
)
_HUGE_PAGES = ("limits.hugepages-", "requests.hugepages-")
_BYTES = ("1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei")
_DIVISORS = {
    "cpu": (("1m", "1"), "1m and 1", "cpu"),
    "memory": (_BYTES, ", ".join(_BYTES), "memory"),
    "ephemeral-storage": (_BYTES, ", ".join(_BYTES), "local ephemeral storage"),
    "hugepages": (_BYTES, ", ".join(_BYTES), "hugepages"),
}


def env(variables: Sequence[_Json], path: str) -> Iterator[Cause]:
    """The variables that a container sets one by one."""
    for i, variable in enumerate(variables):
        name = variable.get("name", "")
        if not name:
            yield Cause.required(f"{path}[{i}].name")
        else:
            yield from invalid(f"{path}[{i}].name", name, formats.env_var_name(name))
        if "valueFrom" in variable:
            yield from _value_from(variable, f"{path}[{i}].valueFrom")


def _value_from(variable: _Json, path: str) -> Iterator[Cause]:
    source = variable["valueFrom"]
    if "fieldRef" in source:
        yield from field_reference(source["fieldRef"], _ENV_FIELDS, f"{path}.fieldRef")
    if "resourceFieldRef" in source:
        yield from resource_reference(source["resourceFieldRef"], f"{path}.resourceFieldRef", in_volume=False)
    for sort in ("configMapKeyRef", "secretKeyRef"):
        if sort in source:
            yield from _key_reference(source[sort], f"{path}.{sort}")
    if "fileKeyRef" in source:
        yield from _file_reference(source["fileKeyRef"], f"{path}.fileKeyRef")
    given = sum(sort in source for sort in _SOURCES)
    if not given:
        listed = "`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
        yield Cause.invalid(path, "", f"must specify one of: {listed}")
    elif variable.get("value"):
        yield Cause.invalid(path, "", "may not be specified when `value` is not empty")
    elif given > 1:
        yield Cause.invalid(path, "", "may not have more than one field specified at a time")


def field_reference(reference: _Json, supported: Sequence[str], path: str) -> Iterator[Cause]:
    """A reference to a field of the pod itself: the downward API."""
    version, field = reference.get("apiVersion", ""), reference.get("fieldPath", "")
    if not version:
        yield Cause.required(f"{path}.apiVersion")
        return
    if not field:
        yield Cause.required(f"{path}.fieldPath")
        return
    name, key = _subscript(field)
    problem = ""
    if version != "v1":
        problem = f"unsupported pod version: {version}"
    elif key is not None and name not in _WITH_SUBSCRIPT:
        problem = f"field label does not support subscript: {field}"
    elif key is None and field != "spec.host" and field not in _ALL_FIELDS:
        problem = f"field label not supported: {field}"
    if problem:
        yield Cause.invalid(f"{path}.fieldPath", field, f"error converting fieldPath: {problem}")
    elif key is not None:
        yield from qualified(key.lower() if name == "metadata.annotations" else key, path)
    else:
        field = "spec.nodeName" if field == "spec.host" else field
        if field not in supported:
            yield Cause.not_supported(f"{path}.fieldPath", field, supported)


def _subscript(field: str) -> tuple[str, str | None]:
    """`metadata.labels['app']` in its two parts."""
    name, bracket, rest = field.partition("['")
    if name and bracket and rest.endswith("']"):
        return name, rest[:-2]
    return field, None


def resource_reference(reference: _Json, path: str, in_volume: bool) -> Iterator[Cause]:
    """A reference to what a container may use."""
    resource = reference.get("resource", "")
    if in_volume and not reference.get("containerName"):
        yield Cause.required(f"{path}.containerName")
    elif not resource:
        yield Cause.required(f"{path}.resource")
    elif resource not in _RESOURCES and not resource.startswith(_HUGE_PAGES):
        yield Cause.not_supported(f"{path}.resource", resource, _RESOURCES)
    divisor = reference.get("divisor", "0")
    sort = resource.partition(".")[2]
    sort = "hugepages" if resource.startswith(_HUGE_PAGES) else sort if resource in _RESOURCES else ""
    if sort and parse(divisor):
        allowed, listed, called = _DIVISORS[sort]
        if divisor not in allowed:
            detail = f"only divisor's values {listed} are supported with the {called} resource"
            yield Cause.invalid(f"{path}.divisor", resource, detail)


def _key_reference(reference: _Json, path: str) -> Iterator[Cause]:
    yield from subdomain(reference.get("name", ""), f"{path}.name")
    key = reference.get("key", "")
    if not key:
        yield Cause.required(f"{path}.key")
    else:
        yield from invalid(f"{path}.key", key, formats.config_map_key(key))


def _file_reference(reference: _Json, path: str) -> Iterator[Cause]:
    key, target = reference.get("key", ""), reference.get("path", "")
    if not key:
        yield Cause.required(f"{path}.key")
    else:
        yield from invalid(f"{path}.key", key, formats.env_var_name(key))
    yield from required_label(reference.get("volumeName"), f"{path}.volumeName")
    if not target:
        yield Cause.required(f"{path}.path")
    else:
        yield from no_backsteps(target, f"{path}.path")


def env_from(sources: Sequence[_Json], path: str) -> Iterator[Cause]:
    """The ConfigMaps and Secrets whose keys all become variables."""
    for i, source in enumerate(sources):
        if prefix := source.get("prefix"):
            yield from invalid(f"{path}[{i}].prefix", prefix, formats.env_var_name(prefix))
        given = [sort for sort in ("configMapRef", "secretRef") if sort in source]
        for sort in given:
            # a trailing hyphen is let through here, as in names that more is appended to
            name = source[sort].get("name", "")
            if not name:
                yield Cause.required(f"{path}[{i}].{sort}.name")
            else:
                checked = f"{name[:-1]}a" if len(name) > 1 and name.endswith("-") else name
                yield from invalid(f"{path}[{i}].{sort}.name", name, formats.dns1123_subdomain(checked))
        if not given:
            yield Cause.invalid(path, "", "must specify one of: `configMapRef` or `secretRef`")
        elif len(given) > 1:
            yield Cause.invalid(path, "", "may not have more than one field specified at a time")


def file_key_volumes(containers: Sequence[tuple[_Json, str]], volumes: Sequence[_Json]) -> Iterator[Cause]:
    """Files that hold variables live in an emptyDir of the pod; `containers` come with their paths."""
    known = {volume.get("name", ""): volume for volume in volumes}
    for container, path in containers:
        for i, variable in enumerate(container.get("env", ())):
            reference = variable.get("valueFrom", {}).get("fileKeyRef")
            if reference is None:
                continue
            name = reference.get("volumeName", "")
            where = f"{path}.env[{i}].valueFrom.fileKeyRef.volumeName"
            if name not in known:
                yield Cause.not_found(where, name)
            elif "emptyDir" not in known[name]:
                yield Cause.invalid(where, name, "referenced volume must be of type emptyDir")
