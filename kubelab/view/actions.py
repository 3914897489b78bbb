"""What the live view's controls do to the cluster: each does what one would type."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kubelab.api.manifest import ManifestError
from kubelab.api.objects import split_key
from kubelab.language import say
from kubelab.network.response import Response
from kubelab.view.targets import targets

OBJECT = re.compile(r"^\s*(apiVersion|kind|metadata|spec)\s*:", re.MULTILINE)  # a text that is meant as a manifest
RATE = 5.0  # requests a second


def kill(lab: Any, node: str) -> str:
    """Pull a node's plug."""
    lab.cluster.kill(node)
    return say(es=f"{node} está apagado", en=f"{node} has no power")


def revive(lab: Any, node: str) -> str:
    """Switch a node on again."""
    lab.cluster.revive(node)
    return say(es=f"{node} arranca", en=f"{node} boots")


def cut(lab: Any, node: str) -> str:
    """Pull a node's network cable."""
    lab.cluster.cut(node)
    return say(es=f"{node} no tiene red", en=f"{node} has no network")


def heal(lab: Any, node: str) -> str:
    """Put a node's network cable back."""
    lab.cluster.heal(node)
    return say(es=f"{node} vuelve a tener red", en=f"{node} has its network back")


def cordon(lab: Any, node: str) -> str:
    """`kubectl cordon`: no new pods on this node."""
    return str(lab.cluster.kubectl(f"cordon {node}"))


def uncordon(lab: Any, node: str) -> str:
    """`kubectl uncordon`."""
    return str(lab.cluster.kubectl(f"uncordon {node}"))


def delete(lab: Any, pod: str) -> str:
    """`kubectl delete pod`, without waiting for its end. `pod` is `pod/<uid>`, a name, or `namespace/name`."""
    namespace, name = _find(lab, pod)
    lab.cluster.api.delete("pods", name, namespace)
    return f'pod "{name}" deleted'


def describe(lab: Any, pod: str) -> str:
    """`kubectl describe pod`."""
    namespace, name = _find(lab, pod)
    return str(lab.cluster.kubectl(f"describe pod {name} -n {namespace}"))


def scale(lab: Any, deployment: str, replicas: int) -> str:
    """`kubectl scale deployment --replicas`. `deployment` is `namespace/name` or a name."""
    namespace, name = split_key(deployment)
    patch = {"spec": {"replicas": int(replicas)}}
    lab.cluster.api.patch("deployments", name, patch, namespace or "default", patch_type="merge")
    return f"deployment.apps/{name} scaled"


def traffic(lab: Any, service: str, on: bool, rate: float = RATE, source: str = "") -> str:
    """Begin or end a load of requests: `service` is a door as `targets` names it, `namespace/name`, or a URL."""
    url = _aimed(lab, service)
    if on:
        _can_send(lab, source)
    for load in lab.cluster.loads:
        if load.url == url:
            load.stop()
    if on:
        lab.cluster.traffic(url, rate, source or None)
        words = say(es=f"empieza el tráfico a {url}", en=f"traffic to {url} begins")
    else:
        words = say(es=f"termina el tráfico a {url}", en=f"traffic to {url} ends")
    lab.director.tell(words)
    return ""


def request(lab: Any, service: str, source: str = "") -> Response:
    """Send one request: `service` as `traffic` understands it."""
    _can_send(lab, source)
    response: Response = lab.cluster.request(_aimed(lab, service), source=source or None)
    return response


def apply(lab: Any, text: str) -> str:
    """`kubectl apply -f`: all of the manifest's objects, or none."""
    try:
        applied = lab.cluster.apply(text if "\n" in text else f"{text}\n")
    except ManifestError as error:
        error.hint = error.hint or (None if OBJECT.search(text) else _what_a_manifest_has())
        raise
    if not applied:
        raise ValueError("no objects passed to apply")
    return repr(applied)


ACTIONS: dict[str, Callable[..., str | Response]] = {
    action.__name__: action
    for action in (kill, revive, cut, heal, cordon, uncordon, delete, describe, scale, traffic, request, apply)
}


def _what_a_manifest_has() -> str:
    return say(
        es="eso no es un manifiesto: un manifiesto tiene `apiVersion`, `kind`, `metadata` y casi siempre `spec`",
        en="that is no manifest: a manifest has `apiVersion`, `kind`, `metadata` and nearly always `spec`",
    )


def _aimed(lab: Any, service: str) -> str:
    """The URL of a door. An Ingress's public name that nobody knows yet goes into `cluster.hosts`, which is told."""
    if "://" in service:
        return service
    door = next((held for held in targets(lab.director.camera.scene) if held.key == service), None)
    if door is None:
        namespace, name = split_key(service)
        return f"http://{name}" if namespace in (None, "default") else f"http://{name}.{namespace}"
    if door.address and door.host != door.address and door.host not in lab.cluster.hosts:
        lab.cluster.hosts[door.host] = door.address
        lab.director.tell(
            say(
                es=f"el DNS público ya conoce {door.host}: {door.address} (cluster.hosts)",
                en=f"the public DNS now knows {door.host}: {door.address} (cluster.hosts)",
            )
        )
    return door.url


def _can_send(lab: Any, source: str) -> None:
    """Refuse a pod on a machine without power; of other sources the network itself knows what is wrong."""
    for pod in lab.director.camera.scene.pods:
        named = source in (f"pod/{pod.namespace}/{pod.name}", f"pod/{pod.name}")
        if named and pod.state == "lost":
            raise ValueError(
                say(
                    es=f"el pod {pod.name} no puede enviar nada: {pod.node} está apagado; elige otro origen",
                    en=f"pod {pod.name} cannot send anything: {pod.node} has no power; choose another source",
                )
            )


def _find(lab: Any, pod: str) -> tuple[str, str]:
    uid = pod.removeprefix("pod/")
    for seen in lab.director.camera.scene.pods:
        if uid in (seen.uid, f"{seen.namespace}/{seen.name}") or f"default/{uid}" == f"{seen.namespace}/{seen.name}":
            return seen.namespace, seen.name
    if pod != uid:
        raise ValueError(say(es="ese pod ya no está", en="that pod is gone"))
    raise ValueError(say(es=f"no hay ningún pod {uid}", en=f"there is no pod {uid}"))
