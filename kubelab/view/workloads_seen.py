"""What was asked for, as it is seen: Deployments with their ReplicaSets, Services with their endpoints, Ingresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kubelab.api.objects import controller_of

SERVICE_NAME = "kubernetes.io/service-name"
REVISION = "deployment.kubernetes.io/revision"


@dataclass(frozen=True)
class ReplicaSetSeen:
    """A ReplicaSet that has or wants pods."""

    uid: str
    name: str
    revision: str
    ready: int
    desired: int


@dataclass(frozen=True)
class WorkloadSeen:
    """A Deployment with its ReplicaSets, or a ReplicaSet of its own."""

    uid: str
    kind: str
    name: str
    namespace: str
    ready: int
    desired: int
    replica_sets: tuple[ReplicaSetSeen, ...]


@dataclass(frozen=True)
class ServiceSeen:
    """A Service: its address and how many endpoints are ready; `external` is that of its load balancer."""

    uid: str
    name: str
    namespace: str
    type: str
    address: str
    ready: int
    endpoints: int
    external: str = ""
    node_port: int = 0


@dataclass(frozen=True)
class IngressSeen:
    """An Ingress: its address, and its rules as (host and path, Service and port)."""

    uid: str
    name: str
    namespace: str
    address: str
    rules: tuple[tuple[str, str], ...]


CardSeen = WorkloadSeen | ServiceSeen | IngressSeen


def endpoints(slices: list[Any]) -> tuple[dict[str, str], dict[tuple[str, str], tuple[int, int]]]:
    """Of each pod by uid the Service whose traffic it gets, and of each Service how many endpoints are ready of all."""
    backends: dict[str, str] = {}
    counted: dict[tuple[str, str], tuple[int, int]] = {}
    for held in slices:
        service = (held.metadata.labels or {}).get(SERVICE_NAME, "")
        key = (held.metadata.namespace, service)
        for endpoint in held.endpoints or ():
            ready, total = counted.get(key, (0, 0))
            is_ready = endpoint.conditions is None or endpoint.conditions.ready is not False
            counted[key] = (ready + is_ready, total + 1)
            if is_ready and endpoint.targetRef is not None:
                backends[endpoint.targetRef.uid] = service
    return backends, counted


def workloads(deployments: list[Any], replica_sets: list[Any]) -> list[WorkloadSeen]:
    """The Deployments, and the ReplicaSets that belong to none; ReplicaSets without pods are left out."""
    owned: dict[str, list[ReplicaSetSeen]] = {}
    own = []
    for held in replica_sets:
        owner, status = controller_of(held), held.status
        desired = held.spec.replicas or 0
        if not desired and not (status and status.replicas):
            continue
        ready = (status.readyReplicas if status else 0) or 0
        revision = (held.metadata.annotations or {}).get(REVISION, "")
        seen = ReplicaSetSeen(held.metadata.uid, held.metadata.name, revision, ready, desired)
        if owner is None:
            meta = held.metadata
            own.append(WorkloadSeen(meta.uid, "ReplicaSet", meta.name, meta.namespace, ready, desired, (seen,)))
        else:
            owned.setdefault(owner.uid, []).append(seen)
    return [_deployment(held, owned.get(held.metadata.uid, [])) for held in deployments] + own


def _deployment(held: Any, replica_sets: list[ReplicaSetSeen]) -> WorkloadSeen:
    meta, status = held.metadata, held.status
    ready = (status.readyReplicas if status else 0) or 0
    newest_first = tuple(sorted(replica_sets, key=_revision, reverse=True))
    return WorkloadSeen(meta.uid, "Deployment", meta.name, meta.namespace, ready, held.spec.replicas or 0, newest_first)


def service_seen(held: Any, counted: dict[tuple[str, str], tuple[int, int]]) -> ServiceSeen:
    """A Service with what `endpoints` counted of it."""
    meta, spec = held.metadata, held.spec
    ready, total = counted.get((meta.namespace, meta.name), (0, 0))
    port = f":{spec.ports[0].port}" if spec.ports else ""
    node_port = (spec.ports[0].nodePort if spec.ports else 0) or 0
    return ServiceSeen(
        meta.uid, meta.name, meta.namespace, spec.type or "ClusterIP", f"{spec.clusterIP or ''}{port}", ready, total,
        _external(held), node_port,
    )  # fmt: skip


def ingress_seen(held: Any) -> IngressSeen:
    """An Ingress with the rules that name a Service."""
    meta, spec = held.metadata, held.spec
    rules = [
        (f"{rule.host or '*'}{path.path or ''}", _backend(path.backend))
        for rule in spec.rules or ()
        for path in (rule.http.paths if rule.http else ())
    ]
    if spec.defaultBackend is not None:
        rules.append(("*", _backend(spec.defaultBackend)))
    return IngressSeen(meta.uid, meta.name, meta.namespace, _external(held), tuple(rules))


def _backend(held: Any) -> str:
    if held.service is None:
        return "?"
    port = held.service.port
    return f"{held.service.name}:{(port.name or port.number) if port else ''}"


def _external(held: Any) -> str:
    """The address from outside that a controller has written into the status of a Service or an Ingress."""
    status = held.status.loadBalancer if held.status else None
    given = (status.ingress or ()) if status else ()
    return (given[0].ip or given[0].hostname or "") if given else ""


def _revision(held: ReplicaSetSeen) -> tuple[int, str]:
    return int(held.revision or 0), held.name
