import msgspec
import pytest

from kubelab.api.errors import ApiError
from kubelab.api.objects import replace, to_dict, with_meta, with_spec, with_status
from kubelab.client_go.informer import Informer


def pod(name="web", **spec):
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": "web"}},
        "spec": {"containers": [{"name": "web", "image": "nginx:1.27"}], **spec},
    }


def deployment(replicas=3, image="nginx:1.27"):
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": image}]},
            },
        },
    }


def service(name="web", **spec):
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}], **spec},
    }


class Heard:
    def __init__(self):
        self.events = []

    def deliver(self, event):
        self.events.append((event.type, event.object.metadata.name))

    def on_change(self, kind, old, new):
        self.events.append((kind, old and old.metadata.name, new and new.metadata.name))


def refused(call, *args, **options):
    with pytest.raises(ApiError) as caught:
        call(*args, **options)
    return caught.value


def test_create_gives_uid_revision_and_timestamp(bare):
    made = bare.client.create(pod())
    assert made.metadata.uid
    assert made.metadata.namespace == "default"
    assert int(made.metadata.resourceVersion) == bare.etcd.revision
    assert made.metadata.creationTimestamp == bare.clock.date
    assert bare.client.get("pods", "web") == made


def test_a_name_can_be_taken_only_once(bare):
    bare.client.create(pod())
    error = refused(bare.client.create, pod())
    assert (error.code, error.reason, error.message) == (409, "AlreadyExists", 'pods "web" already exists')


def test_generate_name_appends_five_characters(bare):
    manifest = pod()
    manifest["metadata"] = {"generateName": "web-"}
    names = {bare.client.create(manifest).metadata.name for _ in range(5)}
    assert len(names) == 5
    assert all(len(name) == len("web-") + 5 for name in names)


def test_refused_create_leaves_the_cluster_byte_for_byte(bare):
    before = (bare.etcd.snapshot(), bare.journal.digest(), bare.server.storage.rng.getstate())
    refused(bare.client.create, pod(name="Not A Name"))
    refused(bare.client.create, {"apiVersion": "v1", "kind": "Podd", "metadata": {}})
    refused(bare.client.create, pod(contaners=[]))
    bare.client.create(pod(), dry_run=True)
    assert (bare.etcd.snapshot(), bare.journal.digest(), bare.server.storage.rng.getstate()) == before


def test_stale_update_is_a_conflict(bare):
    first = bare.client.create(deployment())
    bare.client.update(with_spec(first, replicas=4))
    error = refused(bare.client.update, with_spec(first, replicas=5))
    assert (error.code, error.reason) == (409, "Conflict")
    assert "please apply your changes to the latest version" in error.message
    unconditional = with_meta(with_spec(first, replicas=5), resourceVersion=None)
    assert bare.client.update(unconditional).spec.replicas == 5


def test_update_that_changes_nothing_makes_no_revision(bare):
    made = bare.client.create(deployment())
    revision = bare.etcd.revision
    assert bare.client.update(made) == made
    assert bare.etcd.revision == revision


def test_generation_counts_changes_of_the_spec_only(bare):
    made = bare.client.create(deployment())
    assert made.metadata.generation == 1
    made = bare.client.update(with_meta(made, labels={"a": "b"}))
    assert made.metadata.generation == 1
    made = bare.client.update(with_spec(made, replicas=7))
    assert made.metadata.generation == 2
    made = bare.client.update_status(with_status(made, replicas=7))
    assert (made.metadata.generation, made.status.replicas) == (2, 7)


def test_status_update_takes_only_the_status_and_update_takes_all_else(bare):
    made = bare.client.create(deployment())
    changed = replace(made, spec=replace(made.spec, replicas=9), status=replace(made.status, replicas=1))
    by_status = bare.client.update_status(changed)
    assert (by_status.spec.replicas, by_status.status.replicas) == (3, 1)
    other = replace(by_status, spec=replace(made.spec, replicas=9), status=replace(made.status, replicas=5))
    by_update = bare.client.update(other)
    assert (by_update.spec.replicas, by_update.status.replicas) == (9, 1)


def test_the_three_patches(bare):
    bare.client.create(deployment())
    bare.client.patch(
        "deployments", "web", {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "nginx:1.28"}]}}}}
    )
    held = bare.client.get("deployments", "web").spec
    assert held.template.spec.containers[0].image == "nginx:1.28"
    bare.client.patch("deployments", "web", {"spec": {"replicas": 8}}, patch_type="merge")
    bare.client.patch(
        "deployments", "web", [{"op": "replace", "path": "/spec/replicas", "value": 9}], patch_type="json"
    )
    assert bare.client.get("deployments", "web").spec.replicas == 9
    error = refused(bare.client.patch, "deployments", "web", {"spec": {"replicas": -1}})
    assert (error.code, error.causes[0].field) == (422, "spec.replicas")


def test_scale_subresource(bare):
    bare.client.create(deployment())
    assert bare.client.get_scale("deployments", "web").spec.replicas == 3
    answered = bare.client.patch(
        "deployments", "web", {"spec": {"replicas": 5}}, subresource="scale", patch_type="merge"
    )
    assert answered.spec.replicas == bare.client.get("deployments", "web").spec.replicas == 5
    error = refused(
        bare.client.patch, "deployments", "web", {"spec": {"replicas": -5}}, subresource="scale", patch_type="merge"
    )
    assert error.code == 422


def test_a_pod_has_no_scale(bare):
    bare.client.create(pod())
    assert refused(bare.client.get_scale, "pods", "web").code == 404
    assert refused(bare.client.patch, "pods", "web", {"spec": {"replicas": 5}}, subresource="scale").code == 404


def test_apply_creates_then_changes_only_what_its_author_set(bare):
    bare.client.apply(deployment())
    bare.client.patch("deployments", "web", {"metadata": {"labels": {"by": "hand"}}})
    bare.client.apply(deployment(image="nginx:1.28"))
    held = bare.client.get("deployments", "web")
    assert held.metadata.labels == {"by": "hand"}
    assert held.spec.template.spec.containers[0].image == "nginx:1.28"
    revision = bare.etcd.revision
    bare.client.apply(deployment(image="nginx:1.28"))
    assert bare.etcd.revision == revision


def test_list_by_labels_fields_namespace_and_revision(bare):
    bare.client.create(pod("a"))
    revision = bare.etcd.revision
    bare.client.create(pod("b"))
    bare.client.create(pod("c", nodeName="worker-1"))
    assert [held.metadata.name for held in bare.client.list("pods")] == ["a", "b", "c"]
    assert [held.metadata.name for held in bare.client.list("pods", revision=revision)] == ["a"]
    assert [held.metadata.name for held in bare.client.list("pods", field_selector="spec.nodeName=worker-1")] == ["c"]
    assert bare.client.list("pods", selector="app!=web") == []
    assert bare.client.list("pods", "kube-system") == []
    assert refused(bare.client.list, "pods", selector="a in").code == 400
    assert refused(bare.client.list, "podz").code == 404


def test_the_pods_of_a_node_are_those_that_a_search_would_find(bare):
    for name, node in (("c", "worker-1"), ("a", "worker-1"), ("b", "worker-2"), ("d", None)):
        bare.client.create(pod(name, **({"nodeName": node} if node else {})))
    chosen = "spec.nodeName=worker-1"
    assert [held.metadata.name for held in bare.client.list("pods", field_selector=chosen)] == ["a", "c"]
    bare.client.bind("d", "default", "worker-1")
    bare.client.delete("pods", "c", grace_period_seconds=0)
    assert [held.metadata.name for held in bare.client.list("pods", field_selector=chosen)] == ["a", "d"]
    assert bare.client.list("pods", field_selector=chosen) == [
        held for held in bare.client.list("pods") if held.spec.nodeName == "worker-1"
    ]


def test_after_a_restored_snapshot_a_restarted_api_server_goes_on(bare):
    bare.client.create(pod("kept"))
    snapshot = bare.etcd.snapshot()
    bare.client.create(pod("lost"))
    bare.server.stop()
    bare.etcd.restore(snapshot)
    bare.server.start()
    heard = Heard()
    bare.client.watch("pods", heard.deliver)
    assert [held.metadata.name for held in bare.client.list("pods")] == ["kept"]
    bare.client.create(pod("new"))
    bare.clock.run(1)
    assert heard.events == [("ADDED", "new")]


def test_watch_goes_on_from_a_list_and_arrives_a_little_later(bare):
    heard = Heard()
    bare.client.create(pod("a"))
    _, revision = bare.client.list_and_revision("pods")
    bare.client.create(pod("b"))
    watch = bare.client.watch("pods", heard.deliver, after=revision)
    bare.client.delete("pods", "b")
    assert heard.events == []
    bare.clock.run(1)
    assert heard.events == [("ADDED", "b"), ("DELETED", "b")]
    watch.close()
    bare.client.create(pod("c"))
    bare.clock.run(2)
    assert len(heard.events) == 2


def test_watch_with_a_field_selector_sees_objects_come_and_go(bare):
    heard = Heard()
    bare.client.watch("pods", heard.deliver, field_selector="spec.nodeName=worker-1")
    bare.client.create(pod("a"))
    bare.client.create(pod("other", nodeName="worker-2"))
    bare.client.bind("a", "default", "worker-1")
    bare.client.delete("pods", "a", grace_period_seconds=0)
    bare.clock.run(1)
    assert heard.events == [("ADDED", "a"), ("DELETED", "a")]


def test_watch_from_a_compacted_revision_is_expired(bare):
    for name in "abc":
        bare.client.create(pod(name))
    bare.etcd.compact(bare.etcd.revision)
    error = refused(bare.client.watch, "pods", Heard().deliver, after=3)
    assert (error.code, error.reason) == (410, "Expired")
    assert refused(bare.client.list, "pods", revision=3).code == 410


def test_deleting_a_running_pod_waits_for_its_kubelet(bare):
    bare.client.create(pod(terminationGracePeriodSeconds=7))
    bare.client.bind("web", "default", "worker-1")
    bare.client.delete("pods", "web")
    held = bare.client.get("pods", "web")
    assert held.metadata.deletionGracePeriodSeconds == 7
    assert (held.metadata.deletionTimestamp - bare.clock.date).total_seconds() == 7
    bare.client.delete("pods", "web", grace_period_seconds=0)
    assert refused(bare.client.get, "pods", "web").code == 404


def test_deleting_a_pod_without_a_node_is_immediate(bare):
    bare.client.create(pod())
    bare.client.delete("pods", "web")
    assert bare.client.list("pods") == []


def test_finalizers_hold_an_object_until_they_are_removed(bare):
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "finalizers": ["example.com/wait"]}}
    bare.client.create(manifest)
    bare.client.delete("configmaps", "a")
    held = bare.client.get("configmaps", "a")
    assert held.metadata.deletionTimestamp is not None
    bare.client.update(with_meta(held, finalizers=None))
    assert refused(bare.client.get, "configmaps", "a").code == 404


@pytest.mark.parametrize(("policy", "finalizer"), [("Foreground", "foregroundDeletion"), ("Orphan", "orphan")])
def test_propagation_policies_leave_work_to_the_garbage_collector(bare, policy, finalizer):
    bare.client.create(deployment())
    bare.client.delete("deployments", "web", propagation_policy=policy)
    assert bare.client.get("deployments", "web").metadata.finalizers == [finalizer]
    assert refused(bare.client.delete, "deployments", "web", propagation_policy="Sideways").code == 422


def test_delete_preconditions(bare):
    made = bare.client.create(pod())
    assert refused(bare.client.delete, "pods", "web", uid="another").reason == "Conflict"
    bare.client.delete("pods", "web", uid=made.metadata.uid)


def test_a_pod_is_bound_only_once(bare):
    bare.client.create(pod())
    bare.client.bind("web", "default", "worker-1")
    error = refused(bare.client.bind, "web", "default", "worker-2")
    assert error.code == 409
    assert bare.client.get("pods", "web").spec.nodeName == "worker-1"


def test_services_get_different_addresses_and_ports(bare):
    made = [bare.client.create(service(f"web-{n}", type="NodePort")) for n in range(20)]
    assert len({held.spec.clusterIP for held in made}) == 20
    assert len({held.spec.ports[0].nodePort for held in made}) == 20
    assert all(30000 <= held.spec.ports[0].nodePort <= 32767 for held in made)
    taken = made[0].spec
    assert refused(bare.client.create, service("again", clusterIP=taken.clusterIP)).code == 422
    ports = [{"port": 80, "nodePort": taken.ports[0].nodePort}]
    assert "already allocated" in refused(bare.client.create, service("again", type="NodePort", ports=ports)).message
    assert refused(bare.client.create, service("again", clusterIP="8.8.8.8")).code == 422


def test_namespace_must_exist_and_not_be_ending(bare):
    assert refused(bare.client.create, pod(), namespace="shop").code == 404
    bare.client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    bare.client.delete("namespaces", "shop", None)
    held = bare.client.get("namespaces", "shop", None)
    assert held.status.phase == "Terminating"
    assert refused(bare.client.create, pod(), namespace="shop").reason == "Forbidden"
    bare.client.finalize(with_spec(held, finalizers=None))
    assert refused(bare.client.get, "namespaces", "shop", None).code == 404
    assert refused(bare.client.delete, "namespaces", "default", None).code == 403


def test_events_vanish_after_an_hour(bare):
    made = bare.client.create(pod())
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "web.1"},
        "involvedObject": {"kind": "Pod", "name": "web", "namespace": "default", "uid": made.metadata.uid},
        "reason": "Tried",
        "type": "Normal",
    }
    bare.client.create(event)
    bare.clock.run(3600)
    assert len(bare.client.list("events")) == 1
    bare.clock.run(3601)
    assert bare.client.list("events") == []


def test_nothing_answers_while_the_api_server_or_etcd_is_down(bare):
    heard = Heard()
    informer = Informer(bare.client, "pods")
    informer.handlers.append(heard)
    informer.start()
    bare.server.stop()
    assert refused(bare.client.list, "pods").code == 503
    assert not informer.watching
    bare.server.start()
    bare.client.create(pod("late"))
    assert informer.start()
    assert heard.events == [("pods", None, "late")]
    bare.etcd.running = False
    assert refused(bare.client.create, pod()).code == 500


def test_values_are_never_changed(bare):
    made = bare.client.create(deployment())
    encoded = msgspec.json.encode(made)
    bare.client.patch("deployments", "web", {"spec": {"replicas": 5}})
    bare.client.apply(deployment(image="nginx:2"))
    plain = to_dict(made)
    plain["spec"]["template"]["spec"]["containers"].clear()
    assert msgspec.json.encode(made) == encoded


def test_the_journal_names_who_wrote_what_and_why(bare):
    made = bare.client.create(pod())
    entry = list(bare.journal)[-1]
    assert (entry.actor, entry.verb, entry.object) == ("kubectl", "create", "pods/default/web")
    assert entry.revision == int(made.metadata.resourceVersion)
