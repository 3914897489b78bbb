"""The operating system that a pod says it is for, and what only Windows has or has not.

In Kubernetes
    `validateOS`, `validateWindows` and `validateWindowsHostProcessPod` in `pkg/apis/core/validation/validation.go`.
    https://kubernetes.io/docs/concepts/windows/intro/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.validation.names import subdomain

_Json = dict[str, Any]
_Located = Sequence[tuple[_Json, str]]

_LARGEST_CREDENTIAL_KIB = 64
_LONGEST_DOMAIN = 256
_LONGEST_USER = 104
_has_control = re.compile(r"[\x00-\x1f\x7f]").search
_is_net_bios = re.compile(r'[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}').fullmatch
_DNS_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_is_dns = re.compile(rf"{_DNS_LABEL}(?:\.{_DNS_LABEL})*").fullmatch
_has_bad_character = re.compile(r'["/\\:;|=,+*?<>@\[\]]').search

_NOT_OF_WINDOWS_PODS = (
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "fsGroup",
    "fsGroupChangePolicy",
    "sysctls",
    "runAsUser",
    "runAsGroup",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "seLinuxChangePolicy",
)
_NOT_OF_WINDOWS_SPECS = ("hostUsers", "hostPID", "hostIPC", "shareProcessNamespace")
_NOT_OF_WINDOWS_CONTAINERS = (
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "capabilities",
    "readOnlyRootFilesystem",
    "privileged",
    "allowPrivilegeEscalation",
    "procMount",
    "runAsUser",
    "runAsGroup",
)


def operating_system(spec: _Json, containers: _Located, path: str) -> Iterator[Cause]:
    """The pod's `os`, and that it asks for nothing that this system lacks; `containers` come with their paths."""
    name = spec["os"].get("name", "")
    of_pod = spec.get("securityContext", {})
    if not name:
        yield Cause.required(f"{path}.os.name", "cannot be empty")
    elif name == "linux":
        for context, where in ((of_pod, path), *((held.get("securityContext", {}), at) for held, at in containers)):
            if "windowsOptions" in context:
                detail = "windows options cannot be set for a linux pod"
                yield Cause.forbidden(f"{where}.securityContext.windowsOptions", detail)
    elif name == "windows":
        for field in _NOT_OF_WINDOWS_PODS:
            if field in of_pod:
                yield Cause.forbidden(f"{path}.securityContext.{field}", "cannot be set for a windows pod")
        for field in _NOT_OF_WINDOWS_SPECS:
            if field in spec:
                yield Cause.forbidden(f"{path}.{field}", "cannot be set for a windows pod")
        for container, where in containers:
            for field in _NOT_OF_WINDOWS_CONTAINERS:
                if field in container.get("securityContext", {}):
                    yield Cause.forbidden(f"{where}.securityContext.{field}", "cannot be set for a windows pod")
    else:
        yield Cause.not_supported(f"{path}.os", name, ("linux", "windows"))


def host_processes(spec: _Json, containers: _Located, path: str) -> Iterator[Cause]:
    """Windows containers that run as processes of their host: all of a pod, or none."""
    of_pod = _host_process(spec)
    inside = 0
    for container, where in containers:
        own = _host_process(container)
        if of_pod is not None and own is not None and own != of_pod:
            said = str(of_pod).lower()
            detail = f"pod hostProcess value must be identical if both are specified, was {said}"
            yield Cause.invalid(f"{where}.securityContext.windowsOptions.hostProcess", own, detail)
        inside += bool(of_pod if own is None else own)
    if inside and inside != len(containers):
        detail = "If pod contains any hostProcess containers then all containers must be HostProcess containers"
        yield Cause.invalid(path, "", detail)
    if inside and not spec.get("hostNetwork"):
        detail = "hostNetwork must be true if pod contains any hostProcess containers"
        yield Cause.invalid(f"{path}.hostNetwork", False, detail)


def _host_process(held: _Json) -> bool | None:
    context = held.get("securityContext")
    return context.get("windowsOptions", {}).get("hostProcess") if context else None


def windows_options(options: _Json, path: str) -> Iterator[Cause]:
    """As whom a container runs on Windows."""
    if "gmsaCredentialSpecName" in options:
        yield from subdomain(options["gmsaCredentialSpecName"], f"{path}.gmsaCredentialSpecName")
    credentials = options.get("gmsaCredentialSpec")
    if credentials == "":
        detail = "gmsaCredentialSpec cannot be an empty string"
        yield Cause.invalid(f"{path}.gmsaCredentialSpec", credentials, detail)
    elif credentials is not None and len(credentials) > _LARGEST_CREDENTIAL_KIB * 1024:
        detail = f"gmsaCredentialSpec size must be under {_LARGEST_CREDENTIAL_KIB} KiB"
        yield Cause.invalid(f"{path}.gmsaCredentialSpec", credentials, detail)
    if "runAsUserName" in options:
        name = options["runAsUserName"]
        for detail in _user_name(name):
            yield Cause.invalid(f"{path}.runAsUserName", name, detail)


def _user_name(name: str) -> Iterator[str]:
    parts = name.split("\\")
    if not name:
        yield "runAsUserName cannot be an empty string"
    elif _has_control(name):
        yield "runAsUserName cannot contain control characters"
    elif len(parts) > 2:
        yield "runAsUserName cannot contain more than one backslash"
    else:
        user = parts[-1]
        if len(parts) == 2:
            if len(parts[0]) >= _LONGEST_DOMAIN:
                yield f"runAsUserName's Domain length must be under {_LONGEST_DOMAIN} characters"
            if not (_is_net_bios(parts[0]) or _is_dns(parts[0])):
                yield "runAsUserName's Domain doesn't match the NetBios nor the DNS format"
        if not user:
            yield "runAsUserName's User cannot be empty"
        elif len(user) > _LONGEST_USER:
            yield f"runAsUserName's User length must not be longer than {_LONGEST_USER} characters"
        if user and not user.strip(". "):
            yield "runAsUserName's User cannot contain only periods or spaces"
        if _has_bad_character(user):
            yield "runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]"
