"""`kubectl describe ingress` and `ingressclass`.

In Kubernetes
    `describeIngressV1`, `describeIngressClassV1` in `k8s.io/kubectl/pkg/describe`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.errors import ApiError
from kubelab.clients.kubectl.describe.events import add_events
from kubelab.clients.kubectl.describe.network import SERVICE_LABEL, endpoints_of
from kubelab.clients.kubectl.describe.writer import Writer
from kubelab.clients.kubectl.session import Session


def describe_ingress(session: Session, ingress: Any) -> str:
    """An Ingress: which Service answers for which host and path."""
    writer, meta, spec = Writer(session.now), ingress.metadata, ingress.spec
    writer.field("Name", meta.name)
    writer.labels("Labels", meta.labels)
    writer.field("Namespace", meta.namespace)
    writer.field("Address", _address(ingress))
    writer.field("Ingress Class", "<none>" if spec.ingressClassName is None else spec.ingressClassName)
    default = "<default>"
    if spec.defaultBackend is not None:
        default = _backend(session, meta.namespace, spec.defaultBackend)
    writer.field("Default backend", default)
    if spec.tls:
        writer.line("TLS:")
    for entry in spec.tls or ():
        hosts = ",".join(entry.hosts or ())
        writer.line(f"{entry.secretName} terminates {hosts}" if entry.secretName else f"SNI routes {hosts}", 1)
    writer.line("Rules:")
    writer.columns(1, ["Host", "Path", "Backends"], ["----", "----", "--------"])
    rules = [rule for rule in spec.rules or () if rule.http is not None]
    for rule in rules:
        writer.line(f"{rule.host or '*'}\t", 1)
        for path in rule.http.paths:
            writer.line(f"\t{path.path or ''} \t{_backend(session, meta.namespace, path.backend)}", 2)
    if not rules:
        writer.columns(1, ["*", "*", default])
    writer.annotations("Annotations", meta.annotations)
    add_events(session, writer, ingress)
    return writer.text()


def _address(ingress: Any) -> str:
    balancer = ingress.status.loadBalancer if ingress.status else None
    entries = [entry.ip or entry.hostname or "" for entry in (balancer.ingress if balancer else None) or ()]
    return ",".join(sorted(dict.fromkeys(entry for entry in entries if entry)))


def _backend(session: Session, namespace: str, backend: Any) -> str:
    """Where requests go: `web:80 (10.244.0.5:8080)`."""
    if backend.resource is not None:
        held = backend.resource
        group = "<none>" if held.apiGroup is None else held.apiGroup
        return f"APIGroup: {group}, Kind: {held.kind}, Name: {held.name}"
    if backend.service is None:
        return ""
    name, port = backend.service.name, backend.service.port
    number, word = (port.number or 0, port.name or "") if port else (0, "")
    shown = f"{name}:{number or word}"
    try:
        service = session.client.get("services", name, namespace)
    except ApiError as refusal:
        return f"{shown} (<error: {refusal.message}>)"
    names = [
        held.name or ""
        for held in service.spec.ports or ()
        if (number and held.port == number) or (word and held.name == word)
    ]
    slices = session.client.list("endpointslices", namespace, selector=f"{SERVICE_LABEL}={name}")
    return f"{shown} ({endpoints_of(slices, names[-1] if names else '')})"


def describe_ingress_class(session: Session, ingress_class: Any) -> str:
    """An IngressClass: which controller makes its Ingresses work."""
    writer, spec = Writer(session.now), ingress_class.spec
    writer.metadata(ingress_class, namespaced=False)
    writer.field("Controller", (spec.controller if spec else None) or "")
    if spec and spec.parameters is not None:
        writer.line("Parameters:")
        if spec.parameters.apiGroup is not None:
            writer.field("APIGroup", spec.parameters.apiGroup, 1)
        writer.field("Kind", spec.parameters.kind, 1)
        writer.field("Name", spec.parameters.name, 1)
    add_events(session, writer, ingress_class)
    return writer.text()
