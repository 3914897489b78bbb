"""A Service leads nowhere: no port, no endpoints, or rules that know of neither."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError
from kubelab.api.objects import is_ready, key_of
from kubelab.api.selectors import format_labels, from_labels
from kubelab.clients.why_request import names
from kubelab.clients.why_request.unready import why_not_ready
from kubelab.clients.why_request.verdict import WhyRequest, listed
from kubelab.language import say
from kubelab.network.sender import OUTSIDE
from kubelab.node.service_rules import SERVICE_NAME

if TYPE_CHECKING:
    from kubelab.cluster import Cluster
    from kubelab.network.response import Response


def refused_by_a_rule(cluster: Cluster, response: Response) -> WhyRequest:
    """The rules of the node know the Service, and send the packet nowhere."""
    where, node = response.about, _node(response)
    service = service_of(cluster, where.removeprefix("services/"))
    if service is None:
        return stale(cluster, where, node, say(es="el Service ya no existe", en="the Service does not exist any more"))
    number = int(response.hops[-1].destination.rpartition(":")[2])
    ports = service.spec.ports or ()
    if all(number not in (each.port, each.nodePort) for each in ports):
        known = [f"{each.port} → {each.targetPort}" for each in ports]
        return WhyRequest(
            where,
            say(es=f"no tiene el puerto {number}", en=f"has no port {number}"),
            say(es=f"pide uno de estos: {listed(known)}", en=f"ask for one of these: {listed(known)}"),
        )
    ready = ready_endpoints(cluster, service)
    if not ready:
        return without_endpoints(cluster, service)
    policies = [
        name for name in ("externalTrafficPolicy", "internalTrafficPolicy") if getattr(service.spec, name) == "Local"
    ]
    if policies and all(endpoint.nodeName != node for endpoint in ready):
        return WhyRequest(
            where,
            say(
                es=f"{policies[0]}: Local, y ningún endpoint listo está en {node}",
                en=f"{policies[0]}: Local, and no ready endpoint is on {node}",
            ),
            say(es="usa Cluster, o un pod en cada nodo", en="use Cluster, or a pod on every node"),
            (say(es=f"sus endpoints listos: {_nodes(ready)}", en=f"its ready endpoints are on: {_nodes(ready)}"),),
        )
    ranges = service.spec.loadBalancerSourceRanges
    if ranges and response.reason is not None and response.reason.why.name in ("barred", "balancer-bars"):
        reason = say(es="sus loadBalancerSourceRanges no te incluyen", en="its loadBalancerSourceRanges leave you out")
        return WhyRequest(where, reason, "", (listed(list(ranges)),))
    if node not in cluster.workers:
        reason = say(es="su balanceador no tiene nodos", en="its load balancer has no nodes")
        return WhyRequest(where, reason, "kubectl get nodes")
    return stale(cluster, where, node, say(es="tiene endpoints listos", en="it has ready endpoints"))


def nobody_has_the_address(cluster: Cluster, response: Response) -> WhyRequest:
    """No rule on the node is about the address: a Service that is gone, or of which the node has not heard."""
    address, node = response.about, _node(response)
    outside = bool(response.hops) and response.hops[0].place == OUTSIDE
    for service in cluster.api.list("services", None):
        addresses = [*(service.spec.clusterIPs or [service.spec.clusterIP]), *(service.spec.externalIPs or ())]
        if address in addresses and outside:
            return names.from_outside(cluster, service, say(
                es=f"su clusterIP {address} no significa nada fuera del clúster",
                en=f"its clusterIP {address} means nothing outside the cluster",
            ))  # fmt: skip
        if address in addresses:
            where = f"services/{service.metadata.namespace}/{service.metadata.name}"
            return stale(cluster, where, node, say(es="el Service existe", en="the Service is there"))
    if address == cluster.overlay.dns:
        return WhyRequest(
            address,
            say(
                es="es el DNS del clúster, y su dirección no significa nada fuera",
                en="is the cluster's DNS, and its address means nothing outside",
            ),
        )
    if outside:
        return _no_such_address_outside(cluster, address)
    name = response.hop("dns")
    remembered = name is not None and name.place == "memory"
    reason = say(es="nadie tiene esa dirección", en="nobody has that address")
    mend = say(
        es="usa el nombre del Service, no una dirección que pudo ser de otro",
        en="use the Service's name, not an address that may have been somebody else's",
    )
    if remembered:
        reason = say(es="el cliente recuerda una dirección vieja", en="the client remembers an old address")
        mend = say(es="recuerda los nombres menos tiempo", en="remember names for a shorter time")
    return WhyRequest(address, reason, mend)


def _no_such_address_outside(cluster: Cluster, address: str) -> WhyRequest:
    """From outside: a pod's address, or nobody's."""
    for pod in cluster.api.list("pods", None):
        if pod.status is not None and pod.status.podIP == address:
            return WhyRequest(
                f"pods/{key_of(pod)}",
                say(
                    es=f"su dirección {address} no significa nada fuera del clúster",
                    en=f"its address {address} means nothing outside the cluster",
                ),
                say(es="ponle delante un Service", en="put a Service in front of it"),
            )
    nodes = [f"{name} {cluster.overlay.machine_address(name)}" for name in cluster.machines]
    return WhyRequest(
        address,
        say(es="nadie tiene esa dirección", en="nobody has that address"),
        say(es=f"los nodos son: {listed(nodes)}", en=f"the nodes are: {listed(nodes)}"),
    )


def pod_is_gone(cluster: Cluster, response: Response) -> WhyRequest:
    """The packet came to the node, and no pod there has the address any more."""
    address, node = response.about, _node(response)
    if not response.service:
        reason = say(es="ningún pod tiene esa dirección", en="no pod has that address")
        return WhyRequest(
            address,
            reason,
            say(
                es="los pods van y vienen: pregunta a un Service",
                en="pods come and go: ask a Service",
            ),
        )
    where = f"services/{response.service}"
    service = service_of(cluster, response.service)
    if service is not None and any(address in each.addresses for each in ready_endpoints(cluster, service)):
        holder = response.node
        return WhyRequest(
            where,
            say(
                es=f"su EndpointSlice nombra {address}, que en {holder} ya no es de ningún pod",
                en=f"its EndpointSlice names {address}, which is no pod's on {holder} any more",
            ),
            say(
                es="espera a que el kubelet lo diga; un preStop con pausa evita perder peticiones al borrar",
                en="wait until the kubelet says so; a preStop pause saves the requests when pods are deleted",
            ),
        )
    return stale(cluster, where, node, say(es=f"{address} ya no es suyo", en=f"{address} is not its own any more"))


def stale(cluster: Cluster, where: str, node: str, but: str) -> WhyRequest:
    """The rules on a node are older than what the API server says; and why they are."""
    worker = cluster.workers.get(node)
    reason = say(es=f"{but}, y las reglas de {node} no lo saben", en=f"{but}, and the rules of {node} do not know")
    if worker is None:
        return WhyRequest(where, but)
    proxy = worker.kube_proxy
    behind = proxy.rules.arrived - proxy.in_force
    if not proxy.running:
        cause, mend = say(es="kube-proxy está parado ahí", en="kube-proxy is stopped there"), "kube-proxy"
    elif not proxy.machine.reachable:
        cause, mend = say(es=f"{node} está aislado", en=f"{node} is cut off"), node
    else:
        return WhyRequest(where, reason, say(es="espera un segundo", en="wait a second"), ())
    told = say(es=f"{cause}: le faltan {behind} cambios", en=f"{cause}: it has missed {behind} changes")
    if mend == node:
        return WhyRequest(where, reason, f'cluster.heal("{node}")', (told,))
    return WhyRequest(where, reason, f'cluster.start("kube-proxy", "{node}")', (told,))


def without_endpoints(cluster: Cluster, service: Any) -> WhyRequest:
    """No ready endpoints: no selector, a selector that finds no pod, pods that are not ready, or a port of no pod."""
    meta, selector = service.metadata, service.spec.selector
    where = f"services/{meta.namespace}/{meta.name}"
    if not selector:
        return WhyRequest(
            where,
            say(es="no tiene selector ni endpoints", en="has neither a selector nor endpoints"),
            say(es="dale un selector, o un EndpointSlice escrito a mano", en="give it a selector, or write Endpoints"),
        )
    pods = cluster.api.list("pods", meta.namespace)
    wanted = from_labels(selector)
    mine = [pod for pod in pods if wanted.matches(pod.metadata.labels or {})]
    if not mine:
        return _no_match(where, selector, pods)
    ready = [pod for pod in mine if is_ready(pod) and pod.metadata.deletionTimestamp is None]
    if not ready:
        reason = say(es=f"ninguno de sus {len(mine)} pods está listo", en=f"none of its {len(mine)} pods is ready")
        told = [why_not_ready(cluster, pod) for pod in mine]
        details = tuple(f"pod/{pod.metadata.name}: {why}" for pod, (why, _) in zip(mine, told, strict=True))
        return WhyRequest(where, reason, told[0][1], details)
    named = [each.targetPort for each in service.spec.ports or () if isinstance(each.targetPort, str)]
    have = [port.name for pod in ready for held in pod.spec.containers for port in held.ports or () if port.name]
    missing = [name for name in named if name not in have]
    if missing:
        return WhyRequest(
            where,
            say(
                es=f"targetPort {missing[0]}: ningún contenedor llama así a un puerto",
                en=f"targetPort {missing[0]}: no container has a port of that name",
            ),
            say(
                es=f"los puertos se llaman {listed(list(dict.fromkeys(have)))}",
                en=f"the ports are named {listed(list(dict.fromkeys(have)))}",
            ),
        )
    reason = say(es="sus pods acaban de estar listos", en="its pods have only just become ready")
    return WhyRequest(where, reason, say(es="espera un segundo", en="wait a second"))


def _no_match(where: str, selector: dict[str, str], pods: list[Any]) -> WhyRequest:
    """A selector that no pod matches: the pod that comes nearest, and the label that differs."""
    reason = say(
        es=f"su selector {format_labels(selector)} no encuentra ningún pod",
        en=f"its selector {format_labels(selector)} matches no pod",
    )
    near = max(pods, key=lambda pod: _nearness(selector, pod.metadata.labels or {}), default=None)
    if near is None or not _nearness(selector, near.metadata.labels or {}):
        mend = say(
            es="no hay pods así en su namespace: créalos", en="there are no such pods in its namespace: make some"
        )
        return WhyRequest(where, reason, mend)
    labels = near.metadata.labels or {}
    told = say(
        es=f"pod/{near.metadata.name} tiene {format_labels(labels)}",
        en=f"pod/{near.metadata.name} has {format_labels(labels)}",
    )
    for key, value in selector.items():
        if labels.get(key) == value:
            continue
        other = next(iter(get_close_matches(key, labels, 1)), "")
        if other == key and not get_close_matches(value, [labels[key]], 1):
            continue
        if other:
            mend = say(es=f"¿querías decir {other}={labels[other]}?", en=f"did you mean {other}={labels[other]}?")
            return WhyRequest(where, reason, mend, (told,))
    return WhyRequest(
        where,
        reason,
        say(es="haz que el selector y las etiquetas coincidan", en="make the selector and the labels agree"),
        (told,),
    )


def _nearness(selector: dict[str, str], labels: dict[str, str]) -> float:
    """How much of a selector a pod's labels meet, near misses counting for less."""
    total = 0.0
    for key, value in selector.items():
        if key in labels:
            total += 1.0 if labels[key] == value else 0.8 if get_close_matches(value, [labels[key]], 1) else 0.1
        elif get_close_matches(key, labels, 1):
            total += 0.3
    return total


def service_of(cluster: Cluster, key: str) -> Any:
    """The Service of that `namespace/name`, or None."""
    namespace, _, name = key.partition("/")
    try:
        return cluster.api.get("services", name, namespace)
    except ApiError:
        return None


def ready_endpoints(cluster: Cluster, service: Any) -> list[Any]:
    """The endpoints that the API server calls ready, of slices that have ports."""
    meta = service.metadata
    slices = cluster.api.list("endpointslices", meta.namespace, selector=f"{SERVICE_NAME}={meta.name}")
    return [
        endpoint
        for held in slices
        if held.ports
        for endpoint in held.endpoints or ()
        if endpoint.conditions is None or endpoint.conditions.ready in (None, True)
    ]


def holding(cluster: Cluster, address: str, port: int) -> str:
    """The Service whose EndpointSlices name an address with a port: `namespace/name`, or empty."""
    for held in cluster.api.list("endpointslices", None):
        addresses = [each for endpoint in held.endpoints or () for each in endpoint.addresses]
        if address in addresses and port in [each.port for each in held.ports or ()]:
            return f"{held.metadata.namespace}/{(held.metadata.labels or {}).get(SERVICE_NAME, '')}"
    return ""


def _nodes(endpoints: list[Any]) -> str:
    return listed(list(dict.fromkeys(each.nodeName or "" for each in endpoints)))


def _node(response: Response) -> str:
    """The node whose rules the packet went by."""
    found = response.hop("rule") or response.hop("node") or (response.hops[0] if response.hops else None)
    return found.place if found is not None else ""
