"""How a pod is asked to go: its grace, made shorter, and the eviction that says why."""

import pytest
from lone_controllers import add_node, after, run_pod

from kubelab.api.objects import condition


@pytest.fixture
def running_pod(bare):
    add_node(bare)
    run_pod(bare, "web", "worker-1")
    after(bare, 1)
    return bare


def left(bare):
    """The grace of the pod, and how far off its end is."""
    meta = bare.client.get("pods", "web").metadata
    return meta.deletionGracePeriodSeconds, (meta.deletionTimestamp - bare.clock.date).total_seconds()


def test_a_shorter_grace_counts_from_when_the_first_began(running_pod):
    running_pod.client.delete("pods", "web")
    after(running_pod, 4)
    assert left(running_pod) == (30, 26)
    running_pod.client.delete("pods", "web", grace_period_seconds=10)
    assert left(running_pod) == (10, 6)


def test_grace_is_never_made_longer_and_nothing_else_changes(running_pod):
    running_pod.client.delete("pods", "web", grace_period_seconds=5)
    before = running_pod.client.get("pods", "web")
    running_pod.client.delete("pods", "web", grace_period_seconds=60)
    running_pod.client.delete("pods", "web", propagation_policy="Foreground")
    assert running_pod.client.get("pods", "web") is before


def test_a_grace_below_nothing_is_one_second(running_pod):
    running_pod.client.delete("pods", "web", grace_period_seconds=-1)
    assert left(running_pod)[0] == 1


def test_an_ended_pod_in_its_grace_waits_for_its_kubelet(running_pod):
    running_pod.client.delete("pods", "web")
    running_pod.client.patch("pods", "web", {"status": {"phase": "Succeeded"}}, subresource="status")
    running_pod.client.delete("pods", "web")
    assert running_pod.client.get("pods", "web").metadata.deletionGracePeriodSeconds == 30


def test_an_eviction_says_why_before_the_pod_goes(running_pod):
    before = running_pod.etcd.revision
    running_pod.client.evict("web", "default")
    assert running_pod.etcd.revision == before + 2
    pod = running_pod.client.get("pods", "web")
    held = condition(pod, "DisruptionTarget")
    assert (held.status, held.reason, held.message) == ("True", "EvictionByEvictionAPI", "Eviction API: evicting")
    assert pod.metadata.deletionTimestamp is not None
    running_pod.client.evict("web", "default")
    assert condition(running_pod.client.get("pods", "web"), "DisruptionTarget") == held
