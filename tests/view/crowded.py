"""A cluster that leaves a figure no room: long names, many pods and ports, every kind of Service, two ways in."""

from __future__ import annotations

from functools import cache
from typing import Any

from kubelab.cluster import Cluster

LONG = "customer-recommendation-backend-service"
HOST = "checkout.shop.example.com"


def crowded() -> Cluster:
    """Ten replicas behind two ports of a LoadBalancer, an Ingress, and Services that lead nowhere."""
    return _crowded().fork()


@cache
def _crowded() -> Cluster:
    cluster = Cluster(workers=4, seed=2, cloud=True)
    cluster.apply(_deployment("checkout", 10), _deployment(LONG, 3))
    web, admin = {"name": "web", "port": 8080, "targetPort": 80}, {"name": "admin", "port": 9443, "targetPort": 8443}
    plain = [{"port": 80}]
    two = [{"name": "http", "port": 80, "targetPort": "http"}, {"name": "metrics", "port": 9090, "targetPort": 80}]
    cluster.apply(
        _service("checkout", type="LoadBalancer", selector={"app": "checkout"}, ports=two),
        _service(LONG, type="NodePort", selector={"app": LONG}, ports=[web, admin]),
        _service("checkout-headless", clusterIP="None", selector={"app": "checkout"}, ports=plain),
        _service("database", type="ExternalName", externalName="primary.database.production.eu-west-1.example.com"),
        _service("nobody", selector={"app": "chekout"}, ports=plain),
    )
    paths = [_path("/", "checkout", 80), _path("/recommendations/v2", LONG, 8080)]
    rules = [{"host": HOST, "http": {"paths": paths}}]
    cluster.apply(
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {"name": "door"},
            "spec": {"ingressClassName": "nginx", "rules": rules},
        }
    )
    cluster.install("ingress-nginx")
    cluster.run(120)
    cluster.hosts[HOST] = cluster.get("ingresses", "door").status.loadBalancer.ingress[0].ip
    return cluster


def _deployment(name: str, replicas: int) -> dict[str, Any]:
    container = {"name": "web", "image": "nginx:1.27", "ports": [{"containerPort": 80, "name": "http"}]}
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}


def _service(name: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


def _path(path: str, service: str, port: int) -> dict[str, Any]:
    return {
        "path": path,
        "pathType": "Prefix",
        "backend": {"service": {"name": service, "port": {"number": port}}},
    }
