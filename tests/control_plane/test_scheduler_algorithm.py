import random
from collections import Counter
from datetime import UTC, datetime

import pytest
from scheduler_values import a_node, a_pod, cycle

from kubelab.control_plane.scheduler.algorithm import fit_error, num_feasible_nodes_to_find, schedule
from kubelab.control_plane.scheduler.equivalence import EquivalenceClass
from kubelab.control_plane.scheduler.preemption import find_victims
from kubelab.control_plane.scheduler.registry import DEFAULT_PROFILE
from kubelab.control_plane.scheduler.snapshot import Snapshot

NOW = datetime(2026, 1, 1, tzinfo=UTC)
GPU = {"key": "gpu", "effect": "NoSchedule"}


def message(pod, *nodes):
    known, outcome, _ = cycle(pod, *nodes)
    assert not outcome.feasible
    verdicts = outcome.verdicts or known.rejected
    return fit_error(verdicts, find_victims(known, verdicts, {}.get, [], random.Random(1), NOW))


def test_the_message_counts_reasons_and_says_whether_preemption_could_help():
    full = a_node("b", (a_pod(cpu="3"),))
    assert message(a_pod(cpu="2"), a_node("a", taints=[GPU]), full, a_node("c", (a_pod(cpu="3"),))) == (
        "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. "
        "no new claims to deallocate, preemption: 0/3 nodes are available: "
        "1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod."
    )


def test_a_node_can_lack_several_things():
    text = message(a_pod(cpu="2", memory="8Gi"), a_node("a", (a_pod(cpu="3", memory="1Gi"),)))
    assert text.startswith("0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory. no new claims")


def test_without_nodes_there_is_nothing_to_count():
    assert message(a_pod()) == "no nodes available to schedule pods"


def test_contradicting_node_names_are_told_once():
    fields = [{"key": "metadata.name", "operator": "In", "values": [name]} for name in "ab"]
    terms = {"nodeSelectorTerms": [{"matchFields": fields}]}
    pod = a_pod(affinity={"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}})
    assert message(pod, a_node("a"), a_node("b")) == (
        "0/2 nodes are available: pod affinity terms conflict. no new claims to deallocate, "
        "preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."
    )


@pytest.mark.parametrize(
    ("nodes", "percentage", "wanted"),
    [(50, 10, 50), (99, 0, 99), (100, 0, 100), (250, 0, 120), (1000, 0, 420), (6000, 0, 300), (1000, 70, 700)],
)
def test_large_clusters_are_searched_in_part(nodes, percentage, wanted):
    assert num_feasible_nodes_to_find(nodes, percentage) == wanted


def test_the_next_search_begins_where_the_last_one_ended():
    nodes = [a_node(f"n{i:03}", unschedulable=i < 20) for i in range(250)]
    known = EquivalenceClass(a_pod(), DEFAULT_PROFILE, Snapshot.of(nodes))
    first = schedule(known, 0)
    assert (len(first.feasible), first.feasible[0], first.visited) == (120, 20, 140)
    second = schedule(known, 140)
    assert (second.feasible[0], second.visited, second.feasible[-1]) == (140, 140, 29)
    assert schedule(known, 0, percentage=100).visited == 250


def test_a_single_feasible_node_is_not_scored():
    _, outcome, _ = cycle(a_pod(), a_node("a"), a_node("b", unschedulable=True))
    assert (outcome.feasible, outcome.best, list(outcome.totals)) == ([0], [0], [])


def test_nodes_of_equal_score_are_drawn_alike():
    _, outcome, _ = cycle(a_pod(), a_node("a"), a_node("b"), a_node("c"), a_node("d", cpu="1"))
    rng = random.Random(7)
    drawn = Counter(outcome.choose(rng) for _ in range(3000))
    assert sorted(drawn) == [0, 1, 2]
    assert all(900 < count < 1100 for count in drawn.values())
