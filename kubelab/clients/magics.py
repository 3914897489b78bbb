"""`%kubectl`, `%%kubectl`, `%curl` and `%%curl`: kubectl and curl in a cell of a notebook.

The body of a `%%kubectl` cell is what `-f -` reads:

    %%kubectl apply -f -
    apiVersion: v1
    kind: Namespace
    metadata: {name: shop}

Each line of a `%%curl` cell is one more command with the same options, unless `-d @-` reads the cell:

    %%curl -s --source pod/web-1
    http://shop
    http://shop/cart
"""

from __future__ import annotations

import re
from typing import Any

from kubelab.clients import command_line
from kubelab.clients.curl import curl
from kubelab.clients.kubectl import Kubectl
from kubelab.clients.kubectl.commands import COMMANDS
from kubelab.clients.kubectl.elsewhere import ELSEWHERE
from kubelab.clients.pipeline import Pieces, carried_out
from kubelab.language import say

_FIRST_WORDS = {name.partition(" ")[0] for name in COMMANDS} | {"help", *ELSEWHERE}
_READS_THE_CELL = re.compile(r"(?:^|\s)(?:-f[ =]?|--filename[ =])-(?:\s|$)")


class KubectlMagic:
    """The magic for one cluster, or for whichever the notebook calls `cluster`."""

    def __init__(self, shell: Any, cluster: Any = None) -> None:
        self.shell, self.cluster = shell, cluster

    def run(self, line: str, cell: str | None = None) -> None:
        """Print what a kubectl command prints, the cell being its standard input; a cell without words is applied."""
        cluster = _cluster(self)
        if cluster is None:
            return
        wrong = _misplaced(line, cell)
        if wrong:
            print(f"error: {wrong}")
            return
        command = "apply -f -" if cell is not None and not line.strip() else line
        print(Kubectl(cluster).run(command, stdin=cell or ""), end="")


def _misplaced(line: str, cell: str | None) -> str:
    """What is not where it should be: the command, or the manifests that it reads. Empty where all is well."""
    body = (cell or "").strip()
    first = body.partition("\n")[0]
    words = first.removeprefix("kubectl ").split()[:1]
    if cell is not None and not line.strip() and (not body or words[0] in _FIRST_WORDS):
        shown = first.removeprefix("kubectl ") or "apply -f -"
        return say(
            es=f"la orden va en la primera línea, detrás de %%kubectl: %%kubectl {shown}",
            en=f"the command goes on the first line, after %%kubectl: %%kubectl {shown}",
        )
    if not body and _READS_THE_CELL.search(line) and not set("<|") & set(line):
        command = line.strip().removeprefix("kubectl ")
        return say(
            es="faltan los manifiestos: van en las demás líneas de una celda que empiece por %%kubectl " + command,
            en="the manifests are missing: they are the other lines of a cell that begins with %%kubectl " + command,
        )
    return ""


def with_a_body(lines: list[str]) -> list[str]:
    """A cell that is nothing but its first line gets an empty second one: IPython would refuse it in English."""
    if len(lines) == 1 and re.match(r"%%(kubectl|curl)\b", lines[0]):
        return [lines[0].rstrip("\n") + "\n", "\n"]
    return lines


class CurlMagic:
    """The magic for one cluster, or for whichever the notebook calls `cluster`."""

    def __init__(self, shell: Any, cluster: Any = None) -> None:
        self.shell, self.cluster = shell, cluster

    def run(self, line: str, cell: str | None = None) -> None:
        """Print what a curl command prints: of the line, or of each line of the cell with the line's options."""
        cluster = _cluster(self)
        if cluster is None:
            return
        commands = [line]
        if cell is not None and "@-" not in line:
            lines = [each.strip() for each in cell.splitlines()]
            commands = [f"{line} {each}" for each in lines if each and not each.startswith("#")] or [line]
        stdin = (cell or "").rstrip("\n") if len(commands) == 1 else ""
        for command in commands:
            shown = _curled(cluster, command, stdin)
            print(shown, end="" if not shown or shown.endswith("\n") else "\n")


def _curled(cluster: Any, command: str, stdin: str) -> str:
    """What a curl command prints, and what the filters after it leave of that."""
    try:
        line = command_line.read(command)
        if not line.words and not line.filters:
            return "" if command.strip() else str(curl(cluster, ""))

        def program(words: list[str], text: str) -> Pieces:
            printed = curl(cluster, words, stdin=text)
            return [(True, str(printed))] if line.plain else printed.pieces

        return carried_out(line, stdin, program, {})
    except ValueError as refused:  # no such source, or nothing that can be done here
        return f"error: {refused}\n"


def _cluster(magic: KubectlMagic | CurlMagic) -> Any:
    """The cluster that the magic is about; where there is none, it says so."""
    cluster = magic.cluster or magic.shell.user_ns.get("cluster")
    if cluster is not None and hasattr(cluster, "api"):
        return cluster
    print(
        say(
            es='error: aún no hay ningún clúster: crea uno con "cluster = kl.Cluster()"',
            en='error: there is no cluster yet: make one with "cluster = kl.Cluster()"',
        )
    )
    return None


def load(cluster: Any = None, shell: Any = None) -> bool:
    """Make the magic known to the notebook; False where there is none.

    Without a cluster it uses the notebook's variable `cluster`.
    """
    if shell is None:
        from IPython.core.getipython import get_ipython

        shell = get_ipython()
    if shell is None:
        return False
    cleanups = shell.input_transformers_cleanup
    if with_a_body not in cleanups:
        cleanups.append(with_a_body)
    shell.register_magic_function(KubectlMagic(shell, cluster).run, magic_kind="line_cell", magic_name="kubectl")
    shell.register_magic_function(CurlMagic(shell, cluster).run, magic_kind="line_cell", magic_name="curl")
    return True


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext kubelab.clients.magics` calls."""
    load(shell=shell)
