"""The StatefulSet controller by itself: the order of its pods, their names, their claims, their history."""

import pytest
from lone_controllers import add_node, after, pod, running, said

from kubelab.control_plane.controller_manager.garbage_collector import GarbageCollector
from kubelab.control_plane.controller_manager.statefulset.controller import StatefulSetController

CLAIM = {
    "metadata": {"name": "data"},
    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
}


def stateful_set(bare, replicas=3, name="db", template=None, **spec):
    meta = {"name": name, "namespace": "default"}
    labels = {"app": name}
    pods = {"metadata": {"labels": labels}, "spec": {**pod()["spec"], **(template or {})}}
    spec = {
        "replicas": replicas,
        "serviceName": name,
        "selector": {"matchLabels": labels},
        "template": pods,
        **spec,
    }
    return bare.client.create({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": meta, "spec": spec})


def names(bare):
    return [held.metadata.name for held in bare.client.list("pods", "default") if not held.metadata.deletionTimestamp]


def get(bare, name="db"):
    return bare.client.get("statefulsets", name)


def ready(bare, *pods, phase="Running"):
    when = bare.clock.date.strftime("%Y-%m-%dT%H:%M:%SZ")
    status = {"phase": phase, "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": when}]}
    for name in pods:
        bare.client.patch("pods", name, {"status": status}, subresource="status")
        after(bare, 0.1)


def unready(bare, name, phase="Running"):
    status = {"phase": phase, "conditions": [{"type": "Ready", "status": "False"}]}
    bare.client.patch("pods", name, {"status": status}, subresource="status")
    after(bare, 0.1)


def gone(bare, name):
    bare.client.delete("pods", name, grace_period_seconds=0)
    after(bare, 0.1)


def scale(bare, replicas):
    bare.client.patch("statefulsets", "db", {"spec": {"replicas": replicas}})
    after(bare, 0.1)


def roll(bare, image="nginx:1.28"):
    containers = [{"name": "web", "image": image}]
    bare.client.patch("statefulsets", "db", {"spec": {"template": {"spec": {"containers": containers}}}})
    after(bare, 0.1)


def image(bare, name):
    return bare.client.get("pods", name).spec.containers[0].image


def leaving(bare):
    return [held.metadata.name for held in bare.client.list("pods", "default") if held.metadata.deletionTimestamp]


def bound(bare, *pods):
    """Pods that have a node end when their kubelet says so, not at once."""
    for name in pods:
        bare.client.bind(name, "default", "worker-1")


def three(bare, **spec):
    """A set of three pods that are all well."""
    held = stateful_set(bare, **spec)
    after(bare, 0.1)
    for ordinal in range(3):
        bound(bare, f"db-{ordinal}")
        ready(bare, f"db-{ordinal}")
    return held


@pytest.fixture
def alone(bare):
    add_node(bare)
    running(bare, StatefulSetController)
    return bare


# -- order


def test_each_pod_waits_until_the_one_before_is_running_and_ready(alone):
    stateful_set(alone)
    after(alone, 1)
    assert names(alone) == ["db-0"]
    ready(alone, "db-0", phase="Pending")
    assert names(alone) == ["db-0"]
    ready(alone, "db-0")
    assert names(alone) == ["db-0", "db-1"]
    ready(alone, "db-1")
    assert names(alone) == ["db-0", "db-1", "db-2"]


def test_with_min_ready_seconds_it_waits_that_long(alone):
    stateful_set(alone, minReadySeconds=10)
    after(alone, 0.1)
    ready(alone, "db-0")
    after(alone, 9)
    assert names(alone) == ["db-0"]
    assert get(alone).status.readyReplicas == 1
    assert get(alone).status.availableReplicas == 0
    after(alone, 2)
    assert names(alone) == ["db-0", "db-1"]
    assert get(alone).status.availableReplicas == 1


def test_parallel_makes_them_all_at_once(alone):
    stateful_set(alone, podManagementPolicy="Parallel")
    after(alone, 0.1)
    assert names(alone) == ["db-0", "db-1", "db-2"]
    scale(alone, 0)
    assert names(alone) == []


def test_scaling_down_begins_at_the_end_and_waits_for_each_end(alone):
    three(alone)
    scale(alone, 1)
    assert leaving(alone) == ["db-2"]
    gone(alone, "db-2")
    assert leaving(alone) == ["db-1"]
    gone(alone, "db-1")
    assert (names(alone), leaving(alone)) == (["db-0"], [])
    assert get(alone).status.replicas == 1


def test_scaling_down_waits_for_a_pod_that_is_not_well_unless_it_is_the_first_such(alone):
    three(alone)
    unready(alone, "db-1")
    unready(alone, "db-2")
    scale(alone, 1)
    assert leaving(alone) == []
    ready(alone, "db-1")
    assert leaving(alone) == ["db-2"]


def test_nothing_is_scaled_down_while_a_pod_that_stays_is_not_well(alone):
    three(alone)
    unready(alone, "db-0")
    scale(alone, 2)
    assert leaving(alone) == []


def test_a_failed_pod_is_replaced_under_its_name(alone):
    three(alone)
    before = alone.client.get("pods", "db-1").metadata.uid
    unready(alone, "db-1", phase="Failed")
    gone(alone, "db-1")
    assert alone.client.get("pods", "db-1").metadata.uid != before


def test_ordinals_may_start_elsewhere(alone):
    stateful_set(alone, replicas=2, podManagementPolicy="Parallel", ordinals={"start": 5})
    after(alone, 0.1)
    assert names(alone) == ["db-5", "db-6"]
    alone.client.patch("statefulsets", "db", {"spec": {"ordinals": {"start": 6}}})
    after(alone, 0.1)
    assert names(alone) == ["db-6", "db-7"]


def test_a_set_that_is_being_deleted_only_counts(alone):
    held = stateful_set(alone, replicas=1)
    alone.client.patch("statefulsets", "db", {"metadata": {"finalizers": ["example.com/wait"]}})
    alone.client.delete("statefulsets", held.metadata.name)
    after(alone, 1)
    assert names(alone) == []
    assert get(alone).status.observedGeneration == get(alone).metadata.generation


# -- identity


def test_a_pod_is_known_by_name_labels_and_host_name(alone):
    stateful_set(alone)
    after(alone, 0.1)
    made = alone.client.get("pods", "db-0")
    revision = alone.client.list("controllerrevisions", "default")[0].metadata.name
    assert made.metadata.labels == {
        "app": "db",
        "statefulset.kubernetes.io/pod-name": "db-0",
        "apps.kubernetes.io/pod-index": "0",
        "controller-revision-hash": revision,
    }
    assert (made.spec.hostname, made.spec.subdomain) == ("db-0", "db")


def test_a_pod_that_lost_its_label_gets_it_back(alone):
    three(alone)
    labels = {"statefulset.kubernetes.io/pod-name": None}
    alone.client.patch("pods", "db-1", {"metadata": {"labels": labels}}, patch_type="merge")
    after(alone, 0.1)
    held = alone.client.get("pods", "db-1").metadata.labels
    assert held["statefulset.kubernetes.io/pod-name"] == "db-1"
    assert ("SuccessfulUpdate", "db", "Update Pod db-1 in StatefulSet db successful") in said(alone)


def test_it_adopts_pods_of_its_name_only_and_releases_what_it_does_not_select(alone):
    for name in ("db-0", "other-0"):
        manifest = pod(name, node="worker-1")
        manifest["metadata"]["labels"] = {"app": "db"}
        alone.client.create(manifest)
    stateful_set(alone, replicas=1)
    after(alone, 0.1)
    assert alone.client.get("pods", "db-0").metadata.ownerReferences[0].name == "db"
    assert alone.client.get("pods", "other-0").metadata.ownerReferences is None
    alone.client.patch("pods", "db-0", {"metadata": {"labels": {"app": "mine"}}})
    after(alone, 0.1)
    assert alone.client.get("pods", "db-0").metadata.ownerReferences is None


def test_what_was_done_and_what_could_not_be_done_is_said(alone):
    stateful_set(alone, name="fine", replicas=1)
    stateful_set(alone, name="db", replicas=1, template={"serviceAccountName": "nobody"})
    after(alone, 0.1)
    assert ("SuccessfulCreate", "fine", "Create Pod fine-0 in StatefulSet fine successful") in said(alone)
    failed = [message for reason, about, message in said(alone) if (reason, about) == ("FailedCreate", "db")]
    assert failed[0].startswith('Create Pod db-0 in StatefulSet db failed error: pods "db-0" is forbidden')
    assert get(alone).status.replicas == 0
    assert get(alone).status.observedGeneration == 1


# -- updates


def test_a_new_template_replaces_pods_from_the_last_to_the_first(alone):
    three(alone)
    roll(alone)
    assert leaving(alone) == ["db-2"]
    gone(alone, "db-2")
    assert image(alone, "db-2") == "nginx:1.28"
    assert leaving(alone) == []
    ready(alone, "db-2")
    assert leaving(alone) == ["db-1"]
    status = get(alone).status
    assert (status.updatedReplicas, status.currentReplicas) == (1, 1)
    assert status.currentRevision != status.updateRevision
    for name in ("db-1", "db-0"):
        gone(alone, name)
        ready(alone, name)
    status = get(alone).status
    assert status.currentRevision == status.updateRevision
    assert (status.updatedReplicas, status.currentReplicas) == (3, 3)


def test_pods_before_the_partition_stay_and_come_back_as_they_were(alone):
    three(alone, updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 2}})
    roll(alone)
    gone(alone, "db-2")
    ready(alone, "db-2")
    gone(alone, "db-0")
    assert (image(alone, "db-0"), image(alone, "db-1"), image(alone, "db-2")) == (
        "nginx:1.27",
        "nginx:1.27",
        "nginx:1.28",
    )
    ready(alone, "db-0")
    status = get(alone).status
    assert (status.currentReplicas, status.updatedReplicas) == (2, 1)
    assert status.currentRevision != status.updateRevision


def test_on_delete_waits_to_be_asked(alone):
    three(alone, updateStrategy={"type": "OnDelete"})
    roll(alone)
    assert leaving(alone) == []
    gone(alone, "db-0")
    assert (image(alone, "db-0"), image(alone, "db-1")) == ("nginx:1.28", "nginx:1.27")


def test_an_update_waits_for_a_broken_pod_after_the_next_one(alone):
    three(alone)
    roll(alone)
    gone(alone, "db-2")
    unready(alone, "db-2")
    after(alone, 60)
    assert leaving(alone) == []


def test_going_back_gives_the_old_revision_a_new_number(alone):
    three(alone)
    roll(alone)
    first, second = (held.metadata.name for held in by_number(alone))
    roll(alone, "nginx:1.27")
    assert [(held.metadata.name, held.revision) for held in by_number(alone)] == [(second, 2), (first, 3)]
    assert get(alone).status.updateRevision == first


def by_number(bare):
    return sorted(bare.client.list("controllerrevisions", "default"), key=lambda held: held.revision)


def test_revisions_beyond_the_limit_are_forgotten_unless_a_pod_is_of_them(alone):
    three(alone, revisionHistoryLimit=1)
    for minor in range(28, 32):
        roll(alone, f"nginx:1.{minor}")
    assert [held.revision for held in by_number(alone)] == [1, 4, 5]


def test_a_revision_has_the_name_that_kubernetes_gives_it(alone):
    spec = {"terminationGracePeriodSeconds": 1, "containers": [{"name": "db", "image": "postgres:17"}]}
    stateful_set(alone, replicas=0, template=spec)
    after(alone, 0.1)
    held = by_number(alone)[0]
    assert held.metadata.name == "db-85d67c7db4"
    assert held.metadata.labels == {"app": "db", "controller.kubernetes.io/hash": "85d67c7db4"}
    assert held.data["spec"]["template"]["$patch"] == "replace"


def test_a_name_that_another_template_has_is_avoided(alone):
    spec = {"terminationGracePeriodSeconds": 1, "containers": [{"name": "db", "image": "postgres:17"}]}
    taken = {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": {"name": "db-85d67c7db4"},
        "revision": 1,
        "data": {"spec": {}},
    }
    alone.client.create(taken)
    stateful_set(alone, replicas=1, template=spec)
    after(alone, 0.1)
    status = get(alone).status
    assert status.collisionCount == 1
    assert status.updateRevision not in ("db-85d67c7db4", None)


# -- claims


def claims(bare):
    return {held.metadata.name: held for held in bare.client.list("persistentvolumeclaims", "default")}


def owners(claim):
    return [(ref.kind, ref.name) for ref in claim.metadata.ownerReferences or ()]


def test_each_pod_has_a_claim_of_its_own_and_keeps_it(alone):
    three(alone, volumeClaimTemplates=[CLAIM])
    assert list(claims(alone)) == ["data-db-0", "data-db-1", "data-db-2"]
    assert claims(alone)["data-db-0"].metadata.labels == {"app": "db"}
    volumes = {held.name: held.persistentVolumeClaim for held in alone.client.get("pods", "db-1").spec.volumes}
    assert volumes["data"].claimName == "data-db-1"
    scale(alone, 2)
    gone(alone, "db-2")
    assert list(claims(alone)) == ["data-db-0", "data-db-1", "data-db-2"]
    assert ("SuccessfulCreate", "db", "Create Claim data-db-0 Pod db-0 in StatefulSet db success") in said(alone)


def test_a_claim_that_is_to_go_with_the_set_is_owned_by_it(alone):
    policy = {"whenDeleted": "Delete", "whenScaled": "Retain"}
    three(alone, volumeClaimTemplates=[CLAIM], persistentVolumeClaimRetentionPolicy=policy)
    assert [owners(claim) for claim in claims(alone).values()] == [[("StatefulSet", "db")]] * 3
    policy = {"whenDeleted": "Retain", "whenScaled": "Retain"}
    alone.client.patch("statefulsets", "db", {"spec": {"persistentVolumeClaimRetentionPolicy": policy}})
    after(alone, 0.1)
    assert [owners(claim) for claim in claims(alone).values()] == [[]] * 3


def test_a_claim_that_is_to_go_with_its_pod_goes_when_the_pod_is_too_many(bare):
    add_node(bare)
    running(bare, StatefulSetController, GarbageCollector)
    policy = {"whenDeleted": "Delete", "whenScaled": "Delete"}
    three(bare, volumeClaimTemplates=[CLAIM], persistentVolumeClaimRetentionPolicy=policy)
    scale(bare, 2)
    held = claims(bare)
    assert (owners(held["data-db-1"]), owners(held["data-db-2"])) == ([("StatefulSet", "db")], [("Pod", "db-2")])
    gone(bare, "db-2")
    after(bare, 1)
    held = claims(bare).get("data-db-2")
    assert held is None or held.metadata.deletionTimestamp is not None


def test_somebody_elses_claim_is_left_to_them(alone):
    other = alone.client.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "theirs"}})
    ref = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "name": "theirs",
        "uid": other.metadata.uid,
        "controller": True,
    }
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data-db-0"}}
    claim["metadata"]["ownerReferences"] = [ref]
    alone.client.create({**claim, "spec": CLAIM["spec"]})
    policy = {"whenDeleted": "Delete", "whenScaled": "Delete"}
    stateful_set(alone, volumeClaimTemplates=[CLAIM], persistentVolumeClaimRetentionPolicy=policy)
    after(alone, 0.1)
    assert owners(claims(alone)["data-db-0"]) == [("ConfigMap", "theirs")]
    assert "ConflictingController" in [reason for reason, _, _ in said(alone)]


def test_a_controller_that_starts_again_goes_on_where_it_was(bare):
    add_node(bare)
    manager = running(bare, StatefulSetController)
    three(bare, volumeClaimTemplates=[CLAIM])
    roll(bare)
    before = bare.etcd.revision
    manager.stop()
    manager.start()
    after(bare, 60)
    assert bare.etcd.revision == before
