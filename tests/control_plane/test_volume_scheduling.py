"""Pods with claims: where they can run, and what happens before they do."""

import pytest

import kubelab as kl
from kubelab.api.objects import condition

HOSTNAME = "kubernetes.io/hostname"
HELP = "no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."


def pod(name="web", claim="data", **spec):
    volumes = [{"name": "d", "persistentVolumeClaim": {"claimName": claim}}]
    containers = [{"name": "web", "image": "nginx:1.27"}]
    meta = {"name": name}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": meta,
        "spec": {"containers": containers, "volumes": volumes, **spec},
    }


def claim(name="data", size="1Gi", modes=("ReadWriteOnce",), **spec):
    given = {"accessModes": [*modes], "resources": {"requests": {"storage": size}}}
    fields = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}}
    return {**fields, "spec": {**given, **spec}}


def volume(name="disk", node=None, labels=None, size="5Gi", modes=("ReadWriteOnce",), **spec):
    given = {"capacity": {"storage": size}, "accessModes": [*modes], "hostPath": {"path": "/mnt"}}
    if node:
        here = {"matchExpressions": [{"key": HOSTNAME, "operator": "In", "values": [node]}]}
        given["nodeAffinity"] = {"required": {"nodeSelectorTerms": [here]}}
    meta = {"name": name, "labels": labels or {}}
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": meta, "spec": {**given, **spec}}


def storage_class(name="late", **fields):
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": name},
        "provisioner": "kubernetes.io/no-provisioner",
        "volumeBindingMode": "WaitForFirstConsumer",
        **fields,
    }


def small(**options):
    return kl.Cluster(workers=2, seed=1, **options)


def message(cluster, name="web"):
    return condition(cluster.get("pod", name), "PodScheduled").message


def node_of(cluster, name="web"):
    return cluster.get("pod", name).spec.nodeName


def test_a_pod_whose_claim_is_not_there_fits_nowhere():
    cluster = small()
    cluster.apply(pod())
    cluster.settle()
    assert message(cluster) == f'0/2 nodes are available: persistentvolumeclaim "data" not found. {HELP}'
    why = cluster.why("pod/web")
    assert why.rejections["worker-1"] == ("VolumeRestrictions", 'persistentvolumeclaim "data" not found')


def test_a_pod_waits_for_its_claim_to_be_bound_and_then_runs():
    cluster = small()
    cluster.apply(claim(), pod())
    cluster.settle()
    unbound = "pod has unbound immediate PersistentVolumeClaims"
    assert message(cluster) == f"0/2 nodes are available: {unbound}. {HELP}"
    cluster.apply(volume())
    cluster.run(30)
    assert cluster.get("pod", "web").status.phase == "Running"


def test_a_pod_runs_where_its_volume_is():
    cluster = small()
    cluster.apply(volume(node="worker-2"), claim())
    cluster.run(20)
    cluster.apply(pod(), pod("other", nodeSelector={HOSTNAME: "worker-1"}))
    cluster.settle()
    assert node_of(cluster) == "worker-2"
    elsewhere = "1 node(s) didn't match PersistentVolume's node affinity"
    selected = "1 node(s) didn't match Pod's node affinity/selector"
    assert message(cluster, "other").startswith(f"0/2 nodes are available: {elsewhere}, {selected}.")


def test_a_volume_of_another_zone_is_out_of_reach():
    cluster = small()
    cluster.api.patch("nodes", "worker-1", {"metadata": {"labels": {"topology.kubernetes.io/zone": "a"}}}, None)
    cluster.api.patch("nodes", "worker-2", {"metadata": {"labels": {"topology.kubernetes.io/zone": "b"}}}, None)
    cluster.apply(volume(labels={"topology.kubernetes.io/zone": "b"}), claim())
    cluster.run(20)
    cluster.apply(pod())
    cluster.settle()
    assert node_of(cluster) == "worker-2"
    rejected = cluster.why("pod/web").rejections
    assert rejected == {"worker-1": ("VolumeZone", "node(s) had no available volume zone")}


def test_a_claim_that_waits_for_a_consumer_gets_a_volume_of_its_node():
    cluster = small()
    volumes = (volume("one", "worker-1"), volume("two", "worker-2", size="2Gi"))
    for each in volumes:
        each["spec"]["storageClassName"] = "late"
    cluster.apply(storage_class(), *volumes, claim(storageClassName="late"))
    cluster.run(20)
    assert cluster.get("pvc", "data").status.phase == "Pending"
    cluster.apply(pod(nodeSelector={HOSTNAME: "worker-1"}))
    cluster.settle()
    assert (node_of(cluster), cluster.get("pvc", "data").spec.volumeName) == ("worker-1", "one")
    writes = [entry.verb for entry in cluster.journal if entry.actor == "kube-scheduler"]
    assert writes == ["schedule", "update", "bind", "create"]


def test_without_a_volume_or_a_provisioner_no_node_will_do():
    cluster = small()
    cluster.apply(storage_class(), claim(storageClassName="late"), pod())
    cluster.settle()
    nothing = "2 node(s) didn't find available persistent volumes to bind"
    assert message(cluster) == f"0/2 nodes are available: {nothing}. {HELP}"
    late = volume("late", "worker-2")
    late["spec"]["storageClassName"] = "late"
    cluster.apply(late)
    cluster.run(30)
    assert node_of(cluster) == "worker-2"


def test_two_claims_of_a_pod_get_two_volumes():
    cluster = small()
    volumes = [volume(f"disk-{i}", "worker-1", storageClassName="late") for i in (1, 2)]
    cluster.apply(storage_class(), *volumes, claim("a", storageClassName="late"), claim("b", storageClassName="late"))
    cluster.run(20)
    two = [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in ("a", "b")]
    cluster.apply(pod(volumes=two))
    cluster.settle()
    names = [cluster.get("pvc", name).spec.volumeName for name in ("a", "b")]
    assert sorted(names) == ["disk-1", "disk-2"]
    assert node_of(cluster) == "worker-1"


def test_a_claim_for_one_pod_is_not_given_to_two():
    cluster = small()
    alone = ("ReadWriteOncePod",)
    cluster.apply(volume(modes=alone), claim(modes=alone))
    cluster.run(20)
    cluster.apply(pod())
    cluster.settle()
    cluster.apply(pod("second"))
    cluster.settle()
    taken = "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode"
    assert message(cluster, "second").startswith(f"0/2 nodes are available: 2 {taken}.")
    cluster.api.delete("pods", "web")
    cluster.run(60)
    assert node_of(cluster, "second") is not None


def test_a_small_cluster_makes_volumes_where_pods_are_and_clears_them_away():
    cluster = small(storage=True)
    assert str(cluster.get("sc", namespace=None)).splitlines()[1].startswith("standard (default)")
    cluster.apply(claim())
    cluster.settle()
    assert cluster.get("pvc", "data").status.phase == "Pending"
    cluster.apply(pod())
    cluster.settle()
    held = cluster.get("pvc", "data")
    made = cluster.api.get("pv", held.spec.volumeName, None)
    assert made.metadata.name == f"pvc-{held.metadata.uid}"
    term = made.spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0]
    assert (term.key, term.values) == (HOSTNAME, [node_of(cluster)])
    assert cluster.get("pod", "web").status.phase == "Running"
    cluster.api.delete("pods", "web")
    cluster.api.delete("pvc", "data")
    cluster.settle()
    assert cluster.api.list("pv") == []


def test_a_directory_of_a_node_is_for_one_node_only():
    cluster = small(storage=True)
    cluster.apply(claim(modes=("ReadWriteMany",)), pod())
    cluster.settle()
    failed = [event.message for event in cluster.api.list("events") if event.reason == "ProvisioningFailed"]
    assert failed == [
        'failed to provision volume with StorageClass "standard": NodePath only supports ReadWriteOnce and '
        "ReadWriteOncePod (1.22+) access modes"
    ]
    assert node_of(cluster) is None


def test_a_cluster_is_bare_unless_asked():
    cluster = small()
    assert cluster.api.list("sc") == []
    assert "local-path-provisioner" not in cluster.machines["master"].processes


@pytest.mark.parametrize("process", ["kube-scheduler", "kube-controller-manager", "local-path-provisioner"])
def test_whoever_restarts_while_volumes_are_made_the_pod_runs(process):
    for moment in (0.001, 0.01, 0.05, 1.0, 2.1):
        cluster = small(storage=True)
        cluster.apply(claim(), pod())
        cluster.run(moment)
        held = cluster.machines["master"].processes[process]
        held.stop()
        cluster.run(1)
        held.start()
        cluster.run(60)
        assert cluster.get("pod", "web").status.phase == "Running", (process, moment)
        assert len(cluster.api.list("pv")) == 1


def test_a_fork_binds_as_its_original_does():
    cluster = small(storage=True)
    cluster.apply(claim(), pod())
    cluster.run(1)
    twin = cluster.fork()
    for each in (cluster, twin):
        each.run(30)
    assert cluster.journal.digest() == twin.journal.digest()
    assert twin.get("pod", "web").status.phase == "Running"


def test_a_pod_that_is_deleted_while_its_volume_is_made_leaves_no_trace_on_its_node():
    cluster = small(storage=True)
    cluster.apply(claim(), pod())
    cluster.run(1)
    cluster.api.delete("pods", "web")
    cluster.run(30)
    assert cluster.get("pvc", "data").status.phase == "Bound"
    assert [len(node.pods) for node in cluster.master.scheduler.cache.snapshot] == [0, 0]
