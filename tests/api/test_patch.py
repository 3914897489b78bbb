import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubelab.api.errors import ApiError
from kubelab.api.kinds import find
from kubelab.api.patch import JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH, json_patch, merge_patch, patched
from kubelab.api.strategic_diff import (
    LAST_APPLIED,
    apply_patch_for,
    last_applied,
    three_way,
    two_way,
    with_last_applied,
)
from kubelab.api.strategic_merge import strategic_merge

POD, DEPLOYMENT, SERVICE = find("pod"), find("deployment"), find("service")


def pod(**spec):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": spec}


def merged_spec(before, patch):
    return strategic_merge(pod(**before), {"spec": patch}, POD.model)["spec"]


def test_containers_are_merged_by_name():
    before = {
        "containers": [
            {"name": "web", "image": "nginx:1", "ports": [{"containerPort": 80}]},
            {"name": "log", "image": "l"},
        ]
    }
    after = merged_spec(before, {"containers": [{"name": "web", "image": "nginx:2"}]})
    assert after["containers"] == [
        {"name": "web", "image": "nginx:2", "ports": [{"containerPort": 80}]},
        {"name": "log", "image": "l"},
    ]


def test_a_new_container_joins_the_others():
    after = merged_spec({"containers": [{"name": "web"}]}, {"containers": [{"name": "side"}]})
    assert [container["name"] for container in after["containers"]] == ["side", "web"]


def test_environment_volumes_and_mounts_have_keys_of_their_own():
    before = {
        "containers": [
            {"name": "w", "env": [{"name": "A", "value": "1"}], "volumeMounts": [{"mountPath": "/a", "name": "v"}]}
        ],
        "volumes": [{"name": "v", "emptyDir": {}}],
    }
    patch = {
        "containers": [
            {"name": "w", "env": [{"name": "A", "value": "2"}], "volumeMounts": [{"mountPath": "/a", "name": "u"}]}
        ],
        "volumes": [{"name": "u", "configMap": {"name": "c"}}],
    }
    after = merged_spec(before, patch)
    assert after["containers"][0]["env"] == [{"name": "A", "value": "2"}]
    assert after["containers"][0]["volumeMounts"] == [{"mountPath": "/a", "name": "u"}]
    assert [volume["name"] for volume in after["volumes"]] == ["u", "v"]


def test_tolerations_and_arguments_are_replaced_whole():
    before = {"tolerations": [{"key": "a"}], "containers": [{"name": "w", "args": ["1", "2"]}]}
    after = merged_spec(before, {"tolerations": [{"key": "b"}], "containers": [{"name": "w", "args": ["3"]}]})
    assert after == {"tolerations": [{"key": "b"}], "containers": [{"name": "w", "args": ["3"]}]}


def test_null_deletes_a_field():
    assert merged_spec({"nodeName": "a", "hostname": "h"}, {"nodeName": None}) == {"hostname": "h"}


def test_the_delete_directive_removes_an_item():
    before = {"containers": [{"name": "web"}, {"name": "log"}]}
    assert merged_spec(before, {"containers": [{"name": "log", "$patch": "delete"}]}) == {
        "containers": [{"name": "web"}]
    }


def test_the_replace_directive_replaces_a_list_or_an_object():
    before = {"containers": [{"name": "web"}, {"name": "log"}], "nodeSelector": {"a": "1"}}
    patch = {"containers": [{"name": "x"}, {"$patch": "replace"}], "nodeSelector": {"b": "2", "$patch": "replace"}}
    assert merged_spec(before, patch) == {"containers": [{"name": "x"}], "nodeSelector": {"b": "2"}}


def test_finalizers_are_merged_and_deleted_from_as_plain_values():
    before = {"metadata": {"finalizers": ["a", "b"]}}
    added = strategic_merge(before, {"metadata": {"finalizers": ["c", "a"]}}, POD.model)
    assert added["metadata"]["finalizers"] == ["c", "a", "b"]
    removed = strategic_merge(before, {"metadata": {"$deleteFromPrimitiveList/finalizers": ["a"]}}, POD.model)
    assert removed["metadata"]["finalizers"] == ["b"]


def test_set_element_order_orders_what_it_names():
    before = {"containers": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}
    patch = {"$setElementOrder/containers": [{"name": "c"}, {"name": "a"}], "containers": [{"name": "c", "image": "i"}]}
    after = merged_spec(before, patch)
    assert [container["name"] for container in after["containers"]] == ["b", "c", "a"] or [
        container["name"] for container in after["containers"]
    ] == ["c", "a", "b"]
    assert {"name": "c", "image": "i"} in after["containers"]


def test_retain_keys_clears_what_belonged_to_the_old_strategy():
    before = {"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}}
    patch = {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}}
    assert strategic_merge(before, patch, DEPLOYMENT.model) == {"spec": {"strategy": {"type": "Recreate"}}}


@pytest.mark.parametrize(
    ("patch", "code", "message"),
    [
        ({"spec": {"containers": [{"image": "x"}]}}, 500, "does not contain declared merge key: name"),
        (
            {"spec": {"containerz": {"a": 1}}},
            500,
            'unable to find api field in struct PodSpec for the json field "containerz"',
        ),
        ({"spec": {"$patch": "explode"}}, 500, "unknown patch type: explode"),
        ({"spec": {"$retainKeys": "containers"}}, 400, "invalid patch format of retainKeys"),
        ({"spec": {"$setElementOrder": []}}, 400, "invalid patch format of setElementOrder list"),
        ({"spec": {"containers": [["a"]]}}, 422, "lists of lists are not supported"),
    ],
)
def test_a_strategic_patch_that_cannot_be_is_refused(patch, code, message):
    before = pod(containers=[{"name": "web"}], containerz={"b": 2})
    with pytest.raises(ApiError) as refusal:
        strategic_merge(before, patch, POD.model)
    assert refusal.value.code == code
    assert message in refusal.value.message


def test_patching_changes_neither_argument():
    before = pod(containers=[{"name": "web", "env": [{"name": "A", "value": "1"}]}])
    patch = {"spec": {"containers": [{"name": "web", "env": [{"name": "A", "$patch": "delete"}]}]}}
    kept = copy.deepcopy((before, patch))
    strategic_merge(before, patch, POD.model)
    json_patch(before, [{"op": "replace", "path": "/spec/containers/0/name", "value": "x"}])
    merge_patch(before, patch)
    assert (before, patch) == kept


def test_apply_deletes_what_the_manifest_no_longer_names_and_keeps_what_others_set():
    was = {
        "metadata": {"name": "web"},
        "spec": {"paused": True, "template": {"spec": {"containers": [{"name": "a"}, {"name": "b"}]}}},
    }
    live = copy.deepcopy(was)
    live["spec"]["replicas"] = 7
    live["spec"]["template"]["spec"]["containers"].append({"name": "injected"})
    new = {"metadata": {"name": "web"}, "spec": {"template": {"spec": {"containers": [{"name": "a", "image": "i"}]}}}}
    patch = three_way(was, new, live, DEPLOYMENT.model)
    after = strategic_merge(live, patch, DEPLOYMENT.model)
    assert after["spec"] == {
        "replicas": 7,
        "template": {"spec": {"containers": [{"name": "a", "image": "i"}, {"name": "injected"}]}},
    }


def test_applying_the_same_manifest_again_needs_no_patch():
    manifest = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web"},
        "spec": {"containers": [{"name": "a", "args": ["<x>"]}]},
    }
    live = with_last_applied(manifest)
    live["status"] = {"phase": "Running"}
    assert apply_patch_for(live, manifest, POD.model) == {}
    assert last_applied(live) == {**manifest, "metadata": {"name": "web", "annotations": {}}}
    assert "\\u003cx\\u003e" in live["metadata"]["annotations"][LAST_APPLIED]


def test_a_service_whose_port_changes_loses_the_old_port():
    was = {"spec": {"ports": [{"port": 80, "targetPort": 80}]}}
    new = {"spec": {"ports": [{"port": 81, "targetPort": 80}]}}
    live = {"spec": {"clusterIP": "10.96.0.9", "ports": [{"port": 80, "targetPort": 80, "protocol": "TCP"}]}}
    after = strategic_merge(live, three_way(was, new, live, SERVICE.model), SERVICE.model)
    assert after["spec"] == {"clusterIP": "10.96.0.9", "ports": [{"port": 81, "targetPort": 80}]}


_NAMES = st.sampled_from(["a", "b", "c", "d"])
_CONTAINERS = st.lists(
    st.fixed_dictionaries(
        {"name": _NAMES},
        optional={
            "image": _NAMES,
            "env": st.lists(st.fixed_dictionaries({"name": _NAMES, "value": _NAMES}), unique_by=lambda e: e["name"]),
        },
    ),
    unique_by=lambda container: container["name"],
)
_SPECS = st.fixed_dictionaries(
    {"containers": _CONTAINERS},
    optional={
        "nodeName": _NAMES,
        "nodeSelector": st.dictionaries(_NAMES, _NAMES),
        "tolerations": st.lists(st.fixed_dictionaries({"key": _NAMES})),
    },
)


@given(_SPECS, _SPECS)
def test_the_patch_between_two_objects_turns_one_into_the_other(before, after):
    patch = two_way(pod(**before), pod(**after), POD.model)
    result = strategic_merge(pod(**before), patch, POD.model)["spec"]
    assert _by_name(result) == _by_name(after)
    names = [container["name"] for container in result.get("containers", [])]
    assert names == [container["name"] for container in after["containers"]]


def _by_name(spec):
    containers = {}
    for container in spec.get("containers", []):
        env = {entry["name"]: entry["value"] for entry in container.get("env") or []}
        containers[container["name"]] = {**container, "env": env}
    return {**{key: value for key, value in spec.items() if value}, "containers": containers}


@pytest.mark.parametrize(
    ("operations", "after"),
    [
        ([{"op": "add", "path": "/a", "value": 1}], {"l": [1, 2], "o": {"k": "v"}, "a": 1}),
        ([{"op": "add", "path": "/l/-", "value": 3}], {"l": [1, 2, 3], "o": {"k": "v"}}),
        ([{"op": "add", "path": "/l/0", "value": 0}], {"l": [0, 1, 2], "o": {"k": "v"}}),
        ([{"op": "remove", "path": "/l/1"}], {"l": [1], "o": {"k": "v"}}),
        ([{"op": "replace", "path": "/o/k", "value": None}], {"l": [1, 2], "o": {"k": None}}),
        ([{"op": "move", "from": "/o/k", "path": "/m"}], {"l": [1, 2], "o": {}, "m": "v"}),
        ([{"op": "copy", "from": "/l", "path": "/o/l"}], {"l": [1, 2], "o": {"k": "v", "l": [1, 2]}}),
        ([{"op": "test", "path": "/o", "value": {"k": "v"}}], {"l": [1, 2], "o": {"k": "v"}}),
        ([{"op": "add", "path": "/o/a~1b", "value": 1}], {"l": [1, 2], "o": {"k": "v", "a/b": 1}}),
    ],
)
def test_json_patch_operations(operations, after):
    assert patched(POD, {"l": [1, 2], "o": {"k": "v"}}, operations, JSON_PATCH) == after


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "/x"},
        {"op": "replace", "path": "/x", "value": 1},
        {"op": "add", "path": "/x/y", "value": 1},
        {"op": "add", "path": "/l/5", "value": 1},
        {"op": "test", "path": "/l", "value": []},
        {"op": "test", "path": "/l/0", "value": True},
        {"op": "fly", "path": "/l"},
        {"op": "add", "path": "l", "value": 1},
        {"op": "move", "from": "/o", "path": "/o/k"},
        {"op": "add"},
        {"op": "add", "path": "/l/x", "value": 1},
    ],
)
def test_a_json_patch_that_does_not_fit_is_refused_and_says_why(operation):
    with pytest.raises(ApiError) as refusal:
        json_patch({"l": [1, 2], "o": {"k": "v"}}, [operation])
    assert (refusal.value.code, refusal.value.reason) == (422, "Invalid")
    assert refusal.value.message == "the server rejected our request due to an error in our request"
    assert refusal.value.hint


@pytest.mark.parametrize(
    ("patch", "media_type", "code"),
    [
        ([], MERGE_PATCH, 400),
        ("x", STRATEGIC_MERGE_PATCH, 400),
        ({}, JSON_PATCH, 400),
        ([1], JSON_PATCH, 400),
        ({}, "text/plain", 415),
        ([{"op": "test", "path": "", "value": {}}] * 10_001, JSON_PATCH, 413),
    ],
)
def test_a_body_that_is_no_patch_is_refused(patch, media_type, code):
    with pytest.raises(ApiError) as refusal:
        patched(POD, {}, patch, media_type)
    assert refusal.value.code == code
