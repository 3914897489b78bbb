"""curl, wget and nc as they ask servers in their own pod, where no network is between.

Left out
    TLS and proxies: who asks those is asked when it is time, by the network itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kubelab.node.shell import Done

if TYPE_CHECKING:
    from kubelab.node.runtime import Container, Sandbox

NAMES = ("localhost", "127.0.0.1", "0.0.0.0", "::1")
_CURL_VALUED = "oHmXdwAu"
_WGET_VALUED = "OTt"
_LONG_VALUED = (
    "--output", "--header", "--max-time", "--connect-timeout", "--request", "--data", "--write-out", "--user-agent",
    "--timeout", "--tries", "--retry", "--output-document",
)  # fmt: skip
_LONG = {
    "--output": "o", "--max-time": "m", "--write-out": "w", "--fail": "f", "--silent": "s", "--show-error": "S",
    "--timeout": "T", "--head": "I", "--request": "X", "--data": "d", "--spider": "spider", "--quiet": "q",
    "--output-document": "O",
}  # fmt: skip


def asked(argv: list[str], held: Container, sandbox: Sandbox | None, age: float) -> Done | None:
    """What becomes of the command; None where it does not ask its own pod, or its answer is not known before."""
    if argv[0] not in ("curl", "wget", "nc") or sandbox is None:
        return None
    options, words = _words(argv[1:], {"curl": _CURL_VALUED, "wget": _WGET_VALUED, "nc": "wp"}[argv[0]])
    if argv[0] == "nc":
        words = [f"http://{words[0]}:{words[1]}"] if len(words) == 2 and words[1].isdigit() else []
    if not words:
        return None
    try:
        url = urlsplit(words[0] if "://" in words[0] else f"http://{words[0]}")
        host, port = url.hostname or "", url.port or 80
    except ValueError:
        return None
    own = (*NAMES, sandbox.address, *((held.environment.hostname,) if held.environment is not None else ()))
    if url.scheme != "http" or host not in own:
        return None
    now = held.started + age
    server = sandbox.listener(port, now, inside=True)
    if argv[0] == "nc":
        return Done(
            err="" if server is not None else f"nc: {host} ({host}:{port}): Connection refused\n",
            code=int(server is None),
        )
    if server is None:
        return _refused(argv[0], options, host, port)
    if server.program is not None or server.behavior.forwards:
        return None
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    behavior, there = server.behavior, now - server.started
    limit = options.get("m" if argv[0] == "curl" else "T", "")
    if limit.replace(".", "", 1).isdigit() and behavior.latency > float(limit):
        return Done(*_slow(argv[0], options, limit), seconds=float(limit))
    posts = argv[0] == "curl" and "d" in options
    method = options.get("X") or ("HEAD" if "I" in options else "POST" if posts else "GET")
    status = server.http_status(path, there, method)
    page = server.page(path, there)
    body = behavior.body.replace("{pod}", server.pod) if page is None else page
    body = body if 200 <= status < 400 and "I" not in options else ""
    return _answered(argv[0], options, status, body)._replace(seconds=behavior.latency)


def _answered(name: str, options: dict[str, str], status: int, body: str) -> Done:
    well = 200 <= status < 400
    if name == "wget":
        if not well:
            return Done("", f"wget: server returned error: HTTP/1.1 {status}\n", 1)
        return Done(body if options.get("O") == "-" and "spider" not in options else "")
    shown = "" if options.get("o", "-") != "-" else body
    shown += options.get("w", "").replace("%{http_code}", str(status)).replace("\\n", "\n")
    if not status:
        return Done(shown, _curl_says(options, "(52) Empty reply from server"), 52)
    if not well and "f" in options and status >= 400:
        return Done(shown, _curl_says(options, f"(22) The requested URL returned error: {status}"), 22)
    return Done(shown)


def _refused(name: str, options: dict[str, str], host: str, port: int) -> Done:
    if name == "wget":
        address = "127.0.0.1" if host == "localhost" else host
        return Done("", f"wget: can't connect to remote host ({address}): Connection refused\n", 1)
    said = f"(7) Failed to connect to {host} port {port} after 0 ms: Couldn't connect to server"
    out = options.get("w", "").replace("%{http_code}", "000").replace("\\n", "\n")
    return Done(out, _curl_says(options, said), 7)


def _slow(name: str, options: dict[str, str], limit: str) -> tuple[str, str, int]:
    if name == "wget":
        return "", "wget: download timed out\n", 1
    took = int(float(limit) * 1000)
    return "", _curl_says(options, f"(28) Operation timed out after {took} milliseconds with 0 bytes received"), 28


def _curl_says(options: dict[str, str], said: str) -> str:
    return f"curl: {said}\n" if "s" not in options or "S" in options else ""


def _words(args: list[str], valued: str) -> tuple[dict[str, str], list[str]]:
    """The options by their letters, and what is asked for."""
    options, words, held = dict[str, str](), list[str](), ""
    for arg in args:
        key, equals, value = arg.partition("=")
        if held:
            options[held], held = arg, ""
        elif arg.startswith("--"):
            short = _LONG.get(key, key)
            options[short] = value
            held = short if key in _LONG_VALUED and not equals else ""
        elif arg.startswith("-") and len(arg) > 1:
            at = next((at for at, letter in enumerate(arg) if at and letter in valued), len(arg))
            options |= dict.fromkeys(arg[1:at], "")
            if at < len(arg):
                options[arg[at]] = arg[at + 1 :]
                held = "" if arg[at + 1 :] else arg[at]
        else:
            words.append(arg)
    return options, words
