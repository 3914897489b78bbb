"""What Endpoints may list.

In Kubernetes
    `ValidateEndpoints` in `pkg/apis/core/validation/validation.go`.
    https://kubernetes.io/docs/concepts/services-networking/service/#endpoints
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api import formats
from kubelab.api.errors import Cause
from kubelab.api.validation.endpointslice import not_special
from kubelab.api.validation.names import invalid, label, qualified, subdomain

_Json = dict[str, Any]

_PROTOCOLS = ("SCTP", "TCP", "UDP")
_ADDRESSES = ("addresses", "notReadyAddresses")


def endpoints(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """Endpoints: sets of addresses, each set with its ports."""
    for i, subset in enumerate(obj.get("subsets", ())):
        path = f"subsets[{i}]"
        if not any(subset.get(field) for field in _ADDRESSES):
            yield Cause.required(path, "must specify `addresses` or `notReadyAddresses`")
        for field in _ADDRESSES:
            for j, address in enumerate(subset.get(field, ())):
                yield from _address(address, f"{path}.{field}[{j}]")
        ports = subset.get("ports", ())
        for j, port in enumerate(ports):
            yield from _port(port, f"{path}.ports[{j}]", len(ports) > 1)


def _address(address: _Json, path: str) -> Iterator[Cause]:
    yield from invalid(f"{path}.ip", address["ip"], formats.ip(address["ip"]))
    if address.get("hostname"):
        yield from label(address["hostname"], f"{path}.hostname")
    if "nodeName" in address:
        yield from subdomain(address["nodeName"], f"{path}.nodeName")
    yield from not_special(address["ip"], f"{path}.ip")


def _port(port: _Json, path: str, needs_name: bool) -> Iterator[Cause]:
    name = port.get("name")
    if name:
        yield from label(name, f"{path}.name")
    elif needs_name:
        yield Cause.required(f"{path}.name")
    yield from invalid(f"{path}.port", port["port"], formats.port_number(port["port"]))
    if port["protocol"] not in _PROTOCOLS:
        yield Cause.not_supported(f"{path}.protocol", port["protocol"], _PROTOCOLS)
    if "appProtocol" in port:
        yield from qualified(port["appProtocol"], f"{path}.appProtocol")
