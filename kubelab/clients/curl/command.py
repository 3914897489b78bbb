"""One curl command: send what it asks for, and print what comes back as curl does."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from kubelab.clients.curl.flags import Command, UsageError, parse, usage
from kubelab.clients.curl.words import failure, status_line, written_out
from kubelab.language import say
from kubelab.network.url import Url, parsed

if TYPE_CHECKING:
    from kubelab.cluster import Cluster
    from kubelab.network.response import Response

AGENT = "curl/8.5.0"
PATIENCE = 127.0  # TCP's own: six times is a connection tried again, after 1, 2, 4, 8, 16, 32 and 64 s
FOREVER = 86400.0
MOST_REDIRECTS = 50
_MISSING = "(2) no URL specified"
_MORE = "curl: try 'curl --help' or 'curl --manual' for more information\n"
_UNTRUSTED = """More details here: https://curl.se/docs/sslcerts.html

curl failed to verify the legitimacy of the server and therefore could not
establish a secure connection to it. To learn more about this situation and
how to fix it, please visit the web page mentioned above.
"""


class Printed:
    """What a command has printed so far, in its order: pieces of standard output and of standard error."""

    def __init__(self) -> None:
        self.pieces: list[tuple[bool, str]] = []
        self.code = 0
        self.responses: list[Response] = []

    def out(self, text: str) -> None:
        """Print."""
        self.pieces.append((True, text))

    def err(self, text: str) -> None:
        """Print an error, or what `-v` says."""
        self.pieces.append((False, text))

    @property
    def stdout(self) -> str:
        """What went to standard output."""
        return "".join(text for good, text in self.pieces if good)

    @property
    def stderr(self) -> str:
        """What went to standard error."""
        return "".join(text for good, text in self.pieces if not good)

    def __str__(self) -> str:
        """All of it, as a terminal shows it; an error begins a line of its own."""
        shown = ""
        for good, text in self.pieces:
            shown += "\n" + text if not good and shown and not shown.endswith("\n") else text
        return shown


def curl(
    cluster: Cluster, line: str | list[str], *, source: str | None = None, namespace: str = "default", stdin: str = ""
) -> Printed:
    """Run a command line (without the word `curl`), from outside or from a source as `cluster.request` knows them.

    `stdin` is what `-d @-` sends. `--source pod/web-1` and `--namespace shop` say who asks, as only this curl can.

    Left out
        Globs in URLs, cookies, files: what `-o` names is not written, and only standard input can be sent.
    """
    printed = Printed()
    try:
        words = shlex.split(line) if isinstance(line, str) else line
        command = parse(words[1:] if words[:1] == ["curl"] else words)
    except (UsageError, ValueError) as wrong:
        printed.err(f"curl: {wrong}\n{_MORE}")
        printed.code = 2
        return printed
    if command.asks_for:
        printed.out(usage() if command.asks_for == "help" else f"{AGENT.replace('/', ' ')} (kubelab)\n")
        return printed
    bad = next((each for each in command.all("resolve") if each.count(":") < 2), None)
    if bad is not None:
        _fail(command, printed, 49, f"Couldn't parse CURLOPT_RESOLVE entry '{bad}'")
        return printed
    if command.options.get("output", "-") not in ("-", "/dev/null"):
        printed.err(
            say(
                es="curl: -o no escribe ficheros aquí: en una celda, > fichero sí\n",
                en="curl: -o writes no files here: in a cell, > file does\n",
            )
        )
    if not command.urls:
        printed.err(f"curl: {_MISSING}\n")
        printed.code = 2
    options = {
        "source": command.options.get("source", source),
        "namespace": command.options.get("namespace", namespace),
    }
    for url in command.urls:
        _transfer(cluster, command, url, printed, stdin, options)
    return printed


def _transfer(
    cluster: Cluster, command: Command, text: str, printed: Printed, stdin: str, options: dict[str, Any]
) -> None:
    scheme = text.partition("://")[0] if "://" in text else "http"
    if scheme not in ("http", "https"):
        _fail(command, printed, 1, f'Protocol "{scheme}" not supported or disabled in libcurl')
        return
    redirects = 0
    while True:
        try:
            url = parsed(text)
        except ValueError:
            _fail(command, printed, 3, f"URL rejected: {_why_rejected(text)}")
            return
        response, sent = _sent(cluster, command, text, url, stdin, options)
        printed.responses.append(response)
        target = dict(response.headers).get("Location", "")
        follows = command.has("location") and 300 <= response.status < 400 and bool(target)
        said = _show(cluster, command, response, url, sent, printed, body=not follows)
        if not follows:
            break
        redirects += 1
        if redirects > int(command.options.get("max-redirs", MOST_REDIRECTS)):
            said = f"Maximum ({redirects - 1}) redirects followed"
            _fail(command, printed, 47, said)
            break
        text = urljoin(f"{url.scheme}://{url.authority}{url.path}", target)
    if command.has("write-out"):
        printed.out(written_out(command.options["write-out"], response, url, printed.code, said, redirects))


def _sent(
    cluster: Cluster, command: Command, text: str, url: Url, stdin: str, options: dict[str, Any]
) -> tuple[Response, list[str]]:
    """Send it; the lines of the request as `-v` shows them."""
    data = "&".join(stdin if each == "@-" else each for each in command.all("data"))
    method = "HEAD" if command.has("head") else "POST" if data and not command.has("get") else "GET"
    method = command.options.get("request", method)
    headers = {"User-Agent": command.options.get("user-agent", AGENT), "Accept": "*/*"}
    if data and not command.has("get"):
        headers |= {"Content-Length": str(len(data.encode())), "Content-Type": "application/x-www-form-urlencoded"}
    for each in command.all("header"):
        name, _, value = each.partition(":")
        if name.strip().lower() != "host":
            headers = {key: held for key, held in headers.items() if key.lower() != name.strip().lower()}
            headers |= {name.strip(): value.strip()} if value.strip() else {}
    host = command.header("host") or ""
    most = command.seconds("max-time") or FOREVER
    response = cluster.request(
        text,
        timeout=most,
        connect_timeout=min(command.seconds("connect-timeout") or PATIENCE, most),
        method=method,
        headers=headers,
        host=host,
        resolve=_resolved(command, url),
        verify=not command.has("insecure"),
        **options,
    )
    lines = [f"{method} {url.path} HTTP/1.1", f"Host: {host or url.authority}"]
    return response, [*lines, *(f"{name}: {value}" for name, value in headers.items()), ""]


def _resolved(command: Command, url: Url) -> str:
    for each in command.all("resolve"):
        host, _, rest = each.lstrip("+").partition(":")
        port, _, address = rest.partition(":")
        if host in (url.host, "*") and port == str(url.port):
            return address.partition(",")[0]
    return ""


def _show(
    cluster: Cluster, command: Command, response: Response, url: Url, sent: list[str], printed: Printed, *, body: bool
) -> str:
    """Print the answer, or why there is none; answers what is said of a failure."""
    limited = command.has("max-time") or (command.has("connect-timeout") and not response.connect)
    said = "" if response.status else failure(response, url, limited=limited)
    headers = _headers(cluster, response)
    if command.has("verbose"):
        _show_all(response, url, sent, headers, said, printed)
    if said:
        _fail(command, printed, response.code, said)
        return said
    failed = command.has("fail") and response.status >= 400
    if (command.has("include") or command.has("head")) and not failed:
        printed.out("\n".join([status_line(response.status), *headers, "", ""]))
    if failed:
        said = f"The requested URL returned error: {response.status}"
        _fail(command, printed, 22, said)
    elif body and command.options.get("output", "-") == "-" and not command.has("head"):
        printed.out(response.body)
    if command.has("verbose"):
        printed.err(f"* Connection #0 to host {url.host} left intact\n")
    return said


def _show_all(response: Response, url: Url, sent: list[str], headers: list[str], said: str, printed: Printed) -> None:
    """What `-v` tells of the way there and back."""
    lines = list[str]()
    if response.address:
        lines.append(f"*   Trying {response.address}:{url.port}...")
    if response.connect:
        lines.append(f"* Connected to {url.host} ({response.address}) port {url.port}")
    if response.connect and response.cause not in ("tls", "untrusted"):
        lines += [f"> {line}" for line in sent]
    if response.status:
        lines += [f"< {line}" for line in (status_line(response.status), *headers, "")]
    elif response.cause == "no-name":
        lines += [f"* {said}", "* Closing connection"]
    else:
        if response.error.startswith("connection refused"):
            lines.append(f"* connect to {response.address} port {url.port} failed: Connection refused")
        lines += [f"* {said}", "* Closing connection"]
    printed.err("\n".join([*lines, ""]))


def _headers(cluster: Cluster, response: Response) -> list[str]:
    known = dict(response.headers)
    first = {"Date": f"{cluster.clock.date:%a, %d %b %Y %H:%M:%S GMT}"}
    kind = "text/html" if response.body.startswith("<") else "text/plain"
    if response.method != "HEAD":
        first |= {"Content-Type": kind, "Content-Length": str(len(response.body.encode()))}
    return [f"{name}: {value}" for name, value in (first | known).items()]


def _fail(command: Command, printed: Printed, code: int, said: str) -> None:
    printed.code = code
    if not command.has("silent") or command.has("show-error"):
        printed.err(f"curl: ({code}) {said}\n" + (_UNTRUSTED if code == 60 else ""))


def _why_rejected(text: str) -> str:
    rest = text.partition("://")[2] if "://" in text else text
    host, _, port = rest.partition("/")[0].partition(":")
    if not host:
        return "No host part in the URL"
    if port and not (port.isdigit() and 0 < int(port) < 65536):
        return "Port number was not a decimal number between 0 and 65535"
    return "Malformed input to a URL function"
