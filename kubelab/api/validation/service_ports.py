"""What the ports of a Service may be.

In Kubernetes
    `validateServicePort` in `pkg/apis/core/validation/validation.go`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api import formats
from kubelab.api.errors import Cause
from kubelab.api.validation.names import invalid, label, one_of, port, qualified

_PROTOCOLS = ("SCTP", "TCP", "UDP")


def service_ports(spec: dict[str, Any]) -> Iterator[Cause]:
    """The ports of a Service: named when there are several, each number and protocol once."""
    ports = spec.get("ports", ())
    names: dict[str, None] = {}
    node_ports: dict[tuple[str, int], None] = {}
    numbers: dict[tuple[str, int], None] = {}
    for i, held in enumerate(ports):
        path, name = f"spec.ports[{i}]", held.get("name", "")
        if name:
            yield from label(name, f"{path}.name")
            if name in names:
                yield Cause.duplicate(f"{path}.name", name)
            names[name] = None
        elif len(ports) > 1:
            yield Cause.required(f"{path}.name")
        yield from invalid(f"{path}.port", held["port"], formats.port_number(held["port"]))
        yield from one_of(held["protocol"], f"{path}.protocol", _PROTOCOLS)
        yield from port(held["targetPort"], f"{path}.targetPort")
        if "appProtocol" in held:
            yield from qualified(held["appProtocol"], f"{path}.appProtocol")
        node_port = held.get("nodePort")
        if node_port and spec["type"] == "ClusterIP":
            yield Cause.forbidden(f"{path}.nodePort", "may not be used when `type` is 'ClusterIP'")
        if node_port and (held["protocol"], node_port) in node_ports:
            yield Cause.duplicate(f"{path}.nodePort", node_port)
        if node_port:
            node_ports[held["protocol"], node_port] = None
        if (held["protocol"], held["port"]) in numbers:
            yield Cause.duplicate(path, _key(held))
        numbers[held["protocol"], held["port"]] = None


def _key(held: dict[str, Any]) -> dict[str, Any]:
    """What Kubernetes compares, as it prints it."""
    given = {"Protocol": held["protocol"], "AppProtocol": None, "Port": held["port"], "TargetPort": 0, "NodePort": 0}
    return {"Name": "", **given}
