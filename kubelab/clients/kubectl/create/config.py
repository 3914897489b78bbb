"""`kubectl create configmap`, `secret …`, `serviceaccount` and `namespace`.

In Kubernetes
    `create_configmap.go`, `create_secret*.go` … in `k8s.io/kubectl/pkg/cmd/create`.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from kubelab.api import formats
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.create.making import MAKING, make, one_name
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.session import Session
from kubelab.clients.kustomize.generators import content_hash

DATA = (*MAKING, f.several("from-literal"), f.words("from-file"), f.words("from-env-file"))
TLS = (*MAKING, f.text("cert"), f.text("key"))
DOCKER = (
    *(*MAKING, f.words("from-file"), f.text("docker-server", default="https://index.docker.io/v1/")),
    *(f.text("docker-username"), f.text("docker-password"), f.text("docker-email")),
)
_DOCKER_KEY = ".dockerconfigjson"
_SECRET_FAILED = "failed to create secret "


def namespace(session: Session) -> None:
    """`kubectl create namespace shop`."""
    content = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": one_name(session)}}
    make(session, {**content, "spec": {}, "status": {}}, failed=None)


def service_account(session: Session) -> None:
    """`kubectl create serviceaccount robot`."""
    make(session, {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": one_name(session)}})


def config_map(session: Session) -> None:
    """`kubectl create configmap settings --from-literal=color=red`."""
    data: dict[str, str] = {}
    binary: dict[str, str] = {}
    name = one_name(session)
    for key, value in _data(session, name, "ConfigMap").items():
        try:
            data[key] = value.decode("utf-8")
        except UnicodeDecodeError:
            binary[key] = base64.b64encode(value).decode()
    content: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}
    content |= {"data": data} if data else {}
    content |= {"binaryData": binary} if binary else {}
    make(session, _hashed(session, content))


def generic_secret(session: Session) -> None:
    """`kubectl create secret generic token --from-literal=key=value`."""
    name = one_name(session)
    _make_secret(session, name, session.flags["type"], _data(session, name, "Secret"))


def tls_secret(session: Session) -> None:
    """`kubectl create secret tls site --cert=site.crt --key=site.key`.

    Left out
        Whether the key belongs to the certificate is not looked at.
    """
    name, flags = one_name(session), session.flags
    if not flags["key"] or not flags["cert"]:
        raise error("key and cert must be specified")
    values = {}
    for key, flag in (("tls.crt", "cert"), ("tls.key", "key")):
        path = Path(flags[flag])
        if not path.is_file():
            raise error(f"Cannot read file {path}, open {path}: no such file or directory")
        values[key] = path.read_bytes()
        if b"-----BEGIN" not in values[key]:
            what = "certificate" if flag == "cert" else "key"
            raise error(f"tls: failed to find any PEM data in {what} input")
    _make_secret(session, name, "kubernetes.io/tls", values)


def docker_secret(session: Session) -> None:
    """`kubectl create secret docker-registry hub --docker-username=me --docker-password=…`."""
    name, flags = one_name(session), session.flags
    user, password, server = (flags[f"docker-{word}"] for word in ("username", "password", "server"))
    if flags["from-file"]:
        places = [place if "=" in place else f"{_DOCKER_KEY}={place}" for place in flags["from-file"]]
        values = _from_files(places, {}, name, "Secret")
    elif not (user and password and server):
        raise error(
            "either --from-file or the combination of --docker-username, --docker-password and --docker-server is "
            "required"
        )
    else:
        parts = {"username": user, "password": password, "email": flags["docker-email"]}
        entry = {key: text for key, text in parts.items() if text}
        entry["auth"] = base64.b64encode(f"{user}:{password}".encode()).decode()
        values = {_DOCKER_KEY: json.dumps({"auths": {server: entry}}, separators=(",", ":")).encode()}
    _make_secret(session, name, "kubernetes.io/dockerconfigjson", values)


def _make_secret(session: Session, name: str, type_: str, values: dict[str, bytes]) -> None:
    content: dict[str, Any] = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}}
    if values:
        content["data"] = {key: base64.b64encode(value).decode() for key, value in values.items()}
    content |= {"type": type_} if type_ else {}
    make(session, _hashed(session, content), failed=_SECRET_FAILED)


def _hashed(session: Session, content: dict[str, Any]) -> dict[str, Any]:
    """With `--append-hash`, the name ends in a hash of what the object holds."""
    if not session.flags["append-hash"]:
        return content
    known = {"data": {}, **content, "type": content.get("type", "")}
    name = content["metadata"]["name"]
    name = f"{name}-{content_hash(known, name)}"
    return {**content, "metadata": {**content["metadata"], "name": name}}


def _data(session: Session, name: str, kind: str) -> dict[str, bytes]:
    """Keys and values of `--from-literal`, `--from-file` and `--from-env-file`."""
    flags = session.flags
    if flags["from-env-file"] and (flags["from-file"] or flags["from-literal"]):
        raise error("from-env-file cannot be combined with from-file or from-literal")
    data: dict[str, bytes] = {}
    for word in flags["from-literal"]:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise error(f"invalid literal source {word}, expected key=value")
        _add(data, key, value.encode(), name, kind)
    _from_files(flags["from-file"], data, name, kind)
    for place in flags["from-env-file"]:
        path = Path(place)
        if not path.exists():
            raise error(f"error reading {place}: no such file or directory")
        if path.is_dir():
            raise error(f"env {'config' if kind == 'ConfigMap' else 'secret'} file cannot be a directory")
        for line in path.read_text(encoding="utf-8").lstrip("\ufeff").splitlines():
            if line.strip() and not line.lstrip().startswith("#"):
                key, _, value = line.lstrip().partition("=")
                _add(data, key, value.encode(), name, kind)
    return data


def _from_files(places: Any, data: dict[str, bytes], name: str, kind: str) -> dict[str, bytes]:
    for place in places:
        key, equals, source = place.partition("=")
        path = Path(source if equals else place)
        if not path.exists():
            raise error(f"error reading {path}: no such file or directory")
        if path.is_dir() and equals:
            raise error("cannot give a key name for a directory path")
        inside = sorted(file for file in path.iterdir() if file.is_file()) if path.is_dir() else [path]
        for file in inside:
            _add(data, key if equals else file.name, file.read_bytes(), name, kind)
    return data


def _add(data: dict[str, bytes], key: str, value: bytes, name: str, kind: str) -> None:
    if wrong := formats.config_map_key(key):
        text = f'"{key}" is not a valid key name for a ConfigMap: {",".join(wrong)}'
        raise error(text if kind == "ConfigMap" else f'"{key}" is not valid key name for a Secret {";".join(wrong)}')
    if key in data and kind == "ConfigMap":
        raise error(f'cannot add key "{key}", another key by that name already exists in Data for ConfigMap "{name}"')
    if key in data:
        raise error(f"cannot add key {key}, another key by that name already exists")
    data[key] = value
