"""Whatever is done to a cluster, some things stay true."""

from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kubelab as kl
from kubelab.api.objects import key_of, with_spec
from kubelab.api.quantity import milli

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: nginx:1.27
        ports: [{containerPort: 80}]
        resources: {requests: {cpu: 700m}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
"""
NODES = ("worker-1", "worker-2", "worker-3")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["kill", "revive", "cut", "heal", "cordon", "uncordon"]), st.sampled_from(NODES)),
        st.tuples(st.just("scale"), st.integers(0, 20)),
        st.tuples(st.just("image"), st.sampled_from(["nginx:1.26", "nginx:1.27", "nginx:1.28"])),
        st.tuples(st.just("delete a pod"), st.integers(0, 5)),
        st.tuples(st.just("crash"), st.integers(0, 5)),
        st.tuples(st.just("wait"), st.sampled_from([0.004, 0.05, 1, 20, 70, 400])),
    ),
    max_size=14,
)


def do(cluster: kl.Cluster, verb: str, what) -> None:
    machine = cluster.machines.get(what) if isinstance(what, str) else None
    pods = [pod for pod in cluster.api.list("pods", "default") if pod.metadata.deletionTimestamp is None]
    match verb:
        case "kill" if machine.powered:
            cluster.kill(what)
        case "revive" if not machine.powered:
            cluster.revive(what)
        case "cut" if machine.connected:
            cluster.cut(what)
        case "heal" if not machine.connected:
            cluster.heal(what)
        case "cordon" | "uncordon":
            node = cluster.api.get("nodes", what, None)
            cluster.api.update(with_spec(node, unschedulable=True if verb == "cordon" else None))
        case "scale":
            cluster.api.patch("deployments", "web", {"spec": {"replicas": what}}, subresource="scale")
        case "image":
            template = {"spec": {"containers": [{"name": "web", "image": what}]}}
            cluster.api.patch("deployments", "web", {"spec": {"template": template}})
        case "delete a pod" if what < len(pods):
            cluster.api.delete("pods", pods[what].metadata.name)
        case "crash" if what < len(pods) and pods[what].status.phase == "Running":
            with suppress(ValueError):  # it may have ended already, and nobody know
                cluster.faults.kill_container(pods[what].metadata.name)
        case "wait":
            cluster.run(what)


def check(cluster: kl.Cluster) -> None:
    """What is true at every instant."""
    pods = cluster.api.list("pods")
    for node in cluster.api.list("nodes"):
        mine = [
            pod
            for pod in pods
            if pod.spec.nodeName == node.metadata.name and pod.status.phase not in ("Succeeded", "Failed")
        ]
        wanted = sum(milli(c.resources.requests["cpu"]) for pod in mine for c in pod.spec.containers)
        assert wanted <= milli(node.status.allocatable["cpu"])
    placed: dict[str, str] = {}
    for held in cluster.etcd.values():
        if type(held).__name__ == "Pod" and held.spec.nodeName:
            assert placed.setdefault(held.metadata.uid, held.spec.nodeName) == held.spec.nodeName


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(STEPS)
def test_invariants_hold_and_a_mended_cluster_comes_back(steps):
    cluster = kl.Cluster(workers=3, seed=1)
    cluster.apply(WEB)
    for verb, what in steps:
        do(cluster, verb, what)
        check(cluster)
    for node in NODES:
        do(cluster, "revive", node)
        do(cluster, "heal", node)
        do(cluster, "uncordon", node)
    do(cluster, "scale", 4)
    cluster.run(900)
    cluster.settle()
    check(cluster)
    pods = cluster.api.list("pods", "default")
    active = [pod for pod in pods if pod.status.phase == "Running" and pod.metadata.deletionTimestamp is None]
    deployment = cluster.api.get("deployments", "web")
    assert len(active) == deployment.status.readyReplicas == deployment.status.updatedReplicas == 4
    addresses = [pod.status.podIP for pod in active]
    assert len(set(addresses)) == 4
    (held,) = cluster.api.list("endpointslices", selector="kubernetes.io/service-name=web")
    assert sorted(e.addresses[0] for e in held.endpoints if e.conditions.ready) == sorted(addresses)
    assert cluster.request("http://web").ok


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(STEPS, STEPS)
def test_a_fork_goes_on_as_its_original_would(before, after):
    cluster = kl.Cluster(workers=3, seed=2)
    cluster.apply(WEB)
    for verb, what in before:
        do(cluster, verb, what)
    twin = cluster.fork()
    for verb, what in after:
        do(cluster, verb, what)
        do(twin, verb, what)
    assert twin.journal.digest() == cluster.journal.digest()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(STEPS)
def test_every_cache_that_is_fresh_holds_what_a_list_answers(steps):
    cluster = kl.Cluster(workers=3, seed=3)
    cluster.apply(WEB)
    for verb, what in steps:
        do(cluster, verb, what)
    cluster.run(cluster.timings.watch_delay * 2)
    for component in (cluster.master.controller_manager, cluster.master.scheduler):
        for kind in ("pods", "nodes", "replicasets"):
            informer = component.informers[kind]
            listed = {key_of(obj): obj for obj in cluster.api.list(kind)}
            fresh = {key_of(obj): obj for obj in informer}
            late = [key for key in {**listed, **fresh} if listed.get(key) is not fresh.get(key)]
            for key in late:  # only what was written within the last instants may still be on its way
                held = listed.get(key) or fresh[key]
                entry = next(e for e in cluster.journal if e.revision == int(held.metadata.resourceVersion))
                assert cluster.now - entry.time <= cluster.timings.watch_delay or key not in listed
