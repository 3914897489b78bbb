"""Security contexts: as whom, with which privileges and how confined the processes of a pod run.

In Kubernetes
    `ValidateSecurityContext` and `validatePodSpecSecurityContext` in `pkg/apis/core/validation/validation.go`.
    https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.validation.names import one_of_if_given, within
from kubelab.api.validation.paths import local_descending
from kubelab.api.validation.windows import windows_options

_Json = dict[str, Any]
_LARGEST_ID = 2**31 - 1
_PROFILES = ("Localhost", "RuntimeDefault", "Unconfined")
_LONGEST_PROFILE = 4095
_LONGEST_SYSCTL = 253
_SYSCTL_SEGMENT = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_SYSCTL = rf"^({_SYSCTL_SEGMENT}[\./])*{_SYSCTL_SEGMENT}$"
_is_sysctl = re.compile(_SYSCTL).fullmatch
_IPC_SYSCTLS = ("kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue.")


def container_security(context: _Json, host_users: bool, path: str) -> Iterator[Cause]:
    """The security context of one container."""
    yield from _identities(context, path)
    mount = context.get("procMount")
    if mount is not None:
        yield from one_of_if_given(mount, f"{path}.procMount", ("Default", "Unmasked"))
        if mount == "Unmasked" and host_users:
            yield Cause.invalid(f"{path}.procMount", mount, "`hostUsers` must be false to use `Unmasked`")
    yield from _profiles(context, path)
    if context.get("allowPrivilegeEscalation") is False:
        if context.get("privileged"):
            detail = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
            yield Cause.invalid(path, context, detail)
        if "CAP_SYS_ADMIN" in context.get("capabilities", {}).get("add", ()):
            detail = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"
            yield Cause.invalid(path, context, detail)


def pod_security(spec: _Json, path: str) -> Iterator[Cause]:
    """The security context of a pod, which its containers inherit."""
    context = spec.get("securityContext")
    where = f"{path}.securityContext"
    if context:
        if "fsGroup" in context:
            yield from within(context["fsGroup"], 0, _LARGEST_ID, f"{where}.fsGroup")
        yield from _identities(context, where)
        for i, group in enumerate(context.get("supplementalGroups", ())):
            yield from within(group, 0, _LARGEST_ID, f"{where}.supplementalGroups[{i}]")
        if "sysctls" in context:
            yield from _sysctls(spec, f"{where}.sysctls")
        for field, words in _POLICIES.items():
            yield from one_of_if_given(context.get(field), f"{where}.{field}", words)
        yield from _profiles(context, where)
    if spec.get("hostPID") and spec.get("shareProcessNamespace"):
        detail = "ShareProcessNamespace and HostPID cannot both be enabled"
        yield Cause.invalid(f"{where}.shareProcessNamespace", True, detail)


_POLICIES = {
    "fsGroupChangePolicy": ("Always", "OnRootMismatch"),
    "supplementalGroupsPolicy": ("Merge", "Strict"),
    "seLinuxChangePolicy": ("MountOption", "Recursive"),
}


def _identities(context: _Json, path: str) -> Iterator[Cause]:
    for field in ("runAsUser", "runAsGroup"):
        if field in context:
            yield from within(context[field], 0, _LARGEST_ID, f"{path}.{field}")


def _profiles(context: _Json, path: str) -> Iterator[Cause]:
    if "seccompProfile" in context:
        yield from _seccomp(context["seccompProfile"], f"{path}.seccompProfile")
    if "windowsOptions" in context:
        yield from windows_options(context["windowsOptions"], f"{path}.windowsOptions")
    if "appArmorProfile" in context:
        yield from _app_armor(context["appArmorProfile"], f"{path}.appArmorProfile")


def _seccomp(profile: _Json, path: str) -> Iterator[Cause]:
    sort, file = profile.get("type", ""), profile.get("localhostProfile")
    if not sort:
        yield Cause.required(f"{path}.type", "type is required when seccompProfile is set")
    elif sort not in _PROFILES:
        yield Cause.not_supported(f"{path}.type", sort, _PROFILES)
    if sort != "Localhost":
        if file is not None:
            detail = "can only be set when seccomp type is Localhost"
            yield Cause.invalid(f"{path}.localhostProfile", profile, detail)
    elif file is None:
        yield Cause.required(f"{path}.localhostProfile", "must be set when seccomp type is Localhost")
    else:
        yield from local_descending(file, f"{path}.localhostProfile")


def _app_armor(profile: _Json, path: str) -> Iterator[Cause]:
    sort, file, where = profile.get("type", ""), profile.get("localhostProfile"), f"{path}.localhostProfile"
    if not sort:
        yield Cause.required(f"{path}.type", "type is required when appArmorProfile is set")
    elif sort not in _PROFILES:
        yield Cause.not_supported(f"{path}.type", sort, _PROFILES)
    elif sort != "Localhost":
        if file is not None:
            yield Cause.invalid(where, file, "can only be set when AppArmor type is Localhost")
    elif not file:
        yield Cause.required(where, "must be set when AppArmor type is Localhost")
    else:
        if file != file.strip():
            yield Cause.invalid(where, file, "must not be padded with whitespace")
        if len(file) > _LONGEST_PROFILE:
            yield Cause.too_long(where, _LONGEST_PROFILE)


def _sysctls(spec: _Json, path: str) -> Iterator[Cause]:
    seen: dict[str, None] = {}
    for i, parameter in enumerate(spec["securityContext"]["sysctls"]):
        name, where = parameter.get("name", ""), f"{path}[{i}].name"
        if not name:
            yield Cause.required(where)
        elif len(name) > _LONGEST_SYSCTL or not _is_sysctl(name):
            detail = f"must have at most {_LONGEST_SYSCTL} characters and match regex {_SYSCTL}"
            yield Cause.invalid(where, name, detail)
        elif name in seen:
            yield Cause.duplicate(where, name)
        dotted = name.replace("/", ".")
        if spec.get("hostNetwork") and dotted.startswith("net."):
            yield Cause.invalid(where, name, "may not be specified when 'hostNetwork' is true")
        elif spec.get("hostIPC") and dotted.startswith(_IPC_SYSCTLS):
            yield Cause.invalid(where, name, "may not be specified when 'hostIPC' is true")
        seen[name] = None
