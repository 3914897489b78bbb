"""Access: who asks, and whether they may.

`authenticate` says who somebody is, `authorize` lets a request pass or refuses it. Nothing else decides about access.

In Kubernetes
    https://kubernetes.io/docs/concepts/security/controlling-access/

Left out
    Client certificates and OpenID Connect: a bearer token says who somebody is. There is one of an administrator, and
    service accounts can be given others.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kubelab.api.errors import ApiError
from kubelab.control_plane.api_server.authorization.attributes import ADMIN, AUTHENTICATED, NOBODY, Attributes, User

if TYPE_CHECKING:
    from kubelab.client_go.client import Client
    from kubelab.clients.http.routes import Route

# What anybody may read: whether the server is well, and what it is.
OPEN_PATHS = ("healthz", "livez", "readyz", "version")
_LONGEST_TOKEN = 4096
_MOST_GROUPS = 64


def unauthorized() -> ApiError:
    """401: nobody knows who asks."""
    return ApiError(401, "Unauthorized", "Unauthorized")


class Access:
    """The keeper of the door: one token is the administrator's, service accounts have their own."""

    def __init__(self, token: str, client: Client) -> None:
        self._token, self._client = token.encode(), client
        client.gate.tokens.key = secrets.token_bytes(32)  # from now on strangers may try to make some of their own

    def authenticate(self, headers: Mapping[str, str]) -> User:
        """Who sends these headers; somebody without a token is nobody.

        Raises
        ------
        ApiError
            401: the token is nobody's. 403: somebody may not act as another.
        """
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        token = token.strip()
        if not scheme:
            return NOBODY
        if scheme.lower() != "bearer" or len(token) > _LONGEST_TOKEN:
            raise unauthorized()
        if hmac.compare_digest(token.encode("utf-8", "surrogateescape"), self._token):
            user: User | None = ADMIN
        else:
            user = self._client.gate.tokens.user_of(token) if token.isascii() else None
        if user is None:
            raise unauthorized()
        return self._impersonated(user, headers)

    def authorize(self, user: User, wanted: Attributes) -> None:
        """Let a request pass.

        Raises
        ------
        ApiError
            401: nobody asks for what only somebody may have. 403: this user may not.
        """
        if user is NOBODY and not is_open(wanted.path):
            raise unauthorized()
        if user is not NOBODY:
            self._client.gate.check(user, wanted)

    def _impersonated(self, user: User, headers: Mapping[str, str]) -> User:
        name = headers.get("Impersonate-User", "")
        if not name:
            return user
        groups = tuple(headers.getall("Impersonate-Group", ()))[:_MOST_GROUPS] if hasattr(headers, "getall") else ()
        other = User(name, groups)
        self._client.gate.check_impersonation(user, other)
        return User(name, groups if AUTHENTICATED in groups else (*groups, AUTHENTICATED))


def is_open(path: str) -> bool:
    """Whether anybody may read there."""
    return path.startswith("/") and path.split("/")[1] in OPEN_PATHS


def attributes_of(verb: str, route: Route) -> Attributes:
    """What a request asks for, as rules of access say it."""
    return Attributes(verb, route.api_version.rpartition("/")[0], route.resource, route.namespace, route.name)
