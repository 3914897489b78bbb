"""Dispatch: from a request to the verb that answers it.

In Kubernetes
    The chain of handlers of an API server: staging/src/k8s.io/apiserver/pkg/server/config.go
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError
from kubelab.api.virtual_kinds import REVIEWS
from kubelab.client_go.client import Client
from kubelab.clients.http import paths, reads, subresources, watches, writes
from kubelab.clients.http.access import Access, attributes_of
from kubelab.clients.http.answers import Answer, method_not_allowed, page_not_found
from kubelab.clients.http.calls import Call, Handler, Query
from kubelab.clients.http.connections import CONNECTIONS
from kubelab.clients.http.logs import logs
from kubelab.clients.http.negotiation import Format, negotiate
from kubelab.clients.http.routes import find_route, segments
from kubelab.clients.http.streams import Stream
from kubelab.control_plane.api_server.authorization.attributes import Attributes, User

if TYPE_CHECKING:
    from kubelab.cluster import Cluster

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_OF_ONE: dict[str, tuple[str, Handler]] = {
    "GET": ("get", reads.get),
    "PUT": ("update", writes.update),
    "PATCH": ("patch", writes.patch),
    "DELETE": ("delete", writes.delete),
}
_OF_ALL: dict[str, tuple[str, Handler]] = {
    "GET": ("list", reads.list_),
    "POST": ("create", writes.create),
    "DELETE": ("deletecollection", writes.delete_collection),
}
_WATCH: dict[str, tuple[str, Handler]] = {"GET": ("watch", watches.watch)}
_SUBVERBS = {"GET": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
# Whoever may only read must not get into a pod by a WebSocket, which begins with a GET.
_INTO_A_POD = ("exec", "attach", "portforward")
_PROGRAM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


class Dispatcher:
    """Answers the requests to one cluster, one at a time: whoever calls it has the turn."""

    def __init__(self, cluster: Cluster, access: Access) -> None:
        self.cluster, self.access = cluster, access
        self.inner = Client(cluster.api_servers, "kube-apiserver")

    def answer(
        self, user: User, method: str, raw_path: str, query: Query, headers: Mapping[str, str], body: bytes
    ) -> Answer | Stream:
        """The answer to a request.

        Raises
        ------
        ApiError
            The refusal.
        """
        if method not in METHODS:
            raise method_not_allowed()
        method = "GET" if method == "HEAD" else method
        client = Client(self.cluster.api_servers, program_of(headers.get("User-Agent", "")), None, user)
        parts = segments(raw_path)
        accept = headers.get("Accept", "")
        if parts[0] in paths.HEALTH or parts == ["version"]:
            self.access.authorize(user, Attributes(method.lower(), path=raw_path))
            _only_read(method)
            return paths.answer(parts, client, query, accept)
        route = find_route(parts, (*client.kinds.all, *REVIEWS), client.extensions)
        if route is None:
            self.access.authorize(user, Attributes(method.lower(), path=raw_path))
            _only_read(method)
            return paths.answer(parts, client, query, accept)
        call = Call(self.cluster, client, self.inner, user, method, route, query, headers, body, Format())
        verb, handler = self._handler(call)
        self.access.authorize(user, attributes_of(verb, route))
        if handler is not watches.watch and route.subresource not in ("log", *CONNECTIONS):
            call.form = negotiate(accept)
        found: Any = handler(call)
        return found

    def _handler(self, call: Call) -> tuple[str, Handler]:
        route, method = call.route, call.method
        if route.subresource:
            goes_in = route.subresource in _INTO_A_POD
            return "create" if goes_in else _SUBVERBS[method], _subresource(call)
        handlers = _OF_ONE if route.name else _OF_ALL
        if method == "GET" and (route.watched or call.query.flag("watch")):
            handlers = _WATCH
        verb, handler = handlers.get(method, ("", reads.get))
        everywhere = verb in ("create", "deletecollection") and route.kind.namespaced and not route.namespace
        if verb not in route.kind.verbs or everywhere:
            raise method_not_allowed()
        return verb, handler


def program_of(agent: str) -> str:
    """What a client is known as in the journal: the program that its `User-Agent` names.

    Examples
    --------
    >>> program_of("kubectl/v1.32.4 (linux/amd64) kubernetes/9894294"), program_of("")
    ('kubectl', 'client')
    """
    found = _PROGRAM.match(agent)
    return found[0] if found else "client"


def _subresource(call: Call) -> Handler:
    name, kind = call.route.subresource, call.route.kind
    if name == "log" and kind.name == "Pod":
        if call.method != "GET":
            raise method_not_allowed()
        return logs
    if name in CONNECTIONS:
        connect = CONNECTIONS[name].get(kind.name)
        if connect is None:
            raise page_not_found()
        return connect
    if name not in kind.subresources or name not in subresources.METHODS:
        raise page_not_found()
    if call.method not in subresources.METHODS[name]:
        raise method_not_allowed()
    return subresources.handler(call)


def _only_read(method: str) -> None:
    if method != "GET":
        raise method_not_allowed()


def unexpected(error: Exception) -> ApiError:
    """500: a fault of ours."""
    return ApiError(500, "InternalError", f"Internal error occurred: {type(error).__name__}")
