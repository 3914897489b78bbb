"""A recording of a real cluster's life, and the same life on a kubelab cluster, written down in the same form."""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml

from kubelab.api import kinds
from kubelab.api.objects import controller_of, to_dict
from kubelab.api.tables import table
from kubelab.cluster import Cluster
from kubelab.control_plane.etcd import Change
from kubelab.node.behavior import Behavior
from kubelab.timings import Timings

ROOT = Path(__file__).parents[2]
RECORDINGS = ROOT.parent / "shared" / "oracle" / "life"

# The recorded nodes run an empty runtime: no image is pulled, no process started. The recorded machine took some 20 ms
# for a turn of a controller and for a pod from bound to ready, and 40 ms for one from told to stop to over. A node's
# processes were back 0.2 s after their start.
RECORDED_PACE = Timings(
    reconcile_delay=0.02,
    scheduling_delay=0.02,
    sandbox_start=0.005,
    container_start=0.005,
    container_stop=0.04,
    image_pull_bandwidth=1e18,
    image_pull_overhead=0.0,
    node_boot=0.2,
)
AGE = 300.0  # a recorded cluster had been up for some minutes
REVISION = "deployment.kubernetes.io/revision"


@dataclass
class Life:
    """What was done, everything that changed, and what was shown, with the second since the first step."""

    name: str
    steps: list[dict[str, Any]]
    trace: list[dict[str, Any]]
    tables: dict[str, dict[str, Any]]

    @property
    def end(self) -> float:
        last = self.steps[-1]
        return float(last["t"] + last.get("s", 0))


def recorded(path: Path) -> Life:
    held = json.loads(path.read_text())
    return Life(held["scenario"], held["steps"], held["trace"], held["tables"])


def missing_kinds(life: Life) -> list[str]:
    """The kinds that a recording needs and kubelab does not serve."""
    wanted: dict[str, bool] = {}
    for step in life.steps:
        for manifest in yaml.safe_load_all(step.get("yaml", "")):
            if manifest:
                wanted[manifest["kind"]] = kinds.by_type(manifest["apiVersion"], manifest["kind"]) is None
        for plural in [*step.get("kinds", []), *([step["kind"]] if "kind" in step else [])]:
            found = kinds.find(plural)
            wanted[found.name if found else plural] = found is None
    plurals = {f"{kind.lower()}s" for kind in wanted}
    return sorted(kind for kind, missing in wanted.items() if missing and kind not in plurals)


def replayed(life: Life, seed: int, pace: Timings = RECORDED_PACE) -> Life:
    """The same steps, each at its recorded second, on a new cluster of kubelab."""
    where = "kubelab.node.container_start"
    with patch(f"{where}.behavior_of", no_program), patch(f"{where}.annotated", no_program):
        cluster = Cluster(workers=3, seed=seed, timings=pace)
        cluster.run(until=math.ceil(cluster.now + AGE))
        replay = Replay(cluster, life)
        replay.run()
    return Life(life.name, life.steps, replay.notebook.trace, replay.tables)


def no_program(*asked: Any) -> Behavior:
    """What the empty runtime runs in every container: nothing, until it is told to stop, from no image."""
    return Behavior(image_size=0)


class Replay:
    """Does the steps of a recording."""

    def __init__(self, cluster: Cluster, life: Life) -> None:
        self.cluster, self.life, self.start = cluster, life, cluster.now
        self.notebook = Notebook(cluster)
        self.tables: dict[str, dict[str, Any]] = {}

    def run(self) -> None:
        for step in self.life.steps:
            self.cluster.run(until=max(self.start + step["t"], self.cluster.now))
            getattr(self, f"do_{step['do']}")(step)
        self.cluster.run(until=max(self.start + self.life.end, self.cluster.now))

    def do_wait(self, step: dict[str, Any]) -> None:
        """Time passes until the next step is due."""

    def do_apply(self, step: dict[str, Any]) -> None:
        """One object after the other, as kubectl does, in the time that it took."""
        documents = [part for part in step["yaml"].split("\n---\n") if part.strip()]
        following = [other["t"] for other in self.life.steps if other["t"] > step["t"]]
        pause = (min(following, default=step["t"]) - step["t"]) / len(documents)
        for number, document in enumerate(documents):
            self.cluster.run(until=max(self.start + step["t"] + number * pause, self.cluster.now))
            self.cluster.apply(document)

    def do_scale(self, step: dict[str, Any]) -> None:
        self.cluster.kubectl(f"scale {step['kind']} {step['name']} --replicas={step['replicas']}")

    def do_patch(self, step: dict[str, Any]) -> None:
        self.cluster.api.patch(step["kind"], step["name"], step["patch"])

    def do_delete(self, step: dict[str, Any]) -> None:
        self.cluster.api.delete(step["kind"], step["name"], propagation_policy=step.get("policy"))

    def do_kubectl(self, step: dict[str, Any]) -> None:
        said = str(self.cluster.kubectl(shlex.join(step["args"])))
        assert not said.lower().startswith("error"), f"kubectl {shlex.join(step['args'])}: {said}"

    def do_node(self, step: dict[str, Any]) -> None:
        """A recorded node's kubelet and its containers are one process: without it, nothing of the node is left."""
        {"stop": self.cluster.kill, "start": self.cluster.revive}[step["verb"]](step["name"])

    def do_table(self, step: dict[str, Any]) -> None:
        for plural in step["kinds"]:
            kind = kinds.find(plural)
            assert kind is not None
            objects = self.cluster.api.list(plural, "default" if kind.namespaced else None)
            columns, _ = table(kind, objects, self.cluster.clock.date)
            wide, rows = table(kind, objects, self.cluster.clock.date, wide=True)
            self.tables[plural] = {"columns": columns, "wide": wide, "rows": rows}


class Notebook:
    """Writes down every change of the recorded kinds in the recordings' words, and nothing twice."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster, self.start = cluster, cluster.now
        self.trace: list[dict[str, Any]] = []
        self.last: dict[str, dict[str, Any]] = {}
        for plural in ("nodes", "services", "endpointslices"):
            for obj in cluster.api.list(plural):
                self.last[f"{plural}/{obj.metadata.name}"] = noted(plural, to_dict(obj), obj)
        cluster.etcd.watch("/registry/", self.note)

    def note(self, change: Change) -> None:
        plural, _, rest = change.now.key.removeprefix("/registry/").partition("/")
        if plural not in NOTES or ("/" in rest and not rest.startswith("default/")):
            return
        obj = change.before.value if change.now.value is None and change.before else change.now.value
        entry = noted(plural, to_dict(obj), obj)
        key = f"{plural}/{obj.metadata.name}"
        if change.now.value is not None and self.last.get(key) == entry:
            return
        what = "DELETED" if change.now.value is None else "MODIFIED" if change.before else "ADDED"
        self.last[key] = entry
        self.trace.append({**entry, "t": round(self.cluster.now - self.start, 3), "what": what})


def noted(plural: str, obj: dict[str, Any], held: Any) -> dict[str, Any]:
    entry = {"kind": plural, "name": obj["metadata"]["name"], **NOTES[plural](obj)}
    if plural == "events":
        del entry["name"]
    owner = controller_of(held)
    if owner is not None:
        entry["owner"] = f"{owner.kind}/{owner.name}"
    if plural in ("pods", "deployments", "replicasets") and obj["metadata"].get("deletionTimestamp"):
        entry["deleting"] = True
    return entry


def note_pod(obj: dict[str, Any]) -> dict[str, Any]:
    status = obj.get("status", {})
    containers = status.get("containerStatuses", [])
    waiting = [held.get("state", {}).get("waiting") for held in containers]
    return {
        "phase": status.get("phase"),
        "node": obj["spec"].get("nodeName"),
        "labels": obj["metadata"].get("labels", {}),
        "conditions": {held["type"]: held["status"] for held in status.get("conditions", [])},
        "restarts": sum(held.get("restartCount", 0) for held in containers),
        "waiting": [held.get("reason") for held in waiting if held],
    }


def note_workload(obj: dict[str, Any]) -> dict[str, Any]:
    status = dict(obj.get("status", {}))
    conditions = status.pop("conditions", [])
    return {
        "replicas": obj["spec"].get("replicas"),
        "generation": obj["metadata"].get("generation"),
        "status": status,
        "conditions": {held["type"]: [held["status"], held.get("reason"), held.get("message")] for held in conditions},
    }


def note_replica_set(obj: dict[str, Any]) -> dict[str, Any]:
    return {
        **note_workload(obj),
        "revision": obj["metadata"].get("annotations", {}).get(REVISION),
        "images": [container["image"] for container in obj["spec"]["template"]["spec"]["containers"]],
    }


def note_job(obj: dict[str, Any]) -> dict[str, Any]:
    """Of a Job's status only the numbers were recorded."""
    entry = note_workload(obj)
    return {**entry, "status": {field: value for field, value in entry["status"].items() if isinstance(value, int)}}


def note_revision(obj: dict[str, Any]) -> dict[str, Any]:
    return {"revision": obj["revision"]}


def note_node(obj: dict[str, Any]) -> dict[str, Any]:
    return {
        "conditions": {held["type"]: held["status"] for held in obj.get("status", {}).get("conditions", [])},
        "taints": [[held["key"], held["effect"]] for held in obj.get("spec", {}).get("taints", [])],
        "unschedulable": bool(obj.get("spec", {}).get("unschedulable")),
    }


def note_service(obj: dict[str, Any]) -> dict[str, Any]:
    spec = obj["spec"]
    ports = [
        {key: port.get(key) for key in ("name", "port", "protocol", "targetPort")} for port in spec.get("ports", [])
    ]
    return {"type": spec.get("type"), "selector": spec.get("selector"), "ports": ports}


def note_endpoint_slice(obj: dict[str, Any]) -> dict[str, Any]:
    endpoints = []
    for held in obj.get("endpoints", []):
        conditions = {key: held.get("conditions", {}).get(key) for key in ("ready", "serving", "terminating")}
        endpoints.append({"pod": held.get("targetRef", {}).get("name"), "node": held.get("nodeName"), **conditions})
    ports = [{key: port.get(key) for key in ("name", "port", "protocol")} for port in obj.get("ports", [])]
    return {"endpoints": endpoints, "ports": ports}


def note_event(obj: dict[str, Any]) -> dict[str, Any]:
    about = obj["involvedObject"]
    return {
        "about": f"{about['kind']}/{about['name']}",
        "from": obj.get("source", {}).get("component") or obj.get("reportingComponent"),
        "type": obj.get("type"),
        "reason": obj.get("reason"),
        "message": obj.get("message"),
        "count": obj.get("count"),
    }


NOTES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "pods": note_pod,
    "deployments": note_workload,
    "replicasets": note_replica_set,
    "statefulsets": note_workload,
    "daemonsets": note_workload,
    "jobs": note_job,
    "poddisruptionbudgets": note_workload,
    "controllerrevisions": note_revision,
    "nodes": note_node,
    "services": note_service,
    "endpointslices": note_endpoint_slice,
    "events": note_event,
}
