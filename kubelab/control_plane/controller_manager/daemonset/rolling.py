"""RollingUpdate: old pods make room for new ones, a few nodes at a time.

In Kubernetes
    rollingUpdate in pkg/controller/daemon/update.go;
    https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lightkube.models import core_v1

from kubelab.api.objects import is_available
from kubelab.control_plane.controller_manager.daemonset.blueprint import is_updated
from kubelab.control_plane.controller_manager.daemonset.sizes import surge_and_unavailable

if TYPE_CHECKING:
    from kubelab.control_plane.controller_manager.daemonset.controller import Look

Pod = core_v1.Pod


def roll(look: Look) -> tuple[list[str], list[Pod]]:
    """The nodes that get a new pod beside their old one, and the old pods that have to go."""
    held = {**{name: look.on_node.get(name, []) for name in look.fitting}, **look.on_node}
    surge, unavailable = surge_and_unavailable(look.ds, len(look.fitting))
    if surge:
        return _with_surge(look, held, surge)
    return [], _without_surge(look, held, unavailable)


def _without_surge(look: Look, held: dict[str, list[Pod]], most: int) -> list[Pod]:
    """Delete just so many old pods that no more than `most` nodes lack an available one; broken ones at once."""
    lacking = 0
    broken: list[Pod] = []
    candidates: list[Pod] = []
    for pods in held.values():
        pair = _new_and_old(look, pods)
        if pair is None:  # too many on the node: they are thinned out first
            lacking += 1
            continue
        new, old = pair
        if (new is None) == (old is None):
            lacking += 1
        elif new is not None:
            lacking += not _available(look, new)
        elif old is not None and not _available(look, old):
            broken.append(old)
            lacking += 1
        elif old is not None and lacking < most:
            candidates.append(old)
    return broken + candidates[: max(most - lacking, 0)]


def _with_surge(look: Look, held: dict[str, list[Pod]], most: int) -> tuple[list[str], list[Pod]]:
    """Make new pods beside old ones on at most `most` nodes; an old one goes when the new one is available."""
    surging = available = 0
    leaving: list[Pod] = []
    stranded: list[Pod] = []  # old ones on nodes that should have none any more
    at_once: list[str] = []
    candidates: list[str] = []
    for node, pods in held.items():
        pair = _new_and_old(look, pods)
        if pair is None:
            surging += 1
            continue
        new, old = pair
        counts = old if old is not None else new
        available += counts is not None and _available(look, counts)
        if old is None:
            continue
        if new is not None:
            if _available(look, new):
                leaving.append(old)
            else:
                surging += 1
        elif not _available(look, old):
            if node in look.fitting:
                at_once.append(node)
            else:
                leaving.append(old)
        elif node not in look.fitting:
            stranded.append(old)
        elif surging < most:
            candidates.append(node)
    leaving += stranded[: max(available - len(look.fitting), 0)]
    return at_once + candidates[: max(most - surging, 0)], leaving


def _new_and_old(look: Look, pods: list[Pod]) -> tuple[Pod | None, Pod | None] | None:
    """The new and the old pod of a node; None if there are several of a sort."""
    new: list[Pod] = []
    old: list[Pod] = []
    for pod in pods:
        if pod.metadata.deletionTimestamp is None:
            (new if is_updated(look.ds, pod, look.revision) else old).append(pod)
    if len(new) > 1 or len(old) > 1:
        return None
    return (new[0] if new else None), (old[0] if old else None)


def _available(look: Look, pod: Pod) -> bool:
    return is_available(pod, look.ds.spec.minReadySeconds or 0, look.now)
