"""Ownership: who owns whom among the objects of a scene, and which pods a Service sends traffic to, as a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.api.objects import controller_of
from kubelab.language import say
from kubelab.view.colours import LOOKS
from kubelab.view.scene import PodSeen, Scene
from kubelab.view.workloads_seen import REVISION, SERVICE_NAME

if TYPE_CHECKING:
    import networkx

KINDS_DRAWN = ("Deployment", "ReplicaSet", "Pod", "EndpointSlice", "Service")
MOST_PODS = 8  # of one owner, each a node of its own; more are counted by state
MOST_PODS_OF_ALL = 24  # the same for all pods there are
STATES = list(LOOKS)


def ownership(scene: Scene) -> networkx.DiGraph:
    """Every object as a node (`kind`, `name`, `words`, `number`; pods also `state`), an edge from owner to owned.

    Edges from EndpointSlices to pods say in `selects` whether these are ready; it is empty on all others. Of many
    pods, those of one owner in one state are one node: its `number` says how many.
    """
    import networkx

    graph = networkx.DiGraph()
    objects = scene.objects
    having_pods = {pod.controller: True for pod in scene.pods}
    for held in sorted(objects["deployments"], key=_name):
        _add(graph, "Deployment", held, _replicas(held))
    for held in sorted(objects["replicasets"], key=_newest_first):
        if held.metadata.uid in having_pods or held.spec.replicas or (held.status and held.status.replicas):
            _add(graph, "ReplicaSet", held, _replicas(held))
            owner = controller_of(held)
            if owner is not None and owner.uid in graph:
                graph.add_edge(owner.uid, held.metadata.uid, selects="")
    drawn = _add_pods(graph, scene)
    services = {}
    for held in sorted(objects["services"], key=_name):
        services[_name(held)] = held.metadata.uid
        _add(graph, "Service", held, held.spec.clusterIP or "")
    for held in sorted(objects["endpointslices"], key=_name):
        meta = held.metadata
        service = services.get((meta.namespace, (meta.labels or {}).get(SERVICE_NAME, "")))
        if service is not None:
            _add_slice(graph, held, service, drawn)
    return graph


def _add(graph: networkx.DiGraph, kind: str, held: Any, words: str) -> None:
    meta = held.metadata
    name = meta.name if meta.namespace == "default" else f"{meta.namespace}/{meta.name}"
    graph.add_node(meta.uid, kind=kind, name=name, words=words, number=1)


def _add_pods(graph: networkx.DiGraph, scene: Scene) -> dict[str, str]:
    """Add the pods, and say of each by uid which node it is in."""
    families: dict[str, list[PodSeen]] = {}
    for pod in sorted(scene.pods, key=_by_state):
        families.setdefault(pod.controller, []).append(pod)
    most = MOST_PODS if len(scene.pods) <= MOST_PODS_OF_ALL else 1
    drawn = {}
    for owner, pods in families.items():
        for pod in pods:
            node = drawn[pod.uid] = pod.uid if len(pods) <= most else f"{owner}/{pod.state}"
            if node in graph:
                graph.nodes[node]["number"] += 1
                continue
            name = pod.name if pod.namespace == "default" else f"{pod.namespace}/{pod.name}"
            graph.add_node(node, kind="Pod", name=name, words=pod.node, number=1, state=pod.state)
            if owner in graph:
                graph.add_edge(owner, node, selects="")
    return drawn


def _add_slice(graph: networkx.DiGraph, held: Any, service: str, drawn: dict[str, str]) -> None:
    uid, ready = held.metadata.uid, 0
    endpoints = held.endpoints or []
    _add(graph, "EndpointSlice", held, "")
    graph.add_edge(service, uid, selects="")
    for endpoint in endpoints:
        answers = endpoint.conditions is None or endpoint.conditions.ready is not False
        ready += answers
        pod = drawn.get(endpoint.targetRef.uid) if endpoint.targetRef is not None else None
        if pod is not None and (answers or not graph.has_edge(uid, pod)):
            graph.add_edge(uid, pod, selects="ready" if answers else "not ready")
    graph.nodes[uid]["words"] = _ready(ready, len(endpoints))


def _replicas(held: Any) -> str:
    ready = (held.status.readyReplicas if held.status else 0) or 0
    return _ready(ready, held.spec.replicas or 0)


def _ready(ready: int, number: int) -> str:
    return f"{ready}/{number} {say(es='listos', en='ready')}"


def _name(held: Any) -> tuple[str, str]:
    return held.metadata.namespace, held.metadata.name


def _newest_first(held: Any) -> tuple[int, str, str]:
    revision = (held.metadata.annotations or {}).get(REVISION, "")
    return (-int(revision) if revision.isdigit() else 0, *_name(held))


def _by_state(pod: PodSeen) -> tuple[int, str, str]:
    return STATES.index(pod.state), pod.namespace, pod.name
