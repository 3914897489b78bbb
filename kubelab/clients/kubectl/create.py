"""`kubectl create`: objects from manifests, or from a few words without one.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/create`.
Left out
    The generators of kinds that are not served here.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kubelab.api.errors import ApiError
from kubelab.api.objects import to_dict
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.apply import create_from_files
from kubelab.clients.kubectl.flags import Flag, error
from kubelab.clients.kubectl.resources import kind_named
from kubelab.clients.kubectl.session import Session

MAKING = (f.OUTPUT, f.DRY_RUN, f.text("validate", default="strict"), f.switch("save-config"))
_DATA = (f.several("from-literal"), f.several("from-file"), f.several("from-env-file"))
CREATE_FLAGS: dict[str, tuple[Flag, ...]] = {
    "deployment": (*MAKING, f.several("image"), f.number("replicas", 1), f.number("port", -1)),
    "namespace": MAKING,
    "configmap": (*MAKING, *_DATA),
    "secret": (*MAKING, *_DATA, f.text("type")),
    "service": (*MAKING, f.several("tcp"), f.text("clusterip"), f.number("node-port", 0), f.text("external-name")),
    "serviceaccount": MAKING,
    "": (*MAKING, f.FILENAME, f.switch("recursive", "R"), f.text("kustomize", "k")),
}
# What the generators of single kinds say before the API server's words.
_FAILED = {
    "deployment": "failed to create deployment: ",
    "deploy": "failed to create deployment: ",
    "configmap": "failed to create configmap: ",
    "cm": "failed to create configmap: ",
    "secret": "failed to create secret ",
    "service": "failed to create {type} service: ",
    "svc": "failed to create {type} service: ",
    "serviceaccount": "failed to create serviceaccount: ",
    "sa": "failed to create serviceaccount: ",
}


def create(session: Session) -> None:
    """Make objects of manifests."""
    if session.words:
        raise session.usage(f"Unexpected args: [{' '.join(session.words)}]")
    if not session.flags["filename"]:
        raise error("must specify one of -f and -k")
    create_from_files(session)


def make(session: Session, content: dict[str, Any], word: str = "created") -> None:
    """Send a new object to the API server, and say so."""
    kind = kind_named(content["kind"])
    if kind.namespaced and session.flags["namespace"]:
        content = {**content, "metadata": {**content["metadata"], "namespace": session.namespace}}
    namespace = session.namespace if kind.namespaced else None
    name = content["metadata"]["name"]
    if session.flags.dry_run == "client":
        session.done(kind, name, word, content)
        return
    try:
        made = session.client.create(content, namespace=namespace, dry_run=session.flags.dry_run == "server")
    except ApiError as refusal:
        said = _FAILED.get(session.path.removeprefix("kubectl create ").partition(" ")[0])
        if not said or refusal.reason == "ServiceUnavailable":
            raise
        raise error(said.format(type=content.get("spec", {}).get("type")) + refusal.message) from None
    session.warnings()
    session.done(kind, name, word, to_dict(made))


def _one_name(session: Session) -> str:
    if len(session.words) != 1:
        raise session.usage(f"exactly one NAME is required, got {len(session.words)}")
    return session.words[0]


def create_deployment(session: Session) -> None:
    """`kubectl create deployment web --image=nginx --replicas=3 --port=80`."""
    name, flags = _one_name(session), session.flags
    if not flags["image"]:
        raise error('required flag(s) "image" not set')
    labels = {"app": name}
    containers = []
    for image in flags["image"]:
        short = image.rpartition("/")[2].partition(":")[0].partition("@")[0]
        held: dict[str, Any] = {"name": short, "image": image, "resources": {}}
        containers.append({**held, "ports": [{"containerPort": flags["port"]}]} if flags["port"] >= 0 else held)
    spec = {
        "replicas": flags["replicas"],
        "selector": {"matchLabels": labels},
        "strategy": {},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
    }
    content = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "labels": labels}}
    make(session, {**content, "spec": spec, "status": {}})


def create_namespace(session: Session) -> None:
    """`kubectl create namespace shop`."""
    make(session, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": _one_name(session)}})


def create_service_account(session: Session) -> None:
    """`kubectl create serviceaccount robot`."""
    make(session, {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": _one_name(session)}})


def create_config_map(session: Session) -> None:
    """`kubectl create configmap settings --from-literal=color=red`."""
    content = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": _one_name(session)}}
    data = _data(session)
    make(session, {**content, "data": data} if data else content)


def create_secret(session: Session) -> None:
    """`kubectl create secret generic token --from-literal=key=value`."""
    if session.words[:1] != ["generic"]:
        raise error("only 'create secret generic NAME' is available")
    session.words = session.words[1:]
    content: dict[str, Any] = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": _one_name(session)}}
    data = {key: base64.b64encode(value.encode()).decode() for key, value in _data(session).items()}
    content |= {"data": data} if data else {}
    content |= {"type": session.flags["type"]} if session.flags["type"] else {}
    make(session, content)


def _data(session: Session) -> dict[str, str]:
    data: dict[str, str] = {}
    for word in session.flags["from-literal"]:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise error(f"invalid literal source {word}, expected key=value")
        if key in data:
            raise error(f'cannot add key "{key}", another key by that name already exists in Data')
        data[key] = value
    for word in (*session.flags["from-file"], *session.flags["from-env-file"]):
        key, equals, place = word.partition("=")
        path = Path(place if equals else word)
        if not path.is_file():
            raise error(f"error reading {path}: no such file or directory")
        text = path.read_text(encoding="utf-8")
        if word in session.flags["from-env-file"]:
            pairs = [line.partition("=") for line in text.splitlines() if "=" in line and not line.startswith("#")]
            data |= {name.strip(): value for name, _, value in pairs}
        else:
            data[key if equals else path.name] = text
    return data


def create_service(session: Session) -> None:
    """`kubectl create service clusterip web --tcp=80:8080`."""
    types = {"clusterip": "ClusterIP", "nodeport": "NodePort", "loadbalancer": "LoadBalancer"}
    types["externalname"] = "ExternalName"
    if not session.words or session.words[0] not in types:
        raise error("the type must be one of clusterip, externalname, loadbalancer, nodeport")
    type_, session.words = types[session.words[0]], session.words[1:]
    name = _one_name(session)
    ports = []
    for word in (part for given in session.flags["tcp"] for part in given.split(",")):
        port, _, target = word.partition(":")
        if not port.isdigit():
            raise error(f"invalid port format: {word}, expected port:targetPort")
        wanted: Any = int(target or port) if (target or port).isdigit() else target
        held = {"name": word.replace(":", "-"), "port": int(port), "protocol": "TCP", "targetPort": wanted}
        ports.append({**held, "nodePort": session.flags["node-port"]} if session.flags["node-port"] else held)
    if not ports and type_ != "ExternalName" and session.flags["clusterip"] != "None":
        raise error("at least one tcp port specifier must be provided")
    spec: dict[str, Any] = {"type": type_, "selector": {"app": name}, "ports": ports}
    spec |= {"clusterIP": session.flags["clusterip"]} if session.flags["clusterip"] else {}
    spec |= {"externalName": session.flags["external-name"]} if session.flags["external-name"] else {}
    metadata = {"name": name, "labels": {"app": name}}
    make(session, {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec})


GENERATORS: dict[str, Callable[[Session], None]] = {
    "deployment": create_deployment,
    "deploy": create_deployment,
    "namespace": create_namespace,
    "ns": create_namespace,
    "configmap": create_config_map,
    "cm": create_config_map,
    "secret": create_secret,
    "service": create_service,
    "svc": create_service,
    "serviceaccount": create_service_account,
    "sa": create_service_account,
}
