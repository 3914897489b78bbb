"""`KUBECONFIG` of this process: the clusters that are served just now, the last one first."""

from __future__ import annotations

import os

_NAME = "KUBECONFIG"
_served: list[str] = []  # the kubeconfigs of the servers that run, in the order in which they began
_before: list[str | None] = []  # what it was when the first of them began


def point_to(kubeconfig: str) -> None:
    """Let `kubectl` find this cluster from now on."""
    if not _served:
        _before[:] = [os.environ.get(_NAME)]
    _served.append(kubeconfig)
    os.environ[_NAME] = kubeconfig


def point_elsewhere(kubeconfig: str) -> None:
    """A cluster is served no more: `kubectl` finds the one before it, or, after the last, what it found at first.

    Who has set the variable meanwhile has it as it is.
    """
    _served.remove(kubeconfig)
    if os.environ.get(_NAME) != kubeconfig:
        return
    instead = _served[-1] if _served else _before[0]
    if instead is None:
        del os.environ[_NAME]
    else:
        os.environ[_NAME] = instead
