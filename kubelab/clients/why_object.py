"""Why an object is not what it should be: what keeps it from being whole, and what would mend it."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError
from kubelab.api.objects import condition
from kubelab.clients import why_workload
from kubelab.clients.why_pod import ailment
from kubelab.clients.why_request import services
from kubelab.clients.why_request.verdict import WhyRequest, listed
from kubelab.language import say

if TYPE_CHECKING:
    from kubelab.cluster import Cluster

EXPLAINED = ("Pod", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "Service", "Ingress", "Node")
_SHOWN = 5


class WhyObject(WhyRequest):
    """What keeps an object from being whole: `object`, `reason`, `mend`, `details`.

    In Kubernetes
        Nothing answers this in one place: `kubectl describe`, events, and the statuses of what belongs to the object.
    """


def why_object(cluster: Cluster, what: str) -> WhyObject:
    """Of `deployment/web`, `service/NAMESPACE/NAME`, or a node: what is wrong with it now."""
    kind_name, _, rest = what.partition("/")
    namespace, _, name = rest.rpartition("/")
    namespace = namespace or "default"
    try:
        kind = cluster.api.kinds.find(kind_name)
    except (LookupError, ApiError):
        kind = None
    if kind is None:
        reason = say(es="no hay ningún recurso que se llame así", en="there is no resource of that name")
        write = say(es="escribe TIPO/NOMBRE o TIPO/NAMESPACE/NOMBRE", en="write KIND/NAME or KIND/NAMESPACE/NAME")
        return WhyObject(kind_name, reason, _known(), (write,))
    place = namespace if kind.namespaced else None
    where = f"{kind.plural}/{namespace}/{name}" if kind.namespaced else f"{kind.plural}/{name}"
    try:
        obj = cluster.api.get(kind.resource, name, place)
    except ApiError as refusal:
        if refusal.code != 404:
            raise
        return _missing(cluster, where, name, kind, place)
    explain = _EXPLAIN.get(kind.name)
    if explain is None:
        return WhyObject(where, say(es="de eso no sé el porqué", en="of that I know no why"), _known())
    found = explain(cluster, where, obj)
    return WhyObject(found.object, found.reason, found.mend, found.details)


def _known() -> str:
    return say(
        es=f"why sabe de {', '.join(EXPLAINED)} y de lo que contesta cluster.request",
        en=f"why knows of {', '.join(EXPLAINED)} and of what cluster.request answers",
    )


def why_unnamed(cluster: Cluster, name: str) -> WhyObject:
    """A name without a kind is a pod's; where there is no such pod, the kinds that have an object of that name."""
    found = why_object(cluster, f"pod/{name}")
    others = list[str]()
    for kind_name in EXPLAINED:
        kind = cluster.api.kinds.find(kind_name.lower())
        place = "default" if kind.namespaced else None
        if any(held.metadata.name == name for held in cluster.api.list(kind.resource, place)):
            others.append(f"{kind_name.lower()}/{name}")
    if not others or f"pod/{name}" in others:
        return found
    reason = say(es="ningún pod se llama así", en="no pod has that name")
    choice = say(es=" o ", en=" or ").join(others)
    return WhyObject(found.object, reason, say(es=f"escribe {choice}", en=f"write {choice}"))


def _missing(cluster: Cluster, where: str, name: str, kind: Any, place: str | None) -> WhyObject:
    held = cluster.api.list(kind.resource, None)
    others = [each.metadata.name for each in held if place in (None, each.metadata.namespace)]
    elsewhere = [each.metadata.namespace for each in held if place and each.metadata.name == name]
    near = get_close_matches(name, others, 1)
    told = [say(es=f"hay {listed(others, _SHOWN)}", en=f"there is {listed(others, _SHOWN)}")]
    word = kind.name.lower()
    if elsewhere:
        full = f"{word}/{elsewhere[0]}/{name}"
        mend = say(es=f"escribe {full}", en=f"write {full}")
    else:
        mend = say(es=f"¿querías decir {near[0]}?", en=f"did you mean {near[0]}?") if near else ""
        if place:
            other = say(es=f"en otro namespace: {word}/NAMESPACE/NOMBRE", en=f"elsewhere: {word}/NAMESPACE/NAME")
            told.append(other)
    return WhyObject(where, say(es="no existe", en="does not exist"), mend, tuple(told))


def _pod(cluster: Cluster, where: str, pod: Any) -> WhyRequest:
    """A pod about which the scheduler has not decided."""
    if pod.spec.nodeName:
        ails, node = ailment(cluster, pod.metadata.namespace, pod.metadata.name), pod.spec.nodeName
        if ails is not None:
            return ails
        return WhyRequest(where, say(es=f"su manifiesto nombra a {node}", en=f"its manifest names the node {node}"))
    gates = [gate.name for gate in pod.spec.schedulingGates or ()]
    if gates:
        reason = say(es=f"espera a que se quite {listed(gates)}", en=f"waits until {listed(gates)} is taken away")
        return WhyRequest(where, reason, "spec.schedulingGates")
    scheduler = cluster.master.scheduler
    if not scheduler.running:
        reason = say(es="kube-scheduler está parado", en="kube-scheduler is stopped")
        return WhyRequest(where, reason, 'cluster.start("scheduler")')
    reason = say(es="el scheduler aún no ha decidido", en="the scheduler has not decided yet")
    return WhyRequest(
        where, reason, say(es="deja pasar tiempo: cluster.settle()", en="let time pass: cluster.settle()")
    )


def _service(cluster: Cluster, where: str, service: Any) -> WhyRequest:
    if service.spec.type == "ExternalName":
        other = service.spec.externalName
        return WhyRequest(where, say(es=f"es otro nombre de {other}", en=f"is another name of {other}"))
    ready = services.ready_endpoints(cluster, service)
    if not ready:
        return services.without_endpoints(cluster, service)
    addresses = [address for endpoint in ready for address in endpoint.addresses]
    waits = service.spec.type == "LoadBalancer" and not service.status.loadBalancer.ingress
    if waits and cluster.cloud is None:
        reason = say(es="nadie le da una dirección externa", en="nobody gives it an external address")
        return WhyRequest(where, reason, "Cluster(cloud=True)")
    good = say(es=f"endpoints listos: {len(addresses)}", en=f"ready endpoints: {len(addresses)}")
    return WhyRequest(where, good, "", (listed(addresses, _SHOWN),))


def _ingress(cluster: Cluster, where: str, ingress: Any) -> WhyRequest:
    """Who serves it, and whether its Services lead anywhere."""
    namespace = ingress.metadata.namespace
    backends = [path.backend for rule in ingress.spec.rules or () if rule.http for path in rule.http.paths]
    backends += [ingress.spec.defaultBackend] if ingress.spec.defaultBackend else []
    for name in dict.fromkeys(each.service.name for each in backends if each.service is not None):
        service = services.service_of(cluster, f"{namespace}/{name}")
        if service is None:
            reason = say(es=f"su Service {name} no existe", en=f"its Service {name} does not exist")
            return WhyRequest(where, reason, say(es=f"crea el Service {name}", en=f"make the Service {name}"))
        if not services.ready_endpoints(cluster, service):
            found = services.without_endpoints(cluster, service)
            return WhyRequest(where, f"services/{name}: {found.reason}", found.mend, found.details)
    if not (ingress.status and ingress.status.loadBalancer and ingress.status.loadBalancer.ingress):
        classes = [held.metadata.name for held in cluster.api.list("ingressclasses", None)]
        reason = say(es="ningún controlador lo atiende", en="no controller serves it")
        if not classes:
            return WhyRequest(where, reason, 'cluster.install("ingress-nginx")')
        if ingress.spec.ingressClassName not in classes:
            return WhyRequest(where, reason, f"ingressClassName: {classes[0]}")
        return WhyRequest(where, reason, "kubectl get pods -n ingress-nginx")
    return WhyRequest(where, say(es="alguien lo atiende, y sus Services tienen endpoints", en="is served"))


def _node(cluster: Cluster, where: str, node: Any) -> WhyRequest:
    name = node.metadata.name
    machine, ready = cluster.machines.get(name), condition(node, "Ready")
    state = ready.status if ready is not None else "Unknown"
    told = tuple(f"{taint.key}:{taint.effect}" for taint in node.spec.taints or ()) if node.spec else ()
    if machine is not None and not machine.reachable:
        word = say(es="aislado", en="cut off") if machine.powered else say(es="sin corriente", en="without power")
        call = "heal" if machine.powered else "revive"
        return WhyRequest(where, f"Ready={state}: {word}", f'cluster.{call}("{name}")', told)
    kubelet = cluster.workers[name].kubelet if name in cluster.workers else None
    if kubelet is not None and not kubelet.running:
        reason = say(es="el kubelet está parado", en="the kubelet is stopped")
        return WhyRequest(where, f"Ready={state}: {reason}", f'cluster.start("kubelet", "{name}")', told)
    if node.spec is not None and node.spec.unschedulable:
        reason = say(es="acordonado: no recibe pods nuevos", en="cordoned: it gets no new pods")
        return WhyRequest(where, reason, f"kubectl uncordon {name}", told)
    return WhyRequest(where, f"Ready={state}", "", told)


_EXPLAIN: dict[str, Callable[[Cluster, str, Any], WhyRequest]] = {
    "Pod": _pod,
    "Deployment": why_workload.deployment,
    "ReplicaSet": why_workload.replicas,
    "StatefulSet": why_workload.replicas,
    "DaemonSet": why_workload.daemons,
    "Job": why_workload.job,
    "Service": _service,
    "Ingress": _ingress,
    "Node": _node,
}
