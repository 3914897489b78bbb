"""Controls: what the live view's buttons need to know of a scene."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from kubelab.view.amounts import number
from kubelab.view.loads_seen import LoadSeen
from kubelab.view.losses import loss_words
from kubelab.view.scene import Scene
from kubelab.view.targets import sources, targets
from kubelab.view.workloads_seen import WorkloadSeen


def controls(scene: Scene) -> dict[str, Any]:
    """Nodes with their power, Deployments with their wish, and where requests can go to and come from."""
    workers = [machine for machine in scene.machines if machine.role != "master"]
    deployments = [card for card in scene.cards if isinstance(card, WorkloadSeen) and card.kind == "Deployment"]
    return {
        "nodes": [(machine.name, machine.power, machine.cordoned) for machine in workers],
        "deployments": [(f"{card.namespace}/{card.name}", card.desired, card.uid) for card in deployments],
        "targets": [(held.key, held.label, held.url, held.card) for held in targets(scene)],
        "sources": sources(scene),
    }


def loads(scene: Scene) -> list[dict[str, Any]]:
    """The loads that run: to where, how many a second, how many were answered, and why the others were not."""
    return [
        {
            "url": load.url,
            "rate": number(load.rate),
            "source": load.source,
            "sent": load.sent,
            "answered": load.answered,
            "errors": _in_words(load)[:3],
        }
        for load in scene.loads
    ]


def _in_words(load: LoadSeen) -> list[tuple[str, int]]:
    """Why requests were lost, in few words, the commonest reason first."""
    counted: dict[str, int] = {}
    for reason, many in load.reasons:
        words = loss_words(reason)
        counted[words] = counted.get(words, 0) + many
    return sorted(counted.items(), key=itemgetter(1), reverse=True)
