"""What an APIService may say.

In Kubernetes
    `ValidateAPIService` in `k8s.io/kube-aggregator/pkg/apis/apiregistration/validation/validation.go`.
    https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/apiserver-aggregation/
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from kubelab.api import formats
from kubelab.api.errors import Cause, go_value
from kubelab.api.metadata import path_segment
from kubelab.api.validation.names import invalid, subdomain

_Json = dict[str, Any]

_HIGHEST_GROUP_PRIORITY, _HIGHEST_VERSION_PRIORITY = 20000, 1000
_STATES = ("True", "False", "Unknown")


def apiservice(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """An APIService: which version of which group is asked for where."""
    spec, name = obj["spec"], obj["metadata"].get("name", "")
    group, version = spec.get("group", ""), spec.get("version", "")
    if old is None and name and not path_segment(name) and name != f"{version}.{group}":
        detail = f'must be `spec.version+"."+spec.group`: {go_value(f"{version}.{group}")}'
        yield Cause.invalid("metadata.name", name, detail)
    if old is not None and spec == old["spec"]:
        for i, condition in enumerate(obj["status"].get("conditions", ())):
            if condition["status"] not in _STATES:
                path = f"status.conditions[{i}].status"
                yield Cause.not_supported(path, condition["status"], _STATES, as_given=True)
    if group:
        yield from subdomain(group, "spec.group")
    elif version != "v1":
        yield Cause.required("spec.group", "only v1 may have an empty group and it better be legacy kube")
    yield from invalid("spec.version", version, formats.dns1035_label(version))
    if not 0 < spec["groupPriorityMinimum"] <= _HIGHEST_GROUP_PRIORITY:
        detail = "must be positive and less than 20000"
        yield Cause.invalid("spec.groupPriorityMinimum", spec["groupPriorityMinimum"], detail)
    if not 0 < spec["versionPriority"] <= _HIGHEST_VERSION_PRIORITY:
        yield Cause.invalid("spec.versionPriority", spec["versionPriority"], "must be positive and less than 1000")
    yield from _backend(spec)


def _backend(spec: _Json) -> Iterator[Cause]:
    service, certificates, insecure = spec.get("service"), spec.get("caBundle"), spec.get("insecureSkipTLSVerify")
    if service is None:
        if certificates:
            size = f"{len(base64.b64decode(certificates))} bytes"
            yield Cause.invalid("spec.caBundle", size, "local APIServices may not have a caBundle")
        if insecure:
            detail = "local APIServices may not have insecureSkipTLSVerify"
            yield Cause.invalid("spec.insecureSkipTLSVerify", insecure, detail)
        return
    for field in ("namespace", "name"):
        if not service.get(field):
            yield Cause.required(f"spec.service.{field}")
    if faults := formats.port_number(service["port"]):
        yield Cause.invalid("spec.service.port", service["port"], f"port is not valid: {', '.join(faults)}")
    if insecure and certificates:
        yield Cause.invalid("spec.insecureSkipTLSVerify", insecure, "may not be true if caBundle is present")
