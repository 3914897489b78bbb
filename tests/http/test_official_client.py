"""The official Python client and lightkube against a served cluster."""

import contextlib
import threading

import lightkube
import pytest
from lightkube.config.kubeconfig import KubeConfig
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.apps_v1 import Deployment
from lightkube.resources.core_v1 import ConfigMap, Node

import kubelab as kl

kubernetes = pytest.importorskip("kubernetes")
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def server():
    with kl.Cluster(workers=2, seed=1).serve(speed=100.0, environment=False) as held:
        kubernetes.config.load_kube_config(str(held.kubeconfig))
        yield held


def test_objects_live_through_the_official_client(server):
    core = kubernetes.client.CoreV1Api()
    made = core.create_namespaced_config_map("default", {"metadata": {"name": "py"}, "data": {"a": "1"}})
    assert made.metadata.creation_timestamp.year == 2026
    assert core.patch_namespaced_config_map("py", "default", {"data": {"b": "2"}}).data == {"a": "1", "b": "2"}
    with pytest.raises(kubernetes.client.ApiException) as caught:
        core.create_namespaced_config_map("default", {"metadata": {"name": "py"}})
    assert caught.value.status == 409
    page = core.list_node(limit=1)
    assert (len(page.items), page.metadata.remaining_item_count) == (1, 1)
    assert len(core.list_node(limit=1, _continue=page.metadata._continue).items) == 1
    core.delete_namespaced_config_map("py", "default")
    assert "py" not in [held.metadata.name for held in core.list_namespaced_config_map("default").items]


def test_the_official_client_watches(server):
    core = kubernetes.client.CoreV1Api()
    since = core.list_namespaced_config_map("default").metadata.resource_version
    core.create_namespaced_config_map("default", {"metadata": {"name": "seen"}})
    core.delete_namespaced_config_map("seen", "default")
    stream = kubernetes.watch.Watch().stream(
        core.list_namespaced_config_map, "default", resource_version=since, timeout_seconds=1
    )
    assert [event["type"] for event in stream] == ["ADDED", "DELETED"]


def test_a_leader_is_elected(server):
    from kubernetes.leaderelection import electionconfig, leaderelection
    from kubernetes.leaderelection.resourcelock.configmaplock import ConfigMapLock

    leading = threading.Event()
    config = electionconfig.Config(
        ConfigMapLock("lock", "default", "me"),
        lease_duration=3,
        renew_deadline=2,
        retry_period=1,
        onstarted_leading=leading.set,
        onstopped_leading=None,
    )
    election = leaderelection.LeaderElection(config)
    threading.Thread(target=lead, args=[election], daemon=True).start()
    assert leading.wait(10)


def lead(election):
    """Lead until the server is gone."""
    with contextlib.suppress(Exception):
        election.run()


def test_objects_live_through_lightkube(server):
    client = lightkube.Client(config=KubeConfig.from_file(server.kubeconfig))
    assert [node.metadata.name for node in client.list(Node)] == ["worker-1", "worker-2"]
    held = ConfigMap(metadata=ObjectMeta(name="lk", namespace="default"), data={"a": "1"})
    assert client.apply(held, field_manager="me").data == {"a": "1"}
    assert client.get(ConfigMap, "lk").metadata.managedFields[0].manager == "me"
    types = []
    for type_, obj in client.watch(ConfigMap, fields={"metadata.name": "lk"}, server_timeout=2):
        types.append(type_)
        if type_ == "ADDED":
            client.patch(ConfigMap, "lk", {"data": {"a": "2"}})
        elif obj.data == {"a": "2"}:
            break
    assert types == ["ADDED", "MODIFIED"]
    client.delete(ConfigMap, "lk")
    labels = {"app": "x"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "x", "image": "nginx:1.27"}]}}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    client.create(Deployment.from_dict({"metadata": {"name": "x", "namespace": "default"}, "spec": spec}))
    assert client.get(Deployment.Scale, "x").spec.replicas == 1
