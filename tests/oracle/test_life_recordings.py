"""How a real cluster lived, lived again here.

Each recording is a list of actions and the trace of all that changed. The actions are done again, each at its recorded
second, on a cluster of three workers at the recorded machine's pace, where images and containers take no time. Both
traces are then read in the same ways and must be equal. At kubelab's own pace, which is slower, what is said, the
conditions and the end must be equal too. What is compared, and what is masked and why:

events
    Type, reason, message and count, in order, for each object and source by itself: components run side by side, and
    how they interleave differs from run to run. Creations and deletions of one batch come in any order, and a DaemonSet
    goes through its nodes in any order. Events of the kubelets are left out: the recorded runtime made none.
counts
    Of each Deployment, ReplicaSet, StatefulSet and DaemonSet the exact sequence of spec.replicas, generation, revision,
    owner and images, and of the revisions that the status names. Of every number in the status, after each action:
    from, to, lowest, highest, and whether it only rises or only falls. How many steps it takes is chance: a controller
    sees several changes as one. So a number may also go as low or as high as the recorded pods themselves went where
    the recorded status missed it.
conditions
    Of Deployments, ReplicaSets and nodes the exact sequence of each condition (status, reason, message), and of taints.
    Of pods PodScheduled and DisruptionTarget all along, Ready from its first True until the pod is told to go (the
    recorded runtime said Ready before the containers ran). Of endpoints (ready, serving, terminating) in order, from
    when the pod is first ready.
final state
    Of every object that ever was: whether it is there, and all that is recorded of it.
placement
    The number of pods a node when an action is taken and at the end; by node where an action names one.
tables
    Columns, and every cell; ages within 2 s.
times
    What Kubernetes sets (minReadySeconds, progressDeadlineSeconds, the node monitor's grace, tolerationSeconds) and all
    that should follow an action at once: within 1.1 s of the recorded instant, counted from the action before, or from
    the node's NotReady; where pods take turns (StatefulSet, DaemonSet), from what the runtime did last. A node is
    NotReady 40 to 56 s after its end, as its lease's phase and the monitor's period have it.

Names with random characters are replaced by what became of the object (`life_names.py`). Of several equally good nodes
Kubernetes takes one at random, so the seed is the first of some whose placement is the recorded one. In tables the
addresses, a node's operating system, kernel and runtime, and the age of what is older than the recording are masked.
"""

from __future__ import annotations

import os
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from life_compare import Score, Side, compare_events, compare_final, compare_placement
from life_conditions import compare_conditions
from life_counts import compare_counts
from life_replay import RECORDED_PACE, RECORDINGS, Life, missing_kinds, recorded, replayed
from life_shown import compare_tables
from life_times import compare_times

from kubelab.timings import Timings

PAGE = Path(__file__).parents[2] / "docs" / "parity.md"
BEGIN, END = "<!-- life -->", "<!-- /life -->"
SEEDS = range(1, 21)
RESPECTS = {
    "events": compare_events,
    "counts": compare_counts,
    "conditions": compare_conditions,
    "final state": compare_final,
    "placement": compare_placement,
    "tables": compare_tables,
    "times": compare_times,
}

pytestmark = pytest.mark.skipif(not RECORDINGS.exists(), reason="no recordings here")

LIVES = {path.stem: recorded(path) for path in sorted(RECORDINGS.glob("*.json"))}
SERVED = [name for name, life in LIVES.items() if not missing_kinds(life)]


def compare(should: Life, does: Life) -> dict[str, Score]:
    scores = {respect: Score() for respect in RESPECTS}
    real, ours = Side(should), Side(does)
    for respect, comparison in RESPECTS.items():
        comparison(real, ours, scores[respect])
    return scores


def faults(scores: dict[str, Score]) -> list[str]:
    return [f"{respect}: {fault}" for respect, score in scores.items() for fault in score.faults]


@cache
def lived(name: str, pace: Timings = RECORDED_PACE) -> Life:
    """The replay by the first seed that places the pods as recorded, or by the first of all."""
    for seed in SEEDS:
        life = replayed(LIVES[name], seed, pace)
        score = Score()
        compare_placement(Side(LIVES[name]), Side(life), score)
        if not score.faults:
            return life
    return replayed(LIVES[name], SEEDS[0], pace)


@pytest.mark.parametrize("name", SERVED)
def test_a_recorded_life_is_lived_again(name: str) -> None:
    found = faults(compare(LIVES[name], lived(name)))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", SERVED)
def test_at_its_own_pace_the_same_is_said_and_the_end_is_the_same(name: str) -> None:
    scores = compare(LIVES[name], lived(name, Timings()))
    found = faults({respect: scores[respect] for respect in ("events", "conditions", "final state")})
    assert not found, "\n".join(found)


def figures() -> str:
    head = ["recording", *RESPECTS]
    rows = []
    for name, life in LIVES.items():
        missing = missing_kinds(life)
        if missing:
            rows.append([name, f"not yet: needs {', '.join(missing)}", *[""] * (len(RESPECTS) - 1)])
        else:
            scores = compare(life, lived(name)).values()
            rows.append([name, *(f"{score.equal} / {score.all}" if score.all else "" for score in scores)])
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *rows])


def test_parity_with_the_recorded_lives_is_what_the_page_says() -> None:
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    updated = f"{before}{BEGIN}\n{figures()}\n{END}{after}"
    if os.environ.get("KUBELAB_UPDATE"):
        PAGE.write_text(updated)
    else:
        assert page == updated, "the parity figures have changed: run with KUBELAB_UPDATE=1"


# -- the comparison itself


@pytest.mark.parametrize("name", list(LIVES))
def test_a_life_is_equal_to_itself(name: str) -> None:
    if missing_kinds(LIVES[name]):
        pytest.skip("of kinds that are not served yet")
    assert faults(compare(LIVES[name], LIVES[name])) == []


def entries(life: Life, kind: str, **facts: Any) -> list[dict[str, Any]]:
    return [e for e in life.trace if e["kind"] == kind and all(e.get(key) == value for key, value in facts.items())]


def lose_an_event(life: Life) -> None:
    life.trace.remove(entries(life, "events", reason="SuccessfulDelete")[1])


def reword_an_event(life: Life) -> None:
    entries(life, "events", reason="ScalingReplicaSet")[1]["message"] += "."


def swap_two_events(life: Life) -> None:
    one, other = entries(life, "events", reason="ScalingReplicaSet")[1:3]
    one["message"], other["message"] = other["message"], one["message"]


def count_an_event_twice(life: Life) -> None:
    entries(life, "events", reason="ScalingReplicaSet")[-1]["count"] += 1


def scale_by_two_at_once(life: Life) -> None:
    life.trace = [e for e in life.trace if not (e["kind"] == "replicasets" and e["replicas"] == 2)]


def be_less_available(life: Life) -> None:
    entries(life, "deployments")[len(entries(life, "deployments")) // 2]["status"]["availableReplicas"] = 1


def reason_otherwise(life: Life) -> None:
    entries(life, "deployments")[-1]["conditions"]["Progressing"][1] = "ReplicaSetUpdated"


def keep_a_pod(life: Life) -> None:
    gone = [e for e in life.trace if e["kind"] == "pods" and e["what"] == "DELETED"]
    life.trace.remove(gone[0])


def forget_the_old_revision(life: Life) -> None:
    for entry in entries(life, "replicasets", revision="3"):
        entry["revision"] = "1"


def serve_while_terminating_as_ready(life: Life) -> None:
    for entry in entries(life, "endpointslices"):
        for endpoint in entry["endpoints"]:
            endpoint["ready"] = True


def be_late(life: Life) -> None:
    for entry in life.trace:
        if entry["t"] > 20:
            entry["t"] += 2.0


def put_all_on_one_node(life: Life) -> None:
    for entry in entries(life, "pods"):
        entry["node"] = entry["node"] and "worker-1"


def show_another_number(life: Life) -> None:
    life.tables["deployments"]["rows"][0][2] = 3


@pytest.mark.parametrize(
    ("spoil", "respect"),
    [
        (lose_an_event, "events"),
        (reword_an_event, "events"),
        (swap_two_events, "events"),
        (count_an_event_twice, "events"),
        (scale_by_two_at_once, "counts"),
        (be_less_available, "counts"),
        (forget_the_old_revision, "counts"),
        (reason_otherwise, "conditions"),
        (serve_while_terminating_as_ready, "conditions"),
        (keep_a_pod, "final state"),
        (put_all_on_one_node, "placement"),
        (be_late, "times"),
        (show_another_number, "tables"),
    ],
)
def test_a_spoilt_life_is_noticed(spoil: Any, respect: str) -> None:
    life = LIVES["rollout-default"]
    spoilt = deepcopy(life)
    spoil(spoilt)
    score = compare(life, spoilt)[respect]
    assert score.faults
    assert score.equal < score.all


def spoil_node(life: Life, change: Any) -> dict[str, Score]:
    spoilt = deepcopy(life)
    for entry in spoilt.trace:
        change(entry)
    return compare(life, spoilt)


def test_a_node_that_is_lost_too_early_is_noticed() -> None:
    def hasten(entry: dict[str, Any]) -> None:
        if entry["t"] > 20:
            entry["t"] -= 20

    assert spoil_node(LIVES["node-dies"], hasten)["times"].faults


def test_an_eviction_that_comes_too_late_is_noticed() -> None:
    def delay(entry: dict[str, Any]) -> None:
        if 60 < entry["t"] < 90:
            entry["t"] += 5

    assert spoil_node(LIVES["node-dies"], delay)["times"].faults


def test_another_taint_is_noticed() -> None:
    def taint(entry: dict[str, Any]) -> None:
        for pair in entry.get("taints", []):
            pair[0] = "node.kubernetes.io/not-ready"

    assert spoil_node(LIVES["node-dies"], taint)["conditions"].faults
