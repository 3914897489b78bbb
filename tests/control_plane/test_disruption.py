"""Disruption budgets: how many pods may go now, and the evictions that obey."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lone_controllers import add_node, after, pod, run_pod, running, said

import kubelab as kl
from kubelab.api.objects import condition, to_dict
from kubelab.control_plane.controller_manager.disruption.controller import DisruptionController

FIGURES = ("expectedPods", "currentHealthy", "desiredHealthy", "disruptionsAllowed")


def web(replicas=4, grace=2):
    container = {"name": "web", "image": "nginx:1.27", "ports": [{"containerPort": 80}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"terminationGracePeriodSeconds": grace, "containers": [container]},
            },
        },
    }


def budget(name="web", **spec):
    spec = {"selector": {"matchLabels": {"app": "web"}}, **spec}
    return {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": name}, "spec": spec}


def started(*manifests, workers=3):
    cluster = kl.Cluster(workers=workers, seed=1)
    cluster.apply(*manifests)
    return cluster.settle()


def figures(cluster, name="web"):
    held = cluster.api.get("poddisruptionbudgets", name).status
    return tuple(getattr(held, field) for field in FIGURES)


def allowed(cluster, name="web"):
    held = condition(cluster.api.get("poddisruptionbudgets", name), "DisruptionAllowed")
    return held.status, held.reason


def evict(cluster, number=0):
    names = [held.metadata.name for held in cluster.api.list("pods", "default")]
    return cluster.api.evict(names[number], "default")


# -- the figures


@pytest.mark.parametrize(
    ("spec", "wanted"),
    [
        ({"minAvailable": 3}, (4, 4, 3, 1)),
        ({"minAvailable": 5}, (4, 4, 5, 0)),
        ({"minAvailable": "50%"}, (4, 4, 2, 2)),
        ({"minAvailable": "60%"}, (4, 4, 3, 1)),
        ({"maxUnavailable": 1}, (4, 4, 3, 1)),
        ({"maxUnavailable": "30%"}, (4, 4, 2, 2)),
        ({"maxUnavailable": 9}, (4, 4, 0, 4)),
    ],
)
def test_what_a_budget_allows_of_four_pods(spec, wanted):
    cluster = started(web(4), budget(**spec))
    assert figures(cluster) == wanted
    assert allowed(cluster) == (("True", "SufficientPods") if wanted[-1] else ("False", "InsufficientPods"))
    held = cluster.api.get("poddisruptionbudgets", "web")
    assert held.status.observedGeneration == held.metadata.generation == 1


def test_a_share_is_one_of_what_the_owner_wants_not_of_what_there_is():
    cluster = kl.Cluster(workers=3, seed=1)
    cluster.apply(web(4), budget(minAvailable="50%"))
    cluster.settle()
    cluster.stop("kube-scheduler")
    cluster.api.update_scale("deployments", "web", {"spec": {"replicas": 8}})
    cluster.settle()
    assert figures(cluster) == (8, 4, 4, 0)


def test_a_budget_without_pods_allows_nothing_and_says_so():
    cluster = started(budget(minAvailable=0))
    assert figures(cluster) == (0, 0, 0, 0)
    events = [held for held in cluster.api.list("events") if held.involvedObject.kind == "PodDisruptionBudget"]
    assert [(held.reason, held.source.component) for held in events] == [("NoPods", "controllermanager")]


def test_of_pods_without_an_owner_no_share_can_be_taken(bare):
    add_node(bare)
    run_pod(bare, "web", "worker-1")
    bare.client.patch("pods", "web", {"metadata": {"labels": {"app": "web"}}})
    running(bare, DisruptionController)
    bare.client.create(budget(maxUnavailable=1))
    after(bare, 1)
    assert figures(client(bare)) == (0, 1, 0, 0)
    reason, _, message = said(bare, "PodDisruptionBudget")[0]
    assert reason == "UnmanagedPods"
    assert "(selector: &LabelSelector{MatchLabels:map[string]string{app: web,}" in message


def test_an_owner_that_does_not_say_how_many_it_wants_stops_the_count(bare):
    owner = {"apiVersion": "batch/v1", "kind": "Job", "name": "sum", "uid": "1-2", "controller": True}
    manifest = pod("web", node="worker-1")
    manifest["metadata"] |= {"labels": {"app": "web"}, "ownerReferences": [owner]}
    add_node(bare)
    bare.client.create(manifest)
    running(bare, DisruptionController)
    bare.client.create(budget(maxUnavailable=1))
    after(bare, 1)
    held = condition(bare.client.get("poddisruptionbudgets", "web"), "DisruptionAllowed")
    message = "jobs.batch does not implement the scale subresource"
    assert (held.status, held.reason, held.message) == ("False", "SyncFailed", message)
    wanted = f"Failed to calculate the number of expected pods: {message}"
    assert said(bare, "PodDisruptionBudget")[0] == ("CalculateExpectedPodCountFailed", "web", wanted)


class client:  # noqa: N801
    """A bare API server, read as a cluster is."""

    def __init__(self, bare):
        self.api = bare.client


# -- evictions


def test_an_eviction_uses_the_budget_up_until_the_pod_is_replaced():
    cluster = started(web(4), budget(minAvailable=3))
    gone = evict(cluster)
    assert condition(gone, "DisruptionTarget").reason == "EvictionByEvictionAPI"
    held = cluster.api.get("poddisruptionbudgets", "web").status
    assert list(held.disruptedPods) == [gone.metadata.name]
    assert held.disruptionsAllowed == 0
    with pytest.raises(kl.ApiError) as refusal:
        evict(cluster, 1)
    assert (refusal.value.code, refusal.value.reason) == (429, "TooManyRequests")
    assert refusal.value.message == "Cannot evict pod as it would violate the pod's disruption budget."
    cause = ("", "DisruptionBudget", "The disruption budget web needs 3 healthy pods and has 4 currently")
    assert refusal.value.causes == (cause,)
    assert refusal.value.retry_after == 0
    cluster.settle()
    assert figures(cluster) == (4, 4, 3, 1)
    assert cluster.api.get("poddisruptionbudgets", "web").status.disruptedPods is None
    evict(cluster, 1)


def test_a_budget_that_nobody_has_looked_at_yet_allows_nothing():
    cluster = started(web(4))
    cluster.apply(budget(minAvailable=1))
    with pytest.raises(kl.ApiError) as refusal:
        evict(cluster)
    assert (refusal.value.code, refusal.value.retry_after) == (429, 10)
    assert refusal.value.causes[0].message == "The disruption budget web is still being processed by the server."


def test_two_budgets_of_one_pod_are_one_too_many():
    cluster = started(web(4), budget(minAvailable=1), budget("other", minAvailable=1))
    with pytest.raises(kl.ApiError) as refusal:
        evict(cluster)
    message = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
    assert (refusal.value.code, refusal.value.reason, refusal.value.message) == (500, "", message)
    warned = [held.message for held in cluster.api.list("events") if held.reason == "MultiplePodDisruptionBudgets"]
    assert warned


def test_a_dry_run_asks_the_budget_and_changes_nothing():
    cluster = started(web(4), budget(minAvailable=3))
    before = to_dict(cluster.api.get("poddisruptionbudgets", "web"))
    name = cluster.api.list("pods", "default")[0].metadata.name
    cluster.api.evict(name, "default", dry_run=True)
    assert to_dict(cluster.api.get("poddisruptionbudgets", "web")) == before
    assert condition(cluster.api.get("pods", name), "DisruptionTarget") is None


def unready():
    manifest = web(2)
    manifest["spec"]["template"]["metadata"]["annotations"] = {"kubelab.io/behavior.web": "{ready_after: 1000}"}
    manifest["spec"]["template"]["spec"]["containers"][0]["readinessProbe"] = {"httpGet": {"path": "/", "port": 80}}
    return manifest


@pytest.mark.parametrize(("policy", "goes"), [(None, False), ("IfHealthyBudget", False), ("AlwaysAllow", True)])
def test_whether_pods_that_are_not_ready_may_go_is_a_policy(policy, goes):
    cluster = started(unready(), budget(minAvailable=1, **({"unhealthyPodEvictionPolicy": policy} if policy else {})))
    cluster.run(10)
    assert figures(cluster) == (2, 0, 1, 0)
    if goes:
        assert evict(cluster).metadata.deletionTimestamp is not None
    else:
        with pytest.raises(kl.ApiError, match="disruption budget"):
            evict(cluster)


def test_a_pod_that_does_not_run_yet_is_not_guarded():
    cluster = kl.Cluster(workers=0, seed=1)
    cluster.apply(web(1), budget(minAvailable=1))
    cluster.run(5)
    name = cluster.api.list("pods", "default")[0].metadata.name
    cluster.api.evict(name, "default")
    assert name not in [held.metadata.name for held in cluster.api.list("pods", "default")]


def test_two_evictions_at_once_meet_at_the_budget():
    cluster = started(web(4), budget(minAvailable=2))
    names = [held.metadata.name for held in cluster.api.list("pods", "default")]
    revision = cluster.api.list_and_revision("poddisruptionbudgets")[1]
    cluster.api.evict(names[0], "default", revision=revision)
    with pytest.raises(kl.ApiError) as refusal:
        cluster.api.evict(names[1], "default", revision=revision)
    assert (refusal.value.code, refusal.value.kind) == (409, "poddisruptionbudgets")
    cluster.api.evict(names[1], "default")


def test_a_drain_waits_for_the_budget():
    cluster = started(web(4), budget(minAvailable=4))
    node = cluster.api.list("pods", "default")[0].spec.nodeName
    text = str(cluster.kubectl(f"drain {node} --timeout=12s"))
    assert "(will retry after 5s): Cannot evict pod as it would violate the pod's disruption budget." in text
    assert "global timeout reached: 12s" in text
    assert figures(cluster)[1] == 4


def test_a_drain_never_takes_more_than_the_budget_allows():
    cluster = started(web(6), budget(maxUnavailable=1), workers=2)
    ready = []
    cluster.api.watch("poddisruptionbudgets", lambda event: ready.append(event.object.status.currentHealthy))
    text = str(cluster.kubectl("drain worker-1"))
    assert text.count("evicted") == 3
    assert min(ready) >= 5
    cluster.settle()
    assert figures(cluster) == (6, 6, 5, 1)


def test_a_pod_that_stays_counts_again_after_two_minutes():
    cluster = started(web(4), budget(minAvailable=3))
    name = cluster.api.list("pods", "default")[0].metadata.name
    stamp = cluster.clock.date.strftime("%Y-%m-%dT%H:%M:%SZ")
    target = {"type": "DisruptionTarget", "status": "True", "lastTransitionTime": stamp}
    cluster.api.patch("pods", name, {"status": {"conditions": [target]}}, subresource="status")
    status = {"status": {"disruptedPods": {name: stamp}}}
    cluster.api.patch("poddisruptionbudgets", "web", status, patch_type="merge", subresource="status")
    cluster.run(5)
    assert figures(cluster) == (4, 3, 3, 0)
    cluster.run(125)
    assert figures(cluster) == (4, 4, 3, 1)
    assert condition(cluster.api.get("pods", name), "DisruptionTarget").status == "False"
    assert "NotDeleted" in [held.reason for held in cluster.api.list("events")]


def test_a_quiet_budget_needs_no_work():
    cluster = started(web(4), budget(minAvailable=3))
    cluster.run(300)
    before = len(list(cluster.journal))
    cluster.run(86_400)
    assert len(list(cluster.journal)) == before


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(
    instant=st.floats(0, 6, allow_nan=False).map(lambda at: round(at, 3)),
    process=st.sampled_from(["kube-controller-manager", "kube-apiserver", "etcd"]),
    away=st.sampled_from([0.0, 0.5, 3.0]),
)
def test_after_any_restart_the_figures_are_the_same(instant, process, away):
    cluster = kl.Cluster(workers=3, seed=1)
    cluster.apply(web(4), budget(maxUnavailable=1))
    cluster.run(5)
    evict(cluster)
    cluster.run(instant)
    cluster.stop(process)
    cluster.run(away)
    cluster.start(process)
    cluster.run(60)
    assert figures(cluster) == (4, 4, 3, 1)
    assert cluster.api.get("poddisruptionbudgets", "web").status.disruptedPods is None
