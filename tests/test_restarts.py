"""Forgetting must not matter: whoever restarts, whenever, the cluster comes to the same place."""

import functools

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import kubelab as kl
from kubelab.api.objects import to_dict

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 4
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "nginx:1.27", ports: [{containerPort: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
      - {name: db, image: "nginx:1.27"}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      containers:
      - {name: agent, image: "nginx:1.27"}
---
apiVersion: v1
kind: ReplicationController
metadata: {name: old}
spec:
  replicas: 1
  selector: {app: old}
  template:
    metadata: {labels: {app: old}}
    spec:
      containers:
      - {name: old, image: "nginx:1.27"}
"""
MASTER = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"]
WORKER = [(name, f"worker-{number}") for name in ("kubelet", "kube-proxy", "calico-node") for number in (1, 2, 3)]


def shape(cluster: kl.Cluster) -> dict:
    """What must be the same in the end: everything but names, addresses, times and which node."""
    pods = cluster.api.list("pods")
    slices = cluster.api.list("endpointslices", "default")
    endpoints = [
        e for s in slices if s.metadata.labels["kubernetes.io/service-name"] == "web" for e in s.endpoints or ()
    ]
    deployment = cluster.api.get("deployments", "web")
    return {
        "pods": sorted(
            (pod.status.phase, pod.spec.containers[0].image, pod.metadata.deletionTimestamp) for pod in pods
        ),
        "ready": sum(1 for e in endpoints if e.conditions.ready),
        "addresses": sorted(e.addresses[0] for e in endpoints) == sorted(pod.status.podIP for pod in pods),
        "replicas": (deployment.status.replicas, deployment.status.readyReplicas, deployment.status.updatedReplicas),
        "conditions": sorted((c.type, c.status) for c in deployment.status.conditions),
        "replicasets": sorted(
            (rs.spec.replicas, rs.status.readyReplicas or 0) for rs in cluster.api.list("replicasets")
        ),
        "sets": [
            {**to_dict(cluster.api.get(kind, name).status), "observedGeneration": 0}
            for kind, name in (("statefulsets", "db"), ("daemonsets", "agent"), ("replicationcontrollers", "old"))
        ],
        "revisions": sorted(held.revision for held in cluster.api.list("controllerrevisions")),
        "nodes": [
            (node.metadata.name, [c.status for c in node.status.conditions if c.type == "Ready"], node.spec.taints)
            for node in cluster.api.list("nodes")
        ],
    }


def story(cluster: kl.Cluster) -> None:
    cluster.apply(WEB)


def roll(cluster: kl.Cluster) -> None:
    for kind, name in (("deployments", "web"), ("statefulsets", "db"), ("daemonsets", "agent")):
        containers = [{"name": name, "image": "nginx:1.28"}]
        cluster.api.patch(kind, name, {"spec": {"template": {"spec": {"containers": containers}}}})


@functools.cache
def undisturbed() -> dict:
    cluster = kl.Cluster(workers=3, seed=1)
    story(cluster)
    cluster.settle()
    roll(cluster)
    cluster.settle()
    return shape(cluster)


INSTANTS = st.floats(0, 12, allow_nan=False).map(lambda instant: round(instant, 3))
PROCESS = st.one_of(st.sampled_from([(name, None) for name in MASTER]), st.sampled_from(WORKER))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(process=PROCESS, first=INSTANTS, second=INSTANTS, away=st.sampled_from([0.0, 0.01, 0.5, 3.0]))
@example(process=("kube-controller-manager", None), first=0.02, second=0.3, away=0.0)
@example(process=("kube-apiserver", None), first=0.01, second=0.01, away=3.0)
def test_any_process_may_restart_at_any_instant(process, first, second, away):
    cluster = kl.Cluster(workers=3, seed=1)
    name, node = process
    story(cluster)
    disturb(cluster, name, node, first, away)
    cluster.settle()
    roll(cluster)
    disturb(cluster, name, node, second, away)
    cluster.settle()
    cluster.run(120)
    cluster.settle()
    assert shape(cluster) == undisturbed()


def disturb(cluster, name, node, instant, away):
    cluster.run(instant)
    cluster.stop(name, node)
    cluster.run(away)
    cluster.start(name, node)


def test_a_settled_cluster_is_a_fixed_point():
    cluster = kl.Cluster(workers=3, seed=1)
    story(cluster)
    cluster.settle()
    revision, entries = cluster.etcd.revision, len(cluster.journal)
    cluster.run(86400)
    assert (cluster.etcd.revision, len(cluster.journal)) == (revision, entries)
