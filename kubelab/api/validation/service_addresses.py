"""What a Service may say about its own addresses and their families.

In Kubernetes
    `ValidateServiceClusterIPsRelatedFields`, `validateUpgradeDowngradeClusterIPs` and `…IPFamilies` in
    `pkg/apis/core/validation/validation.go`.
    https://kubernetes.io/docs/concepts/services-networking/dual-stack/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api import formats
from kubelab.api.errors import Cause
from kubelab.api.validation.names import invalid, one_of_if_given

_Json = dict[str, Any]

_FAMILIES = ("IPv4", "IPv6")
_FAMILY_POLICIES = ("PreferDualStack", "RequireDualStack", "SingleStack")
_FIXED = "may not change once set"


def is_headless(spec: _Json) -> bool:
    """Whether the Service has no address of its own: its name stands for the addresses of its pods."""
    return spec.get("clusterIPs") == ["None"]


def family_of(address: str) -> str:
    """The family of a well-formed address, as `ipFamilies` names it."""
    parsed = formats.parse_ip(address)
    return f"IPv{parsed.version if parsed else 4}"


def addresses(spec: _Json) -> Iterator[Cause]:
    """The addresses that a Service asks for: one of each family at most, and in step with its families."""
    if spec["type"] == "ExternalName":
        return
    address, listed, families = spec.get("clusterIP", ""), spec.get("clusterIPs", []), spec.get("ipFamilies", [])
    path = "spec.clusterIPs"
    if address and not listed:
        yield Cause.required(path)
    elif address and listed[0] != address:
        yield Cause.invalid(path, listed, "first value must match `clusterIP`")
    elif listed and not address:
        yield Cause.invalid(path, listed, "must be empty when `clusterIP` is not specified")
    for i, family in enumerate(families):
        if family not in _FAMILIES:
            yield Cause.not_supported(f"spec.ipFamilies[{i}]", family, _FAMILIES)
        if family in families[:i]:
            yield Cause.duplicate(f"spec.ipFamilies[{i}]", family)
    yield from one_of_if_given(spec.get("ipFamilyPolicy"), "spec.ipFamilyPolicy", _FAMILY_POLICIES)
    faults = [*_each_address(listed, path)]
    yield from faults
    if len(listed) > 2:
        yield Cause.invalid(path, listed, "may only hold up to 2 values")
    if not faults:
        yield from _families_of_addresses(listed, families, path)


def _each_address(listed: list[str], path: str) -> Iterator[Cause]:
    for i, address in enumerate(listed):
        if i == 0 and address == "None":
            if len(listed) > 1:
                yield Cause.invalid(path, listed, "'None' must be the first and only value")
        else:
            yield from invalid(f"{path}[{i}]", address, formats.ip(address))


def _families_of_addresses(listed: list[str], families: list[str], path: str) -> Iterator[Cause]:
    found = [family_of(address) for address in listed]
    if len(found) > 1 and sorted(found) != ["IPv4", "IPv6"]:
        yield Cause.invalid(path, listed, "may specify no more than one IP for each IP family")
    if listed == ["None"]:
        return
    for i, (address, family, wanted) in enumerate(zip(listed, found, families, strict=False)):
        if wanted in _FAMILIES and family != wanted:
            yield Cause.invalid(
                f"{path}[{i}]", address, f"expected an {wanted} value as indicated by `ipFamilies[{i}]`"
            )


def address_changes(spec: _Json, before: _Json) -> Iterator[Cause]:
    """The first address and family of a Service stay for life; a second may come and go."""
    if "ExternalName" in (spec["type"], before["type"]) or (is_headless(spec) and is_headless(before)):
        return
    yield from _list_changes(spec, before, "clusterIPs", "clusterIP")
    if is_headless(spec) == is_headless(before):
        yield from _list_changes(spec, before, "ipFamilies", "ipFamily")


def _list_changes(spec: _Json, before: _Json, field: str, one: str) -> Iterator[Cause]:
    now, then, path = spec.get(field, []), before.get(field, []), f"spec.{field}"
    if len(now) == len(then):
        for i, (new, old) in enumerate(zip(now, then, strict=True)):
            if new != old:
                yield Cause.invalid(f"{path}[{i if field == 'clusterIPs' else 0}]", now, _FIXED)
        return
    if not now:
        yield Cause.invalid(f"{path}[0]", now, f"primary {one} can not be unset")
    elif then and now[0] != then[0]:
        yield Cause.invalid(f"{path}[0]", now, _FIXED)
    if len(now) == 1 and len(then) > 1 and spec.get("ipFamilyPolicy") != "SingleStack":
        detail = f"must be set to 'SingleStack' when releasing the secondary {one}"
        yield Cause.invalid("spec.ipFamilyPolicy", spec.get("ipFamilyPolicy"), detail)
