"""The hands that break a cluster's machines, links and processes, and mend them."""

from __future__ import annotations

from typing import Self

from kubelab.faults import Faults
from kubelab.machine import Machine
from kubelab.network.overlay import Overlay


class BreakingThings:
    """What lets things break: `kill`, `cut`, `slow`, `lose`, `stop`, and what mends them again."""

    faults: Faults
    machines: dict[str, Machine]
    overlay: Overlay

    def kill(self, node: str) -> Self:
        """Pull the plug of a node."""
        self.faults.kill(node)
        return self

    def revive(self, node: str) -> Self:
        """Switch a killed node on again."""
        self.faults.revive(node)
        return self

    def cut(self, node: str, other: str | None = None) -> Self:
        """Pull a node's network cable: it runs on, and nobody reaches it. With `other`: cut the link between the two.

        Two machines whose link is cut reach all others, and not each other: `cut("worker-1", "worker-2")`.
        """
        self.faults.cut(node, other)
        return self

    def slow(self, node: str, other: str, seconds: float) -> Self:
        """Make a link slow: each packet between the two machines takes so many seconds longer, one way."""
        self.faults.slow(node, other, seconds)
        return self

    def lose(self, node: str, other: str, share: float) -> Self:
        """Make a link lossy: a share of the packets between the two machines get lost, 0.1 for one in ten."""
        self.faults.lose(node, other, share)
        return self

    def heal(self, node: str | None = None, other: str | None = None) -> Self:
        """Put a node's network cable back and mend its links; without a name, every cable and every link.

        With `other`: mend the link between the two.
        """
        if node is not None:
            self.faults.heal(node, other)
            return self
        for name, machine in self.machines.items():
            if not machine.connected:
                self.faults.heal(name)
        for one, far in self.overlay.links.broken():
            self.faults.heal(one, far)
        return self

    def stop(self, process: str, node: str | None = None) -> Self:
        """Stop a process: `stop("scheduler")`, `stop("kube-proxy", node="worker-1")`."""
        self.faults.stop(process, node)
        return self

    def start(self, process: str, node: str | None = None) -> Self:
        """Start a process that was stopped."""
        self.faults.start(process, node)
        return self
