"""`kubectl run` and `expose`: a pod from an image, and a Service before what is there.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/{run,expose}`.
Left out
    `run`'s interactive flags.
"""

from __future__ import annotations

from typing import Any

from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.create import MAKING, make
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.resources import Found, named
from kubelab.clients.kubectl.session import Session

RUN_FLAGS = (
    *(*MAKING, f.text("image"), f.text("port"), f.several("env"), f.text("labels", "l"), f.several("annotations")),
    *(f.text("restart", default="Always"), f.switch("command"), f.switch("expose"), f.text("image-pull-policy")),
    *(f.switch("rm"), f.switch("stdin", "i"), f.switch("tty", "t"), f.switch("quiet", "q"), f.switch("attach")),
)
EXPOSE_FLAGS = (
    *(*MAKING, f.FILENAME, f.text("port"), f.text("target-port"), f.text("protocol"), f.text("name"), f.text("type")),
    *(
        f.text("selector"),
        f.text("labels", "l"),
        f.text("cluster-ip"),
        f.text("session-affinity"),
        f.text("external-ip"),
    ),
)


def run(session: Session) -> None:
    """`kubectl run web --image=nginx`: one pod, with nobody to look after it."""
    flags = session.flags
    if not session.words:
        raise session.usage("NAME is required for run")
    if not flags["image"]:
        raise error('required flag(s) "image" not set')
    if any(flags[name] for name in ("stdin", "tty", "attach", "rm")):
        raise error("-i, -t, --attach and --rm are not available: there is no terminal to attach")
    if flags["restart"] not in ("Always", "OnFailure", "Never"):
        raise error(f"invalid restart policy: {flags['restart']}, valid values are: Always, OnFailure, Never")
    name, *arguments = session.words
    container: dict[str, Any] = {"name": name, "image": flags["image"], "resources": {}}
    if arguments:
        container["command" if flags["command"] else "args"] = arguments
    if flags["port"]:
        container["ports"] = [{"containerPort": _port(flags["port"])}]
    if flags["env"]:
        pairs = [word.partition("=") for word in flags["env"]]
        if not all(key and equals for key, equals, _ in pairs):
            raise error(f"invalid env: {flags['env'][0]}")
        container["env"] = [{"name": key, "value": value} for key, _, value in pairs]
    if flags["image-pull-policy"]:
        container["imagePullPolicy"] = flags["image-pull-policy"]
    labels = _pairs(flags["labels"]) or {"run": name}
    metadata: dict[str, Any] = {"name": name, "labels": labels}
    if flags["annotations"]:
        metadata["annotations"] = _pairs(",".join(flags["annotations"]))
    spec = {"containers": [container], "dnsPolicy": "ClusterFirst", "restartPolicy": flags["restart"]}
    if flags["expose"] and not flags["port"]:
        raise error("--port must be set when exposing a service")
    if flags["expose"]:
        ports = [{"port": _port(flags["port"]), "protocol": "TCP", "targetPort": _port(flags["port"])}]
        service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}}
        make(session, {**service, "spec": {"selector": labels, "ports": ports}})
    make(session, {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": {}})


def expose(session: Session) -> None:
    """`kubectl expose deployment web --port=80`: a Service before what an object selects."""
    flags = session.flags
    (found,) = named(session)[:1]
    if found.kind.name not in ("Deployment", "ReplicaSet", "Pod", "Service"):
        raise error(f"cannot expose a {found.kind.name}")
    selector = _pairs(flags["selector"]) or _selector_of(found)
    if not selector:
        raise error(
            "couldn't retrieve selectors via --selector flag or introspection: "
            "the pod has no labels and cannot be exposed"
        )
    ports = [(_port(flags["port"]), flags["protocol"] or "TCP")] if flags["port"] else _ports_of(found)
    if not ports and flags["cluster-ip"] != "None":
        raise error("couldn't find port via --port flag or introspection")
    listed = []
    for i, (port, protocol) in enumerate(ports):
        target: Any = flags["target-port"] or port
        target = int(target) if str(target).isdigit() else target
        name = {"name": f"port-{i + 1}"} if len(ports) > 1 else {}
        listed.append({**name, "port": port, "protocol": protocol, "targetPort": target})
    spec: dict[str, Any] = {"selector": selector, "ports": listed}
    for flag, field in (("type", "type"), ("cluster-ip", "clusterIP"), ("session-affinity", "sessionAffinity")):
        spec |= {field: flags[flag]} if flags[flag] else {}
    spec |= {"externalIPs": [flags["external-ip"]]} if flags["external-ip"] else {}
    metadata: dict[str, Any] = {"name": flags["name"] or found.name}
    labels = _pairs(flags["labels"]) or dict(found.obj.metadata.labels or {})
    metadata |= {"labels": labels} if labels else {}
    make(
        session,
        {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec, "status": {"loadBalancer": {}}},
        "exposed",
    )


def _selector_of(found: Found) -> dict[str, str]:
    if found.kind.name == "Pod":
        return dict(found.obj.metadata.labels or {})
    selector = found.obj.spec.selector
    if isinstance(selector, dict):
        return dict(selector)
    if selector is not None and selector.matchExpressions:
        raise error(
            "couldn't retrieve selectors via --selector flag or introspection: "
            "couldn't convert expressions to map-based selector format"
        )
    return dict((selector.matchLabels if selector else None) or {})


def _ports_of(found: Found) -> list[tuple[int, str]]:
    if found.kind.name == "Service":
        return [(port.port, port.protocol or "TCP") for port in found.obj.spec.ports or ()]
    pod = found.obj.spec if found.kind.name == "Pod" else found.obj.spec.template.spec
    return [(port.containerPort, port.protocol or "TCP") for held in pod.containers for port in held.ports or ()]


def _port(text: str) -> int:
    if not text.isdigit():
        raise error(f"--port must be a number: {text}")
    return int(text)


def _pairs(text: str) -> dict[str, str]:
    pairs = [word.partition("=") for word in text.split(",") if word]
    for key, equals, _ in pairs:
        if not equals or not key:
            raise error(f"unexpected label spec: {text}")
    return {key: value for key, _, value in pairs}
