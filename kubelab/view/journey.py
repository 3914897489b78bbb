"""The journey of one request: its stations one by one, where each is, and what the packet says before and after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kubelab.language import say
from kubelab.network.loss import REFUSED
from kubelab.network.sentences import Sentence
from kubelab.view.amounts import number as written

if TYPE_CHECKING:
    from kubelab.network.response import Hop, Response

OUTSIDE, BALANCER, DNS = "outside", "load balancer", "DNS"
NO_MACHINES = (OUTSIDE, BALANCER, DNS)
ON_NODE = ("rule", "masquerade", "policy")  # stations in the kernel of a machine
IN_POD = ("pod", "tls", "container", "proxy")
KNOWN = ("hosts", "memory")  # a name that the client knew without asking anybody
NAMED = ("dns", *KNOWN)


@dataclass(frozen=True)
class Station:
    """One station. `machine` is where it is: a machine's name or one of `NO_MACHINES`; `target` where a tunnel leads.

    `pod` is `namespace/name` where it is in one; `detail` says what happened; `port` is that of a machine that the
    packet comes to, from outside. `came` and `leaves` are the packet's source and destination before it
    and after it; `connection` counts from 0: a proxy opens a new one.
    """

    number: int
    kind: str
    machine: str
    time: float
    detail: str
    came: tuple[str, str]
    leaves: tuple[str, str]
    pod: str = ""
    container: str = ""
    target: str = ""
    connection: int = 0
    port: int = 0

    @property
    def title(self) -> str:
        """What it is, in a word or two."""
        return {
            "client": say(es="Cliente", en="Client"),
            "dns": "DNS",
            "hosts": "/etc/hosts",
            "memory": say(es="Memoria", en="Memory"),
            "balancer": say(es="Balanceador", en="Load balancer"),
            "tls": "TLS",
            "node": say(es="Nodo", en="Node"),
            "rule": say(es="Reglas", en="Rules"),
            "masquerade": "Masquerade",
            "tunnel": say(es="Túnel", en="Tunnel"),
            "policy": "NetworkPolicy",
            "pod": "Pod",
            "container": say(es="Contenedor", en="Container"),
            "proxy": "Proxy",
        }.get(self.kind, self.kind)

    @property
    def words(self) -> str:
        """What happened there."""
        said = _WORDS.get(self.kind)
        return said(self) if said else self.detail


@dataclass(frozen=True)
class Journey:
    """All stations, and how it ended.

    `lost_at` is where a packet got lost: a machine, one of `NO_MACHINES`, or `link`; with `refused` somebody there says
    so. `connect` is when the client's connection stood.
    """

    stations: tuple[Station, ...]
    url: str
    status: int
    error: str
    latency: float
    lost_at: str = ""
    lost_pod: str = ""
    refused: bool = False
    connect: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether it was answered well."""
        return 200 <= self.status < 400

    @property
    def end(self) -> str:
        """How it ended, in one line."""
        if not self.status:
            return self.error
        if self.ok:
            return say(es=f"respuesta {self.status}, de vuelta en el cliente", en=f"answer {self.status} at the client")
        return say(es=f"el cliente recibe un error: {self.status}", en=f"the client gets an error: {self.status}")


def journey(response: Response) -> Journey:
    """The journey that a response tells of."""
    stations: list[Station] = []
    for hop in response.hops:
        stations.append(_station(response, hop, stations))
    lost_at, lost_pod = "", ""
    if stations and response.cause != "slow" and (not response.status or not answered(stations)):
        lost_at, lost_pod = _lost(response, stations)
    return Journey(
        tuple(stations), response.url, response.status, response.error, response.latency, lost_at, lost_pod,
        response.code == REFUSED, response.connect,
    )  # fmt: skip


def answered(stations: list[Station]) -> bool:
    """Whether somebody at the last of these stations answers: a program, or a machine's own."""
    return stations[-1].kind in ("container", "node", "proxy")


def milliseconds(seconds: float) -> str:
    """An instant or a time in milliseconds, from a second on in seconds: `1.5 ms`, `5.004 s`."""
    if seconds >= 1:
        return f"{written(seconds, '.4g')} s"
    return f"{written(round(seconds * 1000, 2), '.4g')} ms"


def _station(response: Response, hop: Hop, before: list[Station]) -> Station:
    last = before[-1] if before else None
    on_the_way = [station for station in before if station.kind not in NAMED]
    here = (on_the_way[-1].target or on_the_way[-1].machine) if on_the_way else hop.place
    connection = last.connection if last else 0
    came = last.leaves if last else (hop.source, hop.destination)
    if last and last.kind in NAMED:
        came = came[0], _told(last, hop.destination)
    elif last and last.kind == "proxy":
        connection = 1 + max(station.connection for station in before)
        came = (hop.source, _told(last, hop.destination))
    kind, pod, container, target = hop.kind, "", "", ""
    if hop.kind == "dns" and last and hop.time == last.time and hop.detail[-1:].isdigit():
        kind = "memory" if hop.place == "memory" else "hosts"
    elif hop.kind == "tunnel":
        here, _, target = hop.place.partition(" → ")
    elif hop.kind in IN_POD:
        namespace, name, container = (hop.place + "/").split("/")[:3]
        pod = f"{namespace}/{name}"
        here = next((station.machine for station in before if station.pod == pod), here)
        if hop.kind == "proxy":  # it is the same program that tries another way
            connection = next((station.connection for station in before if station.pod == pod), connection)
    elif hop.kind == "client":
        pod = _sender(response.namespace, hop.detail)
    else:
        here = {"dns": DNS, "balancer": BALANCER}.get(hop.kind, hop.place)
    return Station(
        len(before) + 1, kind, here, hop.time, hop.detail, came, (hop.source, hop.destination), pod, container,
        target, connection, _port(hop),
    )  # fmt: skip


def _port(hop: Hop) -> int:
    said = hop.said
    return int(str(said.facts[0])) if isinstance(said, Sentence) and said.name == "port" else 0


def _sender(namespace: str, label: str) -> str:
    kind, slash, name = label.partition("/")
    if not slash or kind not in ("pod", "pods", "po"):
        return ""
    return name if "/" in name else f"{namespace}/{name}"


def _told(station: Station, destination: str) -> str:
    """The destination of a packet whose sender was told `… → ADDRESS[:PORT], …` and then went on to this one."""
    answers = station.detail.rpartition(" → ")[2].split(", ")
    if destination.rpartition(":")[0] in answers or not answers[0][:1].isdigit():
        return destination
    return answers[0] if ":" in answers[0] else f"{answers[0]}:{station.leaves[1].rpartition(':')[2]}"


def _lost(response: Response, stations: list[Station]) -> tuple[str, str]:
    """The machine and the pod where it got lost."""
    kind, _, name = response.about.partition("/")
    last = stations[-1]
    if kind == "links" or response.cause in ("link", "loss"):
        return "link", ""
    if kind == "nodes" and name:
        return name, ""
    if last.kind == "client" and kind == "services" and last.machine == OUTSIDE:
        return BALANCER, ""
    return (last.target or last.machine), last.pod if last.kind in IN_POD else ""


def _client(station: Station) -> str:
    host = station.pod.rpartition("/")[2] or station.machine
    if station.machine == OUTSIDE:
        host = say(es="fuera del clúster", en="outside the cluster")
    elif not station.pod and station.detail != station.machine:
        host = say(es=f"en la red de pods de {station.machine}", en=f"in the pod network of {station.machine}")
    return f"{host}: {' → '.join(station.leaves)}"


def _rule(station: Station) -> str:
    if station.came[1] == station.leaves[1] or " → " not in station.detail:
        return f"{station.machine}: {station.detail}"
    return f"{station.machine}: {station.came[1]} → {station.leaves[1]}"


def _masquerade(station: Station) -> str:
    return say(
        es=f"{station.machine} pone su dirección: {station.came[0]} → {station.leaves[0]}",
        en=f"{station.machine} puts its own address: {station.came[0]} → {station.leaves[0]}",
    )


def _tunnel(station: Station) -> str:
    return f"{station.machine} → {station.target}"


def _node(station: Station) -> str:
    return f"{station.machine}{', ' if station.port else ': '}{station.detail}"


def _policy(station: Station) -> str:
    return f"{station.machine}: {station.detail}"


def _pod(station: Station) -> str:
    return f"{station.pod.rpartition('/')[2]}: {station.detail}"


def _container(station: Station) -> str:
    return f"{station.container}: {station.detail}"


_WORDS: dict[str, Any] = {
    "client": _client,
    "rule": _rule,
    "masquerade": _masquerade,
    "tunnel": _tunnel,
    "node": _node,
    "policy": _policy,
    "pod": _pod,
    "container": _container,
    "tls": _pod,
}
