"""What the API server makes by itself when the cluster is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lightkube.models import discovery_v1, meta_v1, scheduling_v1

from kubelab.control_plane.api_server.authorization.default_roles import default_roles

if TYPE_CHECKING:
    from kubelab.client_go.client import Client

PRIORITY_CLASSES = (
    (
        *("system-node-critical", 2_000_001_000),
        "Used for system critical pods that must not be moved from their current node.",
    ),
    (
        *("system-cluster-critical", 2_000_000_000),
        "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
    ),
)
NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
API_SERVICE_ADDRESS = "10.96.0.1"


def bootstrap(
    client: Client, addresses: list[str], rbac: bool = False, service_address: str = API_SERVICE_ADDRESS
) -> None:
    """Make what every cluster begins with: namespaces, classes of priority, the API servers' Service, RBAC's roles.

    The Service is how pods reach the API servers at `addresses`; its own is the first of the Services' range.

    In Kubernetes
        pkg/controlplane/controller/systemnamespaces and kubernetesservice; pkg/registry/scheduling/rest for the two
        classes of priority.
    """
    for name in NAMESPACES:
        client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    for name, value, description in PRIORITY_CLASSES:
        meta = meta_v1.ObjectMeta(name=name)
        client.create(
            scheduling_v1.PriorityClass(
                metadata=meta, value=value, description=description, preemptionPolicy="PreemptLowerPriority"
            )
        )
    client.create(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "kubernetes", "labels": {"component": "apiserver", "provider": "kubernetes"}},
            "spec": {
                "clusterIP": service_address,
                "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443}],
            },
        },
        namespace="default",
    )
    client.create(
        discovery_v1.EndpointSlice(
            metadata=meta_v1.ObjectMeta(
                name="kubernetes", namespace="default", labels={"kubernetes.io/service-name": "kubernetes"}
            ),
            addressType="IPv4",
            endpoints=[
                discovery_v1.Endpoint(addresses=[address], conditions=discovery_v1.EndpointConditions(ready=True))
                for address in addresses
            ],
            ports=[discovery_v1.EndpointPort(name="https", port=6443, protocol="TCP")],
        ),
        namespace="default",
    )
    for role in default_roles() if rbac else ():
        client.create(role)
