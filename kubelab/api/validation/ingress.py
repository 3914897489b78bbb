"""What an Ingress and an IngressClass may say.

In Kubernetes
    `ValidateIngressCreate` and `ValidateIngressClass` in `pkg/apis/networking/validation/validation.go`.
    https://kubernetes.io/docs/concepts/services-networking/ingress/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api import formats
from kubelab.api.addresses import parse_ip
from kubelab.api.errors import Cause
from kubelab.api.metadata import path_segment
from kubelab.api.validation.names import domain_prefixed_path, invalid, subdomain

_Json = dict[str, Any]

_CLASS_ANNOTATION = "kubernetes.io/ingress.class"
_LONGEST_CONTROLLER = 250
_PATH_TYPES = ("Exact", "ImplementationSpecific", "Prefix")
_BAD_SEQUENCES = ("//", "/./", "/../", "%2f", "%2F")
_BAD_ENDINGS = ("/..", "/.")
_NOT_A_NAME = "must be a DNS name, not an IP address"


def ingress(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """An Ingress: which requests go to which Service."""
    if old is not None and obj["spec"] == old["spec"]:
        yield from _addresses(obj["status"], old["status"])
    yield from _spec(obj["spec"], _tolerated(old))
    if old is None:
        said, named = obj["metadata"].get("annotations", {}).get(_CLASS_ANNOTATION), obj["spec"].get("ingressClassName")
        if said is not None and named is not None and said != named:
            detail = "must match `ingressClassName` when both are specified"
            yield Cause.invalid(f"annotations.{_CLASS_ANNOTATION}", said, detail)


def _tolerated(old: _Json | None) -> dict[str, bool]:
    """Which mistakes an update may keep, because they were made before there was a rule against them."""
    spec = old["spec"] if old is not None else {}
    return {
        "secret names": any(_secret_name_faults(tls) for tls in spec.get("tls", ())),
        "wildcard rules": any(
            "*" in rule.get("host", "") and any(_rule_value(rule, "")) for rule in spec.get("rules", ())
        ),
    }


def _spec(spec: _Json, tolerated: dict[str, bool]) -> Iterator[Cause]:
    if not spec.get("rules") and "defaultBackend" not in spec:
        yield Cause.invalid("spec", spec.get("rules"), "either `defaultBackend` or `rules` must be specified")
    if "defaultBackend" in spec:
        yield from _backend(spec["defaultBackend"], "spec.defaultBackend")
    for i, rule in enumerate(spec.get("rules", ())):
        yield from _rule(rule, f"spec.rules[{i}]", tolerated["wildcard rules"])
    for i, tls in enumerate(spec.get("tls", ())):
        for j, host in enumerate(tls.get("hosts", ())):
            yield from invalid(f"spec.tls[{i}].hosts[{j}]", host, _host_faults(host))
        if not tolerated["secret names"]:
            yield from invalid(f"spec.tls[{i}].secretName", tls.get("secretName"), _secret_name_faults(tls))
    if "ingressClassName" in spec:
        yield from subdomain(spec["ingressClassName"], "spec.ingressClassName")


def _secret_name_faults(tls: _Json) -> list[str]:
    return formats.dns1123_subdomain(tls["secretName"]) if tls.get("secretName") else []


def _host_faults(host: str) -> list[str]:
    return formats.wildcard_dns1123_subdomain(host) if "*" in host else formats.dns1123_subdomain(host)


def _rule(rule: _Json, path: str, keep_wildcard_rules: bool) -> Iterator[Cause]:
    host = rule.get("host", "")
    if host:
        if parse_ip(host):
            yield Cause.invalid(f"{path}.host", host, _NOT_A_NAME)
        yield from invalid(f"{path}.host", host, _host_faults(host))
    if "*" not in host or not keep_wildcard_rules:
        yield from _rule_value(rule, path)


def _rule_value(rule: _Json, path: str) -> Iterator[Cause]:
    if "http" not in rule:
        return
    paths = rule["http"]["paths"]
    if not paths:
        yield Cause.required(f"{path}.http.paths")
    for i, one in enumerate(paths):
        yield from _path(one, f"{path}.http.paths[{i}]")


def _path(one: _Json, path: str) -> Iterator[Cause]:
    if "pathType" not in one:
        yield Cause.required(f"{path}.pathType", "pathType must be specified")
        return
    kind, text = one["pathType"], one.get("path", "")
    if kind in ("Exact", "Prefix"):
        if not text.startswith("/"):
            yield Cause.invalid(f"{path}.path", text, "must be an absolute path")
        for sequence in _BAD_SEQUENCES:
            if sequence in text:
                yield Cause.invalid(f"{path}.path", text, f"must not contain '{sequence}'")
        for ending in _BAD_ENDINGS:
            if text.endswith(ending):
                yield Cause.invalid(f"{path}.path", text, f"cannot end with '{ending}'")
    elif kind == "ImplementationSpecific":
        if text and not text.startswith("/"):
            yield Cause.invalid(f"{path}.path", text, "must be an absolute path")
    else:
        yield Cause.not_supported(f"{path}.pathType", kind, _PATH_TYPES)
    yield from _backend(one["backend"], f"{path}.backend")


def _backend(backend: _Json, path: str) -> Iterator[Cause]:
    if "resource" in backend and "service" in backend:
        yield Cause.invalid(path, "", "cannot set both resource and service backends")
    elif "resource" in backend:
        yield from _reference(backend["resource"], f"{path}.resource")
    elif "service" in backend:
        yield from _service(backend["service"], path)
    else:
        yield Cause.invalid(path, "", "resource or service backend is required")


def _service(service: _Json, path: str) -> Iterator[Cause]:
    if service["name"]:
        yield from invalid(f"{path}.service.name", service["name"], formats.dns1123_label(service["name"]))
    else:
        yield Cause.required(f"{path}.service.name")
    name, number = service["port"].get("name"), service["port"].get("number")
    if name and number:
        yield Cause.invalid(path, "", "cannot set both port name & port number")
    elif name:
        yield from invalid(f"{path}.service.port.name", name, formats.port_name(name))
    elif number:
        yield from invalid(f"{path}.service.port.number", number, formats.port_number(number))
    else:
        yield Cause.required(path, "port name or number is required")


def _reference(reference: _Json, path: str) -> Iterator[Cause]:
    if "apiGroup" in reference:
        yield from subdomain(reference["apiGroup"], f"{path}.apiGroup")
    for field in ("kind", "name"):
        if reference[field]:
            yield from invalid(f"{path}.{field}", reference[field], path_segment(reference[field]))
        else:
            yield Cause.required(f"{path}.{field}")


def _addresses(status: _Json, before: _Json) -> Iterator[Cause]:
    """Where the load balancer says it is; what it said before stays allowed."""
    kept = [entry.get("ip") for entry in before.get("loadBalancer", {}).get("ingress", ())]
    for i, entry in enumerate(status.get("loadBalancer", {}).get("ingress", ())):
        path = f"status.loadBalancer.ingress[{i}]"
        address, host = entry.get("ip"), entry.get("hostname")
        if address and address not in kept:
            yield from invalid(f"{path}.ip", address, formats.ip(address))
        if host:
            yield from subdomain(host, f"{path}.hostname")
            if parse_ip(host):
                yield Cause.invalid(f"{path}.hostname", host, _NOT_A_NAME)


def ingressclass(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """An IngressClass: which controller works for it never changes."""
    spec = obj["spec"]
    controller = spec.get("controller", "")
    if old is not None and controller != old["spec"].get("controller", ""):
        yield Cause.invalid("spec.controller", controller, "field is immutable")
    if not controller:
        yield Cause.required("spec.controller")
    else:
        if len(controller.encode()) > _LONGEST_CONTROLLER:
            yield Cause.too_long("spec.controller", _LONGEST_CONTROLLER)
        yield from domain_prefixed_path(controller, "spec.controller")
    if "parameters" in spec:
        yield from _parameters(spec["parameters"], "spec.parameters")


def _parameters(parameters: _Json, path: str) -> Iterator[Cause]:
    yield from _reference(parameters, path)
    scope, namespace = parameters["scope"], parameters.get("namespace")
    if scope not in ("Cluster", "Namespace"):
        yield Cause.not_supported(f"{path}.scope", scope, ("Cluster", "Namespace"))
    elif scope == "Namespace":
        if namespace is None:
            yield Cause.required(f"{path}.namespace", "`parameters.scope` is set to 'Namespace'")
        else:
            yield from invalid(f"{path}.namespace", namespace, formats.dns1123_label(namespace))
    elif namespace is not None:
        yield Cause.forbidden(f"{path}.namespace", "`parameters.scope` is set to 'Cluster'")
