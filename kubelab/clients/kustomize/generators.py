"""ConfigMaps and Secrets made from literals and files, and the hash that their names end in.

The hash changes with the content, so that whoever mounts it is rolled out anew.

In Kubernetes
    `sigs.k8s.io/kustomize/api/internal/generators`, `…/api/hasher`.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import PurePosixPath
from typing import Any

from kubelab.clients.go_format import compact_json
from kubelab.clients.kustomize.kustomization import Kustomization, KustomizeError
from kubelab.clients.kustomize.resource import Resource

_LETTERS = str.maketrans("013ae", "ghkmt")
_LINE = 70


def content_hash(content: dict[str, Any], name: str = "") -> str:
    """The ten letters that stand for what a ConfigMap or Secret holds. kubectl counts its name in, kustomize does not.

    Examples
    --------
    >>> content_hash({"kind": "ConfigMap", "data": {}})
    '42745tchd9'
    """
    encoded = {"kind": content["kind"], "name": name, "data": content.get("data", "")}
    if content["kind"] == "Secret":
        encoded["type"] = content.get("type", "")
    for field in ("binaryData", "stringData"):
        if content.get(field):
            encoded[field] = content[field]
    return hashlib.sha256(compact_json(encoded).encode()).hexdigest()[:10].translate(_LETTERS)


def generated(kustomization: Kustomization) -> list[Resource]:
    """The ConfigMaps, then the Secrets that a kustomization makes."""
    made = [_config_map(kustomization, given) for given in kustomization.list("configMapGenerator")]
    return made + [_secret(kustomization, given) for given in kustomization.list("secretGenerator")]


def _config_map(kustomization: Kustomization, given: dict[str, Any]) -> Resource:
    data: dict[str, str] = {}
    binary: dict[str, str] = {}
    for key, value in _pairs(kustomization, given).items():
        try:
            data[key] = value.decode("utf-8")
        except UnicodeDecodeError:
            binary[key] = base64.b64encode(value).decode()
    content = _object("ConfigMap", given)
    content |= {"data": data} if data else {}
    content |= {"binaryData": binary} if binary else {}
    return _resource(kustomization, given, content)


def _secret(kustomization: Kustomization, given: dict[str, Any]) -> Resource:
    pairs = _pairs(kustomization, given)
    content = {**_object("Secret", given), "type": given.get("type") or "Opaque"}
    if pairs:
        content["data"] = {key: _base64(value) for key, value in pairs.items()}
    return _resource(kustomization, given, content)


def _base64(value: bytes) -> str:
    """Base64, in lines of seventy letters when it is long."""
    text = base64.b64encode(value).decode()
    if len(text) <= _LINE:
        return text
    return "".join(f"{text[at : at + _LINE]}\n" for at in range(0, len(text), _LINE))


def _object(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    if not given.get("name"):
        raise KustomizeError("missing name")
    metadata = {"name": given["name"]} | ({"namespace": given["namespace"]} if given.get("namespace") else {})
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata}


def _resource(kustomization: Kustomization, given: dict[str, Any], content: dict[str, Any]) -> Resource:
    options = {**kustomization.map("generatorOptions")}
    for key, value in (given.get("options") or {}).items():
        options[key] = {**(options.get(key) or {}), **value} if isinstance(value, dict) else value
    for field in ("labels", "annotations"):
        if options.get(field):
            content["metadata"][field] = {key: str(text) for key, text in options[field].items()}
    if options.get("immutable"):
        content["immutable"] = True
    needs_hash = not options.get("disableNameSuffixHash")
    return Resource(content, needs_hash=needs_hash, behavior=given.get("behavior") or "create")


def _pairs(kustomization: Kustomization, given: dict[str, Any]) -> dict[str, bytes]:
    """Keys and values: of env files, then literals, then files."""
    pairs: list[tuple[str, bytes]] = []
    for place in [*(given.get("envs") or ()), *([given["env"]] if given.get("env") else ())]:
        for line in kustomization.read(place).lstrip("\ufeff").splitlines():
            if line.strip() and not line.lstrip().startswith("#"):
                key, _, text = line.lstrip().partition("=")
                pairs.append((key, text.encode()))
    for literal in given.get("literals") or ():
        key, equals, text = str(literal).partition("=")
        if not equals or not key:
            raise KustomizeError(
                f"literal sources {given['literals']}: invalid literal source {literal}, expected key=value"
            )
        pairs.append((key, _bare(text).encode()))
    for source in given.get("files") or ():
        key, equals, place = source.partition("=")
        path = kustomization.folder / (place if equals else source)
        if not path.is_file():
            kustomization.read(place if equals else source)
        pairs.append((key if equals else PurePosixPath(source).name, path.read_bytes()))
    found: dict[str, bytes] = {}
    for key, value in pairs:
        if key in found:
            raise KustomizeError(f"configmap {given.get('name')} illegally repeats the key `{key}`")
        found[key] = value
    return found


def _bare(text: str) -> str:
    """A text without the quotes around it."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text
