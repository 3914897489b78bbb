"""Autoscaling: what pods use, what the metrics API tells of it, and how many replicas follow."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lightkube.models import autoscaling_v2, core_v1, meta_v1

import kubelab as kl
from kubelab.api.objects import condition
from kubelab.control_plane.controller_manager.autoscaling.replica_calculator import (
    MetricError,
    Question,
    Sample,
    by_utilization,
    by_value,
)
from kubelab.control_plane.controller_manager.autoscaling.scaling_rules import (
    Limits,
    Memory,
    Moment,
    decide_by_behavior,
    decide_by_default,
)
from kubelab.timings import Timings

NOW = datetime(2026, 1, 1, 1, tzinfo=UTC)


def shop(replicas=1, behavior="{cpu: 0.001, cpu_per_request: 0.05, memory: 20971520, ready_after: 1}", **resources):
    resources = resources or {"requests": {"cpu": "200m", "memory": "64Mi"}, "limits": {"cpu": "500m"}}
    container = {"name": "shop", "image": "nginx:1.27", "ports": [{"containerPort": 80}], "resources": resources}
    template = {
        "metadata": {"labels": {"app": "shop"}, "annotations": {"kubelab.io/behavior.shop": behavior}},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": 1},
    }
    selector = {"matchLabels": {"app": "shop"}}
    spec = {"replicas": replicas, "selector": selector, "template": template}
    return (
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "shop"}, "spec": spec},
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "shop"},
            "spec": {"selector": {"app": "shop"}, "ports": [{"port": 80}]},
        },
    )


def cpu(percent=50):
    return {
        "type": "Resource",
        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": percent}},
    }


def autoscaler(*metrics, name="shop", target="shop", least=1, most=10, **spec):
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": target}
    spec = {
        "scaleTargetRef": reference,
        "minReplicas": least,
        "maxReplicas": most,
        "metrics": list(metrics) or [cpu()],
        **spec,
    }
    return {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": name}, "spec": spec}


def started(*manifests, seconds=0.0):
    cluster = kl.Cluster(workers=3, seed=1)
    cluster.apply(*manifests)
    return cluster.run(seconds)


def status(cluster, name="shop"):
    return cluster.api.get("horizontalpodautoscalers", name).status


def conditions(cluster, name="shop"):
    return {held.type: (held.status, held.reason) for held in status(cluster, name).conditions or ()}


def said(cluster, kind="HorizontalPodAutoscaler"):
    events = [held for held in cluster.api.list("events", "default") if held.involvedObject.kind == kind]
    events.sort(key=lambda held: int(held.metadata.name.rpartition(".")[2], 16))
    return [(held.reason, held.message) for held in events]


def replicas(cluster):
    return cluster.api.get("deployments", "shop").spec.replicas


# -- the metrics API


def test_pods_use_what_their_program_uses_and_more_with_each_request():
    cluster = started(*shop(), seconds=40)
    (idle,) = cluster.api.list("pods.metrics.k8s.io", "default")
    assert idle.containers[0].usage == {"cpu": "1000000n", "memory": "20480Ki"}
    assert (idle.window, idle.metadata.labels["app"]) == ("15s", "shop")
    cluster.traffic("http://shop", rate=4)
    cluster.run(40)
    (busy,) = cluster.api.list("pods.metrics.k8s.io", "default")
    assert busy.containers[0].usage["cpu"] == "201000000n"
    assert busy.timestamp == datetime(2026, 1, 1, 0, 1, 15, tzinfo=UTC)


def test_no_container_uses_more_than_its_limit():
    cluster = started(*shop(), seconds=20)
    cluster.traffic("http://shop", rate=50)
    cluster.run(40)
    (busy,) = cluster.api.list("pods.metrics.k8s.io", "default", selector="app=shop")
    assert busy.containers[0].usage["cpu"] == "500000000n"
    assert cluster.api.list("pods.metrics.k8s.io", "default", selector="app=other") == []


def test_nothing_is_told_of_a_container_before_the_second_round():
    cluster = started(*shop(), seconds=14)
    assert cluster.api.list("pods.metrics.k8s.io", "default") == []
    cluster.run(2)
    (fresh,) = cluster.api.list("pods.metrics.k8s.io", "default")
    assert 10 <= float(fresh.window.removesuffix("s")) < 15


def test_a_node_uses_what_its_pods_use_and_a_little_itself():
    cluster = started(*shop(replicas=3), seconds=40)
    nodes = cluster.api.list("nodes.metrics.k8s.io", None)
    assert [node.usage["cpu"] for node in nodes] == ["41000000n"] * 3
    assert cluster.api.get("nodes.metrics.k8s.io", "worker-2", None).usage == nodes[1].usage


def test_of_a_node_that_is_cut_off_nothing_is_told():
    cluster = started(*shop(replicas=3), seconds=40)
    cluster.cut("worker-2")
    assert [held.metadata.name for held in cluster.api.list("nodes.metrics.k8s.io", None)] == ["worker-1", "worker-3"]
    assert len(cluster.api.list("pods.metrics.k8s.io", "default")) == 2
    with pytest.raises(kl.ApiError) as refusal:
        cluster.api.get("nodes.metrics.k8s.io", "worker-2", None)
    assert refusal.value.code == 404


def test_looking_costs_no_time_and_writes_nothing():
    cluster = started(*shop(), seconds=40)
    before = cluster.now, cluster.api.list_and_revision("pods")[1], len(list(cluster.journal))
    cluster.api.list("pods.metrics.k8s.io", "default")
    assert (cluster.now, cluster.api.list_and_revision("pods")[1], len(list(cluster.journal))) == before


# -- the controller


def test_more_load_means_more_pods_and_less_means_fewer_after_five_minutes():
    cluster = started(*shop(), autoscaler(), seconds=60)
    assert status(cluster).currentMetrics[0].resource.current.averageUtilization == 0
    assert (status(cluster).currentReplicas, status(cluster).desiredReplicas) == (1, 1)
    load = cluster.traffic("http://shop", rate=10)
    cluster.run(180)
    assert replicas(cluster) == 6
    current = status(cluster).currentMetrics[0].resource.current
    assert 40 <= current.averageUtilization <= 50
    assert conditions(cluster)["ScalingActive"] == ("True", "ValidMetricFound")
    load.stop()
    cluster.run(200)
    assert replicas(cluster) == 6
    assert conditions(cluster)["AbleToScale"] == ("True", "ScaleDownStabilized")
    cluster.run(200)
    assert replicas(cluster) == 1
    assert conditions(cluster)["ScalingLimited"] == ("True", "TooFewReplicas")
    reasons = [message for reason, message in said(cluster) if reason == "SuccessfulRescale"]
    assert reasons[0] == "New size: 4; reason: cpu resource utilization (percentage of request) above target"
    assert reasons[-1] == "New size: 1; reason: All metrics below target"


def test_the_limits_come_first():
    cluster = started(*shop(replicas=1), autoscaler(least=3, most=5), seconds=20)
    assert said(cluster) == [
        ("SuccessfulRescale", "New size: 3; reason: Current number of replicas below Spec.MinReplicas")
    ]
    assert status(cluster).lastScaleTime is not None
    cluster.api.update_scale("deployments", "shop", {"spec": {"replicas": 9}})
    cluster.run(20)
    assert replicas(cluster) == 5


def test_of_a_target_with_no_replicas_it_keeps_off():
    cluster = started(*shop(replicas=0), autoscaler(), seconds=40)
    assert replicas(cluster) == 0
    assert conditions(cluster)["ScalingActive"] == ("False", "ScalingDisabled")


def test_behavior_says_how_fast_and_how_soon():
    rules = {
        "scaleUp": {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]},
        "scaleDown": {"stabilizationWindowSeconds": 30},
    }
    cluster = started(*shop(), autoscaler(behavior=rules), seconds=60)
    load = cluster.traffic("http://shop", rate=10)
    cluster.run(50)
    assert replicas(cluster) == 2
    assert conditions(cluster)["ScalingLimited"] == ("True", "ScaleUpLimit")
    cluster.run(60)
    assert replicas(cluster) == 3
    load.stop()
    cluster.run(100)
    assert replicas(cluster) == 1


def test_a_container_can_be_watched_by_itself():
    metric = {
        "type": "ContainerResource",
        "containerResource": {
            "name": "cpu",
            "container": "shop",
            "target": {"type": "AverageValue", "averageValue": "100m"},
        },
    }
    cluster = started(*shop(), autoscaler(metric), seconds=60)
    cluster.traffic("http://shop", rate=5)
    cluster.run(60)
    assert replicas(cluster) == 3
    assert status(cluster).currentMetrics[0].containerResource.container == "shop"


def test_memory_counts_too():
    memory = {
        "type": "Resource",
        "resource": {"name": "memory", "target": {"type": "AverageValue", "averageValue": "10Mi"}},
    }
    cluster = started(*shop(), autoscaler(cpu(), memory, most=4), seconds=60)
    assert replicas(cluster) == 4
    assert "memory resource above target" in said(cluster)[0][1]
    assert [held.resource.name for held in status(cluster).currentMetrics] == ["cpu", "memory"]
    assert status(cluster).currentMetrics[1].resource.current.averageValue == "20971520"


def failures(cluster):
    return [(reason, message) for reason, message in said(cluster) if reason != "FailedComputeMetricsReplicas"]


def test_without_a_request_there_is_no_share():
    cluster = started(*shop(limits={"memory": "1Gi"}), autoscaler(), seconds=40)
    name = cluster.api.list("pods", "default")[0].metadata.name
    why = f"failed to get cpu utilization: missing request for cpu in container shop of Pod {name}"
    assert ("FailedGetResourceMetric", why) in said(cluster)
    whole = f"invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: {why}"
    assert ("FailedComputeMetricsReplicas", whole) in said(cluster)
    assert conditions(cluster)["ScalingActive"] == ("False", "FailedGetResourceMetric")


def test_before_there_are_metrics_it_says_so():
    cluster = started(*shop(), seconds=0)
    cluster.run(1)
    for node in ("worker-1", "worker-2", "worker-3"):
        cluster.stop("kubelet", node=node)
    cluster.apply(autoscaler())
    cluster.run(20)
    why = "unable to get metrics for resource cpu: no metrics returned from resource metrics API"
    assert failures(cluster) == [("FailedGetResourceMetric", f"failed to get cpu utilization: {why}")]


def test_other_metrics_have_no_adapter_here():
    pods = {
        "type": "Pods",
        "pods": {"metric": {"name": "hits"}, "target": {"type": "AverageValue", "averageValue": "1k"}},
    }
    described = {"apiVersion": "v1", "kind": "Service", "name": "shop"}
    thing = {
        "type": "Object",
        "object": {
            "metric": {"name": "rate"},
            "describedObject": described,
            "target": {"type": "Value", "value": "2k"},
        },
    }
    queue = {
        "type": "External",
        "external": {"metric": {"name": "queue"}, "target": {"type": "AverageValue", "averageValue": "30"}},
    }
    cluster = started(*shop(), autoscaler(pods, thing, queue), seconds=20)
    none = "unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered"
    found = dict(failures(cluster))
    assert found["FailedGetPodsMetric"] == f"unable to get metric hits: {none}"
    assert found["FailedGetObjectMetric"] == f"unable to get metric rate: Service on default shop/{none}"
    assert found["FailedGetExternalMetric"] == (
        "unable to get external metric default/queue/nil: unable to fetch metrics from external metrics API: "
        "the server could not find the requested resource (get queue.external.metrics.k8s.io)"
    )
    assert conditions(cluster)["ScalingActive"] == ("False", "FailedGetPodsMetric")


def test_a_target_that_is_not_there_cannot_be_scaled():
    cluster = started(autoscaler(target="ghost"), seconds=20)
    assert said(cluster) == [("FailedGetScale", 'deployments.apps "ghost" not found')]
    assert conditions(cluster) == {"AbleToScale": ("False", "FailedGetScale")}


def test_two_autoscalers_of_one_target_stop_each_other():
    cluster = started(*shop(), autoscaler(), autoscaler(name="twin"), seconds=50)
    assert conditions(cluster)["ScalingActive"] == ("False", "AmbiguousSelector")
    held = condition(cluster.api.get("horizontalpodautoscalers", "twin"), "ScalingActive")
    assert held.message == "pods by selector app=shop are controlled by multiple HPAs: [default/shop default/twin]"


def test_it_looks_every_fifteen_seconds_and_writes_only_news():
    cluster = started(*shop(), autoscaler(), seconds=400)
    cluster.settle()
    assert cluster.now < 401
    before = cluster.api.list_and_revision("pods")[1]
    cluster.run(3600)
    assert cluster.api.list_and_revision("pods")[1] == before


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(instant=st.floats(0, 200, allow_nan=False).map(lambda at: round(at, 3)), away=st.sampled_from([0.0, 1.0, 20.0]))
def test_after_any_restart_there_are_as_many_as_the_load_needs(instant, away):
    cluster = started(*shop(), autoscaler())
    cluster.traffic("http://shop", rate=10)
    cluster.run(instant)
    cluster.stop("kube-controller-manager")
    cluster.run(away)
    cluster.start("kube-controller-manager")
    cluster.run(600 - cluster.now)
    assert replicas(cluster) in (5, 6)


def test_a_fork_scales_in_the_same_way():
    cluster = started(*shop(), autoscaler(), seconds=50)
    cluster.traffic("http://shop", rate=10)
    cluster.run(20)
    twin = cluster.fork()
    cluster.run(100)
    twin.run(100)
    assert replicas(twin) == replicas(cluster) > 1
    assert twin.journal.digest() == cluster.journal.digest()


# -- the arithmetic


def a_pod(name, ready=True, phase="Running", age=3600.0, request="100m"):
    resources = core_v1.ResourceRequirements(requests={"cpu": request})
    since = NOW - timedelta(seconds=age)
    held = core_v1.PodCondition(type="Ready", status="True" if ready else "False", lastTransitionTime=since)
    return core_v1.Pod(
        metadata=meta_v1.ObjectMeta(name=name),
        spec=core_v1.PodSpec(containers=[core_v1.Container(name="c", resources=resources)]),
        status=core_v1.PodStatus(phase=phase, conditions=[held], startTime=since),
    )


def question(pods, current=None):
    return Question("cpu", "", pods, len(pods) if current is None else current, (0.1, 0.1), NOW, Timings())


def samples(**values):
    return {name: Sample(value, NOW, timedelta(seconds=15)) for name, value in values.items()}


def test_the_share_of_what_is_requested_decides():
    pods = [a_pod("a"), a_pod("b")]
    found = by_utilization(question(pods), samples(a=150, b=90), 50)
    assert (found.replicas, found.utilization, found.average) == (5, 120, 120)


def test_a_tenth_more_or_less_changes_nothing():
    pods = [a_pod("a"), a_pod("b")]
    assert by_utilization(question(pods), samples(a=55, b=55), 50).replicas == 2
    assert by_utilization(question(pods), samples(a=57, b=57), 50).replicas == 3
    assert by_value(question(pods), samples(a=91, b=91), 100).replicas == 2


def test_pods_without_metrics_are_assumed_to_hold_things_as_they_are():
    pods = [a_pod("a"), a_pod("b"), a_pod("c")]
    assert by_utilization(question(pods), samples(a=20, b=20), 50).replicas == 3
    assert by_utilization(question(pods), samples(a=100, b=100), 50).replicas == 4


def test_pods_that_start_do_not_count_before_they_are_ready():
    pods = [a_pod("a"), a_pod("b", ready=False, age=20)]
    assert by_utilization(question(pods), samples(a=90, b=400), 50).replicas == 2
    with pytest.raises(MetricError, match="pods might be unready"):
        by_utilization(question([a_pod("b", ready=False, age=20)]), samples(b=400), 50)


def limits(current, desired, least=1, most=20):
    return Limits(current, desired, least, most)


def test_by_default_it_doubles_at_most():
    assert decide_by_default(Memory(), limits(1, 15), 0, 300).replicas == 4
    assert decide_by_default(Memory(), limits(6, 15), 0, 300).replicas == 12
    found = decide_by_default(Memory(), limits(18, 40), 0, 300)
    assert (found.replicas, found.limited, found.why[0]) == (20, True, "TooManyReplicas")


def test_by_default_the_highest_of_five_minutes_holds():
    memory = Memory([Moment(8, 0.0), Moment(5, 200.0)])
    assert decide_by_default(memory, limits(8, 2), 290, 300).replicas == 8
    assert decide_by_default(memory, limits(8, 2), 310, 300).replicas == 5


def rules(up=(), down=(), select="Max", window=0):
    def made(policies):
        return autoscaling_v2.HPAScalingRules(
            selectPolicy=select,
            stabilizationWindowSeconds=window,
            policies=[autoscaling_v2.HPAScalingPolicy(type=t, value=v, periodSeconds=p) for t, v, p in policies],
        )

    return autoscaling_v2.HorizontalPodAutoscalerBehavior(scaleUp=made(up), scaleDown=made(down))


POLICIES = (("Pods", 2, 60), ("Percent", 50, 60))


@pytest.mark.parametrize(
    ("select", "current", "desired", "wanted"),
    [
        ("Max", 10, 30, 15), ("Min", 10, 30, 12), ("Disabled", 10, 30, 10),
        ("Max", 10, 1, 5), ("Min", 10, 1, 8), ("Disabled", 10, 1, 10),
        ("Max", 3, 4, 4),
    ],
)  # fmt: skip
def test_policies_limit_the_rate(select, current, desired, wanted):
    found = decide_by_behavior(Memory(), limits(current, desired), 0, rules(POLICIES, POLICIES, select), 300)
    assert found.replicas == wanted


def test_what_was_added_in_the_period_counts():
    memory = Memory()
    behavior = rules((("Pods", 4, 60),))
    memory.scaled(6, 9, 100.0, behavior)
    assert decide_by_behavior(memory, limits(9, 20), 120, behavior, 300).replicas == 10
    assert decide_by_behavior(memory, limits(9, 20), 161, behavior, 300).replicas == 13
