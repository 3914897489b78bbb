"""Cluster DNS: from the name of a Service to its address."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubelab.node.service_rules import ServiceRules

DOMAIN = "cluster.local"


def resolve(rules: ServiceRules, name: str, namespace: str = "default") -> list[str] | None:
    """The addresses that a name stands for, as a pod of the namespace asks; None where there is no such name.

    `web`, `web.shop`, `web.shop.svc` and `web.shop.svc.cluster.local` are a Service's cluster address; of a headless
    Service, the addresses of its ready pods. `db-0.db` is one pod of a headless Service by its host name.

    In Kubernetes
        CoreDNS: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/

    Left out
        CoreDNS does not run as pods here: it is a view of what the API server last said, and it never fails. Nothing is
        cached, SRV records are not served, and the names of ExternalName Services lead nowhere.
    """
    parts = name.rstrip(".").split(".")
    for search in ([], ["svc", DOMAIN], [DOMAIN], [namespace, "svc", DOMAIN]):
        full = ".".join([*parts, *search])
        found = _lookup(rules, full)
        if found is not None:
            return found
    return None


def _lookup(rules: ServiceRules, full: str) -> list[str] | None:
    if full.endswith(f".pod.{DOMAIN}"):
        address = full.split(".")[0].replace("-", ".")
        return [address] if address.replace(".", "").isdigit() else None
    if not full.endswith(f".svc.{DOMAIN}"):
        return None
    labels = full.removesuffix(f".svc.{DOMAIN}").split(".")
    if len(labels) not in (2, 3):
        return None
    host, (name, namespace) = labels[:-2], labels[-2:]
    key = f"{namespace}/{name}"
    service = rules.service(key, rules.arrived)
    if service is None or service.spec.type == "ExternalName":
        return None
    if service.spec.clusterIP != "None":
        return [service.spec.clusterIP] if not host else None
    ready = [
        endpoint
        for each in rules.endpoint_slices(key, rules.arrived)
        for endpoint in each.endpoints or ()
        if endpoint.conditions is None or endpoint.conditions.ready in (None, True)
    ]
    chosen = [endpoint.addresses[0] for endpoint in ready if not host or endpoint.hostname == host[0]]
    return chosen or (None if host else [])
