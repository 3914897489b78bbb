"""The guard: what is refused before anybody asks what it is about.

A page on the internet can make a browser send requests to 127.0.0.1. It cannot know the token, and it cannot hide
where it comes from: the browser names the host that the page believes to talk to (`Host`, against DNS rebinding) and
the page's own origin (`Origin`).

In Kubernetes
    The API server trusts its token or certificate alone; `kubectl proxy` has `--accept-hosts` for the same reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from kubelab.api.errors import ApiError

LONGEST_PATH = 4096
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?")


class Guard:
    """Knows the names by which this server may be called. A server on all addresses may be called by any address."""

    def __init__(self, host: str) -> None:
        self.names = tuple(dict.fromkeys((*LOOPBACK, host.lower())))
        self.any_address = host in ("0.0.0.0", "::", "")

    def check(self, raw_path: str, headers: Mapping[str, str]) -> None:
        """Let a request in.

        Raises
        ------
        ApiError
            403: it was meant for another host, or comes from another site's page. 414: its URL is too long.
        """
        if len(raw_path) > LONGEST_PATH:
            raise ApiError(414, "RequestURITooLong", f"the URL is longer than {LONGEST_PATH} characters")
        if not self.knows(headers.get("Host", "")):
            raise _refused("Host", headers.get("Host", ""))
        origin = headers.get("Origin")
        if origin is not None and not self._is_own(origin):
            raise _refused("Origin", origin)

    def knows(self, host: str) -> bool:
        """Whether this server is called by one of its names.

        Examples
        --------
        >>> guard = Guard("127.0.0.1")
        >>> guard.knows("localhost:8001"), guard.knows("[::1]:8001"), guard.knows("evil.example")
        (True, True, False)
        """
        found = _HOST.fullmatch(host)
        if found is None:
            return False
        name = found[1].strip("[]").lower()
        return name in self.names or (self.any_address and _is_address(name))

    def _is_own(self, origin: str) -> bool:
        try:
            parts = urlsplit(origin)
            return parts.scheme in ("http", "https") and self.knows(parts.netloc)
        except ValueError:
            return False


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _refused(header: str, value: str) -> ApiError:
    return ApiError(403, "Forbidden", f"forbidden: requests with {header} {value!r:.80} are not answered here")
