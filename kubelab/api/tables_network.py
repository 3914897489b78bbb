"""The columns of the objects of the network: Ingress, IngressClass, NetworkPolicy, Endpoints.

In Kubernetes
    `pkg/printers/internalversion/printers.go`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kubelab.api.duration import since
from kubelab.api.printer import Cell, Printer
from kubelab.api.selectors import format_selector

_LISTED = 3
_ADDRESS_WIDTH = 16


def _age(obj: Any, now: datetime) -> str:
    return since(obj.metadata.creationTimestamp, now)


def _ingress_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    spec = obj.spec
    name = "<none>" if spec.ingressClassName is None else spec.ingressClassName
    ports = "80, 443" if spec.tls else "80"
    return [obj.metadata.name, name, _hosts(spec.rules or []), _addresses(obj, wide), ports, _age(obj, now)]


def _hosts(rules: list[Any]) -> str:
    """Up to three hosts; rules for every host are not named."""
    named: list[str] = []
    more = False
    for rule in rules:
        more = more or len(named) == _LISTED
        if rule.host and not more:
            named.append(rule.host)
    if not named:
        return "*"
    return f"{','.join(named)} + {len(rules) - _LISTED} more..." if more else ",".join(named)


def _addresses(obj: Any, wide: bool) -> str:
    balancer = obj.status.loadBalancer if obj.status else None
    entries = (balancer.ingress if balancer else None) or []
    shown = ",".join(sorted({entry.ip or entry.hostname for entry in entries if entry.ip or entry.hostname}))
    return shown if wide or len(shown) <= _ADDRESS_WIDTH else f"{shown[: _ADDRESS_WIDTH - 3]}..."


def _ingress_class_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    parameters, shown = obj.spec.parameters, "<none>"
    if parameters is not None:
        group = f".{parameters.apiGroup}" if parameters.apiGroup is not None else ""
        shown = f"{parameters.kind}{group}/{parameters.name}"
    return [obj.metadata.name, obj.spec.controller or "", shown, _age(obj, now)]


def _network_policy_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    return [obj.metadata.name, format_selector(obj.spec.podSelector), _age(obj, now)]


def format_endpoints(subsets: list[Any] | None) -> str:
    """Up to three addresses with their ports, `<none>` where there is no subset."""
    if not subsets:
        return "<none>"
    shown: list[str] = []
    count, more = 0, False
    for subset in subsets:
        for port in subset.ports or [None]:
            for address in subset.addresses or []:
                count += 1
                if len(shown) == _LISTED:
                    more = True
                    continue
                shown.append(address.ip if port is None else _with_port(address.ip, port.port))
    return f"{','.join(shown)} + {count - _LISTED} more..." if more else ",".join(shown)


def _with_port(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _endpoints_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    return [obj.metadata.name, format_endpoints(obj.subsets), _age(obj, now)]


PRINTERS_NETWORK: dict[str, Printer] = {
    "Ingress": Printer(("Name", "Class", "Hosts", "Address", "Ports", "Age"), _ingress_row),
    "IngressClass": Printer(("Name", "Controller", "Parameters", "Age"), _ingress_class_row),
    "NetworkPolicy": Printer(("Name", "Pod-Selector", "Age"), _network_policy_row),
    "Endpoints": Printer(("Name", "Endpoints", "Age"), _endpoints_row),
}
