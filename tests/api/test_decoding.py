import copy
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubelab.api import kinds
from kubelab.api.decoding import decode
from kubelab.api.errors import ApiError
from kubelab.api.scalars import canonical_base64, timestamp

POD, SERVICE, SECRET, LEASE = (kinds.find(name) for name in ("pod", "service", "secret", "lease"))


def pod(**spec):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": spec}


def container(**fields):
    return pod(containers=[{"name": "web", **fields}])


def message(manifest, kind=POD):
    with pytest.raises(ApiError) as caught:
        decode(manifest, kind)
    assert caught.value.code == 400
    assert caught.value.reason == "BadRequest"
    head = f'{kind.name} in version "v1" cannot be handled as a {kind.name}: '
    assert caught.value.message.startswith(head)
    return caught.value.message.removeprefix(head)


def first(manifest):
    return decode(manifest, POD)[0]["spec"]["containers"][0]


def test_all_unknown_fields_are_named_at_once():
    manifest = container(imagee="x", ports=[{"containerport": 80}]) | {"speck": 1}
    assert message(manifest) == (
        'strict decoding error: unknown field "spec.containers[0].imagee", '
        'unknown field "spec.containers[0].ports[0].containerport", unknown field "speck"'
    )


def test_warn_names_them_and_ignore_does_not_and_both_drop_them():
    manifest = container(imagee="x")
    assert decode(manifest, POD, "Warn")[1] == ['unknown field "spec.containers[0].imagee"']
    assert decode(manifest, POD, "Ignore")[1] == []
    assert "imagee" not in decode(manifest, POD, "Ignore")[0]["spec"]["containers"][0]
    with pytest.raises(ApiError, match="fieldValidation"):
        decode(manifest, POD, "Sometimes")


@pytest.mark.parametrize(
    ("manifest", "wanted"),
    [
        (
            container(name=1),
            "cannot unmarshal number into Go struct field Container.spec.containers.name of type string",
        ),
        (pod(hostNetwork="no"), "cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool"),
        (
            pod(containers={}),
            "cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container",
        ),
        (
            pod(containers=["x"]),
            "cannot unmarshal string into Go struct field PodSpec.spec.containers of type v1.Container",
        ),
        (pod(volumes=[{"fc": {"lun": "1"}}]), "FCVolumeSource.spec.volumes.VolumeSource.fc.lun of type int32"),
        (
            pod(priority=2**31),
            "cannot unmarshal number 2147483648 into Go struct field PodSpec.spec.priority of type int32",
        ),
        (pod(priority=1.5), "cannot unmarshal number 1.5 into Go struct field PodSpec.spec.priority of type int32"),
        (pod(priority=True), "cannot unmarshal bool into Go struct field PodSpec.spec.priority of type int32"),
        (
            pod(restartPolicy=[]),
            "cannot unmarshal array into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy",
        ),
        (
            pod(nodeSelector={"a": 1}),
            "cannot unmarshal number into Go struct field PodSpec.spec.nodeSelector of type string",
        ),
        (pod(nodeSelector=[]), "Go struct field PodSpec.spec.nodeSelector of type map[string]string"),
        (container(resources={"limits": {"cpu": "one"}}), "quantities must match the regular expression"),
        (container(resources={"limits": {"cpu": []}}), "quantities must match the regular expression"),
        ({"metadata": {"creationTimestamp": "today"}}, 'parsing time "today" as "2006-01-02T15:04:05Z07:00"'),
        ({"metadata": {"creationTimestamp": 5}}, "ObjectMeta.metadata.creationTimestamp of type string"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_in_the_words_of_go(manifest, wanted):
    assert wanted in message(manifest)


def test_the_first_wrong_type_hides_unknown_fields():
    assert "unknown" not in message(pod(foo=1, priority="x"))


def test_null_is_nothing_and_zero_is_nothing_where_go_holds_no_pointer():
    spec = decode(pod(hostname=None, nodeName="", hostNetwork=False, priority=0, volumes=[], nodeSelector={}), POD)[0][
        "spec"
    ]
    assert spec == {"priority": 0, "containers": []}
    assert decode(pod(automountServiceAccountToken=False), POD)[0]["spec"]["automountServiceAccountToken"] is False


def test_null_in_a_list_or_a_map_is_the_zero_of_its_type():
    assert first(container(command=["a", None]))["command"] == ["a", ""]
    assert decode(pod(containers=[None]), POD)[0]["spec"]["containers"] == [{"name": "", "resources": {}}]
    assert first(container(resources={"limits": {"cpu": None}}))["resources"]["limits"] == {"cpu": "0"}
    assert decode({"metadata": {"labels": {"a": None}}}, POD)[0]["metadata"]["labels"] == {"a": ""}


def test_parts_that_go_holds_by_value_are_always_there():
    assert decode({}, POD)[0] == {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {},
        "spec": {"containers": []},
        "status": {},
    }
    assert decode({"spec": {"ports": [{"port": 80}]}}, SERVICE)[0]["spec"]["ports"] == [{"port": 80, "targetPort": 0}]


def test_numbers_and_text_are_brought_into_canonical_form():
    assert first(container(resources={"limits": {"cpu": 0.5, "memory": "1024Mi"}}))["resources"]["limits"] == {
        "cpu": "500m",
        "memory": "1Gi",
    }
    assert decode({"data": {"a": "YQ=\n="}}, SECRET)[0]["data"] == {"a": "YQ=="}
    assert decode({"data": {"a": [1, 255]}}, SECRET)[0]["data"] == {"a": b64encode(b"\x01\xff").decode()}
    assert "illegal base64 data at input byte 3" in message({"data": {"a": "YWE.x"}}, SECRET)
    assert "of type uint8" in message({"data": {"a": [256]}}, SECRET)
    spec = {"renewTime": "2026-01-01T01:00:00.000001+01:00"}
    assert decode({"spec": spec}, LEASE)[0]["spec"]["renewTime"] == "2026-01-01T00:00:00.000001Z"


def test_a_manifest_of_another_kind_or_version_is_refused():
    for manifest in ({"kind": "Node"}, {"apiVersion": "v2"}, {"kind": 5}, {"apiVersion": {}}):
        with pytest.raises(ApiError) as caught:
            decode(manifest, POD)
        assert caught.value.code == 400


def test_the_manifest_is_left_as_it_was():
    manifest = container(resources={"limits": {"cpu": 1}}, env=[{"name": "A", "value": None}])
    before = copy.deepcopy(manifest)
    decoded, _ = decode(manifest, POD)
    decoded["spec"]["containers"][0]["resources"]["limits"]["cpu"] = "9"
    assert manifest == before


def test_a_manifest_that_unfolds_without_end_is_refused_at_once():
    env = [{"name": "A"}] * 2000
    with pytest.raises(ApiError) as caught:
        decode(pod(containers=[{"env": env}] * 2000), POD)
    assert caught.value.code == 413


def test_deep_nesting_is_no_danger():
    deep: list = []
    for _ in range(100_000):
        deep = [deep]
    assert "unknown field" in message(pod(bomb=deep))
    assert "cannot unmarshal array" in message(pod(hostname=deep))
    meta = decode({"metadata": {"managedFields": [{"fieldsV1": {"f:a": deep}}]}}, POD)[0]["metadata"]
    while deep:  # one level at a time: Python frees a deep list recursively
        deep = deep.pop()
    assert meta == {}


def test_go_says_where_an_instant_stops_being_one():
    assert timestamp("2026-07-01T10:00:00Z") == "2026-07-01T10:00:00Z"
    for text, part in {
        "2026-07": '"" as "-"',
        "2026-07-01 10:00:00Z": '" 10:00:00Z" as "T"',
        "2026-07-01T10:00:00": '"" as "Z07:00"',
    }.items():
        with pytest.raises(ValueError, match=f"cannot parse {part}"):
            timestamp(text)
    with pytest.raises(ValueError, match="month out of range"):
        timestamp("2026-13-01T10:00:00Z")
    with pytest.raises(ValueError, match='as "\\.000000"'):
        timestamp("2026-07-01T10:00:00Z", micro=True)


@given(st.binary(max_size=40))
def test_base64_of_any_bytes_is_canonical(content):
    text = b64encode(content).decode()
    assert canonical_base64(text) == text


def leaves():
    return st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)


FIELDS = st.sampled_from(
    ["metadata", "spec", "containers", "name", "ports", "labels", "resources", "limits", "env", "x"]
)


@given(st.recursive(leaves(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=4)))
def test_nothing_but_an_api_error_comes_out_of_any_json(value):
    for kind in kinds.KINDS:
        try:
            decoded, warnings = decode(value, kind)
        except ApiError:
            continue
        assert warnings == []
        assert decode(decoded, kind)[0] == decoded
