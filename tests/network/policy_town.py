"""A small town of pods in three namespaces, for trying policies on."""

import kubelab as kl
from kubelab.network.packet import Packet

PODS = [
    ("default", "db", "worker-1", {"role": "db"}),
    ("default", "front", "worker-2", {"role": "frontend"}),
    ("default", "other", "worker-1", {}),
    ("alice", "client", "worker-2", {"role": "client"}),
    ("alice", "guest", "worker-1", {"role": "guest"}),
    ("bob", "client", "worker-2", {"role": "client"}),
]
OUTSIDE = "203.0.113.1"


def pod(namespace, name, node, labels, **spec):
    ports = [{"name": "http", "containerPort": 80}, {"name": "redis", "containerPort": 6379}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {
            "nodeName": node,
            "terminationGracePeriodSeconds": 0,
            "containers": [{"name": "web", "image": "nginx:1.27", "ports": ports}],
            **spec,
        },
    }


def make_town():
    """Six pods on two workers, in three namespaces."""
    cluster = kl.Cluster(workers=2, seed=1, size=kl.WorkerSize(images=("nginx:1.27",)))
    for name in ("alice", "bob"):
        meta = {"name": name, "labels": {"user": name, "team": "a" if name == "alice" else "b"}}
        cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": meta})
    cluster.settle()
    cluster.apply(*(pod(*each) for each in PODS))
    return cluster.settle()


def policy(name="policy", namespace="default", **spec):
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"podSelector": {}, **spec},
    }


def put(cluster, *specs, **spec):
    """One policy, or several, in the place of those that there are."""
    cluster.kubectl("delete networkpolicy --all")
    for number, each in enumerate(specs or [spec]):
        cluster.apply(policy(f"policy-{number}", **each))
    cluster.run(1)


def find(cluster, name):
    namespace, _, short = name.rpartition("/")
    return cluster.api.get("pods", short, namespace or "default")


def verdicts(cluster, source, target, port=80, protocol="TCP"):
    """What the nodes of both ends say; an end that is an address is no pod of a node's."""
    ends = [each if each[0].isdigit() else find(cluster, each) for each in (source, target)]
    addresses = [each if isinstance(each, str) else each.status.podIP for each in ends]
    packet = Packet(*addresses, port, protocol)
    return [
        cluster.overlay.policies.verdict(end.spec.nodeName, packet, direction)
        for end, direction in zip(ends, ("egress", "ingress"), strict=True)
        if not isinstance(end, str)
    ]


def passes(cluster, source, target, port=80, protocol="TCP"):
    return all(verdict.allowed for verdict in verdicts(cluster, source, target, port, protocol))


def who_reaches(cluster, target, port=80):
    return [name for name in ("db", "front", "other", "alice/client", "alice/guest", "bob/client", OUTSIDE)
            if passes(cluster, name, target, port)]  # fmt: skip


EVERYBODY = ["db", "front", "other", "alice/client", "alice/guest", "bob/client", OUTSIDE]
