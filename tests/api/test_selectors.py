import copy
import pickle
from types import SimpleNamespace

import pytest
from lightkube.models import core_v1, meta_v1

from kubelab.api import selectors
from kubelab.api.errors import ApiError
from kubelab.api.field_selectors import parse_fields, supported
from kubelab.api.kinds import find

WEB = {"app": "web", "tier": "front", "weight": "7"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "app",
        "app=web",
        "app==web",
        "app=web,tier!=db",
        "tier in (front,back)",
        "tier notin (db)",
        "!canary",
        "canary!=yes",
        "canary notin (yes)",
        "weight>6",
        "weight<8",
        " app = web , tier in ( front , back ) ",
        "tier in (front,,back)",
    ],
)
def test_selectors_that_select_the_web_pod(text):
    assert selectors.parse(text).matches(WEB)


@pytest.mark.parametrize(
    "text", ["app=", "!app", "app!=web", "tier in (db)", "weight>7", "app>1", "canary", "tier in ()"]
)
def test_selectors_that_leave_the_web_pod_out(text):
    assert not selectors.parse(text).matches(WEB)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a=b=c", "found '=', expected: ',' or 'end of string'"),
        ("a in b", "unable to parse requirement: found 'b' expected: '('"),
        ("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
        ("a,", "found '', expected: identifier after ','"),
        ("=a", "found '=', expected: !, identifier, or 'end of string'"),
        ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
        ("a>x", "the value must be an integer"),
        ("-a=b", 'unable to parse requirement: <nil>: Invalid value: "-a": name part must consist of'),
        ("a=b_", 'unable to parse requirement: values[0][a]: Invalid value: "b_": a valid label must be'),
    ],
)
def test_a_bad_selector_is_refused_in_the_words_of_the_api_server(text, message):
    with pytest.raises(ApiError) as refusal:
        selectors.parse(text)
    assert refusal.value.code == 400
    assert message in refusal.value.message


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("b in (z,a),a=1,!c", "a=1,b in (a,z),!c"),
        ("a==1,b!=2,c", "a==1,b!=2,c"),
        ("x>3,y notin (1)", "x>3,y notin (1)"),
    ],
)
def test_a_selector_prints_as_kubectl_prints_it(text, printed):
    assert str(selectors.parse(text)) == printed
    assert str(selectors.parse(printed)) == printed


def test_a_selector_object_is_the_same_as_struct_and_as_dict():
    as_dict = {
        "matchLabels": {"app": "web"},
        "matchExpressions": [{"key": "tier", "operator": "In", "values": ["a", "b"]}],
    }
    struct = meta_v1.LabelSelector(
        matchLabels={"app": "web"},
        matchExpressions=[meta_v1.LabelSelectorRequirement(key="tier", operator="In", values=["a", "b"])],
    )
    assert selectors.from_object(as_dict) == selectors.from_object(struct)
    assert selectors.format_selector(struct) == "app=web,tier in (a,b)"
    assert selectors.from_object(struct).matches({"app": "web", "tier": "b"})


def test_no_selector_selects_nothing_and_an_empty_one_everything():
    assert not selectors.from_object(None).matches(WEB)
    assert selectors.from_object({}).matches(None)
    assert selectors.format_selector({}) == "<none>"
    assert selectors.from_labels(None).matches(WEB)


def test_an_operator_that_does_not_exist_is_refused():
    with pytest.raises(ApiError, match='"Inn" is not a valid label selector operator'):
        selectors.from_object({"matchExpressions": [{"key": "a", "operator": "Inn"}]})


def test_selectors_are_values():
    selector = selectors.parse("app=web,tier in (a,b)")
    fields = parse_fields(find("pods"), "status.phase!=Running")
    assert copy.deepcopy(selector) == selector == pickle.loads(pickle.dumps(selector))
    assert pickle.loads(pickle.dumps(fields)) == fields


def test_pods_are_chosen_by_their_node_and_phase():
    pod = core_v1.Pod(
        metadata=meta_v1.ObjectMeta(name="web-1", namespace="shop"),
        spec=core_v1.PodSpec(containers=[], nodeName="worker-1"),
        status=core_v1.PodStatus(phase="Running"),
    )
    pods = find("pods")
    assert parse_fields(pods, "spec.nodeName=worker-1,status.phase!=Failed,metadata.namespace==shop").matches(pod)
    assert parse_fields(pods, "spec.hostNetwork=false").matches(pod)
    assert not parse_fields(pods, "spec.nodeName=worker-2").matches(pod)
    assert not parse_fields(pods, "status.phase!=Running").matches(pod)
    assert parse_fields(pods, "metadata.name=web-1,status.phase=Running").required("metadata.name") == "web-1"


def test_events_are_chosen_by_what_they_are_about():
    event = SimpleNamespace(
        involvedObject=SimpleNamespace(name="web", kind="Pod"), source=None, reportingComponent="kubelet", type="Normal"
    )
    assert parse_fields(find("events"), "involvedObject.name=web,involvedObject.kind=Pod,source=kubelet").matches(event)
    assert not parse_fields(find("events"), "type=Warning").matches(event)


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("pods", "spec.color=red", "field label not supported: spec.color"),
        (
            "deployments",
            "spec.replicas=3",
            '"spec.replicas" is not a known field selector: only "metadata.name", "metadata.namespace"',
        ),
        ("pods", "status.phase", "invalid selector: 'status.phase'; can't understand 'status.phase'"),
        ("pods", r"status.phase=a\b", r"invalid field selector: invalid escape sequence: \b"),
    ],
)
def test_a_field_that_cannot_be_chosen_by_is_refused(kind, text, message):
    with pytest.raises(ApiError) as refusal:
        parse_fields(find(kind), text)
    assert (refusal.value.code, refusal.value.message) == (400, message)


def test_every_kind_is_chosen_by_name():
    assert supported(find("leases")) == ["metadata.name", "metadata.namespace"]
    assert "involvedObject.kind" in supported(find("events"))
