"""What a Node may be, and what of it may change.

In Kubernetes
    `ValidateNode` and `ValidateNodeUpdate` in `pkg/apis/core/validation/validation.go`. The paths of faulty taints
    begin with `metadata` there, too.
Left out
    `spec.configSource`, which nothing has read since 1.24, may say anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api import formats
from kubelab.api.errors import Cause
from kubelab.api.quantity import quantity
from kubelab.api.validation.names import invalid, one_of, qualified

_Json = dict[str, Any]

_EFFECTS = ("NoExecute", "NoSchedule", "PreferNoSchedule")
_ONLY_ONCE = 'node updates may not change {} except from "" to valid'
_NOT_EXTENDED = ("kubernetes.io/", "requests.")


def node(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A Node: its taints, what it has to give, its ranges of addresses."""
    spec, status = obj["spec"], obj["status"]
    yield from _taints(spec.get("taints", ()))
    for field in ("capacity", "allocatable"):
        for name, amount in status.get(field, {}).items():
            yield from _amount(name, amount, f"status.{field}.{name}")
    if old is None:
        yield from _pod_ranges(spec.get("podCIDRs", []))
    else:
        yield from _changes(obj, old)


def _taints(taints: Any) -> Iterator[Cause]:
    seen: list[tuple[str, str]] = []
    for i, taint in enumerate(taints):
        path, key, effect = f"metadata.taints[{i}]", taint["key"], taint["effect"]
        yield from qualified(key, f"{path}.key")
        value = taint.get("value", "")
        if messages := formats.label_value(value):
            yield Cause.invalid(f"{path}.value", value, ";".join(messages))
        yield from one_of(effect, f"{path}.effect", _EFFECTS)
        if (key, effect) in seen:
            cause = Cause.duplicate(path, taint)
            yield Cause(path, cause.reason, f"{cause.message}: taints must be unique by key and effect pair")
        seen.append((key, effect))


def _amount(name: str, amount: str, path: str) -> Iterator[Cause]:
    nano = quantity(amount).nano
    if nano < 0:
        yield Cause.invalid(path, amount, "must be greater than or equal to 0")
    extended = "/" in name and not any(part in name for part in _NOT_EXTENDED)
    if (name == "pods" or extended) and nano % 10**9:
        yield Cause.invalid(path, amount, "must be an integer")


def _pod_ranges(ranges: list[str]) -> Iterator[Cause]:
    path = "spec.podCIDRs"
    for i, text in enumerate(ranges):
        yield from invalid(f"{path}[{i}]", text, formats.cidr(text))
        if text in ranges[:i]:
            yield Cause.duplicate(f"{path}[{i}]", text)
    families = [network.version for network in map(formats.parse_cidr, ranges) if network]
    if len(ranges) > 1 and sorted(families) != [4, 6]:
        yield Cause.invalid(path, ranges, "may specify no more than one CIDR for each IP family")


def _changes(obj: _Json, old: _Json) -> Iterator[Cause]:
    spec, before = obj["spec"], old.get("spec", {})
    if before.get("podCIDRs") and before["podCIDRs"] != spec.get("podCIDRs"):
        yield Cause.forbidden("spec.podCIDRs", _ONLY_ONCE.format("podCIDR"))
    if before.get("providerID") and before["providerID"] != spec.get("providerID"):
        yield Cause.forbidden("spec.providerID", _ONLY_ONCE.format("providerID"))
    if before.get("externalID") != spec.get("externalID"):
        yield Cause.forbidden("spec.externalID", "may not be updated")
    addresses = obj["status"].get("addresses", [])
    for i, address in enumerate(addresses):
        if address in addresses[:i]:
            yield Cause.duplicate(f"status.addresses[{i}]", address)
