"""The containers of a pod: regular ones, init containers and sidecars, ephemeral ones.

In Kubernetes
    `validateContainers` and its neighbours in `pkg/apis/core/validation/validation.go`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kubelab.api import formats
from kubelab.api.errors import Cause
from kubelab.api.validation.env import env, env_from
from kubelab.api.validation.mounts import devices, mounts
from kubelab.api.validation.names import invalid, one_of, required_label
from kubelab.api.validation.probes import probes
from kubelab.api.validation.resources import requirements
from kubelab.api.validation.restarts import resize_policy, restart_rules
from kubelab.api.validation.security import container_security

_Json = dict[str, Any]
_MESSAGE_POLICIES = ("FallbackToLogsOnError", "File")
_PULL_POLICIES = ("Always", "IfNotPresent", "Never")
_PROTOCOLS = ("SCTP", "TCP", "UDP")
_NOT_OF_INIT = ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")
_NOT_OF_EPHEMERAL = (
    "ports",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "lifecycle",
    "restartPolicy",
    "restartPolicyRules",
    "resizePolicy",
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the containers of a pod share: its volumes, its claims, how it ends and who its users are."""

    volumes: Mapping[str, _Json]
    claims: tuple[str, ...]
    restart_policy: str
    grace_period: int | None
    host_users: bool


def containers_of(spec: _Json, path: str) -> list[tuple[_Json, str]]:
    """All containers of a pod with their paths, in the order in which Kubernetes visits them."""
    return [
        (container, f"{path}.{sort}[{i}]")
        for sort in ("initContainers", "containers", "ephemeralContainers")
        for i, container in enumerate(spec.get(sort, ()))
    ]


def containers(held: Sequence[_Json], around: Surroundings, path: str) -> Iterator[Cause]:
    """The regular containers: at least one, none called like another."""
    if not held:
        yield Cause.required(path)
    names: dict[str, None] = {}
    for i, container in enumerate(held):
        where = f"{path}[{i}]"
        yield from _common(container, around, where)
        if container.get("name", "") in names:
            yield Cause.duplicate(f"{where}.name", container.get("name", ""))
        names[container.get("name", "")] = None
        yield from probes(container, around.grace_period, where)
        if "restartPolicy" in container or "restartPolicyRules" in container:
            yield from restart_rules(container, where)
    yield from _host_port_conflicts(held, path)


def init_containers(
    held: Sequence[_Json], regular: Sequence[_Json], around: Surroundings, path: str
) -> Iterator[Cause]:
    """The containers that run first, one after the other; those that always restart are sidecars."""
    names = dict.fromkeys(container.get("name", "") for container in regular)
    for i, container in enumerate(held):
        name, where = container.get("name", ""), f"{path}[{i}]"
        yield from _common(container, around, where)
        if "restartPolicy" in container or "restartPolicyRules" in container:
            yield from restart_rules(container, where)
        if name in names:
            yield Cause.duplicate(f"{where}.name", name)
        elif name:
            names[name] = None
        yield from _host_port_conflicts([container], path)
        if container.get("restartPolicy") == "Always":
            yield from probes(container, around.grace_period, where)
            continue
        for field in _NOT_OF_INIT:
            if field in container:
                detail = "may not be set for init containers without restartPolicy=Always"
                yield Cause.forbidden(f"{where}.{field}", detail)
        for j, rule in enumerate(container.get("resizePolicy", ())):
            if rule.get("restartPolicy") == "RestartContainer":
                detail = "must not be set to 'RestartContainer' for non-sidecar initContainers"
                yield Cause.invalid(f"{where}.resizePolicy[{j}].restartPolicy", "RestartContainer", detail)


def ephemeral_containers(spec: _Json, around: Surroundings, path: str) -> Iterator[Cause]:
    """The containers that somebody put into a running pod to look around in it."""
    others = dict.fromkeys(
        container.get("name", "") for sort in ("containers", "initContainers") for container in spec.get(sort, ())
    )
    names = dict(others)
    for i, container in enumerate(spec["ephemeralContainers"]):
        name, where = container.get("name", ""), f"{path}[{i}]"
        yield from _common(container, around, where)
        yield from padded_image(container, where)
        if name in names:
            yield Cause.duplicate(f"{where}.name", name)
        names[name] = None
        target = container.get("targetContainerName")
        if target and target not in others:
            yield Cause.not_found(f"{where}.targetContainerName", target)
        given = [field for field in _NOT_OF_EPHEMERAL if field in container]
        for field in (*given, *(["resources"] if container.get("resources") else ())):
            yield Cause.forbidden(f"{where}.{field}", "cannot be set for an Ephemeral Container")
        for j, mount in enumerate(container.get("volumeMounts", ())):
            for field in ("subPath", "subPathExpr"):
                if field in mount:
                    detail = "cannot be set for an Ephemeral Container"
                    yield Cause.forbidden(f"{where}.volumeMounts[{j}].{field}", detail)


def padded_image(container: _Json, path: str) -> Iterator[Cause]:
    """Blanks around an image's name, which only the templates of workloads may have."""
    image = container.get("image", "")
    if image != image.strip():
        yield Cause.invalid(f"{path}.image", image, "must not have leading or trailing whitespace")


def _common(container: _Json, around: Surroundings, path: str) -> Iterator[Cause]:
    yield from required_label(container.get("name"), f"{path}.name")
    if not container.get("image"):
        yield Cause.required(f"{path}.image")
    policy = container.get("terminationMessagePolicy")
    if policy not in _MESSAGE_POLICIES:
        yield from one_of(policy, f"{path}.terminationMessagePolicy", _MESSAGE_POLICIES)
    if "ports" in container:
        yield from _ports(container["ports"], f"{path}.ports")
    if "env" in container:
        yield from env(container["env"], f"{path}.env")
    if "envFrom" in container:
        yield from env_from(container["envFrom"], f"{path}.envFrom")
    if "volumeMounts" in container:
        yield from mounts(container, around.volumes, f"{path}.volumeMounts")
    if "volumeDevices" in container:
        yield from devices(container, around.volumes, f"{path}.volumeDevices")
    if container.get("imagePullPolicy") not in _PULL_POLICIES:
        yield from one_of(container.get("imagePullPolicy"), f"{path}.imagePullPolicy", _PULL_POLICIES)
    if container.get("resources"):
        yield from requirements(container["resources"], around.claims, f"{path}.resources")
    if "resizePolicy" in container:
        yield from resize_policy(container["resizePolicy"], around.restart_policy, f"{path}.resizePolicy")
    if container.get("securityContext"):
        yield from container_security(container["securityContext"], around.host_users, f"{path}.securityContext")


def _ports(ports: Sequence[_Json], path: str) -> Iterator[Cause]:
    names: dict[str, None] = {}
    for i, port in enumerate(ports):
        if name := port.get("name"):
            if messages := formats.port_name(name):
                yield from invalid(f"{path}[{i}].name", name, messages)
            elif name in names:
                yield Cause.duplicate(f"{path}[{i}].name", name)
            names[name] = None
        number = port.get("containerPort", 0)
        if not number:
            yield Cause.required(f"{path}[{i}].containerPort")
        elif not 1 <= number <= 65535:
            yield from invalid(f"{path}[{i}].containerPort", number, formats.port_number(number))
        if host_port := port.get("hostPort"):
            yield from invalid(f"{path}[{i}].hostPort", host_port, formats.port_number(host_port))
        if port.get("protocol") not in _PROTOCOLS:
            yield from one_of(port.get("protocol"), f"{path}[{i}].protocol", _PROTOCOLS)


def _host_port_conflicts(held: Iterable[_Json], path: str) -> Iterator[Cause]:
    taken: dict[str, None] = {}
    for i, container in enumerate(held):
        for j, port in enumerate(container.get("ports", ())):
            if host_port := port.get("hostPort"):
                key = f"{port.get('protocol', '')}/{port.get('hostIP', '')}/{host_port}"
                if key in taken:
                    yield Cause.duplicate(f"{path}[{i}].ports[{j}].hostPort", key)
                taken[key] = None
