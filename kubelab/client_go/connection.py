"""A connection to the API servers: where they are, who asks, and whether the request may pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kubelab.api.errors import unavailable
from kubelab.control_plane.api_server.authorization.attributes import ADMIN, User

if TYPE_CHECKING:
    from kubelab.api.kinds import Kind
    from kubelab.api.served_kinds import ServedKinds
    from kubelab.control_plane.api_server.authorization.gate import Gate
    from kubelab.control_plane.api_server.server import ApiServer
    from kubelab.control_plane.api_server.watch import Watch
    from kubelab.machine import Machine


class Connection:
    """How `user` on `machine` (None: outside the cluster) reaches whichever API server answers.

    `identity` is who that is to RBAC; by default one of `system:masters`, who may do everything.

    In Kubernetes
        client-go's `rest.Config`: addresses, credentials, user agent.
    """

    def __init__(
        self, servers: Sequence[ApiServer], user: str, machine: Machine | None = None, identity: User = ADMIN
    ) -> None:
        self.servers, self.user, self.machine, self.identity = servers, user, machine, identity
        self.agent = user.partition("/")[0]  # the first word of the user agent: who owns the fields it writes
        self.warnings: list[str] = []
        self._watches: list[Watch] = []

    @property
    def kinds(self) -> ServedKinds:
        """The kinds that are served now."""
        return self._server().kinds

    @property
    def extensions(self) -> tuple[Kind, ...]:
        """The kinds that are served by others behind the same door: metrics."""
        return self._server().aggregation.kinds

    @property
    def gate(self) -> Gate:
        """Who decides on what users may do."""
        return self._server().gate

    @property
    def reachable(self) -> bool:
        """Whether some API server answers."""
        return self._find() is not None

    @property
    def newest_revision(self) -> int:
        """The newest revision of the state."""
        return self._server().revision

    def _ask(
        self, verb: str, kind: str, namespace: str | None = None, name: str = "", subresource: str = ""
    ) -> ApiServer:
        """The server that answers, once it has let this request pass."""
        server = self._server()
        if server.gate.rbac and not self.identity.is_master:
            server.gate.check(self.identity, server.attributes(verb, kind, namespace, name, subresource))
        return server

    def _ask_about(self, verb: str, obj: Any, namespace: str | None, subresource: str = "") -> ApiServer:
        """The same, about an object or a manifest."""
        server = self._server()
        if server.gate.rbac and not self.identity.is_master:
            server.gate.check(self.identity, server.attributes_of(verb, obj, namespace, subresource))
        return server

    def _find(self) -> ApiServer | None:
        machine = self.machine
        for server in self.servers:
            if server.running and (server.machine.reachable if machine is None else machine.reaches(server.machine)):
                return server
        return None

    def _server(self) -> ApiServer:
        server = self._find()
        if server is None:
            here = self.machine is None or self.machine.reachable
            stopped = here and any(each.machine.reachable for each in self.servers)  # whoever is there can say no
            raise unavailable(f"the API server cannot be reached: {'connection refused' if stopped else 'i/o timeout'}")
        return server

    def __repr__(self) -> str:
        return f"Client: {self.user}, {'connected' if self.reachable else 'no API server reachable'}"
