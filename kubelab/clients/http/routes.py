"""Routes: what a URL is about.

In Kubernetes
    `RequestInfo`: staging/src/k8s.io/apiserver/pkg/endpoints/request/requestinfo.go.
    https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from kubelab.api.kinds import Kind

# Cluster-scoped objects below which nothing but subresources is found: `namespaces` is also the way into each of them.
_OF_NAMESPACES = ("status", "finalize")


@dataclass(frozen=True, slots=True)
class Route:
    """A resource as a URL names it: `/apis/apps/v1/namespaces/default/deployments/web/scale`.

    `word` is what the API server calls the kind. `rest` is what follows a subresource (`proxy/…`); `watched` says that
    the URL has the old form `/api/v1/watch/…`.
    """

    kind: Kind
    api_version: str
    word: str
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    rest: str = ""
    watched: bool = False

    @property
    def scope(self) -> str | None:
        """The namespace to ask the API server for; None is all of them."""
        return self.namespace or None

    @property
    def resource(self) -> str:
        """How rules of access name it: `pods/log`."""
        return f"{self.kind.plural}/{self.subresource}" if self.subresource else self.kind.plural


def segments(raw_path: str) -> list[str]:
    """The parts of a path, each with its escapes resolved; an escaped slash stays within its part."""
    return [unquote(part, errors="replace") for part in raw_path.split("/")[1:]]


def find_route(parts: list[str], kinds: Iterable[Kind], extensions: Iterable[Kind] = ()) -> Route | None:
    """The resource that the parts of a path name; None where there is none. `extensions` are served by others.

    Examples
    --------
    >>> from kubelab.api.kinds import KINDS
    >>> route = find_route(segments("/api/v1/namespaces/default/pods/web/log"), KINDS)
    >>> route.kind.name, route.namespace, route.name, route.subresource
    ('Pod', 'default', 'web', 'log')
    >>> find_route(segments("/api/v1/namespaces/default"), KINDS).kind.name
    'Namespace'
    """
    version, rest = _version(parts)
    watched = rest[:1] == ["watch"]
    rest = rest[1:] if watched else rest
    if not version or not rest:
        return None
    if rest[-1] == "" and "proxy" not in rest:
        return None  # a slash at the end names nothing
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in _OF_NAMESPACES:
        namespace, rest = rest[1], rest[2:]
        if not _is_name(namespace):
            return None
    kind = _kind(kinds, version, rest[0]) or _kind(extensions, version, rest[0])
    if kind is None or (namespace and not kind.namespaced):
        return None
    name, subresource = (*rest[1:3], "", "")[:2]
    if (len(rest) > 1 and not _is_name(name)) or (len(rest) > 3 and subresource != "proxy"):
        return None
    if len(rest) > 1 and kind.namespaced and not namespace:
        return None
    word = kind.resource if kind in kinds else kind.qualified
    return Route(kind, version, word, namespace, name, subresource, "/".join(rest[3:]), watched)


def _version(parts: list[str]) -> tuple[str, list[str]]:
    if parts[:1] == ["api"] and len(parts) > 1:
        return parts[1], parts[2:]
    if parts[:1] == ["apis"] and len(parts) > 2:
        return f"{parts[1]}/{parts[2]}", parts[3:]
    return "", []


def _kind(kinds: Iterable[Kind], api_version: str, plural: str) -> Kind | None:
    for kind in kinds:
        if kind.plural == plural and api_version in (kind.api_version, *kind.also):
            return kind
    return None


def _is_name(text: str) -> bool:
    """Whether a part of a path can name an object: what cannot is nowhere to be found."""
    return bool(text) and text not in (".", "..") and "/" not in text and "%" not in text and text.isprintable()
