"""Commands: those that are known inside a container.

Left out
    Every other program, pipes, variables that a script sets, and time: `sleep` is over at once. Whatever image a
    container has, the same commands are there.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kubelab.clients.inside import network
from kubelab.clients.inside.surroundings import environment, mounted_files
from kubelab.network import interfaces

if TYPE_CHECKING:
    from kubelab.clients.inside.container import Inside

SHELLS = ("sh", "bash", "ash", "dash")
NOT_FOUND = 127


@dataclass
class Outcome:
    """What a command wrote, and how it ended."""

    out: str = ""
    err: str = ""
    code: int = 0


def known(name: str) -> bool:
    """Whether there is such a program."""
    return name.rpartition("/")[2] in _COMMANDS or name.rpartition("/")[2] in SHELLS


def run(inside: Inside, argv: list[str]) -> Outcome:
    """Run one program."""
    name, args = argv[0].rpartition("/")[2], argv[1:]
    if name in SHELLS:
        if args[:1] in (["-c"], ["-ec"], ["-xc"]) and len(args) > 1:
            return script(inside, args[1])
        return Outcome()
    command = _COMMANDS.get(name)
    return command(inside, args) if command is not None else Outcome("", f"sh: {name}: not found\n", NOT_FOUND)


def script(inside: Inside, text: str) -> Outcome:
    """Run a script's commands one after the other, with `;`, `&&` and `||` between them."""
    try:
        lexer = shlex.shlex(text.replace("\n", " ; "), posix=True, punctuation_chars=";&|")
        lexer.whitespace_split = True
        words = list(lexer)
    except ValueError:
        return Outcome("", "sh: syntax error: unterminated quoted string\n", 2)
    whole, operator, statement = Outcome(), ";", list[str]()
    for word in [*words, ";"]:
        if word not in (";", "&&", "||", "|", "&"):
            statement.append(word)
            continue
        if statement and not (operator == "&&" and whole.code) and not (operator == "||" and not whole.code):
            if statement[0] == "exit":
                whole.code = int(statement[1]) if statement[1:] and statement[1].isdigit() else whole.code
                return whole
            done = run(inside, [inside.expanded(held) for held in statement])
            whole = Outcome(whole.out + done.out, whole.err + done.err, done.code)
        operator, statement = word, []
    return whole


def _echo(inside: Inside, args: list[str]) -> Outcome:
    plain = args[1:] if args[:1] in (["-n"], ["-e"]) else args
    return Outcome(" ".join(plain) + ("" if args[:1] == ["-n"] else "\n"))


def _env(inside: Inside, args: list[str]) -> Outcome:
    known_here = environment(inside.client, inside.pod, inside.spec)
    if args:
        missing = any(name not in known_here for name in args)
        return Outcome("".join(f"{known_here[name]}\n" for name in args if name in known_here), "", int(missing))
    return Outcome("".join(f"{name}={text}\n" for name, text in known_here.items()))


def _cat(inside: Inside, args: list[str]) -> Outcome:
    files, done = mounted_files(inside.client, inside.pod, inside.spec), Outcome()
    for path in args:
        if path in files:
            done.out += files[path]
        elif not inside.has_file(path):
            done.err += f"cat: can't open '{path}': No such file or directory\n"
            done.code = 1
    return done


def _ls(inside: Inside, args: list[str]) -> Outcome:
    files, done = [*mounted_files(inside.client, inside.pod, inside.spec), *inside.files()], Outcome()
    paths = [arg for arg in args if not arg.startswith("-")] or ["/"]
    for path in paths:
        folder = path.rstrip("/") + "/"
        names = sorted({file.removeprefix(folder).partition("/")[0] for file in files if file.startswith(folder)})
        if names:
            done.out += "".join(f"{name}\n" for name in names)
        elif path in files:
            done.out += f"{path}\n"
        else:
            done.err += f"ls: {path}: No such file or directory\n"
            done.code = 1
    return done


def _test(inside: Inside, args: list[str]) -> Outcome:
    files = [*mounted_files(inside.client, inside.pod, inside.spec), *inside.files()]
    paths = [arg for arg in args if arg.startswith("/")]
    return Outcome("", "", 0 if paths and all(path in files for path in paths) else 1)


def _touch(inside: Inside, args: list[str]) -> Outcome:
    inside.write(add=args)
    return Outcome()


def _rm(inside: Inside, args: list[str]) -> Outcome:
    paths = [arg for arg in args if not arg.startswith("-")]
    missing = [path for path in paths if not inside.has_file(path)]
    inside.write(remove=paths)
    if missing and "-f" not in args and "-rf" not in args:
        return Outcome("", f"rm: can't remove '{missing[0]}': No such file or directory\n", 1)
    return Outcome()


def _hostname(inside: Inside, args: list[str]) -> Outcome:
    address = (inside.pod.status.podIP if inside.pod.status else None) or ""
    return Outcome(f"{address if args[:1] == ['-i'] else inside.pod.spec.hostname or inside.pod.metadata.name}\n")


def _date(inside: Inside, args: list[str]) -> Outcome:
    return Outcome(f"{inside.cluster.clock.date:%a %b %e %H:%M:%S UTC %Y}\n")


def _said(text: str, code: int = 0) -> Callable[[Any, list[str]], Outcome]:
    def say_it(_: Any, __: list[str]) -> Outcome:
        return Outcome(text, "", code)

    return say_it


def _curl(inside: Inside, args: list[str]) -> Outcome:
    return Outcome(*network.curl(inside, args))


def _wget(inside: Inside, args: list[str]) -> Outcome:
    return Outcome(*network.wget(inside, args))


def _nslookup(inside: Inside, args: list[str]) -> Outcome:
    return Outcome(*network.nslookup(inside, args))


def _ip(inside: Inside, args: list[str]) -> Outcome:
    overlay, pod = inside.cluster.overlay, inside.pod
    address = (pod.status.podIP if pod.status else None) or ""
    what = next((arg for arg in args if not arg.startswith("-")), "")
    if what and "address".startswith(what):
        return Outcome(interfaces.ip_addr(interfaces.of_pod(overlay, address)))
    if what and "route".startswith(what):
        return Outcome(interfaces.routes_of_pod(overlay, address))
    return Outcome("", "Usage: ip { address | route }\n", 1)


_COMMANDS: dict[str, Callable[[Any, list[str]], Outcome]] = {
    "[": _test,
    "cat": _cat,
    "curl": _curl,
    "date": _date,
    "echo": _echo,
    "env": _env,
    "false": _said("", 1),
    "hostname": _hostname,
    "id": _said("uid=0(root) gid=0(root) groups=0(root)\n"),
    "ip": _ip,
    "ls": _ls,
    "nslookup": _nslookup,
    "printenv": _env,
    "pwd": _said("/\n"),
    "rm": _rm,
    "sleep": _said(""),
    "test": _test,
    "touch": _touch,
    "true": _said(""),
    "uname": _said("Linux\n"),
    "wget": _wget,
    "whoami": _said("root\n"),
}
