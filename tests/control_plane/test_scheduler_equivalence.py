import pickle
import random
from copy import deepcopy
from dataclasses import replace

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from lightkube.models import core_v1
from scheduler_values import INFOS, a_node, node_dict, pod_dict

from kubelab.api.selectors import from_labels
from kubelab.control_plane.scheduler.algorithm import schedule
from kubelab.control_plane.scheduler.cache import Cache
from kubelab.control_plane.scheduler.equivalence import EquivalenceClass, EquivalenceClasses
from kubelab.control_plane.scheduler.pod_info import PodInfo
from kubelab.control_plane.scheduler.registry import DEFAULT_PROFILE

APPS = ("web", "db", "cache")
ZONE, HOST = "topology.kubernetes.io/zone", "kubernetes.io/hostname"


def random_term(rng: random.Random) -> dict:
    return {"labelSelector": {"matchLabels": {"app": rng.choice(APPS)}}, "topologyKey": rng.choice((ZONE, HOST))}


def random_pod(rng: random.Random) -> PodInfo:
    """A pod that uses some of everything that plugins look at."""
    spec: dict = {}
    if rng.random() < 0.3:
        sort = rng.choice(("podAffinity", "podAntiAffinity"))
        required = [random_term(rng)] if rng.random() < 0.5 else []
        preferred = [{"weight": rng.randint(1, 100), "podAffinityTerm": random_term(rng)}]
        spec["affinity"] = {
            sort: {
                "requiredDuringSchedulingIgnoredDuringExecution": required,
                "preferredDuringSchedulingIgnoredDuringExecution": preferred,
            }
        }
    if rng.random() < 0.3:
        when = rng.choice(("DoNotSchedule", "ScheduleAnyway"))
        constraint = {"maxSkew": rng.randint(1, 2), "topologyKey": rng.choice((ZONE, HOST)), "whenUnsatisfiable": when}
        selector = {"labelSelector": {"matchLabels": {"app": rng.choice(APPS)}}}
        spec["topologySpreadConstraints"] = [constraint | selector]
    if rng.random() < 0.2:
        spec["ports"] = [{"containerPort": 80, "hostPort": rng.choice((80, 81))}]
    cpu, memory = rng.choice(("", "250m", "1")), rng.choice(("", "256Mi", "1Gi"))
    app = rng.choice(APPS)
    pod = INFOS.of(msgspec.convert(pod_dict("p", app, cpu, memory, **spec), core_v1.Pod))
    return replace(pod, default_selector=from_labels({"app": app})) if rng.random() < 0.5 else pod


def random_node(rng: random.Random, name: str) -> core_v1.Node:
    labels = {ZONE: zone} if (zone := rng.choice(("", "x", "y"))) else {}
    taints = [{"key": "flaky", "effect": rng.choice(("NoSchedule", "PreferNoSchedule"))}] if rng.random() < 0.2 else []
    images = {"app:v1": rng.choice((50, 900)) * 2**20} if rng.random() < 0.3 else {}
    node = node_dict(
        name, rng.choice(("2", "4")), rng.choice(("2Gi", "8Gi")), labels=labels, taints=taints, images=images
    )
    return msgspec.convert(node, core_v1.Node)


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_what_is_kept_answers_as_if_everything_were_asked_again(seed):
    rng = random.Random(seed)
    cache, classes = Cache(), EquivalenceClasses(DEFAULT_PROFILE)
    kinds = [random_pod(rng) for _ in range(3)]
    for number in range(rng.randint(1, 6)):
        cache.put_node(random_node(rng, f"n{number}"))
    placed: list[str] = []
    for step in range(25):
        happens = rng.random()
        if happens < 0.15:
            cache.put_node(random_node(rng, f"n{rng.randint(0, 6)}"))
        elif happens < 0.2:
            cache.remove_node(f"n{rng.randint(0, 6)}")
        elif happens < 0.35 and placed:
            cache.remove_pod(placed.pop(rng.randrange(len(placed))))
        pod, snapshot = rng.choice(kinds), cache.snapshot
        start = rng.randrange(len(snapshot)) if len(snapshot) else 0
        kept = schedule(classes.of(pod, snapshot), start)
        fresh = schedule(EquivalenceClass(pod, DEFAULT_PROFILE, snapshot), start)
        assert (kept.feasible, list(kept.totals), kept.best) == (fresh.feasible, list(fresh.totals), fresh.best)
        if kept.feasible:
            key = f"default/p{step}"
            cache.assume_pod(key, pod.plain or pod, snapshot[kept.choose(rng)].name)
            placed.append(key)


def test_a_node_that_did_not_change_is_not_scored_again(monkeypatch):
    cache, classes = Cache(), EquivalenceClasses(DEFAULT_PROFILE)
    for number in range(50):
        cache.put_node(a_node(f"n{number}").node)
    pod = INFOS.of(msgspec.convert(pod_dict(cpu="100m"), core_v1.Pod))
    asked = []
    look = EquivalenceClass._look_at
    monkeypatch.setattr(
        EquivalenceClass, "_look_at", lambda self, at, node: (asked.append(node.name), look(self, at, node))
    )
    schedule(classes.of(pod, cache.snapshot))
    assert len(asked) == 50
    for number in range(5):
        cache.assume_pod(f"default/p{number}", pod, f"n{number}")
        schedule(classes.of(pod, cache.snapshot))
    assert asked[50:] == [f"n{number}" for number in range(5)]


def test_pods_of_one_template_are_one_kind_whatever_their_names_and_tokens():
    def pod(name: str, **more: object) -> core_v1.Pod:
        volumes = [{"name": f"kube-api-access-{name}", "emptyDir": {}}]
        return msgspec.convert(pod_dict(name, cpu="1", volumes=volumes, **more), core_v1.Pod)

    assert INFOS.of(pod("a")) is INFOS.of(pod("b"))
    assert INFOS.of(pod("a")) is not INFOS.of(pod("a", tolerations=[{"operator": "Exists"}]))
    assert INFOS.of(pod("a"), from_labels({"app": "web"})).plain is INFOS.of(pod("b"))


def test_values_are_shared_by_forks_and_survive_pickling():
    cache = Cache()
    cache.put_node(a_node("n").node)
    pod = INFOS.of(msgspec.convert(pod_dict(cpu="100m"), core_v1.Pod))
    cache.assume_pod("default/p", pod, "n")
    assert cache.snapshot is deepcopy(cache).snapshot
    thawed = pickle.loads(pickle.dumps(cache)).snapshot
    assert (thawed[0].requested, thawed[0].generation) == ({"cpu": 100}, cache.snapshot[0].generation)


def test_the_cache_keeps_pods_of_a_node_that_is_not_known_yet():
    cache = Cache()
    pod = INFOS.of(msgspec.convert(pod_dict(cpu="100m"), core_v1.Pod))
    cache.put_pod("default/p", pod, "n")
    assert len(cache.snapshot) == 0
    cache.put_node(a_node("n").node)
    assert cache.snapshot[0].requested == {"cpu": 100}
    cache.remove_node("n")
    cache.put_node(a_node("n").node)
    assert list(cache.snapshot[0].pods) == ["default/p"]
    cache.remove_pod("default/p")
    assert cache.snapshot[0].requested == {"cpu": 0}


def test_zones_take_turns_in_the_order_of_nodes():
    cache = Cache()
    for name, zone in (("a", "x"), ("b", "x"), ("c", "y"), ("d", "x"), ("e", "y")):
        cache.put_node(a_node(name, labels={ZONE: zone}).node)
    assert [node.name for node in cache.snapshot] == ["a", "c", "b", "e", "d"]
