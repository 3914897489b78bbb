"""`kubectl expose`: a Service before what is there.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/expose`.
"""

from __future__ import annotations

from typing import Any

from kubelab.clients.go_format import shown
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.create.making import MAKING, make
from kubelab.clients.kubectl.create.overrides import label_pairs, overridden, port_number
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.resources import Found, named
from kubelab.clients.kubectl.session import Session

EXPOSE_FLAGS = (
    *(*MAKING, *f.FILES, f.text("port"), f.text("target-port"), f.text("protocol"), f.text("name"), f.text("type")),
    *(
        f.text("selector"),
        f.text("labels", "l"),
        f.text("cluster-ip"),
        f.text("session-affinity"),
        f.text("external-ip"),
        f.text("load-balancer-ip"),
        f.text("overrides"),
        f.text("override-type", default="merge"),
    ),
)


def expose(session: Session) -> None:
    """`kubectl expose deployment web --port=80`: a Service before what an object selects."""
    flags = session.flags
    (found,) = named(session)[:1]
    if found.kind.name not in ("Deployment", "ReplicaSet", "Pod", "Service", "ReplicationController"):
        raise error(f"cannot expose a {found.kind.qualified.replace(found.kind.plural, found.kind.name, 1)}")
    selector = label_pairs(flags["selector"]) or _selector_of(found)
    if not selector:
        raise error(
            "couldn't retrieve selectors via --selector flag or introspection: "
            "the pod has no labels and cannot be exposed"
        )
    ports = [(port_number(flags["port"]), flags["protocol"] or "TCP")] if flags["port"] else _ports_of(found)
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
    spec |= {"loadBalancerIP": flags["load-balancer-ip"]} if flags["load-balancer-ip"] else {}
    metadata: dict[str, Any] = {"name": flags["name"] or found.name}
    labels = label_pairs(flags["labels"]) or dict(found.obj.metadata.labels or {})
    metadata |= {"labels": labels} if labels else {}
    status: dict[str, Any] = {"loadBalancer": {}}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec, "status": status}
    make(session, overridden(session, service), "exposed", failed=None)


def _selector_of(found: Found) -> dict[str, str]:
    if found.kind.name == "Pod":
        return dict(found.obj.metadata.labels or {})
    selector = found.obj.spec.selector
    if isinstance(selector, dict):
        return dict(selector)
    if selector is not None and selector.matchExpressions:
        expressions = [(held.key, held.operator, shown(held.values or [])) for held in selector.matchExpressions]
        listed = " ".join("{{Key:{} Operator:{} Values:{}}}".format(*held) for held in expressions)
        raise error(
            "couldn't retrieve selectors via --selector flag or introspection: "
            f'couldn\'t convert expressions - "[{listed}]" to map-based selector format'
        )
    return dict((selector.matchLabels if selector else None) or {})


def _ports_of(found: Found) -> list[tuple[int, str]]:
    if found.kind.name == "Service":
        return [(port.port, port.protocol or "TCP") for port in found.obj.spec.ports or ()]
    pod = found.obj.spec if found.kind.name == "Pod" else found.obj.spec.template.spec
    return [(port.containerPort, port.protocol or "TCP") for held in pod.containers for port in held.ports or ()]
