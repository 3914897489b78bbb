"""What an EndpointSlice may list: addresses of one family, the ports they share.

In Kubernetes
    `pkg/apis/discovery/validation/validation.go`.
    https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api import formats
from kubelab.api.addresses import special_range
from kubelab.api.errors import Cause
from kubelab.api.validation.names import invalid, label, one_of, qualified, subdomain

_Json = dict[str, Any]

_ADDRESS_TYPES = ("FQDN", "IPv4", "IPv6")
_MOST_ENDPOINTS = 1000
_MOST_ADDRESSES = 100
_MOST_PORTS = 20000
_MOST_HINTS = 8


def endpointslice(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """An EndpointSlice: its kind of address never changes."""
    family = obj["addressType"]
    yield from one_of(family, "addressType", _ADDRESS_TYPES)
    endpoints = obj.get("endpoints") or ()
    if len(endpoints) > _MOST_ENDPOINTS:
        yield Cause.too_many("endpoints", len(endpoints), _MOST_ENDPOINTS)
    else:
        for i, endpoint in enumerate(endpoints):
            yield from _endpoint(endpoint, family, f"endpoints[{i}]")
    yield from _ports(obj.get("ports") or ())
    if old is not None and old["addressType"] != family:
        yield Cause.invalid("addressType", family, "field is immutable")


def _endpoint(endpoint: _Json, family: str, path: str) -> Iterator[Cause]:
    addresses = endpoint["addresses"]
    if not addresses:
        yield Cause.required(f"{path}.addresses", "must contain at least 1 address")
    elif len(addresses) > _MOST_ADDRESSES:
        yield Cause.too_many(f"{path}.addresses", len(addresses), _MOST_ADDRESSES)
    for i, address in enumerate(addresses):
        yield from _address(address, family, f"{path}.addresses[{i}]")
    if "hostname" in endpoint:
        yield from label(endpoint["hostname"], f"{path}.hostname")
    if "nodeName" in endpoint:
        yield from subdomain(endpoint["nodeName"], f"{path}.nodeName")
    hints = endpoint.get("hints", {})
    yield from _hints(hints.get("forZones", ()), formats.label_value, f"{path}.hints.forZones")
    yield from _hints(hints.get("forNodes", ()), formats.dns1123_subdomain, f"{path}.hints.forNodes")


def _address(address: str, family: str, path: str) -> Iterator[Cause]:
    if family in ("IPv4", "IPv6"):
        yield from invalid(path, address, formats.ip_of_family(address, 4 if family == "IPv4" else 6))
        yield from not_special(address, path)
    elif family == "FQDN":
        yield from _domain_name(address, path)


def not_special(address: str, path: str) -> Iterator[Cause]:
    """An address at which something in the cluster can be reached from elsewhere."""
    if not formats.parse_ip(address):
        yield from invalid(path, address, formats.ip(address))
    elif special := special_range(address):
        yield Cause.invalid(path, address, special)


def _domain_name(name: str, path: str) -> Iterator[Cause]:
    if not name:
        yield Cause.required(path)
        return
    bare = name.removesuffix(".")
    if messages := formats.dns1123_subdomain(bare):
        yield Cause.invalid(path, bare, ",".join(messages))
    elif "." not in bare:
        yield Cause.invalid(path, bare, "should be a domain with at least two segments separated by dots")
    else:
        for part in bare.split("."):
            if messages := formats.dns1123_label(part):
                yield Cause.invalid(path, part, ",".join(messages))
                return


def _hints(hints: Any, rule: Any, path: str) -> Iterator[Cause]:
    if len(hints) > _MOST_HINTS:
        yield Cause.too_many(path, len(hints), _MOST_HINTS)
        return
    seen: list[str] = []
    for i, hint in enumerate(hints):
        if hint["name"] in seen:
            yield Cause.duplicate(f"{path}[{i}].name", hint["name"])
        seen.append(hint["name"])
        yield from invalid(f"{path}[{i}].name", hint["name"], rule(hint["name"]))


def _ports(ports: Any) -> Iterator[Cause]:
    if len(ports) > _MOST_PORTS:
        yield Cause.too_many("ports", len(ports), _MOST_PORTS)
        return
    seen: dict[str, None] = {}
    for i, port in enumerate(ports):
        name, path = port["name"], f"ports[{i}]"
        if name:
            yield from label(name, f"{path}.name")
        if name in seen:
            yield Cause.duplicate(f"{path}.name", name)
        seen[name] = None
        if port["protocol"] not in ("SCTP", "TCP", "UDP"):
            yield Cause.not_supported(f"{path}.protocol", port["protocol"], ("SCTP", "TCP", "UDP"))
        if "appProtocol" in port:
            yield from qualified(port["appProtocol"], f"{path}.appProtocol")
