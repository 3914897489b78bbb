"""The scene: what there is to see of a cluster at one moment, read from its API and its machines.

Two truths are kept apart, because the gap between them is what a failover is about: what the API believes (objects)
and what the machines do (power, cables, processes). A pod on a machine without power is `lost` here, however Ready
its object still says it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kubelab.api.errors import ApiError
from kubelab.api.objects import condition, controller_of
from kubelab.api.pod_rows import pod_status
from kubelab.network.policy import AGENT
from kubelab.view.colours import state_of
from kubelab.view.loads_seen import LoadSeen, loads_at, loads_now
from kubelab.view.power import LinkSeen, links_at, links_now, power_at, power_of
from kubelab.view.workloads_seen import CardSeen, endpoints, ingress_seen, service_seen, workloads

KINDS_SEEN = ("nodes", "pods", "deployments", "replicasets", "services", "endpointslices", "ingresses")


class Moment(NamedTuple):
    """An instant of the past: its revision and its last journal entry. `sampled`: others near it are left out."""

    time: float
    revision: int
    number: int
    sampled: bool = False


@dataclass(frozen=True)
class PodSeen:
    """A pod: `state` is one of `colours.LOOKS`, `believed` what the API says where the machine says otherwise."""

    uid: str
    name: str
    namespace: str
    owner: str
    controller: str
    node: str
    state: str
    believed: str
    status: str
    service: str = ""


@dataclass(frozen=True)
class MachineSeen:
    """A machine and its Node object: `power` is up, cut, booting or off; `ready` is the API's word (empty: no Node)."""

    name: str
    role: str
    power: str
    ready: str
    cordoned: bool
    processes: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Scene:
    """Everything to be drawn. `answers` is False when no API server did, and the objects are those last seen."""

    now: float
    answers: bool
    machines: tuple[MachineSeen, ...]
    pods: tuple[PodSeen, ...]
    cards: tuple[CardSeen, ...]
    loads: tuple[LoadSeen, ...]
    links: tuple[LinkSeen, ...]
    objects: dict[str, list[Any]] = field(repr=False, compare=False)

    def pods_on(self, node: str) -> list[PodSeen]:
        """The pods of one node; with an empty name, those on no node yet."""
        return [pod for pod in self.pods if pod.node == node]

    def counts(self) -> dict[str, int]:
        """How many pods are in each state, commonest first."""
        found: dict[str, int] = {}
        for pod in self.pods:
            found[pod.state] = found.get(pod.state, 0) + 1
        return dict(sorted(found.items(), key=_commonest))


def look(cluster: Any, before: Scene | None = None, then: Moment | None = None) -> Scene:
    """What there is to see now, or what there was to see at a moment of the past.

    While no API server answers, the objects are those of the scene `before`.

    Left out
        Objects of the namespaces `kube-*`, the Service `kubernetes`, ReplicaSets that neither have nor want pods.
    """
    revision = then.revision if then is not None else None
    try:
        objects = {kind: _list(cluster, kind, revision) for kind in KINDS_SEEN}
        answers = True
    except ApiError as error:
        if error.code != 503:
            raise
        objects = before.objects if before is not None else {kind: [] for kind in KINDS_SEEN}
        answers = False
    machines = _machines(cluster, objects["nodes"], then)
    if then is not None:
        answers = any(dict(machine.processes).get("kube-apiserver") for machine in machines)
    backends, counted = endpoints(objects["endpointslices"])
    dead = {machine.name for machine in machines if machine.power in ("off", "booting")}
    known = {id(pod): seen for pod, seen in zip(before.objects["pods"], before.pods, strict=True)} if before else {}
    pods = [
        _pod(pod, backends.get(pod.metadata.uid, ""), pod.spec.nodeName in dead, known.get(id(pod)))
        for pod in objects["pods"]
    ]
    found = workloads(objects["deployments"], objects["replicasets"])
    services = [service_seen(service, counted) for service in objects["services"]]
    every: list[CardSeen] = [*found, *services, *(ingress_seen(held) for held in objects["ingresses"])]
    cards = sorted(every, key=_age_of_cards(objects))
    loads = loads_now(cluster) if then is None else loads_at(cluster, then.time, then.number)
    now = cluster.clock.now if then is None else then.time
    links = links_now(cluster) if then is None else links_at(cluster, then.number)
    return Scene(now, answers, tuple(machines), tuple(pods), tuple(cards), loads, links, objects)


def _list(cluster: Any, kind: str, revision: int | None) -> list[Any]:
    found = cluster.api.list(kind, revision=revision)
    if kind == "nodes":
        return found
    return [
        obj
        for obj in found
        if not (obj.metadata.namespace or "").startswith("kube-")
        and not (kind == "services" and obj.metadata.name == "kubernetes")
    ]


def _machines(cluster: Any, nodes: list[Any], then: Moment | None) -> list[MachineSeen]:
    known = {node.metadata.name: node for node in nodes}
    was = power_at(cluster, then.time, then.number) if then is not None else None
    seen = []
    for name, machine in cluster.machines.items():
        node = known.pop(name, None)
        if was is None:
            power = power_of(cluster, machine)
            processes = tuple((held.name, held.running) for held in machine.processes.values() if held.name != AGENT)
        elif node is None and machine.role != "master":
            continue  # it was not there yet
        else:
            power = was.of(name)
            processes = tuple((held, was.runs(name, held)) for held in machine.processes if held != AGENT)
        seen.append(MachineSeen(name, machine.role, power, *_believed(node), processes))
    seen.extend(MachineSeen(name, "worker", "up", *_believed(node), ()) for name, node in known.items())
    return seen


def _believed(node: Any) -> tuple[str, bool]:
    if node is None:
        return "", False
    held = condition(node, "Ready")
    ready = "Ready" if held is not None and held.status == "True" else "NotReady"
    return ready, bool(node.spec and node.spec.unschedulable)


def _pod(pod: Any, service: str, dead: bool, known: PodSeen | None) -> PodSeen:
    if known is not None and known.service == service and (known.state == "lost") == dead:
        return known  # objects are values: the same one looks the same
    meta, believed = pod.metadata, state_of(pod)
    owner = controller_of(pod)
    return PodSeen(
        uid=meta.uid,
        name=meta.name,
        namespace=meta.namespace,
        owner=_family(meta.name, owner),
        controller=owner.uid if owner else "",
        node=pod.spec.nodeName or "",
        state="lost" if dead else believed,
        believed=believed,
        status=pod_status(pod),
        service=service,
    )


def _family(name: str, owner: Any) -> str:
    """The name that a pod shares with its like: `web` of `web-7d4b9c5f6d-x2x7k`."""
    if owner is None:
        return name
    head, _, tail = owner.name.rpartition("-")
    return head if owner.kind == "ReplicaSet" and head and 8 <= len(tail) <= 10 else owner.name


def _commonest(item: tuple[str, int]) -> int:
    return -item[1]


def _age_of_cards(objects: dict[str, list[Any]]) -> Any:
    born = {
        obj.metadata.uid: (obj.metadata.creationTimestamp, obj.metadata.name)
        for kind in ("deployments", "replicasets", "services", "ingresses")
        for obj in objects[kind]
    }
    return lambda card: born[card.uid]
