"""The packet got lost on its way: a machine, a link, a port of no Service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.api.errors import ApiError
from kubelab.api.objects import condition, key_of
from kubelab.clients.why_request import ingresses, services
from kubelab.clients.why_request.verdict import WhyRequest, listed
from kubelab.language import say

if TYPE_CHECKING:
    from kubelab.cluster import Cluster
    from kubelab.network.response import Response


def machine(cluster: Cluster, response: Response) -> WhyRequest:
    """A machine without power, or cut off: and who does not know of it yet."""
    if response.about.startswith("links/"):
        one, other = response.about.split("/")[1:]
        reason = say(
            es=f"el enlace entre {one} y {other} está cortado", en=f"the link between {one} and {other} is cut"
        )
        return WhyRequest(response.about, reason, f'cluster.heal("{one}", "{other}")')
    name = response.about.removeprefix("nodes/")
    held = cluster.machines[name]
    mend = f'cluster.heal("{name}")' if held.powered else f'cluster.revive("{name}")'
    reason = say(es=f"{name} está aislado", en=f"{name} is cut off")
    if response.reason is not None and response.reason.why.name == "off":  # it was to send the request
        reason = say(es=f"{name} no tiene corriente: no envía nada", en=f"{name} has no power: it sends nothing")
    elif not held.powered:
        reason = say(es=f"{name} no responde", en=f"{name} does not answer")
    details = list[str]()
    ready = _ready(cluster, name)
    if ready == "True":
        grace = cluster.timings.node_monitor_grace_period
        details.append(
            say(
                es=f"su Node aún está Ready: tarda unos {grace:g} s en notarse",
                en=f"its Node is still Ready: it takes some {grace:g} s to be noticed",
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
    slow = response.reason is not None and response.reason.why.name == "link-slow"
    word = say(es="es lento", en="is slow") if slow else say(es="pierde paquetes", en="loses packets")
    reason = say(es=f"el enlace entre {one} y {other} {word}", en=f"the link between {one} and {other} {word}")
    return WhyRequest(response.about, reason, f'cluster.heal("{one}", "{other}")')


def no_such_port(cluster: Cluster, response: Response) -> WhyRequest:
    """A port of a machine that is no Service's, or of a load balancer that is not its own Service's."""
    if response.about.startswith("services/"):
        return services.refused_by_a_rule(cluster, response)
    name = response.about.removeprefix("nodes/")
    hop = response.hop("node") or response.hops[-1]
    number = hop.destination.rpartition(":")[2]
    for pod in cluster.api.list("pods", None):
        hosted = [str(port.hostPort) for held in pod.spec.containers for port in held.ports or ()]
        if number in hosted and pod.spec.nodeName != name:
            return WhyRequest(
                f"pods/{key_of(pod)}",
                say(
                    es=f"su hostPort {number} está solo en su nodo, {pod.spec.nodeName}",
                    en=f"its hostPort {number} is on its own node alone, {pod.spec.nodeName}",
                ),
                f"http://{pod.spec.nodeName}:{number}",
            )
    ingress = ingresses.of_host(cluster, response.host)
    if ingress is not None and not cluster.api.list("ingressclasses", None):
        return ingresses.without_controller(f"ingresses/{key_of(ingress)}")
    ports = [
        f"{port.nodePort} ({key_of(service)})"
        for service in cluster.api.list("services", None)
        for port in service.spec.ports or ()
        if port.nodePort
    ]
    reason = say(es=f"nadie escucha en el puerto {number} de {name}", en=f"nothing listens on port {number} of {name}")
    mend = say(es=f"los nodePort son: {listed(ports)}", en=f"the nodePorts are: {listed(ports)}")
    return WhyRequest(response.about, reason, mend)


def own_machine(cluster: Cluster, response: Response) -> WhyRequest:
    """From outside `localhost` is the machine on which the client runs, and that is no node."""
    number = response.hops[-1].destination.rpartition(":")[2]
    open_ports = [
        port.nodePort for each in cluster.api.list("services", None) for port in each.spec.ports or () if port.nodePort
    ]
    node = next(iter(cluster.workers), "")
    forward = "kubectl port-forward service/…"
    mend = say(es=f"entra por un nodo o con {forward}", en=f"come in by a node, or with {forward}")
    if int(number) in open_ports:
        mend = f"http://{node}:{number}"
    reason = say(
        es="fuera del clúster, localhost es la máquina del propio cliente, que no es ningún nodo",
        en="outside the cluster localhost is the client's own machine, which is no node",
    )
    told = say(
        es=f"nadie escucha ahí en el puerto {number}; el clúster no abre puertos en ella",
        en=f"nothing listens there on port {number}; the cluster opens no ports on it",
    )
    return WhyRequest(response.about, reason, mend, (told,))


def dns(cluster: Cluster, response: Response) -> WhyRequest:
    """The address that every pod asks for names was asked for a page."""
    reason = say(
        es="es el DNS del clúster: contesta preguntas sobre nombres en el puerto 53, y no habla HTTP",
        en="is the cluster's DNS: it answers questions about names on port 53, and speaks no HTTP",
    )
    mend = say(es="pide un Service por su nombre: http://NOMBRE", en="ask for a Service by its name: http://NAME")
    return WhyRequest(response.about, reason, mend)


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
