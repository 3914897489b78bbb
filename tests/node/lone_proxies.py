"""Kube-proxies with an API server and nothing else: Services and slices are written by hand."""

import random

from kubelab.client_go.client import Client
from kubelab.machine import Machine
from kubelab.network.overlay import Overlay
from kubelab.network.packet import Packet
from kubelab.node.kube_proxy import KubeProxy
from kubelab.node.runtime import Runtime
from kubelab.timings import Timings

OUTSIDE = "203.0.113.7"
POD = "10.244.0.77"  # of node a, and of no Service


class Proxies:
    """Node `a` has pods in 10.244.0.0/24, `b` in 10.244.1.0/24, and so on; `zones` says where they stand."""

    def __init__(self, bare, mode="iptables", zones=("", "", "")):
        self.bare, self.api, overlay, timings, rng = bare, bare.client, Overlay(), Timings(), random.Random(1)
        self.nodes = {}
        for name, zone in zip("abc", zones, strict=True):
            labels = {"topology.kubernetes.io/zone": zone} if zone else {}
            self.api.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}})
            machine = Machine(name, "worker", bare.clock)
            runtime = Runtime(machine, overlay, rng, timings)
            client = Client([bare.server], f"kube-proxy/{name}", machine)
            self.nodes[name] = KubeProxy(machine, client, overlay, runtime, bare.journal, timings, rng, mode)
            self.nodes[name].start()

    def run(self, seconds=2.0):
        self.bare.clock.run(self.bare.clock.now + seconds)

    def service(self, ports=None, ingress=(), **spec):
        """The Service default/web at 10.96.0.50, and what its load balancer got."""
        ports = ports or [{"name": "http", "port": 80}]
        self.api.create(
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "web"},
                "spec": {"clusterIP": "10.96.0.50", "ports": ports, **spec},
            }
        )
        if ingress:
            body = {"status": {"loadBalancer": {"ingress": list(ingress)}}}
            self.api.patch("services", "web", body, subresource="status")
        self.run()

    def endpoints(self, *endpoints, ports=None, name="web-1", service="web"):
        """Write the slice anew: `"a1"` is 10.244.0.1 on node a, ready; a dict beside it says otherwise."""
        listed = []
        for each in endpoints:
            where, told = each if isinstance(each, tuple) else (each, {})
            address = f"10.244.{'abc'.index(where[0])}.{where[1:]}"
            state = {"ready": True, "serving": True, "terminating": False, **told.get("conditions", {})}
            hints = {"hints": told["hints"]} if "hints" in told else {}
            listed.append({"addresses": [address], "nodeName": where[0], "conditions": state, **hints})
        body = {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {"name": name, "labels": {"kubernetes.io/service-name": service}},
            "addressType": "IPv4",
            "endpoints": listed,
            "ports": ports or [{"name": "http", "port": 8080, "protocol": "TCP"}],
        }
        if name in [held.metadata.name for held in self.api.list("endpointslices", "default")]:
            self.api.delete("endpointslices", name)
        self.api.create(body)
        self.run()

    def send(self, node, destination="10.96.0.50", port=80, source=POD, pick=None, protocol="TCP"):
        return self.nodes[node].translate(Packet(source, destination, port, protocol), pick=pick)

    def reached(self, node, destination="10.96.0.50", port=80, source=POD):
        """All endpoints that a packet may come to, written as in `endpoints`; or REJECT, or DROP."""
        found = self.nodes[node].choices(Packet(source, destination, port))
        if found is None:
            return None
        listed = found if isinstance(found, list) else [(1.0, found)]
        return [_short(each) for _, each in listed]


ENDING = {"conditions": {"ready": False, "terminating": True}}
UNREADY = {"conditions": {"ready": False, "serving": False}}


def _short(sent):
    if not sent.address:
        return "DROP" if sent.dropped else "REJECT"
    _, _, third, last = sent.address.split(".")
    return f"{'abc'[int(third)]}{last}"
