"""A kubelet and the claims of its pods: containers start when all volumes are there."""

import kubelab as kl


def pod(name="web", **spec):
    volumes = [{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}]
    containers = [{"name": "web", "image": "nginx:1.27"}]
    fields = {"containers": containers, "volumes": volumes, "nodeName": "worker-1", **spec}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": fields}


def claim():
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"}, "spec": spec}


def volume(node=None):
    spec = {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "1Gi"}, "hostPath": {"path": "/mnt"}}
    if node:
        here = {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}]}
        spec["nodeAffinity"] = {"required": {"nodeSelectorTerms": [here]}}
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "disk"}, "spec": spec}


def complaints(cluster):
    return [event.message for event in cluster.api.list("events") if event.reason == "FailedMount"]


def test_a_pod_that_nobody_scheduled_waits_on_its_node_for_its_claim():
    cluster = kl.Cluster(workers=2, seed=1)
    cluster.apply(pod())
    cluster.run(1)
    which = "unmounted volumes=[d], unattached volumes=[], failed to process volumes=[d]"
    missing = 'failed to fetch PVC from API server: persistentvolumeclaims "data" not found'
    head = f"Unable to attach or mount volumes: {which}: error processing PVC default/data: "
    assert complaints(cluster) == [f"{head}{missing}"]
    cluster.apply(claim())
    cluster.run(10)
    assert complaints(cluster)[-1] == f"{head}PVC is not bound"
    cluster.apply(volume())
    cluster.run(40)
    assert cluster.get("pod", "web").status.phase == "Running"


def test_a_volume_of_another_node_is_not_mounted():
    cluster = kl.Cluster(workers=2, seed=1)
    cluster.apply(volume("worker-2"), claim())
    cluster.run(20)
    cluster.apply(pod())
    cluster.run(5)
    check = 'MountVolume.NodeAffinity check failed for volume "disk" : no matching NodeSelectorTerms'
    assert complaints(cluster) == [check]
    assert cluster.get("pod", "web").status.phase == "Pending"


def test_volumes_that_are_no_claims_are_there_at_once():
    cluster = kl.Cluster(workers=1, seed=1)
    cluster.apply(pod(volumes=[{"name": "d", "emptyDir": {}}]))
    cluster.settle()
    assert cluster.get("pod", "web").status.phase == "Running"
