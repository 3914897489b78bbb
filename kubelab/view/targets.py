"""Targets: what one can send requests to by the live view's buttons, and from where."""

from __future__ import annotations

from typing import Any, NamedTuple

from kubelab.language import say
from kubelab.view.scene import Scene

MOST_NODES, MOST_PODS = 3, 40


class Target(NamedTuple):
    """A door of a Service or of an Ingress: `url` leads there, `key` names it, `card` is the object's uid.

    `host` and `address` are what the public name server must know for that (empty: nothing).
    """

    key: str
    label: str
    url: str
    card: str
    host: str = ""
    address: str = ""


def targets(scene: Scene) -> list[Target]:
    """Every door: ClusterIPs, node ports, load balancers, the rules of Ingresses; those of `default` first."""
    found: list[Target] = []
    for service in scene.objects["services"]:
        found += _of_service(scene, service)
    for ingress in scene.objects["ingresses"]:
        found += _of_ingress(scene, ingress)
    return sorted(found, key=_elsewhere)


def sources(scene: Scene) -> list[tuple[str, str]]:
    """Who can send: (source, words)."""
    pods = [pod for pod in scene.pods if pod.status == "Running" and pod.state != "lost"][:MOST_PODS]
    return [
        ("", say(es="desde donde toque", en="from where it makes sense")),
        ("outside", say(es="desde fuera", en="from outside")),
        *(
            (f"pod/{pod.namespace}/{pod.name}", say(es=f"desde el pod {pod.name}", en=f"from pod {pod.name}"))
            for pod in pods
        ),
    ]


def _elsewhere(target: Target) -> bool:
    return not target.key.startswith(("default/", "ingress/default/"))


def _of_service(scene: Scene, service: Any) -> list[Target]:
    meta, spec = service.metadata, service.spec
    port = spec.ports[0] if spec.ports else None
    key = f"{meta.namespace}/{meta.name}"
    name = meta.name if meta.namespace == "default" else f"{meta.name}.{meta.namespace}"
    number = port.port if port is not None else 80
    kind = "ExternalName" if spec.type == "ExternalName" else "headless" if spec.clusterIP == "None" else "ClusterIP"
    found = [Target(key, f"{name} · {kind}", f"http://{name}{_port(number)}", meta.uid)]
    if port is not None and port.nodePort:
        workers = [machine.name for machine in scene.machines if machine.role != "master"]
        for node in workers[:MOST_NODES]:
            where = f"{node}:{port.nodePort}"
            found.append(Target(f"{key}:{node}", f"{name} · NodePort {where}", f"http://{where}", meta.uid))
    held = next((card for card in scene.cards if card.uid == meta.uid), None)
    external = getattr(held, "external", "")
    if external:
        url = f"http://{external}{_port(number)}"
        found.append(Target(f"{key}:external", f"{name} · LoadBalancer {external}", url, meta.uid))
    return found


def _of_ingress(scene: Scene, ingress: Any) -> list[Target]:
    meta = ingress.metadata
    seen = next((card for card in scene.cards if card.uid == meta.uid), None)
    found = []
    for path, _ in getattr(seen, "rules", ()):
        host, slash, rest = path.partition("/")
        host = host.replace("*.", "www.", 1)
        address = getattr(seen, "address", "")
        if host == "*":
            host = address or "localhost"
        url = f"http://{host}{slash}{rest}"
        key = f"ingress/{meta.namespace}/{meta.name}/{path}"
        found.append(Target(key, f"{host}{slash}{rest} · Ingress", url, meta.uid, host, address))
    return found


def _port(number: int) -> str:
    return "" if number == 80 else f":{number}"
