"""What a NetworkPolicy may say.

In Kubernetes
    `ValidateNetworkPolicy` in `pkg/apis/networking/validation/validation.go`.
    https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api import formats
from kubelab.api.addresses import parse_cidr
from kubelab.api.errors import Cause
from kubelab.api.validation.label_selector import label_selector
from kubelab.api.validation.names import invalid

_Json = dict[str, Any]

_PROTOCOLS = ("TCP", "UDP", "SCTP")
_TYPES = ("Ingress", "Egress")


def networkpolicy(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A NetworkPolicy: whose pods, and who may talk to them and they to whom. Blocks that were there may stay."""
    spec = obj["spec"]
    yield from label_selector(spec["podSelector"], "spec.podSelector")
    kept = [] if old is None else [*_blocks(old["spec"])]
    for direction, side in (("ingress", "from"), ("egress", "to")):
        for i, rule in enumerate(spec.get(direction, ())):
            path = f"spec.{direction}[{i}]"
            for j, port in enumerate(rule.get("ports", ())):
                yield from _port(port, f"{path}.ports[{j}]")
            for j, peer in enumerate(rule.get(side, ())):
                yield from _peer(peer, f"{path}.{side}[{j}]", kept)
    types = spec["policyTypes"]
    if len(types) > len(_TYPES):
        yield Cause.invalid("spec.policyTypes", types, "may not specify more than two policyTypes")
        return
    for i, name in enumerate(types):
        if name not in _TYPES:
            yield Cause.not_supported(f"spec.policyTypes[{i}]", name, _TYPES, as_given=True)


def _port(port: _Json, path: str) -> Iterator[Cause]:
    if port["protocol"] not in _PROTOCOLS:
        yield Cause.not_supported(f"{path}.protocol", port["protocol"], _PROTOCOLS, as_given=True)
    number, last = port.get("port"), port.get("endPort")
    if isinstance(number, int):
        yield from invalid(f"{path}.port", number, formats.port_number(number))
        if last is not None:
            if last < number:
                yield Cause.invalid(f"{path}.endPort", last, "must be greater than or equal to `port`")
            yield from invalid(f"{path}.endPort", last, formats.port_number(last))
    elif number is not None:
        if last is not None:
            yield Cause.invalid(f"{path}.endPort", last, "may not be specified when `port` is non-numeric")
        yield from invalid(f"{path}.port", number, formats.port_name(number))
    elif last is not None:
        yield Cause.invalid(f"{path}.endPort", last, "may not be specified when `port` is not specified")


def _peer(peer: _Json, path: str, kept: list[str]) -> Iterator[Cause]:
    for field in ("podSelector", "namespaceSelector"):
        if field in peer:
            yield from label_selector(peer[field], f"{path}.{field}")
    if "ipBlock" in peer:
        yield from _block(peer["ipBlock"], f"{path}.ipBlock", kept)
    given = [field for field in ("podSelector", "namespaceSelector", "ipBlock") if field in peer]
    if not given:
        yield Cause.required(path, "must specify a peer")
    elif len(given) > 1 and "ipBlock" in peer:
        yield Cause.forbidden(path, "may not specify both ipBlock and another peer")


def _block(block: _Json, path: str, kept: list[str]) -> Iterator[Cause]:
    if not block["cidr"]:
        yield Cause.required(f"{path}.cidr")
        return
    yield from _range(block["cidr"], f"{path}.cidr", kept)
    outer = parse_cidr(block["cidr"])
    for i, text in enumerate(block.get("except", ())):
        yield from _range(text, f"{path}.except[{i}]", kept)
        inner = parse_cidr(text)
        if outer is None or inner is None:
            continue
        if not _strictly_within(inner, outer):
            yield Cause.invalid(f"{path}.except[{i}]", text, "must be a strict subset of `cidr`")


def _range(text: str, path: str, kept: list[str]) -> Iterator[Cause]:
    return iter(()) if text in kept else invalid(path, text, formats.cidr(text))


def _strictly_within(inner: Any, outer: Any) -> bool:
    return inner.version == outer.version and inner.network_address in outer and inner.prefixlen > outer.prefixlen


def _blocks(spec: _Json) -> Iterator[str]:
    """Every range of addresses that a policy names."""
    for direction, side in (("ingress", "from"), ("egress", "to")):
        for rule in spec.get(direction, ()):
            for peer in rule.get(side, ()):
                if "ipBlock" in peer:
                    yield peer["ipBlock"]["cidr"]
                    yield from peer["ipBlock"].get("except", ())
