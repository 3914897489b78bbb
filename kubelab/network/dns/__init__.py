"""Cluster DNS: from names to addresses.

In Kubernetes
    https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
"""

from kubelab.network.dns.resolver import resolve

__all__ = ["resolve"]
