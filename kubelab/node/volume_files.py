"""The files in a pod's volumes, as its containers share them.

In Kubernetes
    pkg/volume/emptydir, configmap, secret, projected and downwardapi.
    https://kubernetes.io/docs/concepts/storage/volumes/

Left out
    That a change of a mounted ConfigMap takes a minute to come; items' modes, `resourceFieldRef`. What is written into
    the volume of a claim lasts as long as the pod, as in an emptyDir; the container's size limits do not hold.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, NamedTuple

from kubelab.api.errors import ApiError
from kubelab.node.environment import field

if TYPE_CHECKING:
    from kubelab.client_go.client import Client


class Volume:
    """One volume of a pod on its node: its files by their paths in it.

    It outlives the pod's containers, and goes with the pod. What comes from the API server stays as it was while that
    does not answer.
    """

    __slots__ = ("client", "pod", "read_only", "source", "texts")

    def __init__(self, source: Any, client: Client | None, pod: Any) -> None:
        self.source, self.client, self.pod = source, client, pod
        given = (source.configMap, source.secret, source.projected, source.downwardAPI)
        self.read_only = any(each is not None for each in given)
        self.texts: dict[str, str] = {}

    def files(self, *, names: bool = False) -> dict[str, str]:
        """All its files; where only their `names` are wanted, no token is asked for."""
        if self.read_only and self.client is not None:
            try:
                self.texts = _contents(self.client, self.pod, self.source, names)
            except ApiError:
                return self.texts
        return self.texts


class Mount(NamedTuple):
    """Where a container finds a volume: at `place`, as a whole or from `sub` on."""

    place: str
    sub: str
    read_only: bool
    volume: Volume

    def inner(self, path: str) -> str:
        """The path in the volume of what the container knows by `path`."""
        rest = path[len(self.place) :].lstrip("/")
        return "/".join(part for part in (self.sub, rest) if part)

    def files(self) -> list[str]:
        """The files in it, as the container knows them."""
        held = self.volume.files(names=True)
        if self.sub in held:
            return [self.place]
        start = f"{self.sub}/" if self.sub else ""
        return [f"{self.place}/{path.removeprefix(start)}" for path in held if path.startswith(start)]


def mounts_of(spec: Any, pod: Any, client: Client | None, volumes: dict[str, Volume]) -> tuple[Mount, ...]:
    """What a container mounts, the deepest places first; `volumes` are those that the pod has on its node so far."""
    sources = {source.name: source for source in pod.spec.volumes or ()}
    found = list[Mount]()
    for mount in spec.volumeMounts or ():
        if mount.name in sources:
            volume = volumes.setdefault(mount.name, Volume(sources[mount.name], client, pod))
            sub = (mount.subPath or "").strip("/")
            read_only = bool(mount.readOnly) or volume.read_only
            found.append(Mount(mount.mountPath.rstrip("/"), sub, read_only, volume))
    return tuple(sorted(found, key=_depth))


def _depth(mount: Mount) -> int:
    return -len(mount.place)


def _contents(client: Client, pod: Any, volume: Any, names: bool) -> dict[str, str]:
    namespace = pod.metadata.namespace
    if volume.configMap is not None:
        return _picked(_texts(client, "configmaps", volume.configMap.name, namespace), volume.configMap.items)
    if volume.secret is not None:
        return _picked(_texts(client, "secrets", volume.secret.secretName, namespace), volume.secret.items)
    found: dict[str, str] = {}
    if volume.downwardAPI is not None:
        found |= _fields(pod, volume.downwardAPI)
    for source in (volume.projected.sources if volume.projected is not None else None) or ():
        if source.configMap is not None:
            found |= _picked(_texts(client, "configmaps", source.configMap.name, namespace), source.configMap.items)
        elif source.secret is not None:
            found |= _picked(_texts(client, "secrets", source.secret.name, namespace), source.secret.items)
        elif source.serviceAccountToken is not None:
            wanted = source.serviceAccountToken
            found[wanted.path] = "" if names else _token(client, pod, wanted.expirationSeconds or 3600)
        elif source.downwardAPI is not None:
            found |= _fields(pod, source.downwardAPI)
    return found


def _token(client: Client, pod: Any, seconds: int) -> str:
    account = pod.spec.serviceAccountName or "default"
    made = client.create_token(account, pod.metadata.namespace, {"spec": {"expirationSeconds": seconds}})
    return str(made.status.token)


def _fields(pod: Any, source: Any) -> dict[str, str]:
    return {item.path: field(pod, item.fieldRef.fieldPath) for item in source.items or () if item.fieldRef is not None}


def _picked(texts: dict[str, str], items: Any) -> dict[str, str]:
    return texts if not items else {item.path: texts[item.key] for item in items if item.key in texts}


def _texts(client: Client, kind: str, name: str, namespace: str) -> dict[str, str]:
    """The texts of a ConfigMap or a Secret; of one that is not there, none.

    Raises
    ------
    ApiError
        The API server does not answer.
    """
    try:
        held = client.get(kind, name, namespace)
    except ApiError as refused:
        if refused.code != 404:
            raise
        return {}
    if kind == "configmaps":
        return dict(held.data or {})
    return {key: base64.b64decode(text).decode(errors="replace") for key, text in (held.data or {}).items()}
