"""`--help`: what kubectl can do, and how.

In Kubernetes
    The real one says more of each command: https://kubernetes.io/docs/reference/kubectl/
"""

from __future__ import annotations

from kubelab.clients.kubectl.commands import COMMANDS
from kubelab.clients.kubectl.elsewhere import ELSEWHERE
from kubelab.clients.kubectl.flags import Flag
from kubelab.clients.kubectl.short import SHORT, here
from kubelab.clients.tabwriter import align
from kubelab.language import say


def overview() -> str:
    """All commands, with a line on each."""
    names = list(dict.fromkeys(name.partition(" ")[0] for name in COMMANDS))
    lines = "".join(f"  {name}\t{SHORT[name]}\n" for name in sorted(names))
    missing = ", ".join(sorted(ELSEWHERE))
    return (
        "kubectl controls the Kubernetes cluster manager.\n\n"
        " Find more information at: https://kubernetes.io/docs/reference/kubectl/\n\n"
        f"Available Commands:\n{align(lines)}\n{say(es='No disponibles aquí', en='Not available here')}: {missing}\n\n"
        "Usage:\n  kubectl [flags] [options]\n\n"
        'Use "kubectl <command> --help" for more information about a given command.\n'
    )


def family(word: str) -> str:
    """The commands of a family such as `rollout`."""
    held = [name for name in COMMANDS if name.startswith(f"{word} ") and name in SHORT]
    lines = "".join(f"  {name.removeprefix(f'{word} ')}\t{SHORT[name]}\n" for name in held)
    return (
        f"{SHORT[word]}.\n\nAvailable Commands:\n{align(lines)}\nUsage:\n  kubectl {word} SUBCOMMAND [options]\n\n"
        f'Use "kubectl {word} <command> --help" for more information about a given command.\n'
    )


def command(name: str) -> str:
    """What one command does, the commands beneath it, and the flags it takes."""
    held = COMMANDS[name]
    lines = "".join(f"    {_flag(flag)}\t{_default(flag)}\n" for flag in sorted(held.flags, key=_name))
    text = f"{_about(name)}.\n\n" + (f"{here(name)}\n\n" if here(name) else "")
    inner = [other.removeprefix(f"{name} ") for other in COMMANDS if other.startswith(f"{name} ")]
    if inner:
        text += "Available Commands:\n" + "".join(f"  {word}\n" for word in inner) + "\n"
    if lines:
        text += f"Options:\n{align(lines)}\n"
    more = 'Use "kubectl options" for a list of global command-line options.'
    return f"{text}Usage:\n  kubectl {name} [options]\n\n{more}\n"


def _about(name: str) -> str:
    """The line on a command, or on what it is a shorter name of."""
    same = (other for other in SHORT if other in COMMANDS and COMMANDS[other] == COMMANDS[name])
    return SHORT.get(name) or SHORT[next(same)]


def _name(flag: Flag) -> str:
    return flag.name


def _flag(flag: Flag) -> str:
    return f"-{flag.short}, --{flag.name}" if flag.short else f"    --{flag.name}"


def _default(flag: Flag) -> str:
    if flag.kind == "bool":
        return f"(default {str(bool(flag.default)).lower()})"
    if flag.kind in ("list", "words"):
        return "(may be given more than once)"
    return f"(default {flag.default!r})".replace("'", '"') if flag.default not in ("", None) else ""
