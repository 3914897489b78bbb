"""A pod did not answer, or not well: who listens where in it, what its containers do, what it says itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError
from kubelab.clients.why_request.unready import why_not_ready
from kubelab.clients.why_request.verdict import WhyRequest, listed
from kubelab.language import say

if TYPE_CHECKING:
    from kubelab.cluster import Cluster
    from kubelab.network.response import Response
    from kubelab.node.sandbox import Container, Sandbox


def nobody_listens(cluster: Cluster, response: Response) -> WhyRequest:
    """A wrong port, or a container that is not up."""
    namespace, name = _pod_key(response)
    hop = response.hop("pod")
    port = int(hop.detail.rpartition(":")[2]) if hop is not None else 0
    sandbox = _sandbox(cluster, namespace, name)
    containers = list(sandbox.containers.values()) if sandbox is not None else []
    meant = [held for held in containers if port in held.behavior.listens]
    for held in meant:
        if held.running and held.behavior.loopback:
            return _bound_to_loopback(cluster, response, held, port)
        if held.running:
            left = held.started + held.behavior.starts_after - cluster.now
            return WhyRequest(
                response.about,
                say(
                    es=f"el contenedor {held.name} escuchará en {port} dentro de {max(left, 0):.3g} s",
                    en=f"container {held.name} will listen on {port} in {max(left, 0):.3g} s",
                ),
                say(
                    es="una readinessProbe no le manda peticiones hasta entonces",
                    en="with a readinessProbe it gets no requests before",
                ),
            )
    if meant:
        why, mend = why_not_ready(cluster, _pod(cluster, namespace, name))
        return WhyRequest(response.about, why, mend)
    open_ports = [f"{held.name}: {number}" for held in containers if held.running for number in held.behavior.listens]
    told = (say(es=f"quién escucha dónde: {listed(open_ports)}", en=f"who listens where: {listed(open_ports)}"),)
    numbers = [number for held in containers if held.running for number in held.behavior.listens]
    if response.service:
        mend = say(es="pon un targetPort en el que alguien escuche", en="set a targetPort on which somebody listens")
        return WhyRequest(
            f"services/{response.service}",
            say(
                es=f"su targetPort es {port}, y en pod/{name} nadie escucha ahí",
                en=f"its targetPort is {port}, and in pod/{name} nobody listens there",
            ),
            f"targetPort: {numbers[0]}" if numbers else mend,
            told,
        )
    pod = _pod(cluster, namespace, name)
    declared = [each for held in pod.spec.containers for each in held.ports or ()] if pod is not None else []
    hosted = next((each.hostPort for each in declared if each.hostPort and each.containerPort == port), None)
    if hosted is not None and f":{hosted}" in response.url:
        reason = say(
            es=f"su hostPort {hosted} lleva al containerPort {port}, y nadie escucha ahí",
            en=f"its hostPort {hosted} leads to containerPort {port}, and nobody listens there",
        )
        return WhyRequest(response.about, reason, f"containerPort: {numbers[0]}" if numbers else "", told)
    reason = say(es=f"nadie escucha en el puerto {port}", en=f"nobody listens on port {port}")
    mend = say(es=f"pide el puerto {numbers[0]}", en=f"ask for port {numbers[0]}") if numbers else ""
    return WhyRequest(response.about, reason, mend, told)


def _bound_to_loopback(cluster: Cluster, response: Response, held: Container, port: int) -> WhyRequest:
    return WhyRequest(
        response.about,
        say(
            es=f"el contenedor {held.name} escucha en 127.0.0.1:{port}: solo su propio pod llega ahí",
            en=f"container {held.name} listens on 127.0.0.1:{port}: only its own pod gets there",
        ),
        say(es=f"haz que escuche en 0.0.0.0:{port}", en=f"make it listen on 0.0.0.0:{port}"),
    )


def runs(cluster: Cluster, response: Response, program: str) -> bool:
    """Whether the pod that answered runs this program."""
    sandbox = _sandbox(cluster, *_pod_key(response))
    return sandbox is not None and any(held.behavior.program == program for held in sandbox.containers.values())


def bad_status(cluster: Cluster, response: Response) -> WhyRequest:
    """The program answered, and not well."""
    namespace, name = _pod_key(response)
    status = response.status
    proxy = response.hop("proxy")
    if status == 508 and proxy is not None:
        return WhyRequest(
            f"pods/{proxy.place}",
            say(
                es="se pasa la petición a sí mismo, una y otra vez", en="hands the request on to itself, over and over"
            ),
            say(es="haz que apunte a otro Service", en="make it point at another Service"),
            (proxy.detail,),
        )
    sandbox = _sandbox(cluster, namespace, name)
    for held in sandbox.containers.values() if sandbox is not None else ():
        age, behavior = cluster.now - held.started, held.behavior
        if behavior.hanging(age):
            return WhyRequest(
                response.about,
                say(es=f"el contenedor {held.name} está colgado", en=f"container {held.name} hangs"),
                say(es="una livenessProbe lo reinicia", en="a livenessProbe restarts it"),
            )
        if age < behavior.ready_after:
            left = behavior.ready_after - age
            return WhyRequest(
                response.about,
                say(
                    es=f"el contenedor {held.name} estará listo dentro de {left:.3g} s",
                    en=f"container {held.name} will be ready in {left:.3g} s",
                ),
                say(
                    es="una readinessProbe no le manda peticiones hasta entonces",
                    en="with a readinessProbe it gets no requests before",
                ),
            )
        if status == 404 and behavior.paths:
            known = listed(list(behavior.paths))
            return WhyRequest(
                response.about,
                say(es="no conoce esa ruta", en="does not know that path"),
                say(es=f"conoce {known}", en=f"it knows {known}"),
            )
    through = (f"{proxy.place} → {proxy.detail}",) if proxy is not None else ()
    logs = f"kubectl logs {name}" + (f" -n {namespace}" if namespace != "default" else "")
    return WhyRequest(response.about, say(es=f"responde {status}", en=f"answers {status}"), logs, through)


def slow(cluster: Cluster, response: Response) -> WhyRequest:
    """The answer would have come too late."""
    hop = response.hop("pod")
    sandbox = _sandbox(cluster, *_pod_key(response)) if hop is not None else None
    needs = max((held.behavior.latency for held in sandbox.containers.values()), default=0.0) if sandbox else 0.0
    reason = say(es="la respuesta llega demasiado tarde", en="the answer comes too late")
    if needs:
        reason = say(es=f"necesita {needs:g} s para responder", en=f"needs {needs:g} s to answer")
    return WhyRequest(response.about, reason, say(es="espera más: timeout=…", en="wait longer: timeout=…"))


def silent_close(cluster: Cluster, response: Response) -> WhyRequest:
    """The connection was closed without an answer."""
    reason = say(es="cerró la conexión sin responder", en="closed the connection without an answer")
    return WhyRequest(response.about, reason, say(es="repite la petición", en="send the request again"))


def speaks_otherwise(cluster: Cluster, response: Response) -> WhyRequest:
    """TLS to a port that does not speak it."""
    reason = say(es="ese puerto habla HTTP, no TLS", en="that port speaks HTTP, not TLS")
    return WhyRequest(response.about, reason, say(es="usa http://", en="use http://"))


def untrusted(cluster: Cluster, response: Response) -> WhyRequest:
    """A certificate that nobody known has signed."""
    reason = say(es="nadie conocido ha firmado su certificado", en="nobody known has signed its certificate")
    return WhyRequest(response.about, reason, say(es="curl -k no lo mira", en="curl -k does not look"))


def _pod_key(response: Response) -> tuple[str, str]:
    namespace, _, name = response.about.removeprefix("pods/").partition("/")
    return namespace, name


def _pod(cluster: Cluster, namespace: str, name: str) -> Any:
    try:
        return cluster.api.get("pods", name, namespace)
    except ApiError:
        return None


def _sandbox(cluster: Cluster, namespace: str, name: str) -> Sandbox | None:
    held = (worker.runtime.find(namespace, name) for worker in cluster.workers.values())
    return next((each for each in held if each is not None), None)
