"""Which question to ask about a request that failed: by how it failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kubelab.clients.why_request import names, pods, services, ways
from kubelab.clients.why_request.verdict import WhyRequest
from kubelab.language import say

if TYPE_CHECKING:
    from kubelab.cluster import Cluster
    from kubelab.network.response import Response

QUESTIONS: dict[str, Callable[[Cluster, Response], WhyRequest]] = {
    "no-name": names.no_such_name,
    "rule": services.refused_by_a_rule,
    "no-address": services.nobody_has_the_address,
    "no-pod": services.pod_is_gone,
    "no-listener": pods.nobody_listens,
    "http": pods.bad_status,
    "slow": pods.slow,
    "empty": pods.silent_close,
    "reset": pods.silent_close,
    "tls": pods.speaks_otherwise,
    "untrusted": pods.untrusted,
    "down": ways.machine,
    "cut": ways.machine,
    "link": ways.link,
    "policy": ways.policy,
    "no-port": ways.no_such_port,
    "no-worker": ways.no_worker,
}


def why_request(cluster: Cluster, response: Response) -> WhyRequest:
    """Why a request ended as it did, by what the cluster says now: ask before time passes.

    Left out
        What was wrong then and is mended now is told as it was then, in the words of the response alone.
    """
    if response.ok or (response.status and not response.pod):
        who = f"pods/{response.namespace}/{response.pod}" if response.pod else "kube-apiserver"
        served = response.hop("pod")
        who = f"pods/{served.place}" if served is not None else who
        return WhyRequest(who, say(es=f"respondió {response.status}", en=f"answered {response.status}"))
    question = QUESTIONS.get(response.cause)
    if question is None or not cluster.api.reachable:
        return WhyRequest(response.about or response.url, response.error)
    return question(cluster, response)
