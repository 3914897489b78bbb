"""`kubectl create service …` and `ingress`.

In Kubernetes
    `create_service.go`, `create_ingress.go` in `k8s.io/kubectl/pkg/cmd/create`.
"""

from __future__ import annotations

import re
from typing import Any

from kubelab.api import formats
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.create.making import MAKING, make, one_name
from kubelab.clients.kubectl.create.workloads import require
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.session import Session

PORTS = (*MAKING, f.words("tcp"))
INGRESS = (*MAKING, f.text("class"), f.several("rule"), f.text("default-backend"), f.several("annotation"))
_RULE = re.compile(
    r"(?P<host>[\w*\-.]*)/(?P<path>[^=]*)=(?P<service>[\w\-]+):(?P<port>[\w\-]+)(?:,(?P<tls>tls)(?:=(?P<secret>[\w\-]*))?)?"
)
_LARGEST_PORT = 65535


def cluster_ip(session: Session) -> None:
    """`kubectl create service clusterip web --tcp=80:8080`."""
    _service(session, "ClusterIP")


def node_port(session: Session) -> None:
    """`kubectl create service nodeport web --tcp=80:8080 --node-port=30080`."""
    _service(session, "NodePort")


def load_balancer(session: Session) -> None:
    """`kubectl create service loadbalancer web --tcp=80:8080`."""
    _service(session, "LoadBalancer")


def external_name(session: Session) -> None:
    """`kubectl create service externalname db --external-name=db.example.com`."""
    require(session, "external-name")
    if formats.dns1123_subdomain(session.flags["external-name"]):
        raise error(f"invalid service external name {session.flags['external-name']}")
    _service(session, "ExternalName")


def _service(session: Session, type_: str) -> None:
    name, flags = one_name(session), session.flags
    address = flags.get("clusterip") or ""
    if not flags["tcp"] and address != "None" and type_ != "ExternalName":
        raise error("at least one tcp port specifier must be provided")
    ports = []
    for word in flags["tcp"]:
        port, target = _ports(word)
        held = {"name": word.replace(":", "-"), "port": port, "protocol": "TCP", "targetPort": target}
        ports.append({**held, "nodePort": flags["node-port"]} if flags.get("node-port") else held)
    spec: dict[str, Any] = {"selector": {"app": name}, "type": type_}
    spec |= {"ports": ports} if ports else {}
    spec |= {"clusterIP": address} if address else {}
    spec |= {"externalName": flags["external-name"]} if flags.get("external-name") else {}
    content = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "labels": {"app": name}}}
    failed = f"failed to create {type_} service: "
    make(session, {**content, "spec": spec, "status": {"loadBalancer": {}}}, failed=failed)


def _ports(word: str) -> tuple[int, int | str]:
    """`80:8080`, `80:http`, `80`."""
    port, _, target = word.partition(":")
    if not re.fullmatch("[0-9]{1,9}", port):
        raise error(f'strconv.ParseUint: parsing "{port}": invalid syntax')
    if int(port) > _LARGEST_PORT:
        raise error(f'strconv.ParseUint: parsing "{port}": value out of range')
    if not target:
        return int(port), int(port)
    if re.fullmatch("[0-9]{1,9}", target):
        if not 1 <= int(target) <= _LARGEST_PORT:
            raise error("must be between 1 and 65535, inclusive")
        return int(port), int(target)
    if wrong := formats.port_name(target):
        raise error(",".join(wrong))
    return int(port), target


def ingress(session: Session) -> None:
    """`kubectl create ingress shop --class=nginx --rule="shop.example/*=web:80,tls=cert"`."""
    name, flags = one_name(session), session.flags
    if not flags["default-backend"] and not flags["rule"]:
        raise error(
            "not enough information provided: every ingress has to either specify a default-backend (which catches all "
            "traffic) or a list of rules (which catch specific paths)"
        )
    rules = [(text, _RULE.fullmatch(text)) for text in flags["rule"]]
    for text, found in rules:
        if found is None:
            raise error(f"rule {text} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]")
    annotations = {}
    for word in flags["annotation"]:
        key, equals, value = word.partition("=")
        if not equals:
            raise error(f"annotation {word} is invalid and should be in format key=[value]")
        annotations[key] = value
    spec: dict[str, Any] = {"ingressClassName": flags["class"]} if flags["class"] else {}
    if flags["default-backend"]:
        if flags["default-backend"].count(":") != 1:
            raise error("default-backend should be in format servicename:serviceport")
        spec["defaultBackend"] = _backend(*flags["default-backend"].split(":"))
    matches = [found for _, found in rules if found is not None]
    if tls := _tls(matches):
        spec["tls"] = tls
    if matches:
        spec["rules"] = _rules(matches)
    metadata: dict[str, Any] = {"name": name} | ({"annotations": annotations} if annotations else {})
    content = {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": metadata}
    make(session, {**content, "spec": spec, "status": {"loadBalancer": {}}})


def _rules(matches: list[re.Match[str]]) -> list[dict[str, Any]]:
    """One rule a host, with its paths; a `*` at the end of a path means all that begins like it."""
    hosts: dict[str, list[dict[str, Any]]] = {}
    for found in matches:
        path = f"/{found['path']}"
        prefix = path.endswith("*")
        held = {"path": path[:-1] if prefix else path, "pathType": "Prefix" if prefix else "Exact"}
        hosts.setdefault(found["host"], []).append({**held, "backend": _backend(found["service"], found["port"])})
    return [({"host": host} if host else {}) | {"http": {"paths": paths}} for host, paths in hosts.items()]


def _tls(matches: list[re.Match[str]]) -> list[dict[str, Any]]:
    """One entry a certificate, with its hosts."""
    entries: list[dict[str, Any]] = []
    seen: list[str] = []
    for found in matches:
        host, secret = found["host"], found["secret"] or ""
        if not found["tls"] or host in seen:
            continue
        seen.append(host)
        same = next((entry for entry in entries if entry.get("secretName", "") == secret), None)
        if same is not None:
            same.setdefault("hosts", []).append(host)
        elif host or secret:
            entries.append(({"hosts": [host]} if host else {}) | ({"secretName": secret} if secret else {}))
    return entries


def _backend(service: str, port: str) -> dict[str, Any]:
    number = {"number": int(port)} if port.isdigit() else {"name": port}
    return {"service": {"name": service, "port": number}}
