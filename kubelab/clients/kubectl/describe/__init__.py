"""`kubectl describe`: everything about an object, for people to read.

In Kubernetes
    `k8s.io/kubectl/pkg/describe`, where each kind has a form of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelab.api.errors import ApiError
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.describe.config import (
    describe_any,
    describe_config_map,
    describe_namespace,
    describe_secret,
    describe_service_account,
)
from kubelab.clients.kubectl.describe.network import describe_endpoint_slice, describe_service
from kubelab.clients.kubectl.describe.nodes import describe_node
from kubelab.clients.kubectl.describe.pods import describe_pod
from kubelab.clients.kubectl.describe.workloads import describe_deployment, describe_replica_set
from kubelab.clients.kubectl.flags import CommandError
from kubelab.clients.kubectl.resources import Found, Wanted, find, named, wanted
from kubelab.clients.kubectl.session import Session, explain_refusal

FLAGS = (f.FILENAME, f.SELECTOR, f.ALL_NAMESPACES, f.switch("show-events", default=True), f.switch("recursive", "R"))

DESCRIBERS: dict[str, Callable[[Session, Any], str]] = {
    "Pod": describe_pod,
    "Deployment": describe_deployment,
    "ReplicaSet": describe_replica_set,
    "Service": describe_service,
    "EndpointSlice": describe_endpoint_slice,
    "Node": describe_node,
    "Namespace": describe_namespace,
    "ConfigMap": describe_config_map,
    "Secret": describe_secret,
    "ServiceAccount": describe_service_account,
}


def describe(session: Session) -> None:
    """Describe objects, two empty lines between one and the next. A name that nothing has may be the start of some."""
    if session.flags["filename"]:
        found = named(session)
        refusals: list[ApiError] = []
    else:
        if not session.words:
            message = "You must specify the type of resource to describe. "
            raise CommandError(
                f'error: {message}Use "kubectl api-resources" for a complete list of supported resources.'
            )
        found, refusals = find(session, wanted(session.words))
        if refusals and not found:
            found = [item for want in wanted(session.words) for item in _by_prefix(session, want)]
            refusals = [] if found else refusals
    texts = [DESCRIBERS.get(item.kind.name, describe_any)(session, item.obj) for item in found]
    session.show("\n\n".join(texts))
    if refusals:
        raise CommandError("\n".join(explain_refusal(refusal) for refusal in refusals))
    if not found:
        where = "" if session.everywhere else f" in {session.namespace} namespace."
        session.say(f"No resources found{where}")


def _by_prefix(session: Session, want: Wanted) -> list[Found]:
    if not want.name:
        return []
    found, _ = find(session, [Wanted(want.kind)])
    return [item for item in found if item.name.startswith(want.name)]
