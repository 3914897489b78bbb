"""The ingress controller: a program in pods of the cluster, which takes requests from outside to Services by their URL.

In Kubernetes
    https://github.com/kubernetes/ingress-nginx , installed by `cluster.install("ingress-nginx")`.
"""

from kubelab.network.ingress.controller import IngressController

__all__ = ["IngressController"]
