"""Proxy: a request to a service or pod by way of the API server.

In Kubernetes
    https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/#manually-constructing-apiserver-proxy-urls

Left out
    Other methods than GET, and https.
"""

from __future__ import annotations

from kubelab.api.errors import ApiError, bad_request, not_found
from kubelab.clients.http.answers import Answer, method_not_allowed
from kubelab.clients.http.calls import Call

MASTER = "master"


def to_service(call: Call) -> Answer:
    """Ask a service; its name may come with the number or name of a port: `services/web:80/proxy/`."""
    name, port = _target(call.route.name)
    service = call.inner.get("services", name, call.route.namespace)
    ports = service.spec.ports or []
    chosen = next((held for held in ports if port in ("", str(held.port), held.name)), None)
    if chosen is None or not service.spec.clusterIP or service.spec.clusterIP == "None":
        error = ApiError(503, "ServiceUnavailable", f'no endpoints available for service "{call.route.name}"')
        raise error
    return _asked(call, f"http://{service.spec.clusterIP}:{chosen.port}", f'service "{call.route.name}"')


def to_pod(call: Call) -> Answer:
    """Ask a pod: `pods/web-1:8080/proxy/`; without a port, the first that it declares."""
    name, port = _target(call.route.name)
    pod = call.inner.get("pods", name, call.route.namespace)
    if pod.status is None or not pod.status.podIP:
        raise not_found("pods", "", name) if pod.status is None else bad_request("address not allowed")
    declared = [held.containerPort for container in pod.spec.containers for held in container.ports or ()]
    number = port or str(declared[0] if declared else 80)
    return _asked(call, f"http://{pod.status.podIP}:{number}", f'pod "{call.route.name}"')


def _target(name: str) -> tuple[str, str]:
    parts = name.split(":")
    if len(parts) == 3 and parts[0] in ("http", ""):
        parts = parts[1:]
    if len(parts) > 2:
        raise bad_request(f"invalid service request {name!r:.100}")
    return parts[0], parts[1] if len(parts) == 2 else ""


def _asked(call: Call, address: str, what: str) -> Answer:
    if call.method != "GET":
        raise method_not_allowed()
    try:
        answer = call.cluster.request(f"{address}/{call.route.rest}", next(iter(call.cluster.workers), MASTER))
    except ValueError as wrong:
        raise bad_request(str(wrong)) from None
    if answer.reason is not None and not answer.status:
        message = f"error trying to reach {what}: {answer.reason.said('en')}"  # the API server speaks English
        raise ApiError(503, "ServiceUnavailable", message)
    return Answer(answer.status, answer.body.encode(), "text/plain; charset=utf-8")
