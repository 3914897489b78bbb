"""The name was not found: what was meant, or why it stands for nothing."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from kubelab.api.objects import key_of
from kubelab.clients.why_request import ingresses, services
from kubelab.clients.why_request.verdict import WhyRequest, listed
from kubelab.language import say
from kubelab.network.dns.zone import DOMAIN
from kubelab.network.sender import OUTSIDE

if TYPE_CHECKING:
    from kubelab.cluster import Cluster
    from kubelab.network.response import Response


def no_such_name(cluster: Cluster, response: Response) -> WhyRequest:
    """No such Service, one of another namespace, one without an address, or a name of the outside world."""
    host = response.about
    namespaces = [each.metadata.name for each in cluster.api.list("namespaces")]
    name, namespace = _meant(host, response.namespace, namespaces)
    if not name:
        return _outside_name(cluster, host)
    known = {key_of(each): each for each in cluster.api.list("services", None)}
    found = known.get(f"{namespace}/{name}")
    if found is not None and response.hops and response.hops[0].place == OUTSIDE:
        return from_outside(cluster, found, say(
            es="su nombre no significa nada fuera del clúster", en="its name means nothing outside the cluster"
        ))  # fmt: skip
    if found is not None and found.spec.type == "ExternalName":
        target = found.spec.externalName
        other, home = _meant(target, namespace, namespaces)
        if other and f"{home}/{other}" in known:
            return services.without_endpoints(cluster, known[f"{home}/{other}"])
        create = say(es=f"crea un Service {other} en {home}", en=f"create a Service {other} in {home}")
        correct = say(
            es="corrige spec.externalName, o pon el nombre en cluster.hosts",
            en="correct spec.externalName, or put the name into cluster.hosts",
        )
        return WhyRequest(
            f"services/{namespace}/{name}",
            say(
                es=f"su externalName es {target}, y ese nombre no existe",
                en=f"its externalName is {target}, and there is no such name",
            ),
            create if target.rstrip(".").endswith(DOMAIN) else correct,
        )
    if found is not None:
        return services.without_endpoints(cluster, found)
    return _no_service(name, namespace, list(known))


def _outside_name(cluster: Cluster, host: str) -> WhyRequest:
    """A name of the outside world: it may be that of an Ingress."""
    ingress = ingresses.of_host(cluster, host)
    if ingress is None:
        reason = say(es="nadie conoce ese nombre", en="nobody knows that name")
        return WhyRequest(host, reason, say(es="ponlo en cluster.hosts", en="put it into cluster.hosts"))
    held = ingress.status.loadBalancer if ingress.status is not None else None
    address = next((each.ip for each in (held.ingress if held is not None else None) or () if each.ip), "")
    if address:
        reason = say(
            es=f"ningún DNS conoce el nombre; el Ingress {key_of(ingress)} lo atiende en {address}",
            en=f"no DNS knows the name; Ingress {key_of(ingress)} serves it at {address}",
        )
        return WhyRequest(host, reason, f'cluster.hosts["{host}"] = "{address}"')
    return ingresses.without_class(cluster, ingress)


def from_outside(cluster: Cluster, service: Any, reason: str) -> WhyRequest:
    """What means something inside only was asked from outside: the way in that the Service has, or could have."""
    where, spec = f"services/{key_of(service)}", service.spec
    held = service.status.loadBalancer if service.status is not None else None
    address = next((each.ip for each in (held.ingress if held is not None else None) or () if each.ip), "")
    port = (spec.ports or [None])[0]
    node = next(iter(cluster.workers), "")
    if address and port is not None:
        return WhyRequest(where, reason, f"http://{address}" + (f":{port.port}" if port.port != 80 else ""))
    if port is not None and port.nodePort:
        door = f"http://{node}:{port.nodePort}"
        if spec.type != "LoadBalancer":
            return WhyRequest(where, reason, door)
        pending = say(
            es="type: LoadBalancer, y su dirección externa está <pending>: nadie se la da",
            en="type: LoadBalancer, and its external address is <pending>: nobody gives it one",
        )
        mend = say(es=f"{door}, o Cluster(cloud=True)", en=f"{door}, or Cluster(cloud=True)")
        if cluster.cloud is not None:
            mend = say(es=f"espera unos segundos, o {door}", en=f"wait some seconds, or {door}")
        return WhyRequest(where, pending, mend, (reason,))
    mend = say(
        es="entra por un NodePort, un LoadBalancer o un Ingress, o pon el nombre en cluster.hosts",
        en="come in by a NodePort, a LoadBalancer or an Ingress, or put the name into cluster.hosts",
    )
    return WhyRequest(where, reason, mend)


def _no_service(name: str, namespace: str, known: list[str]) -> WhyRequest:
    where = f"services/{namespace}/{name}"
    here = [key.partition("/")[2] for key in known if key.startswith(f"{namespace}/")]
    elsewhere = [key.partition("/")[0] for key in known if key.endswith(f"/{name}")]
    details = (say(es=f"servicios en {namespace}: {listed(here)}", en=f"services in {namespace}: {listed(here)}"),)
    if elsewhere:
        full = f"{name}.{elsewhere[0]}"
        return WhyRequest(
            where,
            say(
                es=f"no existe; hay uno con ese nombre en el namespace {elsewhere[0]}",
                en=f"does not exist; there is one of that name in namespace {elsewhere[0]}",
            ),
            say(es=f"llámalo {full}", en=f"call it {full}"),
            details,
        )
    near = get_close_matches(name, here, 1, 0.7)
    reason = say(es="no existe", en="does not exist")
    if near:
        mend = say(es=f"¿querías decir {near[0]}?", en=f"did you mean {near[0]}?")
    else:
        mend = say(es=f"crea un Service {name} en {namespace}", en=f"create a Service {name} in {namespace}")
    return WhyRequest(where, reason, mend, details)


def _meant(host: str, namespace: str, namespaces: list[str]) -> tuple[str, str]:
    """The Service and the namespace that a name is about: its last two labels before `svc`; none, if it is outside."""
    short = host.rstrip(".").removesuffix(f".{DOMAIN}").removesuffix(".svc")
    labels = short.split(".")
    if len(labels) == 1:
        return labels[0], namespace
    if short == host and labels[-1] not in namespaces:
        return "", ""
    return labels[-2], labels[-1]
