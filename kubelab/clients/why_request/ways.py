"""The packet got lost on its way: a machine, a link, a policy, a port of no Service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.api.errors import ApiError
from kubelab.api.objects import condition
from kubelab.clients.why_request import services
from kubelab.clients.why_request.verdict import WhyRequest, listed
from kubelab.language import say

if TYPE_CHECKING:
    from kubelab.cluster import Cluster
    from kubelab.network.response import Response


def machine(cluster: Cluster, response: Response) -> WhyRequest:
    """A machine without power, or cut off: and who does not know of it yet."""
    reason = response.error.partition(": ")[2]
    if response.about.startswith("links/"):
        one, other = response.about.split("/")[1:]
        return WhyRequest(response.about, reason, f'cluster.heal("{one}", "{other}")')
    name = response.about.removeprefix("nodes/")
    held = cluster.machines[name]
    mend = f'cluster.heal("{name}")' if held.powered else f'cluster.revive("{name}")'
    details = list[str]()
    ready = _ready(cluster, name)
    if ready == "True":
        grace = cluster.timings.node_monitor_grace_period
        details.append(
            say(
                es=f"su Node aún está Ready: tarda hasta {grace:g} s en notarse",
                en=f"its Node is still Ready: that takes up to {grace:g} s to be noticed",
            )
        )
    if response.service:
        details.append(
            say(
                es=f"las reglas de services/{response.service} aún mandan allí una parte",
                en=f"the rules of services/{response.service} still send a share there",
            )
        )
    return WhyRequest(response.about, reason, mend, tuple(details))


def link(cluster: Cluster, response: Response) -> WhyRequest:
    """A link that is slow, or loses packets."""
    one, other = response.about.split("/")[1:]
    return WhyRequest(response.about, response.error.partition(": ")[2], f'cluster.heal("{one}", "{other}")')


def policy(cluster: Cluster, response: Response) -> WhyRequest:
    """A NetworkPolicy that has no rule for the packet."""
    hop = response.hop("policy")
    direction, _, why = (hop.detail if hop is not None else response.error).partition(": ")
    reason = why.partition(": ")[2] or response.error
    mend = say(
        es=f"añade una regla de {direction} que lo permita, o borra la política",
        en=f"add an {direction} rule that allows it, or delete the policy",
    )
    return WhyRequest(response.about, reason, mend)


def no_such_port(cluster: Cluster, response: Response) -> WhyRequest:
    """A port of a machine that is no Service's, or of a load balancer that is not its own Service's."""
    if response.about.startswith("services/"):
        return services.refused_by_a_rule(cluster, response)
    ports = [
        f"{port.nodePort} ({service.metadata.namespace}/{service.metadata.name})"
        for service in cluster.api.list("services", None)
        for port in service.spec.ports or ()
        if port.nodePort
    ]
    reason = response.error.partition(": ")[2]
    return WhyRequest(
        response.about, reason, say(es=f"los nodePort son: {listed(ports)}", en=f"the nodePorts are: {listed(ports)}")
    )


def no_worker(cluster: Cluster, response: Response) -> WhyRequest:
    """Nobody is there to send anything from."""
    down = [name for name in cluster.workers if not cluster.machines[name].reachable]
    reason = say(es="ningún nodo está en pie", en="no worker is up")
    return WhyRequest(f"nodes/{down[0]}" if down else "nodes", reason, say(es="repara uno", en="mend one"))


def _ready(cluster: Cluster, name: str) -> str:
    try:
        held = condition(cluster.api.get("nodes", name, None), "Ready")
    except ApiError:
        return ""
    return held.status if held is not None else ""
