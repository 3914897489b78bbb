"""What a Service may be.

In Kubernetes
    `ValidateService` in `pkg/apis/core/validation/validation.go`.
    https://kubernetes.io/docs/concepts/services-networking/service/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api import formats
from kubelab.api.defaults.service import externally_accessible, needs_health_check
from kubelab.api.errors import Cause
from kubelab.api.metadata import labels
from kubelab.api.validation.endpointslice import not_special
from kubelab.api.validation.names import invalid, one_of, one_of_if_given, qualified, subdomain
from kubelab.api.validation.service_addresses import address_changes, addresses, is_headless
from kubelab.api.validation.service_ports import service_ports

_Json = dict[str, Any]

_TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_POLICIES = ("Cluster", "Local")
_DISTRIBUTIONS = ("PreferClose", "PreferSameNode", "PreferSameZone")
_HINTS = "service.kubernetes.io/topology-aware-hints"
_MODE = "service.kubernetes.io/topology-mode"
_SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
_LONGEST_AFFINITY = 86400
_ONLY_BALANCED = "may only be used when `type` is 'LoadBalancer'"
_LOCAL_BALANCED = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"


def service(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A Service: its type decides what else it may say."""
    spec, notes = obj["spec"], obj["metadata"].get("annotations", {})
    if old is not None:
        yield from _changes(spec, old["spec"])
    if _HINTS in notes and _MODE in notes and notes[_HINTS] != notes[_MODE]:
        detail = f"must match annotations[{_HINTS}] when both are specified"
        yield Cause.invalid(f"metadata.annotations[{_MODE}]", notes[_MODE], detail)
    yield from _of_its_type(spec)
    yield from service_ports(spec)
    yield from labels(spec.get("selector"), "spec.selector")
    yield from _affinity(spec)
    yield from addresses(spec)
    for i, address in enumerate(spec.get("externalIPs", ())):
        yield from not_special(address, f"spec.externalIPs[{i}]")
    yield from one_of(spec["type"], "spec.type", _TYPES)
    yield from _source_ranges(spec, notes)
    yield from _balancer(spec)
    yield from _traffic(spec)


def _of_its_type(spec: _Json) -> Iterator[Cause]:
    kind = spec["type"]
    if not spec.get("ports") and not is_headless(spec) and kind != "ExternalName":
        yield Cause.required("spec.ports")
    if kind in ("LoadBalancer", "NodePort") and is_headless(spec):
        yield Cause.invalid("spec.clusterIPs[0]", "None", f"may not be set to 'None' for {kind} services")
    if kind == "ExternalName":
        for field in ("clusterIPs", "ipFamilies", "ipFamilyPolicy"):
            if spec.get(field):
                yield Cause.forbidden(f"spec.{field}", "may not be set for ExternalName services")
        name = spec.get("externalName", "").removesuffix(".")
        if name:
            yield from subdomain(name, "spec.externalName")
        else:
            yield Cause.required("spec.externalName")


def _affinity(spec: _Json) -> Iterator[Cause]:
    affinity, config, path = spec["sessionAffinity"], spec.get("sessionAffinityConfig"), "spec.sessionAffinityConfig"
    yield from one_of(affinity, "spec.sessionAffinity", ("ClientIP", "None"))
    if affinity == "ClientIP":
        seconds = config["clientIP"]["timeoutSeconds"] if config else 0
        if not 0 < seconds <= _LONGEST_AFFINITY:
            detail = f"must be greater than 0 and less than or equal to {_LONGEST_AFFINITY}"
            yield Cause.invalid(f"{path}.clientIP.timeoutSeconds", seconds, detail)
    elif affinity == "None" and config is not None:
        yield Cause.forbidden(path, "must not be set when session affinity is None")


def _source_ranges(spec: _Json, notes: dict[str, str]) -> Iterator[Cause]:
    ranges, balanced = spec.get("loadBalancerSourceRanges"), spec["type"] == "LoadBalancer"
    path = "spec.LoadBalancerSourceRanges"  # as Kubernetes writes it
    if ranges:
        if not balanced:
            yield Cause.forbidden(path, _ONLY_BALANCED)
        for i, text in enumerate(ranges):
            yield from invalid(f"{path}[{i}]", text.strip(), formats.cidr(text.strip()))
    elif _SOURCE_RANGES in notes:
        path, text = f"metadata.annotations[{_SOURCE_RANGES}]", notes[_SOURCE_RANGES].strip()
        if not balanced:
            yield Cause.forbidden(path, _ONLY_BALANCED)
        for part in text.split(",") if text else ():
            yield from invalid(path, part.strip(), formats.cidr(part.strip()))


def _balancer(spec: _Json) -> Iterator[Cause]:
    balanced = spec["type"] == "LoadBalancer"
    if not balanced:
        for field in ("allocateLoadBalancerNodePorts", "loadBalancerClass"):
            if field in spec:
                yield Cause.forbidden(f"spec.{field}", _ONLY_BALANCED)
    elif "loadBalancerClass" in spec:
        yield from qualified(spec["loadBalancerClass"], "spec.loadBalancerClass")


def _traffic(spec: _Json) -> Iterator[Cause]:
    outside = spec.get("externalTrafficPolicy", "")
    if externally_accessible(spec):
        yield from one_of(outside, "spec.externalTrafficPolicy", _POLICIES)
    elif outside:
        yield Cause.invalid("spec.externalTrafficPolicy", outside, "may only be set for externally-accessible services")
    health_port = spec.get("healthCheckNodePort", 0)
    if health_port and not needs_health_check(spec):
        yield Cause.invalid("spec.healthCheckNodePort", health_port, _LOCAL_BALANCED)
    elif health_port:
        yield from invalid("spec.healthCheckNodePort", health_port, formats.port_number(health_port))
    yield from one_of_if_given(spec.get("internalTrafficPolicy"), "spec.internalTrafficPolicy", _POLICIES)
    yield from one_of_if_given(spec.get("trafficDistribution"), "spec.trafficDistribution", _DISTRIBUTIONS)


def _changes(spec: _Json, before: _Json) -> Iterator[Cause]:
    yield from address_changes(spec, before)
    if spec["type"] == before["type"] == "LoadBalancer":
        given = spec.get("loadBalancerClass")
        if given != before.get("loadBalancerClass"):
            yield Cause.invalid("spec.loadBalancerClass", given, "may not change once set")
    if needs_health_check(spec) and needs_health_check(before):
        port = spec.get("healthCheckNodePort", 0)
        if port != before.get("healthCheckNodePort", 0):
            yield Cause.forbidden("spec.healthCheckNodePort", "field is immutable")
