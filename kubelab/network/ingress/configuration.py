"""From Ingresses to nginx's configuration, and from EndpointSlices to the addresses behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kubelab.network.ingress.rules import EVERY_HOST, EXACT, FAKE, Backend, Configuration, Location, Server, backend_of

SERVICE_NAME = "kubernetes.io/service-name"
CLASS_ANNOTATION = "kubernetes.io/ingress.class"
REDIRECT = "nginx.ingress.kubernetes.io/ssl-redirect"
TLS_KEYS = ("tls.crt", "tls.key")
Find = Callable[[str], Any]  # an object by its key, or None
Address = tuple[str, int]


def is_ours(ingress: Any, class_of: Find, controller: str, name: str) -> bool:
    """Whether the Ingress is for this controller: by its class, or by the old annotation. Without class it is not.

    In Kubernetes
        https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-class
    """
    wanted = ingress.spec.ingressClassName
    if wanted is None:
        return bool((ingress.metadata.annotations or {}).get(CLASS_ANNOTATION) == name)
    found = class_of(wanted)
    return found is not None and found.spec is not None and found.spec.controller == controller


def configuration(ingresses: Iterable[Any], secret_of: Find) -> Configuration:
    """What nginx is told. Where two Ingresses want the same path of a host, the older one has it."""
    listed = sorted(ingresses, key=_age)
    paths: dict[str, dict[tuple[str, str], Location]] = {}
    defaults: dict[str, Backend] = {}
    named: dict[str, str] = {}
    default: Backend | None = None
    for ingress in listed:
        own = backend_of(ingress, ingress.spec.defaultBackend)
        if own is not None and not ingress.spec.rules:
            default = default or own
        for rule in ingress.spec.rules or ():
            host = (rule.host or EVERY_HOST).lower()
            held = paths.setdefault(host, {})
            named.setdefault(host, f"{ingress.metadata.namespace}/{ingress.metadata.name}")
            if own is not None:
                defaults.setdefault(host, own)
            for path in (rule.http.paths if rule.http is not None else None) or ():
                backend = backend_of(ingress, path.backend)
                if backend is not None:
                    location = Location(path.path or "/", path.pathType, backend)
                    held.setdefault((location.path, location.type), location)
    certificates, redirects = _tls(listed, secret_of)
    servers = {
        host: Server(
            host,
            tuple(sorted(held.values(), key=_precedence)),
            defaults.get(host),
            certificates.get(host, FAKE),
            redirects.get(host, False),
            named[host],
        )
        for host, held in paths.items()
    }
    return Configuration(servers, default)


def addresses(backend: Backend, service_of: Find, slices: Iterable[Any]) -> tuple[Address, ...]:
    """Where a backend's requests can go: its ready endpoints; the name that an ExternalName Service stands for."""
    service = service_of(f"{backend.namespace}/{backend.service}")
    if service is None:
        return ()
    ports = [port for port in service.spec.ports or () if backend.port in (port.port, port.name)]
    if service.spec.type == "ExternalName":
        number = backend.port if isinstance(backend.port, int) else ports[0].port if ports else 80
        return ((service.spec.externalName, number),)
    if not ports:
        return ()
    found: dict[Address, bool] = {}
    for held in slices:
        if held.addressType != "IPv4":
            continue
        for port in held.ports or ():
            if port.port is None or (port.name or "") != (ports[0].name or ""):
                continue
            for each in held.endpoints or ():
                if each.conditions is None or each.conditions.ready is not False:
                    found[(each.addresses[0], port.port)] = True
    return tuple(sorted(found))


def _tls(ingresses: list[Any], secret_of: Find) -> tuple[dict[str, str], dict[str, bool]]:
    """The Secrets whose certificates are shown for hosts, and the hosts where plain HTTP is sent on to HTTPS."""
    certificates: dict[str, str] = {}
    redirects: dict[str, bool] = {}
    for ingress in ingresses:
        wished = (ingress.metadata.annotations or {}).get(REDIRECT) != "false"
        for entry in ingress.spec.tls or ():
            key = f"{ingress.metadata.namespace}/{entry.secretName}"
            secret = secret_of(key) if entry.secretName else None
            good = secret is not None and all(name in (secret.data or {}) for name in TLS_KEYS)
            for host in entry.hosts or ():
                certificates.setdefault(host.lower(), key if good else FAKE)
                redirects.setdefault(host.lower(), wished)
    return certificates, redirects


def _age(ingress: Any) -> tuple[Any, str, str]:
    meta = ingress.metadata
    return meta.creationTimestamp, meta.namespace, meta.name


def _precedence(location: Location) -> tuple[int, bool, str]:
    """The longest path first; of equal ones the exact one."""
    return -len(location.path), location.type != EXACT, location.path
