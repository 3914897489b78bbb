"""What a container means when it says only half of it.

In Kubernetes
    `SetDefaults_Container`, `SetDefaults_Probe` and `SetDefaults_HTTPGetAction` in `pkg/apis/core/v1/defaults.go`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.defaults.image_tag import pull_policy
from kubelab.api.defaults.volumes import resource_field, resource_list

_Json = dict[str, Any]


def container(held: _Json) -> None:
    """Fill in one container, of whatever sort."""
    if "imagePullPolicy" not in held:
        held["imagePullPolicy"] = pull_policy(held.get("image", ""))
    held.setdefault("terminationMessagePath", "/dev/termination-log")
    held.setdefault("terminationMessagePolicy", "File")
    resources = held.setdefault("resources", {})
    for sort in ("limits", "requests"):
        if sort in resources:
            resource_list(resources[sort])
    for port in held.get("ports", ()):
        port.setdefault("protocol", "TCP")
    for variable in held.get("env", ()):
        if "valueFrom" in variable:
            _value_from(variable["valueFrom"])
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        if name in held:
            _probe(held[name])
    if "lifecycle" in held:
        _lifecycle(held["lifecycle"])


def _value_from(source: _Json) -> None:
    if "fieldRef" in source:
        source["fieldRef"].setdefault("apiVersion", "v1")
    if "resourceFieldRef" in source:
        resource_field(source["resourceFieldRef"])
    if "fileKeyRef" in source:
        source["fileKeyRef"].setdefault("optional", False)


def _probe(probe: _Json) -> None:
    probe.setdefault("timeoutSeconds", 1)
    probe.setdefault("periodSeconds", 10)
    probe.setdefault("successThreshold", 1)
    probe.setdefault("failureThreshold", 3)
    if "grpc" in probe:
        probe["grpc"].setdefault("service", "")
    _http_get(probe)


def _lifecycle(lifecycle: _Json) -> None:
    lifecycle.pop("stopSignal", None)  # behind a feature gate that is off in a default cluster
    for name in ("postStart", "preStop"):
        if name in lifecycle:
            _http_get(lifecycle[name])


def _http_get(handler: _Json) -> None:
    if "httpGet" in handler:
        action = handler["httpGet"]
        action.setdefault("path", "/")
        action.setdefault("scheme", "HTTP")
