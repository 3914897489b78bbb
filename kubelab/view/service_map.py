"""The service map: Ingresses and doors, Services, EndpointSlices, pods and containers, joined by their ports."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kubelab.api.errors import ApiError
from kubelab.api.objects import key_of
from kubelab.language import say
from kubelab.view.draw.layers import Layers, Node
from kubelab.view.pods_behind import pods_behind
from kubelab.view.scene import look
from kubelab.view.workloads_seen import SERVICE_NAME

DOOR, SERVICE, SLICE, POD, CONTAINER = range(5)
MOST = 8


@dataclass
class Found(Layers):
    """The boxes and arrows, and how many endpoints there are.

    `empty` are the Services that have none, `deaf` those with one where nobody listens, `missing` what Ingresses name
    though it does not exist; `nothing` says why there is nothing at all.
    """

    ready: int = 0
    endpoints: int = 0
    empty: list[str] = field(default_factory=list)
    deaf: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    more: int = 0
    nothing: str = ""

    @property
    def unheard(self) -> int:
        """How many ports of pods nobody listens on."""
        return sum(node.column == CONTAINER and node.ghost for node in self.nodes.values())


def found(cluster: Any, name: str | None = None) -> Found:
    """What there is to see of all Services, or of one.

    Raises
    ------
    ValueError
        There is no Service of that name.
    """
    made = Found([])
    scene = look(cluster)
    try:
        every = cluster.api.list("services")
        services = _services(every, name)
        ingresses, slices = cluster.api.list("ingresses"), cluster.api.list("endpointslices")
        pods = cluster.api.list("pods")
    except ApiError as error:
        if error.code != 503:
            raise
        made.nothing = say(es="Ningún servidor de la API responde", en="No API server answers")
        return made
    if not services:
        made.nothing = say(es="No hay ningún Service todavía", en="There are no Services yet")
    made.more = len(services[MOST:])
    for service in services[:MOST]:
        meta = service.metadata
        own = [held for held in slices if _belongs(held, service)]
        before, ghosts = made.endpoints, made.unheard
        key = made.add(f"service {key_of(service)}", Node(SERVICE, meta.name, _address(service)))
        _doors(made, key, service, [each for each in ingresses if each.metadata.namespace == meta.namespace])
        _slices(made, key, service, own)
        held = [pod for pod in pods if pod.metadata.namespace == meta.namespace]
        pods_behind(cluster, made, scene, service, own, held)
        if made.endpoints == before and service.spec.type != "ExternalName":
            made.empty.append(meta.name)
        if made.unheard > ghosts:
            made.deaf.append(meta.name)
    known = {key_of(each): True for each in every}
    for ingress in ingresses:
        if f"ingress {key_of(ingress)}" in made.nodes or (name is None and not _own(ingress)):
            _missing(made, ingress, known)
    return made


def _own(held: Any) -> bool:
    """Whether it is the cluster's own."""
    return bool((held.metadata.namespace or "").startswith("kube-"))


def _services(every: list[Any], name: str | None) -> list[Any]:
    if name is None:
        return [each for each in every if not _own(each) and each.metadata.name != "kubernetes"]
    parts = name.split("/")
    parts = parts[1:] if parts[0] in ("service", "services", "svc") and len(parts) > 1 else parts
    key = "/".join(parts if len(parts) > 1 else ["default", parts[0]])
    chosen = [each for each in every if key_of(each) == key]
    if not chosen:
        known = ", ".join(key_of(each) for each in every) or say(es="ninguno", en="none")
        raise ValueError(
            say(es=f"no hay ningún Service {key!r}: hay {known}", en=f"no Service {key!r}: there is {known}")
        )
    return chosen


def _belongs(held: Any, service: Any) -> bool:
    label = (held.metadata.labels or {}).get(SERVICE_NAME)
    return label == service.metadata.name and held.metadata.namespace == service.metadata.namespace


def _address(service: Any) -> str:
    spec = service.spec
    if spec.type == "ExternalName":
        return "ExternalName"
    if spec.clusterIP == "None":
        return say(es="headless: sin dirección", en="headless: no address")
    return f"{spec.type or 'ClusterIP'} · {spec.clusterIP or ''}"


# -- what leads to a Service


def _doors(made: Found, key: str, service: Any, ingresses: list[Any]) -> None:
    for ingress in ingresses:
        _ingress(made, key, service, ingress)
    spec, status = service.spec, service.status
    if spec.type == "LoadBalancer":
        state = status.loadBalancer if status is not None else None
        addresses = [each.ip or each.hostname or "" for each in (state.ingress if state is not None else None) or ()]
        title = say(es="balanceador", en="load balancer")
        waiting = say(es="aún sin dirección", en="no address yet")
        door = made.add(f"balancer {key}", Node(DOOR, title, ", ".join(addresses) or waiting, ghost=not addresses))
        made.join(door, key, _listed([f"port {port.port}" for port in spec.ports or ()]), faint=not addresses)
    ports = [f"nodePort {port.nodePort}" for port in spec.ports or () if port.nodePort]
    if ports:
        local = spec.externalTrafficPolicy == "Local"
        words = say(es="solo con pods en él", en="with pods on it only") if local else ""
        door = made.add(f"nodes {key}", Node(DOOR, say(es="cualquier nodo", en="any node"), words))
        made.join(door, key, _listed(ports))
    if spec.externalIPs:
        door = made.add(f"external {key}", Node(DOOR, "externalIPs", ", ".join(spec.externalIPs)))
        made.join(door, key, _listed([f"port {port.port}" for port in spec.ports or ()]))


def _ingress(made: Found, key: str, service: Any, ingress: Any) -> None:
    """An arrow for the paths that lead to the Service; those to a port that it lacks lead to nothing, beside it."""
    ports = [value for each in service.spec.ports or () for value in (each.port, each.name)]
    sound: list[str] = []
    broken: dict[str, list[str]] = {}
    for where, name, port in _rules(ingress):
        if name == service.metadata.name:
            held = sound if port in ports else broken.setdefault(f"{name}:{port}", [])
            held.append(f"{where} → {port}")
    if sound:
        made.join(_ingress_box(made, ingress), key, _listed(sound, 2))
    for title, said in broken.items():
        _nothing(made, ingress, title, say(es="nada (sin ese puerto)", en="nothing (no such port)"), said)


def _missing(made: Found, ingress: Any, known: dict[str, bool]) -> None:
    """What an Ingress says of Services that do not exist."""
    missing: dict[str, list[str]] = {}
    for where, name, port in _rules(ingress):
        if f"{ingress.metadata.namespace}/{name}" not in known:
            missing.setdefault(name, []).append(f"{where} → {port}")
    for name, said in missing.items():
        _nothing(made, ingress, name, say(es="nada (no existe)", en="nothing (does not exist)"), said)


def _nothing(made: Found, ingress: Any, title: str, words: str, said: list[str]) -> None:
    end = made.add(f"missing {ingress.metadata.namespace}/{title}", Node(SERVICE, title, words, ghost=True))
    made.join(_ingress_box(made, ingress), end, _listed(said, 2), lost=True)
    made.missing += [title] if title not in made.missing else []


def _rules(ingress: Any) -> list[tuple[str, str, Any]]:
    """Of each rule for which paths it is, and the Service and the port that it names."""
    spec = ingress.spec
    backends = [("*", spec.defaultBackend)] if spec.defaultBackend is not None else []
    for rule in spec.rules or ():
        paths = rule.http.paths if rule.http is not None else ()
        backends += [(f"{rule.host or '*'}{path.path or '/'}", path.backend) for path in paths]
    held = [(where, backend.service) for where, backend in backends if backend.service is not None]
    return [(where, to.name, (to.port.name or to.port.number) if to.port is not None else "") for where, to in held]


def _ingress_box(made: Found, ingress: Any) -> str:
    spec = ingress.spec
    words = f"Ingress · {'TLS' if spec.tls else spec.ingressClassName or say(es='sin clase', en='no class')}"
    return made.add(f"ingress {key_of(ingress)}", Node(DOOR, ingress.metadata.name, words))


# -- and what it leads to


def _slices(made: Found, key: str, service: Any, slices: list[Any]) -> None:
    spec = service.spec
    if spec.type == "ExternalName":
        end = made.add(f"name {key}", Node(SLICE, spec.externalName or "", "CNAME"))
        made.join(key, end, "DNS")
        return
    ports = [f"port {port.port} → {_target(port)}" for port in spec.ports or ()]
    for held in slices:
        endpoints = held.endpoints or ()
        ready = sum(is_ready(each) for each in endpoints)
        made.ready += ready
        made.endpoints += len(endpoints)
        words = say(es=f"{ready} de {len(endpoints)} listos", en=f"{ready} of {len(endpoints)} ready")
        end = made.add(slice_key(held), Node(SLICE, held.metadata.name, words, ghost=not endpoints))
        made.join(key, end, _listed(ports, 2), lost=not endpoints, faint=bool(endpoints) and not ready)
    if not slices:
        why = "" if spec.selector else say(es="sin selector: a mano", en="no selector: by hand")
        end = made.add(f"no slice {key}", Node(SLICE, say(es="ninguno", en="none"), why, ghost=True))
        made.join(key, end, _listed(ports, 2), lost=True)


def slice_key(held: Any) -> str:
    """The name of an EndpointSlice's box."""
    return f"slice {key_of(held)}"


def is_ready(endpoint: Any) -> bool:
    """Whether an endpoint gets traffic as a matter of course: one that says nothing is ready."""
    return endpoint.conditions is None or endpoint.conditions.ready is not False


def _target(port: Any) -> str:
    return f"targetPort {port.targetPort if port.targetPort is not None else port.port}"


def _listed(said: list[str], most: int = 3) -> str:
    """One below the other, and how many more there are."""
    return "\n".join([*said[:most], *([f"+{len(said) - most}"] if len(said) > most else [])])
