"""Which question to ask about a request that failed: by how it failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from kubelab.clients.why_request import ingresses, names, pods, policies, services, ways
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
    "slow": pods.slow,
    "empty": pods.silent_close,
    "reset": pods.silent_close,
    "tls": pods.speaks_otherwise,
    "untrusted": pods.untrusted,
    "down": ways.machine,
    "cut": ways.machine,
    "link": ways.link,
    "policy": policies.policy,
    "no-port": ways.no_such_port,
    "no-worker": ways.no_worker,
    "own-machine": ways.own_machine,
    "dns": ways.dns,
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
    if response.behind is not None:
        return _behind(cluster, response, response.behind)
    question = QUESTIONS.get(response.cause)
    if question is None or not cluster.api.reachable:
        return WhyRequest(response.about or response.url, response.error)
    return question(cluster, response)


def _behind(cluster: Cluster, response: Response, behind: Response) -> WhyRequest:
    """A proxy got no answer itself: the fault is where its own request ended."""
    if not behind.service and behind.hops:  # an ingress controller asks the endpoints of the Service itself
        address, _, port = behind.hops[-1].destination.rpartition(":")
        behind = msgspec.structs.replace(behind, service=services.holding(cluster, address, int(port)))
    found = why_request(cluster, behind)
    proxy = response.hop("proxy")
    place, way = (proxy.place, proxy.detail) if proxy is not None else (response.pod, behind.url)
    told = say(
        es=f"pod/{place} pasa la petición a otro ({way}) y responde {response.status}",
        en=f"pod/{place} hands the request on ({way}) and answers {response.status}",
    )
    return replace(found, details=(told, *found.details))


def _bad_status(cluster: Cluster, response: Response) -> WhyRequest:
    """Who answered badly: the ingress controller itself, or a program."""
    if response.about.startswith("services/") and response.status == 503:
        return ingresses.leads_nowhere(cluster, response)
    if response.about.startswith("ingresses/"):
        return ingresses.no_path(cluster, response)
    if response.status == 404 and pods.runs(cluster, response, ingresses.CONTROLLER):
        return ingresses.nobody_for_host(cluster, response)
    return pods.bad_status(cluster, response)


QUESTIONS["http"] = _bad_status
