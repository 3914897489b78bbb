import pickle
from dataclasses import replace

import pytest
from scheduler_values import a_node, a_pod

from kubelab.control_plane.scheduler.algorithm import fit_error, schedule
from kubelab.control_plane.scheduler.changes import CLAUSES
from kubelab.control_plane.scheduler.decision import Decision
from kubelab.control_plane.scheduler.equivalence import EquivalenceClass
from kubelab.control_plane.scheduler.registry import DEFAULT_PROFILE
from kubelab.control_plane.scheduler.snapshot import Snapshot
from kubelab.control_plane.scheduler.turning_points import turning_point, turning_points

ZONE = "topology.kubernetes.io/zone"
GPU = {"key": "gpu", "value": "yes", "effect": "NoSchedule"}


def decided(pod, *nodes) -> Decision:
    snapshot = Snapshot.of(nodes)
    known = EquivalenceClass(pod, DEFAULT_PROFILE, snapshot)
    outcome = schedule(known)
    node = snapshot[outcome.best[0]].name if outcome.feasible else None
    message = "" if node else fit_error(outcome.verdicts or ())
    return Decision("default/p", pod, DEFAULT_PROFILE, snapshot, 0, 0, node, len(outcome.best), message)


def test_a_decision_tells_each_nodes_verdict_and_every_score():
    nodes = a_node("a", (a_pod(cpu="1"),)), a_node("b"), a_node("c", taints=[GPU]), a_node("d", cpu="1")
    decision = decided(a_pod(cpu="2", memory="1Gi"), *nodes)
    assert decision.node == "b"
    assert decision.rejections == {
        "c": ("TaintToleration", "node(s) had untolerated taint(s)"),
        "d": ("NodeResourcesFit", "Insufficient cpu"),
    }
    assert decision.scores["b"] == {
        "TaintToleration": 300,
        "NodeResourcesFit": 68,
        "NodeResourcesBalancedAllocation": 65,
        "ImageLocality": 0,
    }
    assert decision.raw_scores["b"]["TaintToleration"] == 0
    assert decision.finals["b"] == sum(decision.scores["b"].values())
    assert (decision.feasible, decision.best, decision.runner_up) == (("a", "b"), ("b",), "a")
    assert decision.plain() == {"node": "b", "ties": 1, "message": ""}
    assert repr(decision) == "Decision: default/p → b"


def test_a_decision_survives_pickling_without_what_can_be_worked_out_again():
    decision = decided(a_pod(cpu="2"), a_node("a"), a_node("b"))
    before = len(pickle.dumps(decision))
    scores = decision.scores
    assert len(pickle.dumps(decision)) == before
    assert pickle.loads(pickle.dumps(decision)).scores == scores


def test_nothing_is_scored_where_nothing_fits():
    decision = decided(a_pod(cpu="9"), a_node("a"), a_node("b"))
    assert (decision.scores, decision.finals, decision.runner_up) == ({}, {}, None)
    assert decision.message.startswith("0/2 nodes are available: 2 Insufficient cpu.")


@pytest.mark.parametrize(
    ("pod", "node", "sentence"),
    [
        (a_pod(), {"unschedulable": True}, "If a were uncordoned, the pod would go to a."),
        (a_pod(), {"taints": [GPU]}, "If the taint gpu=yes:NoSchedule were removed from a, the pod would go to a."),
        (a_pod(nodeSelector={"disk": "ssd"}), {}, "If a had the label disk=ssd, the pod would go to a."),
        (a_pod(cpu="5"), {}, "If the pod requested 4 of cpu instead of 5, the pod would go to a."),
        (
            a_pod(memory="5Gi"),
            {"holds": (a_pod(memory="4Gi"),)},
            "If 1Gi of memory were free again on a, the pod would go to a.",
        ),
        (
            a_pod(ports=[{"containerPort": 80, "hostPort": 80}]),
            {"holds": (a_pod(ports=[{"containerPort": 80, "hostPort": 80}]),)},
            "If the pod default/a-0 left a, the pod would go to a.",
        ),
    ],
)
def test_the_smallest_change_for_a_node_that_was_rejected(pod, node, sentence):
    points = turning_points(decided(pod, a_node("a", **node)))
    assert [point.sentence("en") for point in points] == [sentence]


def test_the_smallest_change_for_the_rules_about_other_pods():
    apart = {"labelSelector": {"matchLabels": {"app": "web"}}, "topologyKey": "kubernetes.io/hostname"}
    shy = a_pod(affinity={"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [apart]}})
    keen = a_pod("q", "db", affinity={"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [apart]}})
    constraint = {"maxSkew": 1, "topologyKey": ZONE, "whenUnsatisfiable": "DoNotSchedule"}
    even = a_pod(topologySpreadConstraints=[constraint | {"labelSelector": {"matchLabels": {"app": "web"}}}])
    held, zones = (a_pod(),), {"labels": {ZONE: "x"}}
    other = a_node("b", unschedulable=True, labels={ZONE: "y"})
    assert [point.changes[0].action for point in turning_points(decided(shy, a_node("a", held)))] == ["remove-pod"]
    assert [point.changes[0].action for point in turning_points(decided(keen, a_node("a")))] == ["drop-term"]
    point = turning_point(decided(even, a_node("a", held, **zones), other), "a")
    assert point.sentence("en") == f"If maxSkew over {ZONE} were 2 instead of 1, the pod would go to a."
    point = turning_point(decided(even, a_node("a"), other), "a")
    assert point.sentence("es") == f"Si a tuviera la etiqueta {ZONE}=y, el pod iría a a."


def test_several_obstacles_need_several_changes():
    point = turning_point(decided(a_pod(cpu="5"), a_node("a", unschedulable=True, taints=[GPU])), "a")
    assert [change.action for change in point.changes] == ["uncordon", "remove-taint", "lower-request"]
    assert point.sentence("es") == (
        "Si se hiciera uncordon de a y se quitara el taint gpu=yes:NoSchedule de a "
        "y el pod pidiera 4 de cpu en lugar de 5, el pod iría a a."
    )


def test_a_node_that_only_lost_needs_no_more_than_it_takes_to_win():
    decision = decided(a_pod(cpu="1"), a_node("a", (a_pod(cpu="2"),)), a_node("b", (a_pod(cpu="1"),)))
    point = turning_point(decision, "a")
    assert [change.action for change in point.changes] == ["free"]
    flaky = [{"key": "flaky", "effect": "PreferNoSchedule"}]
    point = turning_point(decided(a_pod(cpu="1"), a_node("a", taints=flaky), a_node("b", cpu="3")), "a")
    assert point.sentence("en").startswith("If the taint flaky:PreferNoSchedule were removed from a")


def test_a_turning_point_turns_what_it_says():
    decision = decided(a_pod(cpu="5"), a_node("a"), a_node("b", cpu="3"))
    (first, second) = turning_points(decision)
    assert (first.node, first.changes[0].after) == ("a", "4")
    assert second.node == "b"
    again = decided(replace(decision.info, requests={"cpu": 4000}), *decision.snapshot)
    assert again.node == "a"


def test_every_change_can_be_said_in_both_languages():
    assert all(len(texts) == 2 and texts[0] != texts[1] for texts in CLAUSES.values())
