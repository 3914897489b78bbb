import pickle
import time
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubelab.api.errors import ApiError, bad_request
from kubelab.api.kinds import find
from kubelab.api.manifest import MAX_BYTES, Manifest, ManifestError, parse
from kubelab.api.suggestions import locate

DEPLOYMENT = dedent("""\
    # a comment
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
      labels:
        app.kubernetes.io/name: web
    spec:
      template:
        spec:
          containers:
          - name: web
            image: nginx
          - {name: log, image: busybox}
    """)


def content(text):
    return parse("apiVersion: v1\nkind: ConfigMap\n" + text)[0].content


def test_every_field_knows_its_line():
    (manifest,) = parse(DEPLOYMENT)
    assert (manifest.api_version, manifest.kind, manifest.name) == ("apps/v1", "Deployment", "web")
    assert manifest.line_of("spec.template.spec.containers[0].image") == 13
    assert manifest.line_of("spec.template.spec.containers[1].image") == 14
    assert manifest.column_of("spec.template.spec.containers[1].image") == 21
    assert manifest.line_of("metadata.labels[app.kubernetes.io/name]") == 7
    assert manifest.line_of("metadata.labels.app.kubernetes.io/name") == 7


def test_a_field_that_is_not_there_has_the_line_of_its_nearest_parent():
    (manifest,) = parse(DEPLOYMENT)
    assert manifest.line_of("spec.template.spec.containers[0].ports[0].containerPort") == 12
    assert manifest.line_of("spec.replicas") == 8
    assert manifest.line_of("status") == 2


def test_lines_count_over_all_documents_and_lists_are_flattened():
    text = "---\nkind: A\napiVersion: v1\n---\n# nothing\n---\n"
    text += "kind: List\napiVersion: v1\nitems:\n- kind: B\n  apiVersion: v1\n  metadata: {name: b}\n"
    first, second = parse(text)
    assert (first.kind, first.line_of("kind")) == ("A", 2)
    assert (second.kind, second.name, second.line_of("metadata.name")) == ("B", "b", 12)


def test_json_is_yaml_too():
    (manifest,) = parse(b'{\n "kind": "Pod",\n "apiVersion": "v1",\n "spec": {"a": [1, 2.5, true, null, "\\u00e9"]}\n}')
    assert manifest.content["spec"] == {"a": [1, 2.5, True, None, "é"]}
    assert manifest.line_of("spec.a") == 4


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True),
        ("off", False),
        ("'yes'", "yes"),
        ("010", 8),
        ("0o10", 8),
        ("0x1F", 31),
        ("1_000", 1000),
        ("+5", 5),
        ("1.0", 1),
        ("1e3", 1000),
        ("1.5", 1.5),
        (".5", 0.5),
        ("~", None),
        ("", None),
        ("2026-01-01", "2026-01-01"),
        ("1:20", "1:20"),
        ("18446744073709551615", 18446744073709551615),
        ("!!str 5", "5"),
        ("!!int '5'", 5),
        ("!own 5", "5"),
        ("1.2.3", "1.2.3"),
        ("0.5Gi", "0.5Gi"),
        ("12e", "12e"),
        ("[1]", [1]),
        ("|\n  a\n  b\n", "a\nb\n"),
    ],
)
def test_plain_values_are_what_kubectl_takes_them_for(text, value):
    found = content(f"data: {text}")["data"]
    assert found == value
    assert type(found) is type(value)


def test_keys_become_text():
    assert content("data: {1: a, true: b, 2.5: c}")["data"] == {
        "1": "a",
        "true": "b",
        "2.5": "c",
    }


def test_aliases_and_merge_keys_are_followed_and_do_not_share():
    found = content("base: &b {x: 1, w: {z: 2}}\nother: {<<: *b, x: 5}\nsame: *b")
    assert found["other"] == {"x": 5, "w": {"z": 2}}
    assert found["same"] == found["base"]
    assert found["same"]["w"] is not found["base"]["w"]


BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("kind: Pod\nmetadata:\n\tname: x\n", "yaml: line 3: found character that cannot start any token", 3),
        ("a: b: c\n", "yaml: line 1: mapping values are not allowed in this context", 1),
        ("a: 1\nb: [1, 2", "yaml: line 2: did not find expected ',' or ']'", 2),
        ("a: 1\nb: 2\na: 3\n", 'key "a" already set in map', 3),
        (BOMB, "document contains excessive aliasing", None),
        ("a: *nothing\n", "unknown anchor 'nothing' referenced", 1),
        ("a: &a [*a]\n", "anchor 'a' value contains itself", 1),
        ("x\n" + "[" * 5000, "", None),
        ("[" * 5000, "exceeded max depth", 1),
        ("a:\n  b: .nan\n", "unsupported value", 2),
        ("a: 1\n? [1]\n: 2\n", "invalid map key", 2),
        (b"kind: \xff\xfe\x00", "invalid leading UTF-8 octet", 1),
        ("kind: Pod\x00", "control characters are not allowed", 1),
        ("hello", 'unable to decode "STDIN": json: cannot unmarshal string', 1),
        ("- a\n- b\n", 'unable to decode "STDIN": json: cannot unmarshal array', 1),
        ("a: b\n", 'error validating "STDIN": error validating data: [apiVersion not set, kind not set]; if you', 1),
        ("apiVersion: v1\n", "error validating data: kind not set; if you", 1),
        ("apiVersion: v1\nkind: 5\n", "error validating data: kind isn't string type; if you", 1),
        ("apiVersion: v1\nkind: List\nitems:\n- 1\n", "cannot unmarshal number", 4),
        ("%YAML 9.9\n---\na: b", "", None),
    ],
)
def test_what_is_no_manifest_is_refused_with_its_line(text, message, line):
    with pytest.raises(ManifestError) as refusal:
        parse(text)
    assert refusal.value.code == 400
    assert message in refusal.value.message
    assert line is None or refusal.value.line == line
    assert str(refusal.value).startswith("error: ")


@pytest.mark.parametrize("text", [b"a" * 50_000_000, "a: b\n" * 10_000_000, "é" * (MAX_BYTES // 2 + 1)])
def test_fifty_megabytes_are_refused_before_anything_is_parsed(text):
    began = time.process_time()
    with pytest.raises(ManifestError) as refusal:
        parse(text)
    assert refusal.value.code == 413
    assert refusal.value.message == "Request entity too large: limit is 3145728"
    assert time.process_time() - began < 1


def test_an_empty_text_has_no_manifests():
    assert parse("") == parse("# only a comment\n---\n---\n") == []


def test_refusals_and_manifests_can_be_pickled():
    with pytest.raises(ManifestError) as refusal:
        parse("a: [")
    again = pickle.loads(pickle.dumps(refusal.value))
    assert (str(again), again.line) == (str(refusal.value), refusal.value.line)
    (manifest,) = parse(DEPLOYMENT)
    assert pickle.loads(pickle.dumps(manifest)).line_of("spec.template") == 9


_WORDS = st.sampled_from(
    [
        "a",
        ": ",
        "- ",
        "\n",
        "  ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&x ",
        "*x",
        "<<: ",
        "|\n",
        ">",
        "'",
        '"',
        "---\n",
        "? ",
        "!!int ",
        "!t ",
        "%YAML 1.1\n",
        "\t",
        "#",
        "0x",
        "1e9",
        ".inf",
        "~",
        "kind: Pod\n",
        "apiVersion: v1\n",
        "items: ",
        "é",
        "\x00",
        "...",
        "\\",
        "\r",
    ]
)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200), st.lists(_WORDS, max_size=40).map("".join)))
def test_any_text_is_manifests_or_a_refusal(text):
    try:
        manifests = parse(text)
    except ApiError:
        return
    else:
        assert all(isinstance(manifest, Manifest) and manifest.kind for manifest in manifests)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
        max_leaves=12,
    )
)
def test_what_is_written_as_json_is_read_as_it_was(value):
    import json

    text = json.dumps({"apiVersion": "v1", "kind": "X", "data": value})
    assert parse(text)[0].content["data"] == value


def refused(text, message, kind):
    (manifest,) = parse(text)
    error = bad_request(message)
    locate(error, manifest, kind)
    return error.line, error.hint


def test_an_unknown_field_gets_its_line_and_the_nearest_name():
    text = DEPLOYMENT.replace("containers:", "container:")
    message = 'strict decoding error: unknown field "spec.template.spec.container"'
    hint = 'did you mean "containers" instead of "container"?'
    assert refused(text, message, find("deployment")) == (11, hint)


def test_a_nested_unknown_field_is_searched_where_it_stands():
    text = DEPLOYMENT.replace("image: nginx", "imagePullPolice: Always")
    message = 'strict decoding error: unknown field "spec.template.spec.containers[0].imagePullPolice"'
    hint = 'did you mean "imagePullPolicy" instead of "imagePullPolice"?'
    assert refused(text, message, find("deployment")) == (13, hint)


def test_an_unknown_kind_gets_the_nearest_served_one():
    text = "apiVersion: apps/v1\nkind: Deploymnet\n"
    assert refused(text, "no matches for kind", None) == (2, 'did you mean kind "Deployment"?')
    text = "apiVersion: v1\nkind: Deployment\n"
    assert refused(text, "no matches for kind", None) == (2, 'kind "Deployment" is in apiVersion "apps/v1"')
