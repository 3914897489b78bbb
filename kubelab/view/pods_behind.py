"""The pods behind a Service: endpoints as its EndpointSlices have them, and the containers that listen, or do not."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from kubelab.api.objects import key_of
from kubelab.language import say
from kubelab.view.colours import LOOKS
from kubelab.view.draw.layers import Layers, Node
from kubelab.view.scene import PodSeen, Scene

POD, CONTAINER = 3, 4
MOST = 6  # pods of a Service; more are piles by state


@dataclass
class _Behind:
    """Pods that are alike: endpoints of one slice with the same word, in the same state."""

    slice: str
    word: str
    state: str
    ports: tuple[int, ...]
    pods: list[Any] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)


def pods_behind(cluster: Any, made: Layers, scene: Scene, service: Any, slices: list[Any], pods: list[Any]) -> None:
    """Add the pods behind a Service, their containers, and what is missing. `pods` are those of its namespace."""
    seen = {pod.uid: pod for pod in scene.pods}
    groups = _groups(service, slices, {pod.metadata.uid: pod for pod in pods}, seen)
    known = {pod.metadata.uid: True for group in groups for pod in group.pods}
    selected = [pod for pod in pods if _selects(service, pod) and pod.metadata.uid not in known]
    for pod in selected:
        state = seen[pod.metadata.uid].state if pod.metadata.uid in seen else "pending"
        word = say(es="no es endpoint", en="no endpoint")
        first = f"slice {key_of(slices[0])}" if slices else f"no slice service {key_of(service)}"
        groups.append(_Behind(first, word, state, (), [pod], [""]))
    if sum(len(group.addresses) for group in groups) > MOST:
        groups = _piled(groups)
    for group in groups:
        _add(cluster, made, scene, group)
    if not groups and service.spec.selector and slices:
        labels = ",".join(f"{key}={value}" for key, value in service.spec.selector.items())
        words = _nearest(service.spec.selector, pods)
        end = made.add(f"nobody {key_of(service)}", Node(POD, labels, words, ghost=True))
        made.join(f"slice {key_of(slices[0])}", end, "selector", lost=True)


def _groups(service: Any, slices: list[Any], pods: dict[str, Any], seen: dict[str, PodSeen]) -> list[_Behind]:
    found = []
    for held in slices:
        ports = tuple(dict.fromkeys(port.port for port in held.ports or () if port.port is not None))
        for endpoint in held.endpoints or ():
            uid = endpoint.targetRef.uid if endpoint.targetRef is not None else ""
            state = seen[uid].state if uid in seen else ""
            pod = [pods[uid]] if uid in pods else []
            address = next(iter(endpoint.addresses or ()), "")
            found.append(_Behind(f"slice {key_of(held)}", _word(endpoint), state, ports, pod, [address]))
    return found


def _word(endpoint: Any) -> str:
    """Why an endpoint gets no traffic; nothing where it does."""
    held = endpoint.conditions
    if held is None or held.ready is not False:
        return ""
    if held.terminating:
        serving = say(es="terminando, aún sirve", en="terminating, still serves")
        return serving if held.serving else say(es="terminando", en="terminating")
    return say(es="no listo", en="not ready")


def _piled(groups: list[_Behind]) -> list[_Behind]:
    found: dict[tuple[Any, ...], _Behind] = {}
    for group in groups:
        key = group.slice, group.word, group.state, group.ports
        held = found.setdefault(key, _Behind(*key))
        held.pods += group.pods
        held.addresses += group.addresses
    return list(found.values())


def _add(cluster: Any, made: Layers, scene: Scene, group: _Behind) -> None:
    number = len(group.addresses)
    look = LOOKS[group.state] if group.state else None
    pod = group.pods[0] if group.pods else None
    if number > 1:
        words = look.words if look is not None else ""
        pile = Node(POD, f"×{number}", words, look, pile=number)
        key = made.add(f"pile {group.slice} {group.word} {group.state}", pile)
    elif pod is None:
        key = made.add(f"address {group.addresses[0]}", Node(POD, group.addresses[0], say(es="sin pod", en="no pod")))
    else:
        key = made.add(f"pod {pod.metadata.uid}", Node(POD, pod.metadata.name, _words(group, pod), look))
    ports = ", ".join(f":{port}" for port in group.ports)
    made.join(group.slice, key, "\n".join(said for said in (ports, group.word) if said), faint=bool(group.word))
    if pod is not None:
        for port in group.ports:
            _container(cluster, made, key, pod, port, bool(group.word))


def _words(group: _Behind, pod: Any) -> str:
    node = pod.spec.nodeName or say(es="aún sin nodo", en="on no node yet")
    return f"{group.addresses[0]} · {node}" if group.addresses[0] else node


def _container(cluster: Any, made: Layers, key: str, pod: Any, port: int, faint: bool) -> None:
    """Who listens on the port: the container that does, else the one that says so, else nobody."""
    declared = {
        held.containerPort: (container, held.name)
        for container in pod.spec.containers
        for held in container.ports or ()
    }
    container, name = declared.get(port, (None, None))
    alive, listening = _listener(cluster, pod, port)
    if listening and container is None:
        container = next((held for held in pod.spec.containers if held.name == listening), None)
    if container is not None and (listening or not alive):
        end = made.add(f"container {key} {container.name}", Node(CONTAINER, container.name, container.image or ""))
        said = f"containerPort {port}{f' ({name})' if name else ''}" if port in declared else f":{port}"
        made.join(key, end, said, faint=faint)
        return
    if not alive:
        return
    title, words = say(es=f"nadie escucha en :{port}", en=f"nobody listens on :{port}"), ""
    if declared and port not in declared:
        heard = ", ".join(str(each) for each in declared)
        words = say(es=f"containerPort es {heard}", en=f"containerPort is {heard}")
    made.join(key, made.add(f"nobody {key} {port}", Node(CONTAINER, title, words, ghost=True)), f":{port}", lost=True)


def _listener(cluster: Any, pod: Any, port: int) -> tuple[bool, str]:
    """Whether the pod's containers run where we can see them, and which of them listens on the port now."""
    worker = getattr(cluster, "workers", {}).get(pod.spec.nodeName or "")
    sandbox = worker.runtime.find(pod.metadata.namespace, pod.metadata.name) if worker is not None else None
    if sandbox is None:
        return False, ""
    held = sandbox.listener(port, cluster.now)
    return True, next((name for name, each in sandbox.containers.items() if each is held), "") if held else ""


def _selects(service: Any, pod: Any) -> bool:
    wanted, labels = service.spec.selector or {}, pod.metadata.labels or {}
    return bool(wanted) and all(labels.get(key) == value for key, value in wanted.items())


def _nearest(wanted: dict[str, str], pods: list[Any]) -> str:
    """What pods say under the same labels: most often the selector is a typing error."""
    there = [
        f"{key}={value}"
        for pod in pods
        for key, value in (pod.metadata.labels or {}).items()
        if key in wanted and value != wanted[key]
    ]
    nobody = say(es="nadie", en="nobody")
    if not there:
        return nobody
    close = [held for key, value in wanted.items() for held in get_close_matches(f"{key}={value}", there, 1, 0.0)]
    return f"{nobody}; {say(es='hay', en='there is')} {', '.join(dict.fromkeys(close))}"
