"""A NetworkPolicy let the packet not pass: which of its rules came nearest, and what it would have to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError
from kubelab.api.selectors import format_labels, from_object
from kubelab.clients.why_request.verdict import WhyRequest
from kubelab.language import say

if TYPE_CHECKING:
    from kubelab.cluster import Cluster
    from kubelab.network.response import Response

DNS_PORT = 53


def policy(cluster: Cluster, response: Response) -> WhyRequest:
    """No rule of the policy is for the packet."""
    if response.reason is None:
        return WhyRequest(response.about, response.error)
    told = response.reason.why
    direction = told.name.removeprefix("policy-")
    who, whom, protocol = str(told.facts[2]), str(told.facts[3]), told.facts[5]
    port = int(str(told.facts[4]))
    if direction == "ingress":
        ways = f"{who} llegue al pod {whom}", f"{who} reach pod {whom}"
    else:
        ways = f"el pod {who} llegue a {whom}", f"pod {who} reach {whom}"
    reason = say(
        es=f"ninguna de sus reglas de {direction} deja que {ways[0]} por el puerto {port} ({protocol})",
        en=f"no {direction} rule of it lets {ways[1]} on port {port} ({protocol})",
    )
    if direction == "egress" and port == DNS_PORT:
        mend = say(
            es="permite egress al puerto 53 (UDP y TCP): sin DNS no hay nombres",
            en="allow egress to port 53 (UDP and TCP): without DNS there are no names",
        )
        return WhyRequest(response.about, reason, mend)
    near = _nearest(cluster, response, direction, who if direction == "ingress" else whom, port)
    mend = say(
        es=f"añade una regla de {direction} que lo permita, o borra la política",
        en=f"add an {direction} rule that allows it, or delete the policy",
    )
    return WhyRequest(response.about, reason, near[1] if near else mend, (near[0],) if near else ())


def _nearest(cluster: Cluster, response: Response, direction: str, address: str, port: int) -> tuple[str, str] | None:
    """The rule that lacks only the port or only the label: what it says, and what would mend it."""
    other = next((pod for pod in cluster.api.list("pods", None) if pod.status and pod.status.podIP == address), None)
    for key in response.about.removeprefix("networkpolicies/").split(", "):
        namespace, _, name = key.partition("/")
        try:
            held = cluster.api.get("networkpolicies", name, namespace)
        except ApiError:
            continue
        rules = (held.spec.ingress if direction == "ingress" else held.spec.egress) or ()
        for rule in rules:
            peers = (rule.from_ if direction == "ingress" else rule.to) or []
            ports = [each.port for each in rule.ports or () if each.port is not None]
            met = not peers or any(_is(peer, other, namespace) for peer in peers)
            if met and ports and port not in ports:
                said = say(es=f"una regla permite solo el puerto {ports[0]}", en=f"a rule allows only port {ports[0]}")
                return said, f"spec.{direction}[].ports[].port: {port}"
            wanted = next((each.podSelector.matchLabels for each in peers if _by_labels(each)), None)
            if not met and wanted and other is not None:
                labels = format_labels(other.metadata.labels or {})
                who = f"pod/{other.metadata.name}"
                said = say(
                    es=f"una regla permite {format_labels(wanted)}, y {who} tiene {labels}",
                    en=f"a rule allows {format_labels(wanted)}, and {who} has {labels}",
                )
                mend = say(
                    es="haz que la etiqueta del pod y el podSelector de la regla coincidan",
                    en="make the pod's label and the rule's podSelector agree",
                )
                return said, mend
    return None


def _by_labels(peer: Any) -> bool:
    return peer.podSelector is not None and bool(peer.podSelector.matchLabels) and peer.namespaceSelector is None


def _is(peer: Any, pod: Any, namespace: str) -> bool:
    """Whether a peer of a rule is this pod, as far as its podSelector says."""
    if pod is None or peer.podSelector is None or peer.namespaceSelector is not None:
        return False
    wanted = from_object(peer.podSelector)
    return bool(pod.metadata.namespace == namespace and wanted.matches(pod.metadata.labels or {}))
