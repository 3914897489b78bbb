"""Server-side apply and managed fields, through the API server."""

from __future__ import annotations

from typing import Any

import crontabs
import pytest

import kubelab as kl
from kubelab.api.managed_fields.migration import upgraded
from kubelab.api.objects import replace, to_dict

REPLICAS = {"f:replicas": {}}


def deployment(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": "nginx:1.27", "ports": [{"containerPort": 80}]}]},
            },
            **spec,
        },
    }


def without_replicas() -> dict[str, Any]:
    made = deployment()
    del made["spec"]["replicas"]
    return made


def config_map(data: dict[str, str], **meta: Any) -> dict[str, Any]:
    made = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", **meta}}
    return {**made, "data": data} if data else made


def apply(client: Any, manifest: dict[str, Any], manager: str = "me", **options: Any) -> Any:
    word = {"Deployment": "deployments", "ConfigMap": "configmaps", "CronTab": "crontabs"}[manifest["kind"]]
    return client.patch(
        word, manifest["metadata"]["name"], manifest, patch_type="apply", field_manager=manager, **options
    )


def refusal(call: Any, *args: Any, **options: Any) -> kl.ApiError:
    with pytest.raises(kl.ApiError) as refused:
        call(*args, **options)
    return refused.value


def entries(client: Any, obj: Any) -> list[Any]:
    return client.with_managed_fields(obj).metadata.managedFields or []


def owners(client: Any, obj: Any) -> list[str]:
    return [
        " ".join(filter(None, (entry.manager, entry.operation, entry.subresource))) for entry in entries(client, obj)
    ]


def fields(client: Any, obj: Any, manager: str) -> Any:
    return next(entry.fieldsV1 for entry in entries(client, obj) if entry.manager == manager)


# apply


def test_applying_makes_what_is_not_there_and_changes_what_is(bare):
    made = apply(bare.client, deployment())
    assert made.metadata.generation == 1
    assert made.spec.strategy.type == "RollingUpdate"
    changed = apply(bare.client, deployment(replicas=3))
    assert (changed.spec.replicas, changed.metadata.uid, changed.metadata.generation) == (3, made.metadata.uid, 2)
    assert owners(bare.client, changed) == ["me Apply"]
    container = {".": {}, "f:image": {}, "f:name": {}}
    container["f:ports"] = {'k:{"containerPort":80,"protocol":"TCP"}': {".": {}, "f:containerPort": {}}}
    assert fields(bare.client, changed, "me") == {
        "f:spec": {
            "f:replicas": {},
            "f:selector": {},
            "f:template": {
                "f:metadata": {"f:labels": {"f:app": {}}},
                "f:spec": {"f:containers": {'k:{"name":"web"}': container}},
            },
        }
    }


def test_applying_the_same_again_writes_nothing(bare):
    first = apply(bare.client, deployment())
    revision = bare.etcd.revision
    bare.clock.run(60)
    again = apply(bare.client, deployment())
    assert again.metadata.resourceVersion == first.metadata.resourceVersion
    assert bare.etcd.revision == revision
    assert entries(bare.client, again)[0].time == first.metadata.creationTimestamp


def test_another_who_applies_the_same_owns_it_too_and_that_is_written(bare):
    first = apply(bare.client, config_map({"a": "1"}))
    second = apply(bare.client, config_map({"a": "1"}), "you")
    assert second.metadata.resourceVersion != first.metadata.resourceVersion
    assert owners(bare.client, second) == ["you Apply", "me Apply"]  # an entry without a time comes first
    kept = apply(bare.client, config_map({}))
    assert kept.data == {"a": "1"}
    assert owners(bare.client, kept) == ["you Apply"]
    assert not apply(bare.client, config_map({}), "you").data


def test_a_conflict_names_the_fields_and_who_owns_them(bare):
    bare.client.apply(deployment())
    error = refusal(apply, bare.client, deployment(replicas=5))
    assert (error.code, error.reason) == (409, "Conflict")
    assert error.message == (
        'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using apps/v1: .spec.replicas'
    )
    assert error.causes == (
        (".spec.replicas", "FieldManagerConflict", 'conflict with "kubectl-client-side-apply" using apps/v1'),
    )
    assert bare.client.get("deployments", "web").spec.replicas == 1
    forced = apply(bare.client, deployment(replicas=5), force=True)
    assert forced.spec.replicas == 5
    assert "f:replicas" not in fields(bare.client, forced, "kubectl-client-side-apply")["f:spec"]


def test_conflicts_with_several_are_listed_by_manager(bare):
    bare.client.create(config_map({"a": "1"}), field_manager="one")
    bare.client.patch("configmaps", "c", {"data": {"b": "2"}}, field_manager="two")
    error = refusal(apply, bare.client, config_map({"a": "x", "b": "y"}))
    assert error.message == (
        'Apply failed with 2 conflicts: conflicts with "one" using v1:\n- .data.a\n'
        'conflicts with "two" using v1:\n- .data.b'
    )


def test_scaling_takes_the_replicas_and_a_manifest_without_them_leaves_them_so(bare):
    apply(bare.client, deployment())
    bare.client.patch("deployments", "web", {"spec": {"replicas": 4}}, subresource="scale")
    live = bare.client.get("deployments", "web")
    assert owners(bare.client, live) == ["me Apply", "kubectl Update scale"]
    assert fields(bare.client, live, "kubectl") == {"f:spec": REPLICAS}
    assert (
        'conflict with "kubectl" with subresource "scale" using apps/v1'
        in refusal(apply, bare.client, deployment()).message
    )
    kept = apply(bare.client, without_replicas())
    assert kept.spec.replicas == 4
    assert owners(bare.client, kept) == ["me Apply", "kubectl Update scale"]


def test_to_stop_mentioning_the_replicas_that_nobody_else_sets_gives_them_their_default(bare):
    apply(bare.client, deployment(replicas=4))
    assert apply(bare.client, without_replicas()).spec.replicas == 1


def test_an_item_that_is_not_mentioned_any_more_goes(bare):
    apply(bare.client, deployment())
    manifest = deployment()
    manifest["spec"]["template"]["spec"]["containers"].append({"name": "side", "image": "busybox:1.36"})
    two = apply(bare.client, manifest)
    assert [each.name for each in two.spec.template.spec.containers] == ["web", "side"]
    one = apply(bare.client, deployment())
    assert [each.name for each in one.spec.template.spec.containers] == ["web"]


@pytest.mark.parametrize(
    ("change", "options", "code", "message"),
    [
        ({}, {"manager": ""}, 422, 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value'),
        ({}, {"manager": "x" * 129}, 422, "fieldManager: Too long: may not be more than 128 bytes"),
        ({}, {"manager": "a\tb"}, 422, "invalid character U+0009 (at position 1)"),
        ({"metadata": {"name": "c", "managedFields": []}}, {}, 400, "metadata.managedFields must be nil"),
        ({"metadata": {"name": "d"}}, {}, 400, "the name of the object (d) does not match the name on the URL (c)"),
        ({"metadata": {}}, {}, 400, "(c based on URL) was undeterminable: name must be provided"),
        ({"metadata": {"name": "c", "uid": "1"}}, {}, 409, "uid mismatch: the provided object specified uid 1"),
        ({"kind": "Secret"}, {}, 400, "invalid object type: /v1, Kind=Secret"),
        ({"dat": {}}, {}, 500, "failed to create typed patch object (/c; /v1, Kind=ConfigMap): .dat: field not decl"),
        ({"data": {"a": 1}}, {}, 500, ".data.a: expected string, got &value.valueUnstructured{Value:1}"),
        ({"data": {"a b": "1"}}, {}, 422, 'ConfigMap "c" is invalid: data[a b]: Invalid value'),
    ],
)
def test_what_cannot_be_applied_is_refused_and_changes_nothing(bare, change, options, code, message):
    before = bare.etcd.revision, bare.journal.digest()
    manifest = {**config_map({"a": "1"}), **change}
    manager = options.get("manager", "me")
    error = refusal(bare.client.patch, "configmaps", "c", manifest, patch_type="apply", field_manager=manager)
    assert error.code == code
    assert message in error.message
    assert (bare.etcd.revision, bare.journal.digest()) == before


def test_only_an_apply_can_be_forced(bare):
    bare.client.create(config_map({}))
    error = refusal(bare.client.patch, "configmaps", "c", {}, force=True)
    assert (error.code, error.causes[0].field) == (422, "force")


def test_a_revision_in_what_is_applied_must_be_the_live_one(bare):
    made = apply(bare.client, config_map({"a": "1"}))
    apply(bare.client, config_map({"a": "2"}, resourceVersion=made.metadata.resourceVersion))
    stale = config_map({"a": "3"}, resourceVersion=made.metadata.resourceVersion)
    assert refusal(apply, bare.client, stale).code == 409


def test_a_dry_run_answers_with_the_owners_and_writes_nothing(bare):
    revision = bare.etcd.revision
    made = apply(bare.client, config_map({"a": "1"}), dry_run=True)
    assert [entry.manager for entry in made.metadata.managedFields] == ["me"]
    assert bare.etcd.revision == revision


def test_the_status_is_applied_by_its_own_door(bare):
    apply(bare.client, deployment())
    bare.client.patch("deployments", "web", {"status": {"replicas": 1}}, subresource="status", field_manager="ctl")
    manifest = {**deployment(replicas=7), "status": {"replicas": 1, "observedGeneration": 1}}
    live = apply(bare.client, manifest, "reporter", subresource="status")
    assert (live.spec.replicas, live.status.observedGeneration) == (1, 1)
    assert fields(bare.client, live, "reporter") == {"f:status": {"f:observedGeneration": {}, "f:replicas": {}}}
    absent = {**deployment(), "metadata": {"name": "absent"}}
    assert refusal(apply, bare.client, absent, subresource="status").code == 404


# updates


def test_whoever_makes_an_object_owns_what_they_said_and_its_defaults_and_nothing_else():
    cluster = kl.Cluster(workers=1)
    cluster.api.create(deployment(), field_manager="kubectl-create")
    cluster.settle()
    pod = cluster.api.list("pods", "default")[0]
    assert owners(cluster.api, pod) == ["kube-controller-manager Update", "kubelet Update status"]
    said = fields(cluster.api, pod, "kube-controller-manager")
    assert {"f:containers", "f:restartPolicy", "f:terminationGracePeriodSeconds"} <= set(said["f:spec"])
    given = ("f:nodeName", "f:tolerations", "f:volumes", "f:serviceAccountName", "f:priority")
    assert not set(given) & set(said["f:spec"])  # by admission plugins and the binding: nobody's
    assert f'k:{{"uid":"{pod.metadata.ownerReferences[0].uid}"}}' in said["f:metadata"]["f:ownerReferences"]
    conditions = fields(cluster.api, pod, "kubelet")["f:status"]["f:conditions"]
    assert 'k:{"type":"Ready"}' in conditions
    assert "." not in conditions
    live = cluster.api.get("deployments", "web")
    assert owners(cluster.api, live) == ["kubectl-create Update", "kube-controller-manager Update status"]
    assert fields(cluster.api, live, "kubectl-create")["f:spec"]["f:strategy"] == {
        "f:rollingUpdate": {".": {}, "f:maxSurge": {}, "f:maxUnavailable": {}},
        "f:type": {},
    }


def test_pods_of_one_template_own_alike_and_their_order_does_not_matter():
    cluster = kl.Cluster(workers=1)
    cluster.apply(deployment(replicas=3))
    cluster.settle()
    first, *others = cluster.api.list("pods", "default")
    alike = fields(cluster.api, first, "kube-controller-manager")
    assert all(fields(cluster.api, pod, "kube-controller-manager") == alike for pod in others)
    fork = cluster.fork()
    assert fields(fork.api, fork.api.list("pods", "default")[2], "kube-controller-manager") == alike


def test_the_past_knows_its_owners():
    cluster = kl.Cluster(workers=1)
    made = cluster.api.create(config_map({"a": "1"}), field_manager="one")
    cluster.api.patch("configmaps", "c", {"data": {"a": "2"}}, field_manager="two")
    now = cluster.api.get("configmaps", "c")
    assert owners(cluster.api, now) == ["one Update", "two Update"]
    assert fields(cluster.api, now, "one") == {"f:data": {}}
    before = cluster.at(int(made.metadata.resourceVersion)).api.get("configmaps", "c")
    assert owners(cluster.api, before) == ["one Update"]
    assert fields(cluster.api, before, "one") == {"f:data": {".": {}, "f:a": {}}}


def test_an_object_made_again_has_new_owners(bare):
    bare.client.create(config_map({"a": "1"}), field_manager="one")
    bare.client.delete("configmaps", "c")
    made = bare.client.create(config_map({"a": "1"}), field_manager="two")
    assert owners(bare.client, made) == ["two Update"]


def test_whoever_gives_no_name_writes_under_their_own(bare):
    made = bare.client.create(config_map({"a": "1"}))
    assert owners(bare.client, made) == [f"{bare.client.agent} Update"]


def test_what_the_api_server_does_by_itself_is_nobodys(bare):
    bare.client.create(config_map({"a": "1"}, finalizers=["example.com/keep"]), field_manager="one")
    gone = bare.client.delete("configmaps", "c")
    assert gone.metadata.deletionTimestamp is not None
    (entry,) = entries(bare.client, gone)
    assert set(entry.fieldsV1["f:metadata"]["f:finalizers"]) == {".", 'v:"example.com/keep"'}


def test_managed_fields_can_be_cleared_and_the_next_apply_starts_afresh(bare):
    bare.client.create(config_map({"a": "1"}), field_manager="one")
    cleared = bare.client.patch("configmaps", "c", {"metadata": {"managedFields": [{}]}}, patch_type="merge")
    assert entries(bare.client, cleared) == []
    changed = bare.client.patch("configmaps", "c", {"data": {"b": "2"}}, field_manager="two")
    assert entries(bare.client, changed) == []
    error = refusal(apply, bare.client, config_map({"a": "x"}))
    assert 'conflict with "before-first-apply" using v1: .data.a' in error.message
    applied = apply(bare.client, config_map({"a": "1"}))
    assert owners(bare.client, applied) == ["me Apply", "before-first-apply Update"]


def test_who_puts_back_what_they_read_changes_no_owner(bare):
    bare.client.create(config_map({"a": "1"}), field_manager="one")
    read = to_dict(bare.client.with_managed_fields(bare.client.get("configmaps", "c")))
    assert read["metadata"]["managedFields"]
    revision = bare.etcd.revision
    bare.client.update(read, field_manager="two")
    assert bare.etcd.revision == revision
    read["data"]["b"] = "2"
    changed = bare.client.update(read, field_manager="two")
    assert owners(bare.client, changed) == ["one Update", "two Update"]
    assert changed.metadata.managedFields is None  # they are worked out, not kept in the value


def test_managed_fields_that_cannot_be_read_count_for_nothing(bare):
    made = bare.client.create(config_map({"a": "1"}), field_manager="one")
    for wrong in ("x", [1], {"a": "b"}):
        patch = {"metadata": {"managedFields": wrong}}
        assert refusal(bare.client.patch, "configmaps", "c", patch, patch_type="merge").code == 400
    for odd in ([{"manager": "m"}], [{"operation": "Apply", "apiVersion": "v1", "fieldsType": "V2"}]):
        bare.client.patch("configmaps", "c", {"metadata": {"managedFields": odd}}, patch_type="merge")
        assert owners(bare.client, bare.client.get("configmaps", "c")) == ["one Update"]
    assert bare.client.get("configmaps", "c").metadata.resourceVersion == made.metadata.resourceVersion


def test_a_writer_does_not_tell_what_was_sent(bare):
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"password": "hunter2"}}
    bare.client.create(secret)
    (held,) = bare.etcd.versions("/registry/secrets/default/s", bare.etcd.revision)
    assert repr(held.writer) == f"Writer: {bare.client.agent}, t=0 s"
    assert "hunter2" not in repr(held)


# from client-side apply


def test_kubectl_may_take_over_what_it_had_applied_from_the_client(bare):
    bare.client.apply(deployment())
    live = apply(bare.client, deployment(replicas=6), "kubectl")
    assert live.spec.replicas == 6
    annotation = live.metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]
    assert '"replicas":6' in annotation
    bare.client.patch("deployments", "web", {"spec": {"replicas": 2}}, field_manager="other")
    assert 'conflict with "other"' in refusal(apply, bare.client, deployment(replicas=6), "kubectl").message


def test_entries_are_migrated_by_a_patch_that_only_changes_them(bare):
    live = bare.client.apply(config_map({"a": "1", "b": "2"}))
    apply(bare.client, config_map({"a": "1"}), "kubectl")
    live = bare.client.get("configmaps", "c")
    wanted = upgraded(entries(bare.client, live), "kubectl-client-side-apply", "kubectl")
    change = [{"op": "replace", "path": "/metadata/managedFields", "value": [to_dict(entry) for entry in wanted]}]
    after = bare.client.patch("configmaps", "c", change, patch_type="json")
    assert owners(bare.client, after) == ["kubectl Apply"]
    assert after.metadata.resourceVersion != live.metadata.resourceVersion
    assert apply(bare.client, config_map({"a": "1"}), "kubectl").data == {"a": "1"}


# custom resources and other versions


def test_custom_resources_are_owned_by_their_schema():
    cluster = kl.Cluster(workers=1)
    cluster.api.create(crontabs.definition())
    cluster.settle()
    config = {
        "apiVersion": "stable.example.com/v1",
        "kind": "CronTab",
        "metadata": {"name": "my"},
        "spec": {"cronSpec": "* * * * *"},
    }
    made = apply(cluster.api, config)
    assert made.spec["image"] == "busybox"
    assert fields(cluster.api, made, "me") == {"f:spec": {"f:cronSpec": {}}}
    cluster.api.patch("crontabs", "my", {"spec": {"replicas": 3}}, patch_type="merge", subresource="scale")
    config["spec"]["replicas"] = 2
    assert '"kubectl" with subresource "scale"' in refusal(apply, cluster.api, config).message
    config["spec"] = {"cronSpec": "* * * * *", "nothing": 1}
    assert ".spec.nothing: field not declared in schema" in refusal(apply, cluster.api, config).message


def test_an_autoscaler_is_owned_in_the_version_in_which_it_was_written(bare):
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    manifest = {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"}}
    manifest["spec"] = {"maxReplicas": 3, "targetCPUUtilizationPercentage": 50, "scaleTargetRef": target}
    made = bare.client.create(manifest)
    (entry,) = entries(bare.client, made)
    assert entry.apiVersion == "autoscaling/v1"
    assert {"f:maxReplicas", "f:scaleTargetRef", "f:targetCPUUtilizationPercentage"} <= set(entry.fieldsV1["f:spec"])
    newer = {**manifest, "apiVersion": "autoscaling/v2", "spec": {"maxReplicas": 4, "scaleTargetRef": target}}
    options = {"patch_type": "apply", "field_manager": "me"}
    error = refusal(bare.client.patch, "hpa", "web", newer, **options)
    assert 'conflict with "kubectl" using autoscaling/v1: .spec.maxReplicas' in error.message


# what is kept, and what it costs


def test_etcd_keeps_the_versions_of_a_key_since_it_was_made(bare):
    made = bare.client.create(config_map({"a": "1"}))
    bare.client.patch("configmaps", "c", {"data": {"a": "2"}})
    key = "/registry/configmaps/default/c"
    assert [held.version for held in bare.etcd.versions(key, bare.etcd.revision)] == [1, 2]
    assert [held.version for held in bare.etcd.versions(key, int(made.metadata.resourceVersion))] == [1]
    bare.client.delete("configmaps", "c")
    assert [held.version for held in bare.etcd.versions(key, bare.etcd.revision)] == [1, 2]
    bare.client.create(config_map({"a": "3"}))
    assert [held.version for held in bare.etcd.versions(key, bare.etcd.revision)] == [1]
    assert bare.etcd.versions("/registry/nothing", bare.etcd.revision) == []


def test_owners_that_etcd_has_forgotten_are_nobody(bare):
    bare.client.create(config_map({"a": "1"}), field_manager="one")
    bare.client.patch("configmaps", "c", {"data": {"a": "2"}}, field_manager="two")
    bare.etcd.compact(bare.etcd.revision)
    bare.server.fields.forget()
    assert entries(bare.client, bare.client.get("configmaps", "c")) == []
    assert 'conflict with "before-first-apply"' in refusal(apply, bare.client, config_map({"a": "x"})).message


def test_an_applied_owner_survives_a_restart_of_the_api_server():
    cluster = kl.Cluster(workers=1)
    apply(cluster.api, config_map({"a": "1"}))
    cluster.stop("kube-apiserver")
    cluster.start("kube-apiserver")
    cluster.settle()
    assert owners(cluster.api, cluster.api.get("configmaps", "c")) == ["me Apply"]


def test_values_do_not_carry_managed_fields(bare):
    made = apply(bare.client, config_map({"a": "1"}))
    assert made.metadata.managedFields is None
    shown = bare.client.with_managed_fields(made)
    assert bare.client.with_managed_fields(shown) is shown
    changed = bare.client.update(replace(shown, data={"a": "2"}))
    assert changed.metadata.managedFields is None
    assert owners(bare.client, changed) == [f"{bare.client.agent} Update"]
