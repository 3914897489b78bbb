"""curl, wget and nslookup: the network as a container sees it. Each answers output, errors and exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.clients import curl as commands
from kubelab.network.dns import resolve
from kubelab.network.response import Response

if TYPE_CHECKING:
    from kubelab.clients.inside.container import Inside

DNS = "10.96.0.10"
_WITH_VALUE = ("-T", "--timeout", "-t", "--tries", "-O")
Written = tuple[str, str, int]


def curl(inside: Inside, args: list[str]) -> Written:
    """`curl URL`: what answers, or why nothing does."""
    meta = inside.pod.metadata
    done = commands.curl(inside.cluster, args, source=f"pod/{meta.name}", namespace=meta.namespace)
    return done.stdout + (_ending(done.stdout) if done.stdout else ""), done.stderr, done.code


def wget(inside: Inside, args: list[str]) -> Written:
    """`wget -qO- URL`: the same, in the words of busybox."""
    urls, options = _words(args)
    if not urls:
        return "", "wget: missing URL\n", 1
    answer = _asked(inside, urls[0], options.get("-T") or options.get("--timeout"))
    if answer is None:
        return "", f"wget: not an http or ftp url: {urls[0]}\n", 1
    host = urls[0].removeprefix("http://").partition("/")[0]
    if answer.status >= 400:
        return "", f"wget: server returned error: HTTP/1.1 {answer.status}\n", 1
    if answer.status:
        return answer.body + _ending(answer.body), "", 0
    if "resolve" in answer.error:
        return "", f"wget: bad address '{host}'\n", 1
    if "refused" in answer.error:
        return "", f"wget: can't connect to remote host ({host}): Connection refused\n", 1
    return "", "wget: download timed out\n", 1


def nslookup(inside: Inside, args: list[str]) -> Written:
    """`nslookup NAME`: the addresses behind a name."""
    names = [arg for arg in args if not arg.startswith("-")]
    head = f"Server:\t\t{DNS}\nAddress:\t{DNS}:53\n\n"
    rules = inside.cluster.overlay.rules
    found = resolve(rules, names[0], inside.pod.metadata.namespace) if names and rules is not None else None
    if not names:
        return "", "nslookup: a name is needed\n", 1
    if not found:
        return head, f"** server can't find {names[0]}: NXDOMAIN\n", 1
    return head + "".join(f"Name:\t{names[0]}\nAddress: {address}\n\n" for address in found), "", 0


def _asked(inside: Inside, url: str, timeout: str | None) -> Response | None:
    url = url if "://" in url else f"http://{url}"
    meta = inside.pod.metadata
    try:
        seconds = float(timeout) if timeout else None
        return inside.cluster.request(url, f"pod/{meta.name}", namespace=meta.namespace, timeout=seconds)
    except (ValueError, LookupError):
        return None


def _words(args: list[str]) -> tuple[list[str], dict[str, str]]:
    """The URLs, and the options that have a value."""
    urls, options, held = list[str](), dict[str, str](), ""
    for arg in args:
        if held:
            options[held], held = arg, ""
        elif arg in _WITH_VALUE:
            held = arg
        elif not arg.startswith("-"):
            urls.append(arg)
    return urls, options


def _ending(body: str) -> str:
    return "" if body.endswith("\n") else "\n"
