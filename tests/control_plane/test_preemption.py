"""Preemption: who has to go so that a more important pod can run.

The rules are those of https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
"""

import random

import pytest
from scheduler_values import node_dict, pod_dict

import kubelab as kl
from kubelab.api.objects import condition
from kubelab.client_go.client import Client
from kubelab.control_plane.scheduler.decision import Decision
from kubelab.control_plane.scheduler.scheduler import Scheduler
from kubelab.timings import Timings

CLASSES = {"low": 10, "middle": 100, "high": 1000}


class World:
    """An API server and a scheduler, no kubelet: pods end at once, those with a finalizer when it is taken away."""

    def __init__(self, bare):
        self.bare, self.client, self.clock = bare, bare.client, bare.clock
        machine = bare.server.machine
        self.scheduler = Scheduler(
            machine, Client([bare.server], "kube-scheduler", machine), bare.journal, Timings(), random.Random(1)
        )
        for name, value in CLASSES.items():
            meta = {"name": name}
            self.client.create(
                {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": meta, "value": value}
            )

    def node(self, name, **more):
        self.client.create(node_dict(name, **more))
        self.client.patch("nodes", name, {"spec": {"taints": more.get("taints", [])}}, None, patch_type="merge")

    def pod(self, name, importance="", stays=False, **spec):
        spec |= {"priorityClassName": importance} if importance else {}
        written = pod_dict(name, terminationGracePeriodSeconds=0, **spec)
        if stays:
            written["metadata"]["finalizers"] = ["test.kubelab.io/stays"]
        self.client.create(written)
        self.run()

    def budget(self, name, app, allowed):
        meta = {"name": name, "namespace": "default"}
        spec = {"minAvailable": 1, "selector": {"matchLabels": {"app": app}}}
        pdb = self.client.create(
            {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": meta, "spec": spec}
        )
        status = {"disruptionsAllowed": allowed, "currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1}
        self.client.patch(
            "poddisruptionbudgets", pdb.metadata.name, {"status": status}, patch_type="merge", subresource="status"
        )
        self.run(0.1)

    def run(self, seconds=2.0):
        self.clock.run(self.clock.now + seconds)

    def where(self):
        """Where every pod is; one that is being deleted is not told of."""
        pods = self.client.list("pods", "default")
        return {pod.metadata.name: pod.spec.nodeName for pod in pods if pod.metadata.deletionTimestamp is None}

    def get(self, name):
        return self.client.get("pods", name)

    def said(self, name):
        return condition(self.get(name), "PodScheduled").message


@pytest.fixture
def world(bare):
    world = World(bare)
    world.scheduler.start()
    return world


def test_a_pod_of_lower_priority_makes_room(world):
    world.node("n", cpu="2")
    world.pod("small", "low", cpu="1500m")
    world.pod("great", "high", cpu="1")
    assert world.where() == {"great": "n"}
    (event,) = [each for each in world.client.list("events") if each.reason == "Preempted"]
    uid = world.get("great").metadata.uid
    assert (event.type, event.message) == ("Normal", f"Preempted by pod {uid} on node n")
    assert event.involvedObject.name == "small"


def test_the_victim_says_why_it_goes_and_the_other_waits_for_its_end(world):
    world.node("n", cpu="2")
    world.pod("small", "low", stays=True, cpu="1500m")
    world.pod("great", "high", cpu="1")
    victim, waiting = world.get("small"), world.get("great")
    told = condition(victim, "DisruptionTarget")
    assert (told.status, told.reason) == ("True", "PreemptionByScheduler")
    assert told.message == "default-scheduler: preempting to accommodate a higher priority pod"
    assert victim.metadata.deletionTimestamp is not None
    assert (waiting.status.nominatedNodeName, waiting.spec.nodeName) == ("n", None)
    assert world.said("great") == "0/1 nodes are available: 1 Insufficient cpu."
    world.client.patch("pods", "small", {"metadata": {"finalizers": None}}, patch_type="merge")
    world.run(5)
    assert world.where() == {"great": "n"}
    assert world.get("great").status.nominatedNodeName is None


def test_while_the_victim_is_ending_no_other_has_to_go(world):
    world.node("n", cpu="2")
    world.pod("small", "low", stays=True, cpu="1")
    world.pod("other", "middle", cpu="1")
    world.pod("great", "high", cpu="1")
    world.node("useless", cpu="2", taints=[{"key": "gpu", "effect": "NoSchedule"}])
    world.run(15)
    assert world.where() == {"other": "n", "great": None}
    assert world.said("great").endswith("preemption: not eligible due to a terminating pod on the nominated node.")


def test_nobody_of_lower_priority_takes_the_room_that_is_being_made(world):
    world.node("n", cpu="2")
    world.pod("small", "low", stays=True, cpu="2")
    world.pod("great", "high", cpu="1500m")
    world.client.patch("pods", "small", {"metadata": {"finalizers": None}}, patch_type="merge")
    world.client.create(pod_dict("quick", cpu="1", priorityClassName="middle"))
    world.run(15)
    assert world.where() == {"great": "n", "quick": None}


def test_room_that_is_kept_for_nobody_any_more_is_given_away(world):
    world.node("n", cpu="2")
    world.pod("small", "low", stays=True, cpu="1")
    world.pod("great", "high", cpu="2")
    world.pod("quick", "middle", cpu="1")
    assert world.where() == {"great": None, "quick": None}
    world.client.delete("pods", "great", "default")
    world.run(15)
    assert world.where() == {"quick": "n"}


@pytest.mark.parametrize("importance", ["low", ""])
def test_equal_or_lower_priority_never_preempts(world, importance):
    world.node("n", cpu="2")
    world.pod("first", "low", cpu="2")
    world.pod("second", importance, cpu="1")
    assert world.where() == {"first": "n", "second": None}
    assert "1 No preemption victims found for incoming pod." in world.said("second")


def test_a_class_that_never_preempts_only_waits(world):
    """Section “Non-preempting PriorityClass”."""
    never = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "patient"}}
    world.client.create({**never, "value": 5000, "preemptionPolicy": "Never"})
    world.node("n", cpu="2")
    world.pod("small", "low", cpu="2")
    world.pod("great", "patient", cpu="1")
    assert world.where() == {"small": "n", "great": None}
    assert world.said("great").endswith("preemption: not eligible due to preemptionPolicy=Never.")


def test_only_as_many_go_as_have_to_and_the_least_important_first(world):
    world.node("n", cpu="4")
    for name, importance in (("a", "low"), ("b", "middle"), ("c", "low"), ("d", "middle")):
        world.pod(name, importance, cpu="1")
    world.pod("great", "high", cpu="1")
    assert set(world.where()) in ({"b", "d", "great", "a"}, {"b", "d", "great", "c"})


def test_where_even_that_is_not_enough_nobody_goes(world):
    world.node("n", cpu="2")
    world.pod("equal", "high", cpu="1")
    world.pod("small", "low", cpu="1")
    world.pod("great", "high", cpu="1500m")
    assert world.where() == {"equal": "n", "small": "n", "great": None}
    assert world.said("great").endswith("preemption: 0/1 nodes are available: 1 Insufficient cpu.")


def test_a_node_that_no_end_could_open_is_left_alone(world):
    world.node("tainted", cpu="2")
    world.pod("small", "low", cpu="2")
    taint = {"spec": {"taints": [{"key": "gpu", "effect": "NoSchedule"}]}}
    world.client.patch("nodes", "tainted", taint, None, patch_type="merge")
    world.pod("great", "high", cpu="1")
    assert world.where() == {"small": "tainted", "great": None}
    assert world.said("great").endswith("1 Preemption is not helpful for scheduling.")


def test_the_node_whose_victims_matter_least_is_chosen(world):
    for name, importance in (("n1", "middle"), ("n2", "low"), ("n3", "middle")):
        world.node(name, cpu="2")
        world.pod(f"on-{name}", importance, cpu="2", nodeSelector={"kubernetes.io/hostname": name})
    world.pod("great", "high", cpu="1")
    assert world.where() == {"on-n1": "n1", "on-n3": "n3", "great": "n2"}


def test_among_equals_whoever_has_run_longest_stays(world):
    for name in ("n1", "n2", "n3"):
        world.node(name, cpu="2")
        world.pod(f"on-{name}", "low", cpu="2", nodeSelector={"kubernetes.io/hostname": name})
        since = world.clock.date.strftime("%Y-%m-%dT%H:%M:%SZ")
        world.client.patch(
            "pods", f"on-{name}", {"status": {"startTime": since}}, patch_type="merge", subresource="status"
        )
        world.run(10)
    world.pod("great", "high", cpu="1")
    assert world.where() == {"on-n1": "n1", "on-n2": "n2", "great": "n3"}


def test_disruption_budgets_are_kept_where_that_is_possible(world):
    """Section “PodDisruptionBudget is supported, but not guaranteed”."""
    world.node("n1", cpu="2")
    world.pod("guarded", "low", app="guarded", cpu="2")
    world.budget("keep", "guarded", 0)
    world.node("n2", cpu="2")
    world.pod("free", "middle", cpu="2")
    world.pod("great", "high", cpu="1")
    assert world.where() == {"guarded": "n1", "great": "n2"}
    world.pod("greater", "high", cpu="1500m")
    assert world.where() == {"great": "n2", "greater": "n1"}


def test_a_host_port_can_be_taken_over(world):
    ports = [{"containerPort": 80, "hostPort": 80}]
    world.node("n")
    world.pod("small", "low", ports=ports)
    world.pod("bystander", "low")
    world.pod("great", "high", ports=ports)
    assert world.where() == {"bystander": "n", "great": "n"}


def test_anti_affinity_to_a_pod_of_lower_priority_can_be_resolved(world):
    term = {"labelSelector": {"matchLabels": {"app": "noisy"}}, "topologyKey": "kubernetes.io/hostname"}
    affinity = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    world.node("n")
    world.pod("loud", "low", app="noisy")
    world.pod("quiet", "high", app="quiet", affinity=affinity)
    assert world.where() == {"quiet": "n"}


def test_a_scheduler_that_starts_again_keeps_the_room(world):
    world.node("n", cpu="2")
    world.pod("small", "low", stays=True, cpu="2")
    world.pod("great", "high", cpu="2")
    world.scheduler.stop()
    world.scheduler.start()
    world.client.create(pod_dict("quick", cpu="1", priorityClassName="middle"))
    world.client.patch("pods", "small", {"metadata": {"finalizers": None}}, patch_type="merge")
    world.run(15)
    assert world.where() == {"great": "n", "quick": None}


def test_the_decision_knows_the_victims(world):
    world.node("n", cpu="2")
    world.pod("small", "low", cpu="2")
    world.pod("great", "high", cpu="1")
    decisions = [entry.detail for entry in world.bare.journal.about("pods/default/great") if entry.verb == "schedule"]
    first, last = decisions
    assert isinstance(first, Decision)
    assert (first.node, first.plain()["nominated"], first.plain()["victims"]) == (None, "n", ["default/small"])
    assert (last.node, last.nominated, last.rejections) == ("n", "n", {})


def test_in_a_whole_cluster_the_victim_ends_gracefully_and_its_owner_tries_again():
    cluster = kl.Cluster(workers=1, seed=1)
    cluster.apply(
        {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "vip"}, "value": 1000}
    )
    cpu = cluster.get("nodes")[-1].status.allocatable["cpu"]
    cluster.apply(deployment("batch", cpu))
    cluster.run(20)
    cluster.apply(deployment("shop", cpu, "vip"))
    cluster.run(5)
    (shop,) = cluster.get("pods", selector="app=shop")
    (batch,) = [pod for pod in cluster.get("pods", selector="app=batch") if pod.spec.nodeName]
    why = cluster.why(f"pod/{shop.metadata.name}")
    assert (why.node, why.victims) == (None, [f"pod/default/{batch.metadata.name}"])
    kl.language.use("en")
    assert f"of lower priority, leave worker-1: pod/default/{batch.metadata.name}" in str(why)
    cluster.run(55)
    assert "room was made for it" in repr(cluster.why(f"pod/{shop.metadata.name}"))
    nodes = {pod.metadata.labels["app"]: pod.spec.nodeName for pod in cluster.get("pods")}
    assert nodes == {"shop": "worker-1", "batch": None}
    assert str(cluster.fork().now) == str(cluster.now)


def deployment(name, cpu, importance=""):
    container = {"name": "c", "image": "busybox:1.37", "resources": {"requests": {"cpu": cpu}}}
    container["command"] = ["sleep", "infinity"]  # which takes its whole grace period to end
    spec = {"containers": [container]} | ({"priorityClassName": importance} if importance else {})
    template = {"metadata": {"labels": {"app": name}}, "spec": spec}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {"selector": {"matchLabels": {"app": name}}, "template": template},
    }
