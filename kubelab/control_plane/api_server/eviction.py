"""Evictions: a pod is deleted only if the disruption budgets that guard it allow it.

In Kubernetes
    pkg/registry/core/pod/storage/eviction.go; https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/

Left out
    The real API server tries again by itself, every 500 ms, when two evictions want the same budget at once; here the
    refusal (409 Conflict) comes through to whoever asked for several at once, and `kubectl drain` does the waiting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lightkube.models import core_v1, policy_v1

from kubelab.api import disruption
from kubelab.api.errors import ApiError, Cause, conflict, forbidden, too_many_requests
from kubelab.api.objects import is_ready, replace
from kubelab.api.selectors import from_object
from kubelab.control_plane.api_server import subresources

if TYPE_CHECKING:
    from kubelab.client_go.client import Client
    from kubelab.control_plane.api_server.server import ApiServer

MOST_DISRUPTED = 2000  # evictions of one budget that its controller has not confirmed
RETRY = 0.525  # seconds after which an eviction that met another one is tried again: 500 ms and up to a tenth more
RETRY_LATER = 10  # seconds, told to a client whose budget has not been looked at yet
REFUSED = "Cannot evict pod as it would violate the pod's disruption budget."
SEVERAL = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."


def evict(
    server: ApiServer,
    name: str,
    namespace: str,
    client: Client,
    *,
    revision: int | None = None,
    dry_run: bool = False,
    **options: Any,
) -> Any:
    """Delete a pod, if its budget allows it, and say in its conditions first why it goes.

    A pod that is over, pending, or going anyway is not guarded. `revision` is the state that the request has read,
    where several are made at once.

    Raises
    ------
    ApiError
        429 the budget does not allow it now; 409 another eviction has just used the budget; 500 several budgets.
    """
    pod = server.get("pods", name, namespace)
    if not _is_unguarded(pod):
        budgets = [
            pdb for pdb in server.list("poddisruptionbudgets", namespace, revision=revision) if _guards(pdb, pod)
        ]
        if len(budgets) > 1:
            raise ApiError(500, "", SEVERAL)  # Kubernetes gives no reason either
        for pdb in budgets:
            if is_ready(pod) or not _may_go_unready(pdb):
                _use(server, client, pdb, name, dry_run)
    if not dry_run:
        kind = server.kinds.find("pods")
        server.write(client, "evict", kind, pod, subresources.evicted(pod, server.clock))
    return server.delete("pods", name, namespace, client, dry_run=dry_run, **options)


def _is_unguarded(pod: core_v1.Pod) -> bool:
    return pod.status.phase in ("Succeeded", "Failed", "Pending") or pod.metadata.deletionTimestamp is not None


def _guards(pdb: policy_v1.PodDisruptionBudget, pod: core_v1.Pod) -> bool:
    return from_object(pdb.spec.selector).matches(pod.metadata.labels)


def _may_go_unready(pdb: policy_v1.PodDisruptionBudget) -> bool:
    """Whether a pod that is not ready may go although it is guarded: it disrupts nothing."""
    if pdb.spec.unhealthyPodEvictionPolicy == "AlwaysAllow":
        return True
    healthy, wanted = pdb.status.currentHealthy or 0, pdb.status.desiredHealthy or 0
    return healthy >= wanted > 0


def _use(server: ApiServer, client: Client, pdb: policy_v1.PodDisruptionBudget, pod: str, dry_run: bool) -> None:
    """Take one from the disruptions that the budget allows, and note in it which pod is to go."""
    status, name = pdb.status, pdb.metadata.name
    if (status.observedGeneration or 0) < (pdb.metadata.generation or 0):
        raise _refusal(f"The disruption budget {name} is still being processed by the server.", RETRY_LATER)
    allowed = status.disruptionsAllowed or 0
    if allowed < 0:
        raise forbidden("poddisruptionbudget", "policy", name, "pdb disruptions allowed is negative")
    if len(status.disruptedPods or ()) > MOST_DISRUPTED:
        message = "DisruptedPods map too big - too many evictions not confirmed by PDB controller"
        raise forbidden("poddisruptionbudget", "policy", name, message)
    if allowed == 0:
        healthy, wanted = status.currentHealthy or 0, status.desiredHealthy or 0
        raise _refusal(f"The disruption budget {name} needs {wanted} healthy pods and has {healthy} currently")
    if dry_run:
        return
    now = server.clock.date
    status = replace(
        status,
        disruptionsAllowed=allowed - 1,
        disruptedPods={**(status.disruptedPods or {}), pod: disruption.written(now)},
    )
    if allowed == 1:
        status = disruption.with_allowed(status, now)
    kind = server.kinds.find("poddisruptionbudgets")
    newest = server.get(kind.plural, name, pdb.metadata.namespace)
    if newest.metadata.resourceVersion != pdb.metadata.resourceVersion:
        raise conflict(kind.plural, kind.group, name)
    server.write(client, "evict", kind, newest, replace(newest, status=status))


def _refusal(cause: str, retry_after: int = 0) -> ApiError:
    return too_many_requests(REFUSED, retry_after, [Cause("", "DisruptionBudget", cause)])
