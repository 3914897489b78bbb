"""Whatever breaks, whenever: once all is mended, the pods run, every node agrees, and nothing is left over."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kubelab as kl

SHOP = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 4
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      initContainers:
      - {name: first, image: "busybox:1.36", command: [sleep, "1"]}
      - {name: side, image: "redis:7", restartPolicy: Always, startupProbe: {tcpSocket: {port: 6379}, periodSeconds: 1}}
      containers:
      - name: web
        image: "nginx:1.27"
        readinessProbe: {httpGet: {port: 80}, periodSeconds: 2}
        livenessProbe: {httpGet: {port: 80}}
      - {name: slow, image: "busybox:1.36", command: [sleep, "100000"]}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{port: 80}]}
"""
NODES = st.sampled_from(["worker-1", "worker-2", "worker-3"])
FAULTS = st.one_of(
    st.tuples(st.just("kill"), NODES),
    st.tuples(st.just("cut"), NODES),
    st.tuples(st.just("stop"), st.sampled_from(["kubelet", "containerd", "kube-proxy"]), NODES),
    st.tuples(st.just("stop"), st.sampled_from(["api-server", "etcd", "scheduler", "controller-manager"])),
)
MENDS = {"kill": "revive", "cut": "heal", "stop": "start"}
SECONDS = st.sampled_from([0.0, 0.01, 0.31, 1.0, 2.5, 8.0, 70.0, 400.0])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(st.lists(st.tuples(SECONDS, FAULTS, SECONDS, st.booleans()), max_size=4))
def test_once_all_is_mended_everything_runs(story):
    cluster = kl.Cluster(workers=3, seed=1)
    cluster.apply(SHOP)
    broken = []
    for before, fault, after, mended in story:
        cluster.run(before)
        getattr(cluster, fault[0])(*fault[1:])
        cluster.run(after)
        if mended:
            getattr(cluster, MENDS[fault[0]])(*fault[1:])
        else:
            broken.append(fault)
    for fault in broken:
        getattr(cluster, MENDS[fault[0]])(*fault[1:])
    cluster.run(900).settle()
    pods = cluster.api.list("pods", "default")
    assert [pod.status.phase for pod in pods] == ["Running"] * 4
    assert all(held.ready for pod in pods for held in pod.status.containerStatuses)
    for name, worker in cluster.workers.items():
        mine = [pod for pod in pods if pod.spec.nodeName == name]
        assert set(worker.runtime.sandboxes) == set(worker.kubelet.workers) == {pod.metadata.uid for pod in mine}
        assert set(worker.runtime.by_address) == {pod.status.podIP for pod in mine}
        assert all(cluster.request("http://shop", name).ok for _ in range(5))
