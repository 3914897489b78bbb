"""Under which address an Ingress can be reached: what the controller writes into its status."""

from __future__ import annotations

from typing import Any

from lightkube.models import core_v1, networking_v1

from kubelab.client_go.client import Client

Points = list[networking_v1.IngressLoadBalancerIngress]


def points(client: Client, published: str, pod: core_v1.Pod) -> Points:
    """The addresses of the published Service; without one, those of the nodes that the controller's pods run on.

    In Kubernetes
        `--publish-service`: https://kubernetes.github.io/ingress-nginx/user-guide/cli-arguments/
    """
    if published:
        namespace, _, name = published.partition("/")
        return _of_service(client.get("services", name, namespace))
    labels = ",".join(f"{name}={value}" for name, value in _own_labels(pod).items())
    pods = client.list("pods", pod.metadata.namespace, selector=labels)
    nodes = dict.fromkeys(
        held.spec.nodeName
        for held in pods
        if held.status.phase == "Running" and held.metadata.deletionTimestamp is None
    )
    found = [_address(client.get("nodes", node, None)) for node in nodes]
    return [networking_v1.IngressLoadBalancerIngress(ip=address) for address in sorted(found) if address]


def is_speaker(client: Client, pod: core_v1.Pod) -> bool:
    """Whether this one of the controller's pods writes the status: the oldest that runs.

    Left out
        The pods elect one of them with a Lease.
    """
    labels = ",".join(f"{name}={value}" for name, value in _own_labels(pod).items())
    pods = client.list("pods", pod.metadata.namespace, selector=labels)
    running = [held for held in pods if held.status.phase == "Running" and held.metadata.deletionTimestamp is None]
    oldest = min(running, key=_seniority, default=None)
    return oldest is None or oldest.metadata.uid == pod.metadata.uid


def _own_labels(pod: core_v1.Pod) -> dict[str, str]:
    """Those that say which program it is, not which version of its template."""
    return {name: value for name, value in (pod.metadata.labels or {}).items() if not name.endswith("-hash")}


def _of_service(service: core_v1.Service) -> Points:
    spec, state = service.spec, service.status.loadBalancer if service.status is not None else None
    if spec.type == "LoadBalancer":
        held = (state.ingress if state is not None else None) or ()
        return [networking_v1.IngressLoadBalancerIngress(ip=each.ip, hostname=each.hostname) for each in held]
    texts = spec.externalIPs or [spec.clusterIP]
    return [networking_v1.IngressLoadBalancerIngress(ip=text) for text in texts]


def _address(node: core_v1.Node) -> str:
    listed: list[Any] = node.status.addresses or []
    for wanted in ("ExternalIP", "InternalIP"):
        for each in listed:
            if each.type == wanted:
                return str(each.address)
    return ""


def _seniority(pod: core_v1.Pod) -> tuple[Any, str]:
    return pod.metadata.creationTimestamp, pod.metadata.name
