"""curl's own words: why it failed, and what `-w` makes of a transfer."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from kubelab.network.loss import EMPTY, REFUSED, RESET, SILENT, TLS, UNRESOLVED, UNTRUSTED

if TYPE_CHECKING:
    from kubelab.network.response import Response
    from kubelab.network.url import Url

_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\r": "\r"}
_FORMAT = re.compile(r"%\{([^}]*)\}|%%|\\[ntr]")


def failure(response: Response, url: Url, *, limited: bool) -> str:
    """Why there is no answer; `limited` says whether the time was limited by an option."""
    took = int(response.latency * 1000)
    connect = f"Failed to connect to {url.host} port {url.port} after {took} ms: Couldn't connect to server"
    if response.code == SILENT and limited:
        if response.connect:
            return f"Operation timed out after {took} milliseconds with 0 bytes received"
        if response.cause != "rule" and response.error.startswith("DNS"):
            return f"Resolving timed out after {took} milliseconds"
        return f"Connection timed out after {took} milliseconds"
    if response.code == SILENT and response.error.startswith("DNS"):
        return f"Could not resolve host: {url.host}"
    return {
        UNRESOLVED: f"Could not resolve host: {url.host}",
        REFUSED: connect,
        SILENT: connect,
        TLS: "error:0A00010B:SSL routines::wrong version number",
        EMPTY: "Empty reply from server",
        RESET: "Recv failure: Connection reset by peer",
        UNTRUSTED: "SSL certificate problem: unable to get local issuer certificate",
    }.get(response.code, response.error)


def status_line(status: int) -> str:
    """The first line of an answer.

    Examples
    --------
    >>> status_line(503)
    'HTTP/1.1 503 Service Unavailable'
    """
    try:
        return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP/1.1 {status}"


def written_out(text: str, response: Response, url: Url, code: int, said: str, redirects: int) -> str:
    """What `-w` prints.

    Left out
        Variables about certificates, proxies and uploads, `%header{}`, `%{json}`.
    """
    values = {
        "errormsg": said,
        "exitcode": str(code),
        "http_code": f"{response.status:03d}",
        "http_version": "1.1" if response.status else "0",
        "local_ip": response.hops[0].source.rpartition(":")[0] if response.hops and response.connect else "",
        "local_port": response.hops[0].source.rpartition(":")[2] if response.hops and response.connect else "0",
        "method": response.method,
        "num_connects": "1" if response.connect else "0",
        "num_redirects": str(redirects),
        "redirect_url": dict(response.headers).get("Location", ""),
        "remote_ip": response.address if response.connect else "",
        "remote_port": str(url.port) if response.connect else "0",
        "response_code": f"{response.status:03d}",
        "scheme": url.scheme,
        "size_download": str(len(response.body.encode())),
        "time_connect": f"{response.connect:.6f}",
        "time_namelookup": f"{response.lookup:.6f}",
        "time_starttransfer": f"{response.latency if response.status else 0:.6f}",
        "time_total": f"{response.latency:.6f}",
        "url": response.url,
        "url_effective": f"{url.scheme}://{url.authority}{url.path}",
    }

    def replaced(found: re.Match[str]) -> str:
        whole = found.group(0)
        if found.group(1) is None:
            return "%" if whole == "%%" else _ESCAPES[whole]
        return values.get(found.group(1), "")

    return _FORMAT.sub(replaced, text)
