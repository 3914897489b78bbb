"""Connections: what a client does through the API server with a pod or a service: exec, port-forward, proxy.

In Kubernetes
    The `connect` verb: staging/src/k8s.io/apiserver/pkg/registry/rest
"""

from __future__ import annotations

from kubelab.clients.http.calls import Handler
from kubelab.clients.http.exec_channels import attach, execute
from kubelab.clients.http.port_forward import forward
from kubelab.clients.http.proxy import to_pod, to_service

CONNECTIONS: dict[str, dict[str, Handler]] = {
    "exec": {"Pod": execute},
    "attach": {"Pod": attach},
    "portforward": {"Pod": forward},
    "proxy": {"Pod": to_pod, "Service": to_service},
}
