import pickle
import random
from copy import deepcopy

import pytest
from scheduler_values import node_dict, pod_dict

from kubelab.api.errors import unavailable
from kubelab.api.objects import condition
from kubelab.client_go.client import Client
from kubelab.control_plane.scheduler.decision import Decision
from kubelab.control_plane.scheduler.scheduler import Scheduler
from kubelab.timings import Timings

NOT_SSD = "didn't match Pod's node affinity/selector"


class World:
    """An API server and a scheduler."""

    def __init__(self, bare):
        self.bare, self.client, self.clock = bare, bare.client, bare.clock
        machine = bare.server.machine
        self.scheduler = Scheduler(
            machine, Client([bare.server], "kube-scheduler", machine), bare.journal, Timings(), random.Random(1)
        )

    def node(self, name, **more):
        """A node whose kubelet is up: without the taint that every new node gets."""
        self.client.create(node_dict(name, **more))
        taints = more.get("taints", [])
        self.client.patch("nodes", name, {"spec": {"taints": taints}}, None, patch_type="merge")

    def pod(self, name, **spec):
        return self.client.create(pod_dict(name, **spec))

    def run(self, seconds=0.5):
        self.clock.run(self.clock.now + seconds)
        return self

    def where(self, name):
        return self.client.get("pods", name).spec.nodeName

    def events(self, name):
        found = [event for event in self.client.list("events") if event.involvedObject.name == name]
        return [(event.type, event.reason, event.message) for event in sorted(found, key=lambda e: e.eventTime)]


@pytest.fixture
def world(bare):
    world = World(bare)
    world.scheduler.start()
    return world


def test_a_pod_is_bound_and_the_event_says_so(world):
    world.node("n1")
    world.pod("a", cpu="1")
    world.run()
    pod = world.client.get("pods", "a")
    assert (pod.spec.nodeName, condition(pod, "PodScheduled").status) == ("n1", "True")
    assert world.events("a") == [("Normal", "Scheduled", "Successfully assigned default/a to n1")]


def test_every_decision_is_in_the_journal_and_caused_the_binding(world):
    world.node("n1")
    world.pod("a")
    world.run()
    entries = world.bare.journal.about("pods/default/a")
    (decided,) = [entry for entry in entries if entry.verb == "schedule"]
    (bound,) = [entry for entry in entries if entry.verb == "bind"]
    assert isinstance(decided.detail, Decision)
    assert (decided.actor, decided.detail.node, bound.cause) == ("kube-scheduler", "n1", decided.number)
    created = world.bare.journal[decided.cause]
    assert (created.verb, created.object) == ("create", "pods/default/a")


def test_a_pod_that_fits_nowhere_says_why_and_goes_when_a_node_gets_the_label(world):
    world.node("n1")
    world.pod("a", nodeSelector={"disk": "ssd"})
    world.run(4.0)
    held = condition(world.client.get("pods", "a"), "PodScheduled")
    assert (held.status, held.reason) == ("False", "Unschedulable")
    assert held.message.startswith(f"0/1 nodes are available: 1 node(s) {NOT_SSD}. no new claims to deallocate")
    assert world.events("a") == [("Warning", "FailedScheduling", held.message)]
    world.client.patch("nodes", "n1", {"metadata": {"labels": {"disk": "ssd"}}}, None)
    assert world.run().where("a") == "n1"
    assert [reason for _, reason, _ in world.events("a")] == ["FailedScheduling", "Scheduled"]


def test_events_that_cannot_help_wake_nobody(world):
    world.node("n1")
    world.pod("a", nodeSelector={"disk": "ssd"})
    world.run(4.0)
    attempts = len(world.bare.journal.about("pods/default/a"))
    world.node("n2")
    world.client.patch("nodes", "n1", {"metadata": {"labels": {"color": "red"}}}, None)
    world.pod("b")
    world.run(10.0)
    assert len(world.bare.journal.about("pods/default/a")) == attempts


def test_room_that_a_deleted_pod_leaves_is_used(world):
    world.node("n1", cpu="1")
    world.pod("a", cpu="800m")
    world.run()
    world.pod("b", cpu="800m")
    world.run()
    assert world.where("b") is None
    world.client.delete("pods", "a", grace_period_seconds=0)
    assert world.run().where("b") == "n1"


def test_a_pod_counts_on_its_node_before_anybody_confirms_it(world):
    world.node("n1", cpu="1")
    world.node("n2", cpu="1")
    for name in "abc":
        world.pod(name, cpu="600m")
    world.run()
    assert sorted(str(world.where(name)) for name in "abc") == ["None", "n1", "n2"]


def test_pods_of_other_schedulers_and_gated_ones_are_left_alone(world):
    world.node("n1")
    world.pod("a", schedulerName="other")
    world.pod("b", schedulingGates=[{"name": "example.com/wait"}])
    world.run()
    assert (world.where("a"), world.where("b")) == (None, None)
    assert condition(world.client.get("pods", "b"), "PodScheduled").reason == "SchedulingGated"
    world.client.patch("pods", "b", {"spec": {"schedulingGates": []}}, patch_type="merge")
    assert world.run().where("b") == "n1"


def test_a_replica_of_a_service_goes_where_there_is_none_yet(world):
    world.client.create(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "web", "namespace": "default"},
            "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
        }
    )
    for name in ("n1", "n2", "n3"):
        world.node(name)
    for name in "abc":
        world.pod(name)
        world.run()
    assert sorted(world.where(name) for name in "abc") == ["n1", "n2", "n3"]


@pytest.mark.parametrize("instant", [0.0, 0.001, 0.003, 0.004, 0.006, 0.5])
def test_restarting_at_any_instant_leads_to_the_same_place(world, instant):
    for name in ("n1", "n2"):
        world.node(name, cpu="1")
    world.run()
    for name in "abcde":
        world.pod(name, cpu="500m")
    world.run(instant)
    world.scheduler.stop()
    world.run(1.0)
    world.scheduler.start()
    world.run(1.0)
    assert sorted(str(world.where(name)) for name in "abcde") == ["None", "n1", "n1", "n2", "n2"]


def test_a_binding_that_fails_is_tried_again_after_a_backoff(world, monkeypatch):
    world.node("n1")
    bind, failures = world.scheduler.client.bind, [1, 2]

    def flaky(name, namespace, node):
        if failures:
            failures.pop()
            raise unavailable("no answer")
        return bind(name, namespace, node)

    monkeypatch.setattr(world.scheduler.client, "bind", flaky)
    world.pod("a", cpu="1")
    world.run(0.5)
    assert (world.where("a"), world.scheduler.cache.snapshot[0].pods) == (None, {})
    world.run(0.9)
    assert (world.where("a"), len(failures)) == (None, 0)
    assert world.run(2.0).where("a") == "n1"


def test_nothing_is_under_way_while_pods_wait_for_an_event(world):
    world.node("n1")
    world.pod("a", cpu="9")
    world.run(5.0)
    assert world.clock.next_due is not None
    assert not world.clock.busy


def test_a_fork_and_a_thawed_copy_go_on_as_the_original_does(world):
    for name in ("n1", "n2", "n3"):
        world.node(name)
    for name in "abcdef":
        world.pod(name, cpu="100m")
    world.pod("big", cpu="100")
    world.run(0.005)
    worlds = [world, deepcopy(world), pickle.loads(pickle.dumps(world))]
    digests = [each.run(1.0).bare.journal.digest() for each in worlds]
    assert digests[0] == digests[1] == digests[2]
    assert all(each.where(name) for each in worlds for name in "abcdef")
