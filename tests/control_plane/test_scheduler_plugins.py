from dataclasses import replace

import pytest
from scheduler_values import a_node, a_pod, best, cycle, reasons

from kubelab.api.selectors import from_labels
from kubelab.control_plane.scheduler.plugins.image_locality import ImageLocality
from kubelab.control_plane.scheduler.plugins.inter_pod_affinity import InterPodAffinity
from kubelab.control_plane.scheduler.plugins.node_affinity import NodeAffinity
from kubelab.control_plane.scheduler.plugins.node_name import NodeName
from kubelab.control_plane.scheduler.plugins.node_ports import NodePorts
from kubelab.control_plane.scheduler.plugins.node_resources_balanced_allocation import NodeResourcesBalancedAllocation
from kubelab.control_plane.scheduler.plugins.node_resources_fit import NodeResourcesFit
from kubelab.control_plane.scheduler.plugins.node_unschedulable import NodeUnschedulable
from kubelab.control_plane.scheduler.plugins.pod_topology_spread import PodTopologySpread
from kubelab.control_plane.scheduler.plugins.taint_toleration import TaintToleration
from kubelab.control_plane.scheduler.registry import DEFAULT_PROFILE

ZONE, HOST = "topology.kubernetes.io/zone", "kubernetes.io/hostname"
MEGABYTE = 1024 * 1024
GPU = {"key": "gpu", "value": "yes", "effect": "NoSchedule"}


def zoned(name, zone, *holds, **more):
    return a_node(name, holds, labels={ZONE: zone}, **more)


def anti_affinity(key=HOST, app="web", preferred=0):
    term = {"labelSelector": {"matchLabels": {"app": app}}, "topologyKey": key}
    if preferred:
        weighted = [{"weight": preferred, "podAffinityTerm": term}]
        return {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": weighted}}
    return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


def affinity(key=ZONE, app="web", **term):
    term = {"labelSelector": {"matchLabels": {"app": app}}, "topologyKey": key, **term}
    return {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


def spread(key=ZONE, skew=1, when="DoNotSchedule", app="web", **more):
    return {
        "maxSkew": skew,
        "topologyKey": key,
        "whenUnsatisfiable": when,
        "labelSelector": {"matchLabels": {"app": app}},
        **more,
    }


# -- NodeName, NodeUnschedulable, TaintToleration


def test_a_pod_that_names_its_node_fits_no_other():
    pod = replace(a_pod(), node_name="a")
    assert NodeName().filter(pod, a_node("a")) is None
    assert NodeName().filter(pod, a_node("b")).message == "node(s) didn't match the requested node name"


def test_a_cordoned_node_takes_only_pods_that_tolerate_it():
    node = a_node(unschedulable=True)
    tolerant = a_pod(tolerations=[{"key": "node.kubernetes.io/unschedulable", "operator": "Exists"}])
    assert NodeUnschedulable().filter(a_pod(), node).message == "node(s) were unschedulable"
    assert NodeUnschedulable().filter(tolerant, node) is None


@pytest.mark.parametrize(
    ("toleration", "tolerated"),
    [
        ({"key": "gpu", "operator": "Exists"}, True),
        ({"operator": "Exists"}, True),
        ({"key": "gpu", "value": "yes"}, True),
        ({"key": "gpu", "operator": "Equal", "value": "no"}, False),
        ({"key": "gpu", "operator": "Exists", "effect": "NoExecute"}, False),
        ({"key": "disk", "operator": "Exists"}, False),
    ],
)
def test_a_toleration_covers_its_taint(toleration, tolerated):
    verdict = TaintToleration().filter(a_pod(tolerations=[toleration]), a_node(taints=[GPU]))
    assert (verdict is None) is tolerated
    assert tolerated or verdict.message == "node(s) had untolerated taint(s)"


def test_untolerated_prefer_no_schedule_taints_only_lower_the_score():
    flaky = {"key": "flaky", "effect": "PreferNoSchedule"}
    pod, plugin = a_pod(), TaintToleration()
    assert plugin.filter(pod, a_node(taints=[flaky])) is None
    assert plugin.normalize([plugin.score(pod, a_node(taints=taints)) for taints in ([], [flaky])]) == [100, 0]


# -- NodeAffinity


def test_node_selector_and_required_affinity_must_both_hold():
    term = {"matchExpressions": [{"key": "gen", "operator": "Gt", "values": ["5"]}]}
    required = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}}
    pod, plugin = a_pod(nodeSelector={"disk": "ssd"}, affinity=required), NodeAffinity()
    assert plugin.filter(pod, a_node(labels={"disk": "ssd", "gen": "6"})) is None
    for labels in ({"disk": "hdd", "gen": "6"}, {"disk": "ssd", "gen": "5"}, {"disk": "ssd", "gen": "six"}):
        assert plugin.filter(pod, a_node(labels=labels)).message == "node(s) didn't match Pod's node affinity/selector"


def named(*names):
    terms = [
        {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [name]} for name in each.split("&")]}
        for each in names
    ]
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}}


def test_match_fields_leave_other_nodes_out_of_the_search():
    found = reasons(a_pod(affinity=named("a", "b")), a_node("a"), a_node("b"), a_node("c"))
    assert found == {"c": "node(s) didn't satisfy plugin(s) [NodeAffinity]"}


def test_contradicting_match_fields_are_told_once_for_all():
    assert NodeAffinity().pre_filter(a_pod(affinity=named("a&b"))) == ()
    assert reasons(a_pod(affinity=named("a&b")), a_node("a"))["a"] == "pod affinity terms conflict"


def test_preferred_node_affinity_adds_the_weights_of_the_terms_met():
    terms = [
        {"weight": weight, "preference": {"matchExpressions": [{"key": key, "operator": "Exists"}]}}
        for key, weight in (("a", 10), ("b", 30))
    ]
    pod = a_pod(affinity={"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": terms}})
    raw = [NodeAffinity().score(pod, a_node(labels=labels)) for labels in ({"a": "", "b": ""}, {"a": ""}, {})]
    assert raw == [40, 10, 0]
    assert NodeAffinity().normalize(raw) == [100, 25, 0]


# -- NodePorts


def test_a_host_port_is_free_until_a_pod_takes_it():
    pod = a_pod(ports=[{"containerPort": 80, "hostPort": 8080}])
    other = a_pod(ports=[{"containerPort": 80, "hostPort": 8080, "protocol": "UDP"}])
    assert NodePorts().filter(pod, a_node(holds=(other,))) is None
    verdict = NodePorts().filter(pod, a_node(holds=(pod,)))
    assert verdict.message == "node(s) didn't have free ports for the requested pod ports"
    assert verdict.resolvable


# -- NodeResourcesFit, NodeResourcesBalancedAllocation


def test_what_is_requested_must_be_free():
    big = a_pod(cpu="3", memory="6Gi")
    verdict = NodeResourcesFit().filter(big, a_node(holds=(a_pod(cpu="2", memory="4Gi"),)))
    assert verdict.reasons == ("Insufficient cpu", "Insufficient memory")
    assert verdict.resolvable


def test_no_eviction_helps_where_the_node_is_too_small():
    assert not NodeResourcesFit().filter(a_pod(cpu="5"), a_node(cpu="4")).resolvable


def test_a_node_has_room_for_so_many_pods():
    full = a_node(holds=(a_pod(),), pods="1")
    assert NodeResourcesFit().filter(a_pod(), full).reasons == ("Too many pods",)


def test_extended_resources_are_counted_by_name():
    pod = a_pod()
    pod = replace(a_pod(), requests={"example.com/gpu": 2})
    assert NodeResourcesFit().filter(pod, a_node()).reasons == ("Insufficient example.com/gpu",)
    assert NodeResourcesFit().filter(pod, a_node(extended={"example.com/gpu": "2"})) is None


def test_least_allocated_assumes_something_of_pods_that_ask_for_nothing():
    # 100m of 4 cores leave 97 %, 200 MiB of 8 GiB leave 97 %.
    assert NodeResourcesFit().score(a_pod(), a_node()) == 97
    assert NodeResourcesFit().score(a_pod(cpu="2", memory="4Gi"), a_node()) == 50


def test_balanced_allocation_rewards_what_evens_out():
    plugin = NodeResourcesBalancedAllocation()
    empty, lopsided = a_node(), a_node(holds=(a_pod(cpu="2"),))
    assert plugin.score(a_pod(cpu="1", memory="2Gi"), empty) == 75
    assert plugin.score(a_pod(cpu="1"), empty) < 75 < plugin.score(a_pod(memory="4Gi"), lopsided)
    assert not plugin.scores(a_pod())


# -- ImageLocality


def test_an_image_at_hand_counts_by_size_and_spread():
    images = {"app:v1": 500 * MEGABYTE}
    known, outcome, snapshot = cycle(a_pod(), a_node("a", images=images), a_node("b", images=images), a_node("c"))
    view = known.views["ImageLocality"]
    state = ImageLocality().pre_score(a_pod(), view.totals, {}, snapshot)
    # Two of three nodes hold it: 333 MiB count, less 23, of 1,000 less 23.
    assert ImageLocality().score_places(a_pod(), state, view.places)[1] == [31, 0]
    assert [snapshot[at].name for at in outcome.best] == ["a", "b"]


def test_an_image_has_the_size_that_the_first_node_reported():
    nodes = [a_node(name, images={"app:v1": size * MEGABYTE}) for name, size in (("a", 900), ("b", 50))]
    assert best(a_pod(), *nodes) == ["a", "b"]


def test_an_image_without_a_tag_is_the_latest():
    assert a_pod(image="registry:5000/app").images == ("registry:5000/app:latest",)


# -- PodTopologySpread


def test_a_zone_may_not_get_too_far_ahead():
    pod = a_pod(topologySpreadConstraints=[spread()])
    nodes = zoned("a", "x", a_pod()), zoned("b", "y")
    assert reasons(pod, *nodes) == {"a": "node(s) didn't match pod topology spread constraints"}


def test_a_node_without_the_label_is_in_no_zone():
    pod = a_pod(topologySpreadConstraints=[spread()])
    text = "node(s) didn't match pod topology spread constraints (missing required label)"
    assert reasons(pod, zoned("a", "x"), a_node("b")) == {"b": text}


def test_fewer_zones_than_min_domains_count_as_an_empty_one():
    pod = a_pod(topologySpreadConstraints=[spread(minDomains=3)])
    nodes = zoned("a", "x", a_pod()), zoned("b", "y", a_pod())
    assert list(reasons(pod, *nodes)) == ["a", "b"]
    assert reasons(a_pod(topologySpreadConstraints=[spread(minDomains=2)]), *nodes) == {}


def test_nodes_that_the_pod_cannot_use_are_left_out_of_the_count_if_so_asked():
    nodes = zoned("a", "x", a_pod()), zoned("b", "y", taints=[GPU])
    assert list(reasons(a_pod(topologySpreadConstraints=[spread()]), *nodes)) == ["a", "b"]
    honor = a_pod(topologySpreadConstraints=[spread(nodeTaintsPolicy="Honor")])
    assert list(reasons(honor, *nodes)) == ["b"]
    disk = {"nodeSelector": {"disk": "ssd"}}
    nodes = a_node("a", (a_pod(),), labels={ZONE: "x", "disk": "ssd"}), zoned("b", "y")
    assert list(reasons(a_pod(topologySpreadConstraints=[spread()], **disk), *nodes)) == ["b"]
    ignore = a_pod(topologySpreadConstraints=[spread(nodeAffinityPolicy="Ignore")], **disk)
    assert list(reasons(ignore, *nodes)) == ["a", "b"]


def test_match_label_keys_count_only_pods_of_the_same_value():
    constraint = spread(matchLabelKeys=["app"])
    constraint["labelSelector"] = {}
    pod = a_pod(topologySpreadConstraints=[constraint])
    assert reasons(pod, zoned("a", "x", a_pod(app="db")), zoned("b", "y")) == {}


def test_pods_of_other_namespaces_are_not_counted():
    pod = a_pod(topologySpreadConstraints=[spread()])
    assert reasons(pod, zoned("a", "x", a_pod(namespace="other")), zoned("b", "y")) == {}


def test_soft_constraints_prefer_the_emptier_zone():
    pod = a_pod(topologySpreadConstraints=[spread(when="ScheduleAnyway")])
    assert best(pod, zoned("a", "x", a_pod(app="db")), zoned("b", "y", a_pod())) == ["a"]


def test_by_default_pods_of_a_service_spread_over_nodes():
    pod = replace(a_pod(), default_selector=from_labels({"app": "web"}))
    nodes = a_node("a", (a_pod(),)), a_node("b", (a_pod(app="db"),))
    assert best(a_pod(), *nodes) == ["a", "b"]
    assert best(pod, *nodes) == ["b"]
    assert PodTopologySpread().filters(pod, cycle(pod, *nodes)[0].views["PodTopologySpread"].totals, None) is None


# -- InterPodAffinity


def test_anti_affinity_keeps_pods_apart_from_both_sides():
    shy = a_pod(affinity=anti_affinity())
    nodes = a_node("a", (a_pod(),)), a_node("b")
    assert reasons(shy, *nodes) == {"a": "node(s) didn't match pod anti-affinity rules"}
    nodes = a_node("a", (shy,)), a_node("b")
    assert reasons(a_pod(), *nodes) == {"a": "node(s) didn't satisfy existing pods anti-affinity rules"}


def test_affinity_wants_company_in_the_same_zone():
    friend = a_pod(app="db", affinity=affinity())
    nodes = zoned("a", "x", a_pod()), zoned("b", "x"), zoned("c", "y"), a_node("d")
    text = "node(s) didn't match pod affinity rules"
    assert reasons(friend, *nodes) == {"c": text, "d": text}


def test_the_first_of_a_group_that_wants_to_be_together_is_let_in():
    assert reasons(a_pod(affinity=affinity()), zoned("a", "x"), zoned("b", "y")) == {}
    assert list(reasons(a_pod(app="db", affinity=affinity()), zoned("a", "x"), zoned("b", "y"))) == ["a", "b"]


def test_a_term_is_about_pods_of_its_own_namespace_unless_it_says_otherwise():
    elsewhere = zoned("a", "x", a_pod(namespace="other"))
    assert "a" in reasons(a_pod(app="db", affinity=affinity()), elsewhere)
    assert "a" not in reasons(a_pod(app="db", affinity=affinity(namespaces=["other"])), elsewhere)
    assert "a" not in reasons(a_pod(app="db", affinity=affinity(namespaceSelector={})), elsewhere)


def test_preferred_terms_of_both_sides_and_required_ones_of_those_there_score():
    keen, shy = affinity(), anti_affinity(preferred=50)
    nodes = zoned("a", "x", a_pod("q", "db", affinity=keen)), zoned("b", "y")
    assert best(a_pod(), *nodes) == ["a"]
    assert best(a_pod(affinity=shy), a_node("a", (a_pod(),)), a_node("b", (a_pod(app="db"),))) == ["b"]
    known, _, _ = cycle(a_pod(affinity=shy), a_node("a", (a_pod(),)), a_node("b"))
    view = known.views["InterPodAffinity"]
    assert InterPodAffinity().score_places(a_pod(), view.totals.amount["score"], view.places) == ([-50, 0], [0, 100])


# -- the profile


def test_the_default_profile_has_kubernetes_weights_in_kubernetes_order():
    assert DEFAULT_PROFILE.weights == {
        "TaintToleration": 3,
        "NodeAffinity": 2,
        "NodeResourcesFit": 1,
        "PodTopologySpread": 2,
        "InterPodAffinity": 2,
        "NodeResourcesBalancedAllocation": 1,
        "ImageLocality": 1,
    }
    names = [plugin.name for plugin in DEFAULT_PROFILE.plugins]
    assert names[:6] == [
        "NodeUnschedulable",
        "NodeName",
        "TaintToleration",
        "NodeAffinity",
        "NodePorts",
        "NodeResourcesFit",
    ]
