"""Where a real scheduler put pods, and what it said: the same nodes and pods given to this one."""

from __future__ import annotations

import json
import os
import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kubelab.api.objects import condition
from kubelab.client_go.client import Client
from kubelab.clock import Clock
from kubelab.control_plane.api_server.bootstrap import bootstrap
from kubelab.control_plane.api_server.server import ApiServer
from kubelab.control_plane.etcd import Etcd
from kubelab.control_plane.scheduler.decision import Decision
from kubelab.control_plane.scheduler.scheduler import Scheduler
from kubelab.journal import Journal
from kubelab.machine import Machine
from kubelab.timings import Timings

ROOT = Path(__file__).parents[2]
RECORDINGS = ROOT.parent / "shared" / "oracle" / "scheduling"
PAGE = ROOT / "docs" / "parity.md"
BEGIN, END = "<!-- scheduling -->", "<!-- /scheduling -->"
MEASURES = ("node", "message", "plugin scores", "final scores")
SKIPPED = ("DynamicResources",)  # no devices here; it always gave 0

pytestmark = pytest.mark.skipif(not RECORDINGS.exists(), reason="no recordings here")


@cache
def cases() -> list[dict[str, Any]]:
    return [json.loads(line) for path in sorted(RECORDINGS.glob("*.jsonl")) for line in path.read_text().splitlines()]


def decide(case: dict[str, Any]) -> tuple[Decision, str | None, str]:
    """A fresh control plane gets the nodes and the pods, through its API, and schedules the last one."""
    clock, rng = Clock(), random.Random(1)
    journal, machine = Journal(clock), Machine("master", "master", clock)
    server = ApiServer(machine, Etcd(), journal, Timings(), rng)
    server.start()
    client = Client([server], "kubectl")
    bootstrap(client, ["172.18.0.2"])
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
    client.create(account, namespace="default")
    for node in case["nodes"]:
        client.create(node)
        # The node lifecycle controller, which does not run here, takes the taint of new nodes away: they are Ready.
        taints = node["spec"].get("taints", [])
        client.patch("nodes", node["metadata"]["name"], {"spec": {"taints": taints}}, None, patch_type="merge")
    for pod in (*case["bound"], case["pod"]):
        client.create(pod, namespace="default")
    Scheduler(machine, Client([server], "kube-scheduler", machine), journal, Timings(), rng, percentage=100).start()
    clock.run(1.0)
    name = case["pod"]["metadata"]["name"]
    (decision,) = [entry.detail for entry in journal.about(f"pods/default/{name}") if entry.verb == "schedule"]
    pod = client.get("pods", name)
    return decision, pod.spec.nodeName, condition(pod, "PodScheduled").message or ""


def judged(case: dict[str, Any]) -> dict[str, list[bool]]:
    """What there is to compare in a case, and whether it is the same."""
    decision, node, message = decide(case)
    observed = case["observed"]
    found: dict[str, list[bool]] = {measure: [] for measure in MEASURES}
    found["node"].append(observed["node"] in decision.best if observed["node"] else node is None)
    if observed["node"] is None:
        found["message"].append(message == observed["message"])
    elif "scores" in observed:
        found["final scores"] += [
            decision.finals.get(name) == each["final"] for name, each in observed["scores"].items()
        ]
        found["final scores"].append(sorted(decision.finals) == sorted(observed["scores"]))
        for name, recorded in observed["scores"].items():
            ours = decision.scores.get(name, {})
            plugins = [plugin for plugin in {**recorded, **ours} if plugin not in (*SKIPPED, "final")]
            found["plugin scores"] += [ours.get(plugin, 0) == recorded.get(plugin, 0) for plugin in plugins]
    return found


@cache
def everything() -> list[tuple[dict[str, Any], dict[str, list[bool]]]]:
    return [(case, judged(case)) for case in cases()]


def table() -> str:
    lines = [f"| feature | cases | {' | '.join(MEASURES)} |", f"| --- |{' --- |' * (len(MEASURES) + 1)}"]
    features = sorted(dict.fromkeys(case["feature"] for case in cases()))
    for feature in (*features, "all of these"):
        chosen = [found for case, found in everything() if feature in (case["feature"], "all of these")]
        cells = []
        for measure in MEASURES:
            results = [result for found in chosen for result in found[measure]]
            cells.append(f"{sum(results)} / {len(results)}" if results else "")
        lines.append(f"| {feature} | {len(chosen)} | {' | '.join(cells)} |")
    return "\n".join(lines)


@pytest.mark.parametrize("measure", MEASURES)
def test_every_recorded_case_is_decided_alike(measure):
    wrong = [case["case"] for case, found in everything() if not all(found[measure])]
    assert wrong == []


def test_the_page_says_how_far_scheduling_agrees():
    page = PAGE.read_text()
    head, rest = page.split(BEGIN)
    _, tail = rest.split(END)
    wanted = f"{head}{BEGIN}\n{table()}\n{END}{tail}"
    print(table())
    if os.environ.get("KUBELAB_UPDATE"):
        PAGE.write_text(wanted)
    assert PAGE.read_text() == wanted
