"""The few annotations that mean something to the API server when a pod bears them.

In Kubernetes
    `ValidatePodSpecificAnnotations` in `pkg/apis/core/validation/validation.go`.
Left out
    The annotation of tolerations, which no release since 1.6 reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.validation.containers import containers_of
from kubelab.api.validation.paths import local_descending

_Json = dict[str, Any]
_MIRROR = "kubernetes.io/config.mirror"
_DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
_SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod"
_SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/"
_APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"
_SECCOMP_PROFILES = ("runtime/default", "docker/default", "unconfined")
_APP_ARMOR_PROFILES = ("", "runtime/default", "unconfined")
_COST = re.compile(r"0|-?[0-9]{1,10}").fullmatch


def pod_annotations(held: Mapping[str, str] | None, spec: _Json, path: str) -> Iterator[Cause]:
    """The annotations of a pod, or of the template of pods."""
    for key, value in (held or {}).items():
        where = f"{path}[{key}]"
        if key == _MIRROR and not spec.get("nodeName"):
            yield Cause.invalid(where, value, "must set spec.nodeName if mirror pod annotation is set")
        elif key == _DELETION_COST and not _is_cost(value):
            yield Cause.invalid(where, value, "must be a 32bit integer")
        elif key == _SECCOMP_POD or key.startswith(_SECCOMP_CONTAINER):
            yield from _seccomp(value, f"{path}.{key}")
        elif key.startswith(_APP_ARMOR):
            name = key.removeprefix(_APP_ARMOR)
            if all(container.get("name") != name for container, _ in containers_of(spec, "")):
                yield Cause.invalid(where, name, "container not found")
            if value not in _APP_ARMOR_PROFILES and not value.startswith("localhost/"):
                yield Cause.invalid(where, value, f'invalid AppArmor profile name: "{value}"')


def _is_cost(text: str) -> bool:
    well_written = _COST(text) and not (text.startswith("0") and text != "0")
    return bool(well_written) and -(2**31) <= int(text) < 2**31


def _seccomp(profile: str, path: str) -> Iterator[Cause]:
    if profile.startswith("localhost/"):
        yield from local_descending(profile.removeprefix("localhost/"), path)
    elif profile not in _SECCOMP_PROFILES:
        yield Cause.invalid(path, profile, "must be a valid seccomp profile")


def annotation_updates(new: Mapping[str, str], old: Mapping[str, str], path: str) -> Iterator[Cause]:
    """What may not change once the pod is there: its confinement, and whose mirror it is."""
    for key in dict.fromkeys((*old, *new)):
        called = "AppArmor annotations" if key.startswith(_APP_ARMOR) else "mirror pod annotation"
        if (key == _MIRROR or key.startswith(_APP_ARMOR)) and new.get(key) != old.get(key):
            verb = "remove or update" if key in old else "add"
            yield Cause.forbidden(f"{path}[{key}]", f"may not {verb} {called}")


def confinement_agrees(held: Mapping[str, str] | None, spec: _Json, path: str) -> Iterator[Cause]:
    """An old annotation and the new field that replaced it must say the same: seccomp and AppArmor profiles."""
    if not held:
        return
    of_pod = spec.get("securityContext", {})
    if "seccompProfile" in of_pod and _SECCOMP_POD in held:
        where = f"{path}.securityContext.seccompProfile"
        yield from _agrees("seccomp", held[_SECCOMP_POD], of_pod["seccompProfile"], where)
    for container, where in containers_of(spec, path):
        name, context = container.get("name", ""), container.get("securityContext", {})
        key = f"{_SECCOMP_CONTAINER}{name}"
        if "seccompProfile" in context and key in held:
            profile = context["seccompProfile"]
            yield from _agrees("seccomp", held[key], profile, f"{where}.securityContext.seccompProfile")
        key = f"{_APP_ARMOR}{name}"
        profile = context.get("appArmorProfile", of_pod.get("appArmorProfile"))
        if profile is not None and key in held and spec.get("os", {}).get("name") != "windows":
            yield from _agrees("apparmor", held[key], profile, f"{where}.securityContext.appArmorProfile")


def _agrees(called: str, annotation: str, profile: _Json, path: str) -> Iterator[Cause]:
    sort, file = profile.get("type", ""), profile.get("localhostProfile")
    said = {
        "Unconfined": annotation == "unconfined",
        "RuntimeDefault": annotation in ("runtime/default", "docker/default" if called == "seccomp" else ""),
        "Localhost": annotation.startswith("localhost/"),
    }
    if not said.get(sort, True):
        yield Cause.forbidden(f"{path}.type", f"{called} type in annotation and field must match")
    elif sort == "Localhost" and annotation.removeprefix("localhost/") != file:
        yield Cause.forbidden(f"{path}.localhostProfile", f"{called} profile in annotation and field must match")
