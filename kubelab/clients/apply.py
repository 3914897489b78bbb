"""Applying manifests from a script or a notebook: all of them, or none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from kubelab.api.errors import ApiError, not_found
from kubelab.api.manifest import Manifest, ManifestError, from_dict, parse
from kubelab.api.objects import kind_of, to_dict
from kubelab.api.suggestions import locate
from kubelab.arguments import ArgumentError, unfit
from kubelab.client_go.client import Client
from kubelab.language import say

_EXTENSIONS = (".yaml", ".yml", ".json")


class Applied(list[Any]):
    """The objects that were applied, shown as kubectl answers: `deployment.apps/web created`."""

    def __init__(self, objects: list[Any], words: list[str]) -> None:
        super().__init__(objects)
        self.words = words

    def __repr__(self) -> str:
        return "\n".join(f"{kubectl_name(obj)} {word}" for obj, word in zip(self, self.words, strict=True))

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


def kubectl_name(obj: Any) -> str:
    """How kubectl names an object: `pod/web-1`, `deployment.apps/web`."""
    kind = kind_of(obj)
    return f"{kind.singular}{'.' + kind.group if kind.group else ''}/{obj.metadata.name}"


def read(source: Any) -> list[Manifest]:
    """The manifests of a path, a YAML text, a dict, an object, or several of these.

    Raises
    ------
    ManifestError
        The text is no manifest, or there is no such file.
    ArgumentError
        It is nothing that could be one.
    """
    if isinstance(source, msgspec.Struct):
        return [from_dict(to_dict(source))]
    if isinstance(source, dict):
        return [from_dict(source)]
    if isinstance(source, list | tuple):
        return [manifest for part in source for manifest in read(part)]
    if isinstance(source, Path) or (isinstance(source, str) and not _is_yaml(source)):
        return [manifest for file in files(str(source)) for manifest in parse(file.read_bytes(), str(file))]
    if not isinstance(source, str | bytes):
        es, en = "un texto, una ruta, un diccionario o un objeto", "a text, a path, a dict or an object"
        raise ArgumentError(unfit(say(es="un manifiesto", en="a manifest"), source, es=es, en=en))
    return parse(source)


def files(place: str, *, recursive: bool = False) -> list[Path]:
    """The file of a path, or those of a folder that hold manifests, in the order of their names.

    Raises
    ------
    ManifestError
        There is no such path, or nothing in the folder.

    In Kubernetes
        `ExpandPathsToFileVisitors` in `k8s.io/cli-runtime/pkg/resource/visitor.go`.
    """
    path = Path(place)
    if not path.exists():
        raise ManifestError(f'the path "{place}" does not exist')
    if not path.is_dir():
        return [path]
    inside = path.rglob("*") if recursive else path.iterdir()
    found = sorted(file for file in inside if file.suffix in _EXTENSIONS and file.is_file())
    if not found:
        raise ManifestError(f"error reading [{place}]: recognized file extensions are [.json .yaml .yml]")
    return found


def _is_yaml(text: str) -> bool:
    """Whether a text is a manifest rather than the path of one."""
    return "\n" in text or ": " in text or text.lstrip().startswith("{")


def apply(client: Client, *sources: Any, namespace: str | None = None) -> Applied:
    """Apply every manifest of `sources`. Where one is refused, nothing has changed and its `ApiError` says why.

    In Kubernetes
        `kubectl apply` sends one object after the other and leaves those before a faulty one applied. Here all are
        tried (dry run) before the first is written.
    """
    manifests = read(list(sources))
    ahead = [manifest.name for manifest in manifests if manifest.kind == "Namespace"]
    for manifest in manifests:
        _apply_one(client, manifest, namespace, ahead)
    objects, words = [], []
    for manifest in manifests:
        before = _find(client, manifest, namespace)
        obj = _apply_one(client, manifest, namespace, None)
        objects.append(obj)
        if before is None:
            words.append("created")
        else:
            words.append(
                "unchanged" if before.metadata.resourceVersion == obj.metadata.resourceVersion else "configured"
            )
    return Applied(objects, words)


def _apply_one(client: Client, manifest: Manifest, namespace: str | None, ahead: list[str] | None) -> Any:
    """Apply one manifest; with `ahead` (the namespaces that come with it) only try whether it would be accepted."""
    kind = client.kinds.by_type(manifest.api_version, manifest.kind)
    try:
        if kind is None:
            error = not_found(manifest.kind, "", manifest.api_version)
            error.message = f'no matches for kind "{manifest.kind}" in version "{manifest.api_version}"'
            raise error
        if ahead is not None and _in(manifest, namespace) in ahead and kind.namespaced:
            return None  # its namespace is made by this very call: it can only be judged when that is there
        return client.apply(manifest.content, namespace=namespace, dry_run=ahead is not None)
    except ApiError as error:
        locate(error, manifest, kind)
        raise


def _find(client: Client, manifest: Manifest, namespace: str | None) -> Any:
    try:
        kind = client.kinds.by_type(manifest.api_version, manifest.kind)
        return client.get(kind.resource, manifest.name, _in(manifest, namespace))
    except ApiError as error:
        if error.code == 404:
            return None
        raise


def _in(manifest: Manifest, namespace: str | None) -> str:
    said = (manifest.content.get("metadata") or {}).get("namespace")
    return said if isinstance(said, str) and said else namespace or "default"
