"""What is asked for: the parts of a URL."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from kubelab.language import say


class Url(NamedTuple):
    """Where a request goes. `path` includes the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def secure(self) -> bool:
        """Whether TLS is spoken."""
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """Host and port as the header `Host` says them."""
        return self.host if self.port == (443 if self.secure else 80) else f"{self.host}:{self.port}"


def parsed(url: str) -> Url:
    """The parts of a URL; `http://` may be left out.

    Raises
    ------
    ValueError
        It is none, or none that leads to an HTTP server.

    Left out
        IPv6.

    Examples
    --------
    >>> parsed("http://web.shop:8080/cart")
    Url(scheme='http', host='web.shop', port=8080, path='/cart')
    >>> parsed("web")
    Url(scheme='http', host='web', port=80, path='/')
    """
    found = _parsed(url)
    if found is None:
        raise ValueError(
            say(
                es=f"hace falta una URL como http://web o http://172.18.0.3:30080, no {url!r}",
                en=f"a URL such as http://web or http://172.18.0.3:30080 is wanted, not {url!r}",
            )
        )
    if ":" in found.host:
        raise ValueError(
            say(
                es=f"{url!r}: aquí no hay IPv6; usa una dirección IPv4 como 172.18.0.3 o un nombre",
                en=f"{url!r}: there is no IPv6 here; use an IPv4 address such as 172.18.0.3, or a name",
            )
        )
    if not found.port:
        raise ValueError(
            say(es=f"{url!r} no tiene un puerto válido, de 1 a 65535", en=f"{url!r} has no good port: 1 to 65535 are")
        )
    return found


@lru_cache(maxsize=1024)
def _parsed(url: str) -> Url | None:
    """None where it is no URL; port 0 where that is what is wrong with it."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or any(letter.isspace() for letter in host):
        return None
    usual = 443 if parts.scheme == "https" else 80
    try:
        port = usual if parts.port is None else parts.port
    except ValueError:
        port = 0
    return Url(parts.scheme, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
