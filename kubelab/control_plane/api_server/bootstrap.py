"""What the API server makes by itself when the cluster is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lightkube.models import discovery_v1, meta_v1

if TYPE_CHECKING:
    from kubelab.client_go.client import Client

NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
API_SERVICE_ADDRESS = "10.96.0.1"


def bootstrap(client: Client, addresses: list[str]) -> None:
    """Make the first namespaces, and the Service by which pods reach the API servers at `addresses`.

    In Kubernetes
        pkg/controlplane/controller/systemnamespaces and kubernetesservice.
    """
    for name in NAMESPACES:
        client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    client.create(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "kubernetes", "labels": {"component": "apiserver", "provider": "kubernetes"}},
            "spec": {
                "clusterIP": API_SERVICE_ADDRESS,
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
