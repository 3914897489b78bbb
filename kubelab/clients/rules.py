"""The rules of a node, as somebody reads them who has logged in there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.clients.answers import Text
from kubelab.language import say

if TYPE_CHECKING:
    from kubelab.cluster import Cluster


def rules(cluster: Cluster, node: str, service: str | None = None) -> Text:
    """What `iptables-save`, `ipvsadm -Ln` or `nft list table ip kube-proxy` prints on a node.

    With `service` (`name` or `namespace/name`) only what belongs to that Service. They are the rules that the node
    really has: those of a kube-proxy that was stopped or cut off are as old as that; a machine without power has none.

    Raises
    ------
    ValueError
        There is no such worker, or its rules know of no such Service.
    """
    worker = cluster.workers.get(node)
    if worker is None:
        known = ", ".join(cluster.workers)
        raise ValueError(
            say(
                es=f"ningún kube-proxy se ejecuta en {node!r}: hay {known}",
                en=f"no kube-proxy runs on {node!r}: there is {known}",
            )
        )
    if not worker.kube_proxy.machine.powered:
        return Text(say(es=f"# {node} no tiene corriente: no hay reglas", en=f"# {node} has no power: it has no rules"))
    return Text(worker.kube_proxy.listing(service))
