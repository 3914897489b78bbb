"""The rules of Ingresses: which backend a host and a path lead to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

EXACT, PREFIX, SPECIFIC = "Exact", "Prefix", "ImplementationSpecific"
FAKE = "Kubernetes Ingress Controller Fake Certificate"
EVERY_HOST = ""


class Backend(NamedTuple):
    """A port of a Service, by its number or its name; `ingress` is who names it."""

    namespace: str
    service: str
    port: int | str
    ingress: str = ""

    def __str__(self) -> str:
        return f"{self.namespace}/{self.service}:{self.port}"


class Location(NamedTuple):
    """A path of a host."""

    path: str
    type: str
    backend: Backend

    def matches(self, path: str) -> bool:
        """Whether a request's path, without its query, is meant.

        A Prefix is compared element by element; what is left to the implementation nginx compares letter by letter.

        In Kubernetes
            https://kubernetes.io/docs/concepts/services-networking/ingress/#examples

        Examples
        --------
        >>> shop = Backend("default", "shop", 80)
        >>> Location("/foo", PREFIX, shop).matches("/foo/bar"), Location("/foo", PREFIX, shop).matches("/foobar")
        (True, False)
        >>> Location("/foo", EXACT, shop).matches("/foo/"), Location("/foo", SPECIFIC, shop).matches("/foobar")
        (False, True)
        """
        if self.type == EXACT:
            return path == self.path
        if self.type == PREFIX:
            return f"{path.rstrip('/')}/".startswith(f"{self.path.rstrip('/')}/")
        return path.startswith(self.path)


class Server(NamedTuple):
    """What is known of one host (empty: of every host).

    `locations` come with the longest path first, of equal ones the exact one. `default` is where all other paths go.
    `certificate` is the Secret whose certificate is shown, or the fake one; with `redirects` plain HTTP is told to come
    again by HTTPS.
    """

    host: str
    locations: tuple[Location, ...] = ()
    default: Backend | None = None
    certificate: str = FAKE
    redirects: bool = False
    ingress: str = ""  # the oldest that names it


class Configuration(NamedTuple):
    """All that nginx is told when it is reloaded: its servers by host."""

    servers: dict[str, Server] = {}
    default: Backend | None = None  # of the Ingress that has no rules

    def server(self, host: str) -> Server | None:
        """Who answers for a host: the one of exactly that name, the one with a wildcard, the one for every host.

        In Kubernetes
            A wildcard stands for one label: https://kubernetes.io/docs/concepts/services-networking/ingress/#hostname-wildcards
        """
        host = host.lower()
        wildcard = f"*.{host.partition('.')[2]}"
        return self.servers.get(host) or self.servers.get(wildcard) or self.servers.get(EVERY_HOST)

    def backend(self, host: str, path: str) -> Backend | None:
        """Where a request goes; None: to nobody."""
        server, path = self.server(host), path.partition("?")[0]
        if server is None:
            return self.default
        found = next((each.backend for each in server.locations if each.matches(path)), None)
        return found or server.default or self.default

    def backends(self) -> Iterable[Backend]:
        """Every backend that is named, each once."""
        found = [each.backend for server in self.servers.values() for each in server.locations]
        found += [server.default for server in self.servers.values() if server.default is not None]
        return dict.fromkeys([*found, *([self.default] if self.default is not None else [])])


def backend_of(ingress: Any, backend: Any) -> Backend | None:
    """The Service's port that an Ingress names; None where it names something else."""
    if backend is None or backend.service is None:
        return None
    meta, port = ingress.metadata, backend.service.port
    said = (port.number or port.name or "") if port is not None else ""
    return Backend(meta.namespace, backend.service.name, said, f"{meta.namespace}/{meta.name}")
