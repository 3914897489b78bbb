"""The deployment, replicaset and endpointslice controllers at work in a whole cluster."""

import pytest

import kubelab as kl
from kubelab.api.objects import condition, with_meta
from kubelab.control_plane.controller_manager.deployment.revisions import HISTORY, REVISION, template_hash

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
      terminationGracePeriodSeconds: 2
      containers:
      - {name: web, image: "nginx:1.27", ports: [{containerPort: 80}]}
"""


@pytest.fixture
def cluster():
    return kl.Cluster(workers=3, seed=1)


def web(cluster):
    return cluster.api.get("deployments", "web")


def sets(cluster):
    return {rs.spec.template.spec.containers[0].image: rs for rs in cluster.api.list("replicasets")}


def pods(cluster):
    return [pod for pod in cluster.api.list("pods", "default") if pod.metadata.deletionTimestamp is None]


def use_image(cluster, image):
    containers = [{"name": "web", "image": image}]
    cluster.api.patch("deployments", "web", {"spec": {"template": {"spec": {"containers": containers}}}})


def sizes_seen(cluster, since):
    """(available pods, all pods) after every change since a revision."""
    seen = []
    for revision in range(since, cluster.etcd.revision + 1):
        now = [pod for pod in cluster.at(revision).api.list("pods") if pod.metadata.deletionTimestamp is None]
        ready = sum(1 for pod in now if (held := condition(pod, "Ready")) is not None and held.status == "True")
        if (ready, len(now)) not in seen[-1:]:
            seen.append((ready, len(now)))
    return seen


def test_a_deployment_becomes_a_replica_set_and_pods(cluster):
    cluster.apply(WEB)
    cluster.settle()
    deployment = web(cluster)
    assert deployment.metadata.annotations[REVISION] == "1"
    assert (deployment.status.readyReplicas, deployment.status.updatedReplicas) == (4, 4)
    assert condition(deployment, "Progressing").reason == "NewReplicaSetAvailable"
    assert condition(deployment, "Available").status == "True"
    (rs,) = sets(cluster).values()
    assert rs.metadata.ownerReferences[0].uid == deployment.metadata.uid
    assert all(pod.metadata.ownerReferences[0].uid == rs.metadata.uid for pod in pods(cluster))


def test_a_rolling_update_keeps_within_surge_and_unavailability(cluster):
    cluster.apply(WEB)
    cluster.settle()
    before = cluster.etcd.revision
    use_image(cluster, "nginx:1.28")
    cluster.settle()
    seen = sizes_seen(cluster, before)
    assert min(ready for ready, _ in seen) >= 3
    assert max(total for _, total in seen) <= 5
    assert {image: rs.spec.replicas for image, rs in sets(cluster).items()} == {"nginx:1.27": 0, "nginx:1.28": 4}
    assert {pod.spec.containers[0].image for pod in pods(cluster)} == {"nginx:1.28"}


def test_recreate_has_no_two_versions_at_once(cluster):
    cluster.apply(WEB.replace("  template:", "  strategy: {type: Recreate}\n  template:", 1))
    cluster.settle()
    before = cluster.etcd.revision
    use_image(cluster, "nginx:1.28")
    cluster.settle()
    for revision in range(before, cluster.etcd.revision + 1):
        running = [pod for pod in cluster.at(revision).api.list("pods") if pod.status.phase == "Running"]
        assert len({pod.spec.containers[0].image for pod in running}) <= 1
    assert len(pods(cluster)) == 4


def test_going_back_reuses_the_old_replica_set_under_a_new_revision(cluster):
    cluster.apply(WEB)
    cluster.settle()
    use_image(cluster, "nginx:1.28")
    cluster.settle()
    use_image(cluster, "nginx:1.27")
    cluster.settle()
    old = sets(cluster)["nginx:1.27"]
    assert len(sets(cluster)) == 2
    assert old.metadata.annotations[REVISION] == "3"
    assert old.metadata.annotations[HISTORY] == "1"
    assert web(cluster).metadata.annotations[REVISION] == "3"


def test_a_paused_deployment_waits_and_still_scales(cluster):
    cluster.apply(WEB)
    cluster.settle()
    cluster.api.patch("deployments", "web", {"spec": {"paused": True}})
    use_image(cluster, "nginx:1.28")
    cluster.api.patch("deployments", "web", {"spec": {"replicas": 6}}, subresource="scale", patch_type="merge")
    cluster.settle()
    assert condition(web(cluster), "Progressing").reason == "DeploymentPaused"
    assert {pod.spec.containers[0].image for pod in pods(cluster)} == {"nginx:1.27"}
    assert len(pods(cluster)) == 6
    cluster.api.patch("deployments", "web", {"spec": {"paused": False}})
    cluster.settle()
    assert {pod.spec.containers[0].image for pod in pods(cluster)} == {"nginx:1.28"}
    assert condition(web(cluster), "Progressing").reason == "NewReplicaSetAvailable"


def test_a_rollout_that_does_not_move_exceeds_its_deadline(cluster):
    cluster.apply(WEB.replace("  replicas: 4", "  replicas: 4\n  progressDeadlineSeconds: 20"))
    cluster.settle()
    cluster.api.patch("deployments", "web", {"spec": {"template": {"spec": {"nodeSelector": {"no": "where"}}}}})
    cluster.run(15)
    assert condition(web(cluster), "Progressing").status == "True"
    cluster.run(15)
    held = condition(web(cluster), "Progressing")
    assert (held.status, held.reason) == ("False", "ProgressDeadlineExceeded")
    assert web(cluster).status.availableReplicas >= 3
    cluster.api.patch("deployments", "web", {"spec": {"template": {"spec": {"nodeSelector": None}}}})
    cluster.settle()
    assert condition(web(cluster), "Progressing").reason == "NewReplicaSetAvailable"


def test_old_replica_sets_beyond_the_history_limit_are_forgotten(cluster):
    cluster.apply(WEB.replace("  replicas: 4", "  replicas: 1\n  revisionHistoryLimit: 2"))
    cluster.settle()
    for minor in range(22, 27):
        use_image(cluster, f"nginx:1.{minor}")
        cluster.settle()
    assert sorted(sets(cluster)) == ["nginx:1.24", "nginx:1.25", "nginx:1.26"]


def test_scaling_in_the_middle_of_a_rollout_is_shared_out(cluster):
    cluster.apply(WEB.replace("replicas: 4", "replicas: 10"))
    cluster.settle()
    cluster.api.patch("deployments", "web", {"spec": {"template": {"spec": {"nodeSelector": {"no": "where"}}}}})
    cluster.settle()
    before = sorted(rs.spec.replicas for rs in cluster.api.list("replicasets"))
    assert before == [5, 8]
    cluster.api.patch("deployments", "web", {"spec": {"replicas": 15}}, subresource="scale", patch_type="merge")
    cluster.settle()
    assert sorted(rs.spec.replicas for rs in cluster.api.list("replicasets")) == [7, 12]


def test_a_pod_that_is_deleted_comes_back_under_another_name(cluster):
    cluster.apply(WEB)
    cluster.settle()
    gone = pods(cluster)[0]
    cluster.api.delete("pods", gone.metadata.name)
    cluster.settle()
    assert len(pods(cluster)) == 4
    assert gone.metadata.name not in [pod.metadata.name for pod in pods(cluster)]


def test_a_pod_whose_label_changes_is_released_and_one_that_fits_is_adopted(cluster):
    cluster.apply(WEB)
    cluster.settle()
    one = pods(cluster)[0]
    cluster.api.patch("pods", one.metadata.name, {"metadata": {"labels": {"app": "mine"}}})
    cluster.settle()
    released = cluster.api.get("pods", one.metadata.name)
    assert released.metadata.ownerReferences is None
    assert len(pods(cluster)) == 5
    (rs,) = sets(cluster).values()
    cluster.api.update(with_meta(released, labels=rs.spec.selector.matchLabels))
    cluster.settle()
    assert len(pods(cluster)) == 4


def test_bare_pods_are_adopted_instead_of_made(cluster):
    for number in range(2):
        cluster.api.create(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": f"bare-{number}", "labels": {"app": "bare"}},
                "spec": {"containers": [{"name": "web", "image": "nginx:1.27"}]},
            }
        )
    cluster.settle()
    cluster.apply(
        {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": {"name": "bare"},
            "spec": {
                "replicas": 3,
                "selector": {"matchLabels": {"app": "bare"}},
                "template": {
                    "metadata": {"labels": {"app": "bare"}},
                    "spec": {"containers": [{"name": "web", "image": "nginx:1.27"}]},
                },
            },
        }
    )
    cluster.settle()
    assert len(pods(cluster)) == 3
    assert all(pod.metadata.ownerReferences for pod in pods(cluster))


def test_endpoints_follow_the_pods_through_their_three_conditions(cluster):
    cluster.apply(WEB)
    cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "web"},
            "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
        }
    )
    cluster.settle()
    (held,) = cluster.api.list("endpointslices", selector="kubernetes.io/service-name=web")
    assert len(held.endpoints) == 4
    one = pods(cluster)[0]
    before = cluster.etcd.revision
    cluster.api.delete("pods", one.metadata.name)
    cluster.settle()
    seen = []
    for revision in range(before, cluster.etcd.revision + 1):
        now = cluster.at(revision).api.get("endpointslices", held.metadata.name)
        said = [
            (e.conditions.ready, e.conditions.serving, e.conditions.terminating)
            for e in now.endpoints
            if e.targetRef.uid == one.metadata.uid
        ]
        if said not in seen[-1:]:
            seen.append(said)
    assert seen[0] == [(True, True, False)]
    assert seen[1] == [(False, True, True)]
    assert seen[-1] == []


def test_a_service_whose_selector_finds_nobody_has_one_empty_slice(cluster):
    cluster.apply(WEB)
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {"selector": {"app": "wbe"}, "ports": [{"port": 80}]},
    }
    cluster.apply(service)
    cluster.settle()
    (held,) = cluster.api.list("endpointslices", selector="kubernetes.io/service-name=web")
    assert held.endpoints == []
    cluster.api.patch("services", "web", {"spec": {"selector": {"app": "web"}}})
    cluster.settle()
    (same,) = cluster.api.list("endpointslices", selector="kubernetes.io/service-name=web")
    assert (same.metadata.name, len(same.endpoints)) == (held.metadata.name, 4)


def test_more_than_a_hundred_endpoints_fill_several_slices():
    cluster = kl.Cluster(workers=3, seed=1)
    cluster.apply(WEB.replace("replicas: 4", "replicas: 250"))
    cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "web"},
            "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
        }
    )
    cluster.settle()
    slices = cluster.api.list("endpointslices", selector="kubernetes.io/service-name=web")
    assert sum(len(held.endpoints) for held in slices) == 250
    assert max(len(held.endpoints) for held in slices) <= 100
    names = [endpoint.targetRef.name for held in slices for endpoint in held.endpoints]
    assert len(set(names)) == 250


def test_the_same_template_has_the_same_hash_and_another_one_another(cluster):
    cluster.apply(WEB)
    template = web(cluster).spec.template
    use_image(cluster, "nginx:1.28")
    assert template_hash(template, None) != template_hash(web(cluster).spec.template, None)
    use_image(cluster, "nginx:1.27")
    assert template_hash(template, None) == template_hash(web(cluster).spec.template, None)
    assert template_hash(template, 1) != template_hash(template, None)
