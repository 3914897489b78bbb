"""`%kubectl` and `%%kubectl`: kubectl in a cell of a notebook.

The body of a `%%kubectl` cell is what `-f -` reads:

    %%kubectl apply -f -
    apiVersion: v1
    kind: Namespace
    metadata: {name: shop}
"""

from __future__ import annotations

from typing import Any

from kubelab.clients.kubectl import Kubectl


class KubectlMagic:
    """The magic for one cluster, or for whichever the notebook calls `cluster`."""

    def __init__(self, shell: Any, cluster: Any = None) -> None:
        self.shell, self.cluster = shell, cluster

    def run(self, line: str, cell: str | None = None) -> None:
        """Print what a kubectl command prints, the cell being its standard input; a cell without words is applied."""
        cluster = self.cluster or self.shell.user_ns.get("cluster")
        if cluster is None or not hasattr(cluster, "api"):
            print('error: there is no cluster yet: make one with "cluster = kl.Cluster()"')
            return
        command = "apply -f -" if cell is not None and not line.strip() else line
        print(Kubectl(cluster).run(command, stdin=cell or ""), end="")


def load(cluster: Any = None, shell: Any = None) -> bool:
    """Make the magic known to the notebook; False where there is none.

    Without a cluster it uses the notebook's variable `cluster`.
    """
    if shell is None:
        from IPython.core.getipython import get_ipython

        shell = get_ipython()
    if shell is None:
        return False
    shell.register_magic_function(KubectlMagic(shell, cluster).run, magic_kind="line_cell", magic_name="kubectl")
    return True


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext kubelab.clients.magics` calls."""
    load(shell=shell)
