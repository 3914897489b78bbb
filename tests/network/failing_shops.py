"""Manifests of a shop that can be made to fail, and clusters in which it does."""

from functools import cache

import kubelab as kl

NETWORKING = "networking.k8s.io/v1"
IMAGES = kl.WorkerSize(images=("nginx:1.27", "busybox:1.36"))
HOST = "shop.example.com"


def pod(name="web", app="shop", behavior="", node="worker-2", **container):
    annotations = {"kubelab.io/behavior.web": behavior} if behavior else {}
    meta = {"name": name, "labels": {"app": app}, "annotations": annotations}
    held = {"name": "web", "image": "nginx:1.27", **container}
    spec = {"containers": [held]} | ({"nodeName": node} if node else {})
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec}


def service(name="shop", app="shop", port=80, target=None, node_port=None, **spec):
    ports = {"port": port} | ({"targetPort": target} if target else {}) | ({"nodePort": node_port} if node_port else {})
    held = {"ports": [ports]} | ({"selector": {"app": app}} if app else {}) | spec
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": held}


def alias(target):
    spec = {"type": "ExternalName", "externalName": target}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "shop"}, "spec": spec}


def ingress(backend="shop", port=80, class_="nginx", host=HOST, path="/"):
    place = {"path": path, "pathType": "Prefix", "backend": {"service": {"name": backend, "port": {"number": port}}}}
    spec = {"rules": [{"host": host, "http": {"paths": [place]}}]} | ({"ingressClassName": class_} if class_ else {})
    return {"apiVersion": NETWORKING, "kind": "Ingress", "metadata": {"name": "shop"}, "spec": spec}


def policy(app=None, **spec):
    chosen = {"matchLabels": {"app": app}} if app else {}
    held = {"podSelector": chosen, **spec}
    return {"apiVersion": NETWORKING, "kind": "NetworkPolicy", "metadata": {"name": "deny"}, "spec": held}


def allowed(app, port=80):
    return [{"from": [{"podSelector": {"matchLabels": {"app": app}}}], "ports": [{"port": port}]}]


def bare(*manifests):
    cluster = kl.Cluster(workers=2, seed=1, size=IMAGES)
    cluster.apply(*manifests)
    return cluster.run(5)


@cache
def _with_controller():
    cluster = kl.Cluster(workers=2, seed=1, size=IMAGES, cloud=True)
    cluster.install("ingress-nginx")
    cluster.run(60)
    held = cluster.get("services", "ingress-nginx-controller", namespace="ingress-nginx")
    cluster.hosts[HOST] = held.status.loadBalancer.ingress[0].ip
    return cluster


def with_controller(*manifests):
    cluster = _with_controller().fork()
    cluster.apply(*manifests)
    return cluster.run(10)
