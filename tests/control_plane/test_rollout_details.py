"""The deployment controller by itself: what it counts, says and leaves as it is."""

import pytest
from lightkube.models import apps_v1
from lone_controllers import after, running, said

from kubelab.api.errors import ApiError
from kubelab.api.objects import condition, owned_by, to_dict
from kubelab.client_go.client import Client
from kubelab.control_plane.controller_manager.deployment.controller import DeploymentController
from kubelab.control_plane.controller_manager.deployment.revisions import REVISION
from kubelab.control_plane.controller_manager.deployment.sizes import DESIRED, MAX


def deploy(bare, replicas=4, **spec):
    container = {"name": "web", "image": "nginx:1.27"}
    spec = {
        "replicas": replicas,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}},
        **spec,
    }
    made = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}
    bare.client.create(made)
    after(bare, 1)


def use_image(bare, image):
    containers = [{"name": "web", "image": image}]
    bare.client.patch("deployments", "web", {"spec": {"template": {"spec": {"containers": containers}}}})


def sets(bare):
    """The ReplicaSets by the minor version of their image."""
    found = bare.client.list("replicasets", "default")
    return {rs.spec.template.spec.containers[0].image.rpartition(".")[2]: rs for rs in found}


def sizes(bare):
    return {minor: rs.spec.replicas for minor, rs in sets(bare).items()}


def tell(bare, minor, replicas, available):
    """What the ReplicaSet controller would report."""
    rs = sets(bare)[minor]
    status = {
        "replicas": replicas,
        "readyReplicas": available,
        "availableReplicas": available,
        "observedGeneration": rs.metadata.generation,
        "terminatingReplicas": 0,
    }
    bare.client.patch("replicasets", rs.metadata.name, {"status": status}, subresource="status")


def progressing(bare):
    return condition(bare.client.get("deployments", "web"), "Progressing")


@pytest.fixture
def alone(bare):
    running(bare, DeploymentController)
    return bare


def test_pods_of_a_set_that_is_on_its_way_out_are_not_counted_as_available(alone):
    deploy(alone, 4)
    tell(alone, "27", 4, 4)
    after(alone, 1)
    use_image(alone, "nginx:1.28")
    after(alone, 1)
    assert sizes(alone) == {"27": 3, "28": 2}
    tell(alone, "27", 3, 3)
    tell(alone, "28", 2, 2)
    after(alone, 1)
    assert sizes(alone) == {"27": 1, "28": 4}
    use_image(alone, "nginx:1.29")
    after(alone, 1)
    assert sum(min(rs.spec.replicas, rs.status.availableReplicas or 0) for rs in sets(alone).values()) <= 3
    gone = sets(alone)["28"].spec.replicas
    tell(alone, "27", 3, 3)
    after(alone, 1)
    assert sizes(alone)["28"] == gone


def test_a_step_without_another_size_leaves_what_a_set_remembers(alone):
    deploy(alone, 4)
    use_image(alone, "nginx:1.28")
    after(alone, 1)
    before = {minor: rs.metadata.annotations[MAX] for minor, rs in sets(alone).items()}
    assert before == {"27": "5", "28": "5"}
    strategy = {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}
    alone.client.patch("deployments", "web", {"spec": {"strategy": strategy}})
    after(alone, 1)
    assert {minor: rs.metadata.annotations[MAX] for minor, rs in sets(alone).items()} == before


def test_a_deployment_of_none_still_remembers_its_surge(alone):
    deploy(alone, 0, strategy={"rollingUpdate": {"maxSurge": 2, "maxUnavailable": "50%"}})
    (rs,) = sets(alone).values()
    assert (rs.metadata.annotations[DESIRED], rs.metadata.annotations[MAX]) == ("0", "2")
    assert condition(alone.client.get("deployments", "web"), "Available").status == "True"


def test_without_a_deadline_nothing_is_said_about_progress(alone):
    deploy(alone, 2, progressDeadlineSeconds=2**31 - 1)
    assert progressing(alone) is None
    alone.client.patch("deployments", "web", {"spec": {"paused": True}})
    after(alone, 1)
    assert progressing(alone) is None
    assert alone.client.get("deployments", "web").status.observedGeneration == 2


def test_a_replica_set_that_is_refused_is_told_of(alone, monkeypatch):
    create = Client.create

    def refuse(self, obj, **options):
        if isinstance(obj, apps_v1.ReplicaSet):
            raise ApiError(403, "Forbidden", "no more sets")
        return create(self, obj, **options)

    monkeypatch.setattr(Client, "create", refuse)
    deploy(alone)
    held = progressing(alone)
    assert (held.status, held.reason) == ("False", "ReplicaSetCreateError")
    assert held.message.startswith('Failed to create new replica set "web-')
    assert held.message.endswith('": no more sets')
    assert ("ReplicaSetCreateError", "web", held.message) in said(alone)


def test_going_back_numbers_the_old_set_before_the_other_is_scaled_down(alone):
    deploy(alone, 2, strategy={"type": "Recreate"})
    tell(alone, "27", 2, 2)
    use_image(alone, "nginx:1.28")
    after(alone, 1)
    tell(alone, "27", 0, 0)
    after(alone, 1)
    tell(alone, "28", 2, 2)
    after(alone, 1)
    use_image(alone, "nginx:1.27")
    after(alone, 1)
    assert {minor: rs.metadata.annotations[REVISION] for minor, rs in sets(alone).items()} == {"27": "3", "28": "2"}
    assert sizes(alone) == {"27": 0, "28": 0}


def test_the_status_tells_of_the_sets_as_they_were_before_the_step(alone):
    deploy(alone, 4)
    tell(alone, "27", 4, 4)
    after(alone, 1)
    strategy = {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 2}}
    alone.client.patch("deployments", "web", {"spec": {"strategy": strategy}})
    after(alone, 1)
    before = alone.etcd.revision
    use_image(alone, "nginx:1.28")
    after(alone, 1)
    states = []
    for revision in range(before, alone.etcd.revision + 1):
        held = alone.server.storage.get(alone.server._kind("deployments"), "default", "web", revision)
        states.append((held.status.observedGeneration, held.status.updatedReplicas, held.status.unavailableReplicas))
    assert (3, None, None) in states


def test_an_adopted_set_keeps_its_pods_and_gets_the_deployments_size(alone):
    deploy(alone, 2)
    deployment = alone.client.get("deployments", "web")
    (rs,) = sets(alone).values()
    alone.client.delete("deployments", "web", propagation_policy="Background")
    alone.client.patch("replicasets", rs.metadata.name, {"metadata": {"ownerReferences": None}}, patch_type="merge")
    after(alone, 1)
    deploy(alone, 3)
    (same,) = sets(alone).values()
    assert same.metadata.uid == rs.metadata.uid
    assert same.metadata.ownerReferences != [owned_by(deployment)]
    assert (same.spec.replicas, same.metadata.annotations[DESIRED]) == (3, "3")
    assert progressing(alone).reason == "FoundNewReplicaSet"
    assert to_dict(same)["metadata"]["ownerReferences"][0]["blockOwnerDeletion"] is True
