"""Tokens of service accounts: signed statements that say who their bearer is.

In Kubernetes
    The TokenRequest API: https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/ . A token is
    a JSON Web Token (RFC 7519).

Left out
    Tokens bound to a pod or a secret; public keys (the signature is HMAC-SHA256, which only this server can check).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from lightkube.models import authentication_v1, core_v1

from kubelab.api.decoding import decode
from kubelab.api.errors import Cause, invalid
from kubelab.api.kinds import Kind
from kubelab.api.objects import replace
from kubelab.clock import Clock
from kubelab.control_plane.api_server.authorization.attributes import User
from kubelab.control_plane.api_server.authorization.rbac import service_account_groups, service_account_user

TOKEN_REQUEST = Kind(
    "TokenRequest", "tokenrequests", "authentication.k8s.io", "v1", True, authentication_v1.TokenRequest
)
AUDIENCE = ISSUER = "https://kubernetes.default.svc.cluster.local"
SHORTEST, LONGEST, USUAL = 600, 2**32, 3600


class ServiceAccountTokens:
    """Signs tokens, and says whose a token is for as long as the account lives and the token is fresh.

    `key` signs; whoever lets strangers in gives a secret one.
    """

    def __init__(self, clock: Clock, find: Callable[[str, str | None, str], Any], key: bytes = b"kubelab") -> None:
        self.clock, self.find, self.key = clock, find, key

    def issue(self, account: core_v1.ServiceAccount, asked: dict[str, Any]) -> authentication_v1.TokenRequest:
        """The request with its token.

        Raises
        ------
        ApiError
            400: the request cannot be read; 422: its time is too short or too long.
        """
        obj, _ = decode({"spec": {}, **asked}, TOKEN_REQUEST)
        request = msgspec.convert(obj, authentication_v1.TokenRequest)
        spec = request.spec
        seconds = spec.expirationSeconds if spec.expirationSeconds is not None else USUAL
        field = "spec.expirationSeconds"
        faults = []
        if seconds < SHORTEST:
            faults = [Cause.invalid(field, seconds, "may not specify a duration less than 10 minutes")]
        elif seconds > LONGEST:
            faults = [Cause.invalid(field, seconds, "may not specify a duration larger than 2^32 seconds")]
        if faults:
            raise invalid("TokenRequest", "authentication.k8s.io", "", faults)
        meta, now = account.metadata, self.clock.date
        ends = now + timedelta(seconds=seconds)
        audiences = list(spec.audiences or (AUDIENCE,))
        claims = {
            "aud": audiences,
            "exp": _seconds(ends),
            "iat": _seconds(now),
            "iss": ISSUER,
            "kubernetes.io": {
                "namespace": meta.namespace,
                "serviceaccount": {"name": meta.name, "uid": meta.uid},
            },
            "nbf": _seconds(now),
            "sub": service_account_user(meta.namespace, meta.name),
        }
        status = authentication_v1.TokenRequestStatus(token=self._signed(claims), expirationTimestamp=ends)
        spec = replace(spec, audiences=audiences, expirationSeconds=seconds)
        return replace(request, spec=spec, status=status)

    def user_of(self, token: str) -> User | None:
        """Whose token this is; None for one that is forged, stale, or of an account that is gone."""
        head, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(head).encode()):
            return None
        claims = json.loads(_decoded(head.partition(".")[2]))
        if claims["exp"] <= _seconds(self.clock.date):
            return None
        said = claims["kubernetes.io"]
        account = self.find("ServiceAccount", said["namespace"], said["serviceaccount"]["name"])
        if account is None or account.metadata.uid != said["serviceaccount"]["uid"]:
            return None
        return User(claims["sub"], service_account_groups(said["namespace"]), account.metadata.uid)

    def _signed(self, claims: dict[str, Any]) -> str:
        head = f"{_encoded({'alg': 'HS256', 'typ': 'JWT'})}.{_encoded(claims)}"
        return f"{head}.{self._signature(head)}"

    def _signature(self, text: str) -> str:
        return _base64(hmac.new(self.key, text.encode(), hashlib.sha256).digest())


def _seconds(date: datetime) -> int:
    return int(date.timestamp())


def _encoded(part: dict[str, Any]) -> str:
    return _base64(json.dumps(part, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
