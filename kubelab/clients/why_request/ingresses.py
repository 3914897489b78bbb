"""The ingress controller answered itself: no Ingress for that host, none for that path, or one that leads nowhere."""

from __future__ import annotations

from difflib import get_close_matches
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from kubelab.api.objects import key_of
from kubelab.clients.why_request import services
from kubelab.clients.why_request.verdict import WhyRequest, listed
from kubelab.language import say
from kubelab.network.ingress.configuration import CLASS_ANNOTATION

if TYPE_CHECKING:
    from kubelab.cluster import Cluster
    from kubelab.network.response import Response

CONTROLLER = "nginx-ingress-controller"


def hosts_of(ingress: Any) -> list[str]:
    """The hosts that an Ingress is for; empty for every host."""
    return [rule.host or "" for rule in ingress.spec.rules or ()]


def of_host(cluster: Cluster, host: str) -> Any:
    """An Ingress for this host, or None."""
    listed_ = cluster.api.list("ingresses", None)
    return next((each for each in listed_ if host and host.lower() in hosts_of(each)), None)


def nobody_for_host(cluster: Cluster, response: Response) -> WhyRequest:
    """404: the controller knows no Ingress for the host. One is of no class, of a wrong one, or for another host."""
    ingress = of_host(cluster, response.host)
    if ingress is not None:
        return without_class(cluster, ingress)
    known = {host: each for each in cluster.api.list("ingresses", None) for host in hosts_of(each) if host}
    if response.host in cluster.machines or _is_address(response.host):
        return _by_address(response, list(known))
    near = get_close_matches(response.host, known, 1, 0.5)
    hosts = (say(es=f"hosts conocidos: {listed(list(known))}", en=f"known hosts: {listed(list(known))}"),)
    if near:
        return WhyRequest(
            f"ingresses/{key_of(known[near[0]])}",
            say(
                es=f"su host es {near[0]}, y se ha pedido {response.host}",
                en=f"its host is {near[0]}, and {response.host} was asked for",
            ),
            say(
                es=f"pide http://{near[0]}, o pon host: {response.host}",
                en=f"ask for http://{near[0]}, or set host: {response.host}",
            ),
            hosts,
        )
    reason = say(es=f"ninguno es para el host {response.host}", en=f"none is for host {response.host}")
    mend = say(es=f"crea un Ingress con host: {response.host}", en=f"create an Ingress with host: {response.host}")
    return WhyRequest("ingresses", reason, mend, hosts)


def _by_address(response: Response, known: list[str]) -> WhyRequest:
    """An address is no host of an Ingress: who comes by it is for a rule that names none."""
    door = say(es="usa una regla sin host", en="use a rule without host")
    mend = door
    if known:
        ask = f'cluster.request("{response.url}", host="{known[0]}")'
        mend = say(es=f"{ask}, o {door}", en=f"{ask}, or {door}")
    return WhyRequest(
        "ingresses",
        say(
            es=f"ninguno es para todos los hosts, y se ha entrado por {response.host}, que no es el host de ninguno",
            en=f"none is for every host, and {response.host}, by which the request came, is the host of none",
        ),
        mend,
        (say(es=f"hosts conocidos: {listed(known)}", en=f"known hosts: {listed(known)}"),),
    )


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def without_class(cluster: Cluster, ingress: Any) -> WhyRequest:
    """The Ingress is no controller's: it names no IngressClass, or one that does not exist."""
    where, wanted = f"ingresses/{key_of(ingress)}", ingress.spec.ingressClassName
    classes = [each.metadata.name for each in cluster.api.list("ingressclasses", None)]
    if not classes:
        return without_controller(where)
    if wanted is None and CLASS_ANNOTATION not in (ingress.metadata.annotations or {}):
        reason = say(
            es="no tiene spec.ingressClassName, y ninguna IngressClass es la predeterminada",
            en="has no spec.ingressClassName, and no IngressClass is the default",
        )
        return WhyRequest(where, reason, f"ingressClassName: {classes[0]}")
    if wanted in classes:
        reason = say(
            es="el controlador aún no ha cargado su configuración", en="the controller has not loaded its rules yet"
        )
        return WhyRequest(where, reason, say(es="espera unos segundos", en="wait some seconds"))
    near = (get_close_matches(wanted or "", classes, 1) or classes)[0]
    reason = say(
        es=f"su ingressClassName es {wanted}, y no hay IngressClass así",
        en=f"its ingressClassName is {wanted}, and there is no such IngressClass",
    )
    return WhyRequest(where, reason, f"ingressClassName: {near}")


def without_controller(where: str) -> WhyRequest:
    """Nobody reads the Ingress."""
    return WhyRequest(
        where,
        say(es="ningún ingress controller lo lee: no hay ninguno", en="no ingress controller reads it: there is none"),
        'cluster.install("ingress-nginx")',
    )


def no_path(cluster: Cluster, response: Response) -> WhyRequest:
    """404: the host is known, and none of its paths is meant."""
    ingress = of_host(cluster, response.host)
    held = [path.path or "/" for rule in (ingress.spec.rules if ingress else None) or () for path in _paths(rule)]
    hop = response.hop("container")
    asked = hop.detail.partition(response.host)[2].rpartition(":")[0] if hop is not None else ""
    return WhyRequest(
        response.about,
        say(es=f"ninguno de sus paths es para {asked or '/'}", en=f"none of its paths is for {asked or '/'}"),
        say(es=f"sus paths son: {listed(held)}", en=f"its paths are: {listed(held)}"),
    )


def leads_nowhere(cluster: Cluster, response: Response) -> WhyRequest:
    """503: the Service that the Ingress names is not there, has not that port, or has no endpoints."""
    namespace, _, name = response.about.removeprefix("services/").partition("/")
    ingress, ports = _naming(cluster, namespace, name, response.host)
    where = f"ingresses/{key_of(ingress)}" if ingress is not None else response.about
    service = services.service_of(cluster, f"{namespace}/{name}")
    if service is None:
        known = [each.metadata.name for each in cluster.api.list("services", namespace)]
        near = get_close_matches(name, known, 1)
        create = say(es=f"crea un Service {name} en {namespace}", en=f"create a Service {name} in {namespace}")
        return WhyRequest(
            where,
            say(
                es=f"su backend es el Service {name}, que no existe en {namespace}",
                en=f"its backend is Service {name}, which does not exist in {namespace}",
            ),
            f"service.name: {near[0]}" if near else create,
            (say(es=f"servicios en {namespace}: {listed(known)}", en=f"services in {namespace}: {listed(known)}"),),
        )
    held = service.spec.ports or ()
    missing = [port for port in ports if port not in [each.port for each in held] + [each.name for each in held]]
    if missing:
        numbers = [str(each.port) for each in held]
        return WhyRequest(
            where,
            say(
                es=f"su backend pide el puerto {missing[0]} del Service {name}, que tiene {listed(numbers)}",
                en=f"its backend wants port {missing[0]} of Service {name}, which has {listed(numbers)}",
            ),
            f"service.port.number: {numbers[0]}" if len(numbers) == 1 else "",
        )
    return services.without_endpoints(cluster, service)


def _naming(cluster: Cluster, namespace: str, service: str, host: str) -> tuple[Any, list[int | str]]:
    """The Ingress that names a Service, best the one for the host, and the ports of the Service that it names."""
    found: list[tuple[bool, Any, list[int | str]]] = []
    for ingress in cluster.api.list("ingresses", namespace):
        backends = [path.backend for rule in ingress.spec.rules or () for path in _paths(rule)]
        named = [each.service for each in (*backends, ingress.spec.defaultBackend) if each and each.service]
        ports = [each.port.number or each.port.name for each in named if each.name == service and each.port]
        if ports:
            found.append((host in hosts_of(ingress), ingress, ports))
    best = next((each for each in found if each[0]), found[0] if found else None)
    return (best[1], best[2]) if best is not None else (None, [])


def _paths(rule: Any) -> list[Any]:
    return list((rule.http.paths if rule.http is not None else None) or ())
