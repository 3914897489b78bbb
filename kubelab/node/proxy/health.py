"""What a kube-proxy answers to a load balancer that asks whether its node is good for anything."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kubelab.node.proxy.service_port import ServicePort

HEALTHZ_PORT = 10256
HEALTHZ, LIVEZ = "/healthz", "/livez"
BODY = """{{
	"service": {{
		"namespace": "{namespace}",
		"name": "{name}"
	}},
	"localEndpoints": {count},
	"serviceProxyHealthy": true
}}"""


class Health(NamedTuple):
    """An answer: HTTP status and body."""

    status: int
    body: str


def proxy_health(leaving: bool, path: str = HEALTHZ) -> Health:
    """The answer at kube-proxy's own port: on a node that is being deleted `/healthz` fails, `/livez` does not.

    In Kubernetes
        pkg/proxy/healthcheck/proxy_health.go

    Left out
        A kube-proxy that hangs while it writes its rules: here it writes them or is not running.
    """
    eligible = not leaving
    status = 200 if eligible or path == LIVEZ else 503
    return Health(status, f'{{"nodeEligible": {str(eligible).lower()}}}')


def service_health(ports: Iterable[ServicePort]) -> Health:
    """The answer at a Service's `healthCheckNodePort`: 200 where the node has ready endpoints of it, 503 where not.

    In Kubernetes
        pkg/proxy/healthcheck/service_health.go
    """
    held = list(ports)
    ready = {each.address: True for port in held for each in port.endpoints.local if each.ready}
    namespace, _, name = held[0].key.partition("/")
    body = BODY.format(namespace=namespace, name=name, count=len(ready))
    return Health(200 if ready else 503, body)
