"""Redirection lived through: what is lost, until when, and because of whose stale view."""

import pytest

import kubelab as kl

URL = "http://shop"
RATE = 50
SLEEP = {"preStop": {"sleep": {"seconds": 5}}}
PROBE = {"httpGet": {"port": 80}, "periodSeconds": 2, "failureThreshold": 2}


def shop(replicas=3, behavior="", **container):
    """A Deployment, one pod a worker, behind a Service; its clients are on a fourth worker that has no pod."""
    spec = {"containers": [{"name": "web", "image": "nginx:1.27", "ports": [{"containerPort": 80}], **container}]}
    spread = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "shop"}}}
    spec["affinity"] = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [spread]}}
    spec["terminationGracePeriodSeconds"] = 10
    annotations = {"kubelab.io/behavior.web": behavior} if behavior else {}
    template = {"metadata": {"labels": {"app": "shop"}, "annotations": annotations}, "spec": spec}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "shop"},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "shop"}}, "template": template},
    }
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "shop"},
        "spec": {"selector": {"app": "shop"}, "ports": [{"port": 80}]},
    }
    cluster = kl.Cluster(workers=5, seed=1, size=kl.WorkerSize(images=("nginx:1.27", "nginx:1.28")))
    for name in ("worker-4", "worker-5"):
        cluster.kubectl(f"cordon {name}")
    cluster.apply(deployment, service)
    return cluster.settle().run(5)


def loaded(cluster, **options):
    load = cluster.traffic(URL, rate=options.pop("rate", RATE), source="worker-4", **options)
    cluster.run(10)
    assert load.failed == 0
    return load


def pods(cluster):
    return {pod.metadata.name: pod.spec.nodeName for pod in cluster.api.list("pods")}


def lost_share(load, since, until):
    held = [sample for sample in load.samples if since <= sample.time < until]
    return sum(not sample.ok for sample in held) / len(held)


# -- a node


@pytest.mark.parametrize(("blow", "word"), [("kill", "does not answer"), ("cut", "is cut off")])
def test_a_node_is_lost_and_a_share_of_new_connections_until_the_endpoints_turn_not_ready(blow, word):
    cluster = shop(3)
    load = loaded(cluster)
    node, at = next(iter(pods(cluster).values())), cluster.now
    getattr(cluster, blow)(node)
    while (answer := cluster.request(URL, "worker-4")).ok:
        pass
    assert cluster.why(answer).object == f"nodes/{node}"
    assert "still Ready" in str(cluster.why(answer))  # whose view is stale: the control plane's, so all rules are
    cluster.run(120)
    assert 40 < load.lost_until - at < 60
    assert lost_share(load, at, load.lost_until) == pytest.approx(1 / 3, abs=0.04)
    assert load.errors() == {f"timed out: {node} {word}": load.failed}
    assert all(share == 1 for when, share in load.availability(5) if when > load.lost_until)


def test_with_one_replica_the_outage_lasts_until_the_pod_is_replaced():
    cluster = shop(1)
    load = loaded(cluster)
    node, at = next(iter(pods(cluster).values())), cluster.now
    cluster.kill(node).run(420)
    (outage,) = load.outages()
    assert outage.start == pytest.approx(at, abs=1 / RATE)
    assert 340 < outage.end - outage.start < 365
    silent = load.errors()[f"timed out: {node} does not answer"] / RATE
    refused = load.errors()["connection refused: service default/shop has no ready endpoints"] / RATE
    assert 40 < silent < 60  # until the Node is NotReady
    assert silent + refused == pytest.approx(outage.end - outage.start, abs=1)


def test_a_node_that_is_cut_off_goes_by_its_old_rules_for_as_long_as_it_lasts():
    cluster = shop(3)
    load = cluster.traffic(URL, rate=RATE, source="worker-1", dns_hold=10_000)
    cluster.run(10)
    assert "worker-1" in pods(cluster).values()
    at = cluster.now
    cluster.cut("worker-1").run(300)
    assert lost_share(load, at, cluster.now) == pytest.approx(2 / 3, abs=0.03)
    cluster.heal("worker-1").run(30)
    assert load.lost_until < at + 302


def test_a_node_that_is_drained_loses_next_to_nothing():
    cluster = shop(3)
    load = loaded(cluster, rate=500)
    cluster.kubectl("uncordon worker-5")
    at = cluster.now
    cluster.kubectl(f"drain {next(iter(pods(cluster).values()))} --ignore-daemonsets")
    cluster.run(30)
    assert (load.lost_until or at) - at < 1.5
    assert load.failed < 100


# -- a pod


def two_deleted(**container):
    cluster = shop(3, **container)
    load = loaded(cluster, rate=500)
    for name in list(pods(cluster))[:2]:
        cluster.api.delete("pods", name)
        cluster.run(0.3)
    at = cluster.now
    return cluster, load, at


def test_a_deleted_pod_that_ends_at_once_is_asked_until_the_rules_are_written_again():
    cluster, load, at = two_deleted()
    failed = next(sample for sample in reversed(load.samples[:]) if not sample.ok) if load.failed else None
    cluster.run(30)
    assert load.failed > 0
    assert load.lost_until - at < 1.0  # rules are written at most once a second
    reasons = {error.partition(":")[0] for error in load.errors()}
    assert reasons <= {"timed out", "connection refused"}
    assert failed is None or failed.time <= load.lost_until


def test_a_pod_that_pauses_before_it_ends_loses_nothing():
    cluster, load, _ = two_deleted(lifecycle=SLEEP)
    cluster.run(30)
    assert load.failed == 0
    assert len(load.served_by()) == 5


def test_a_terminating_pod_serves_its_open_connections_to_the_end():
    cluster = shop(3, lifecycle=SLEEP)
    load = cluster.traffic(URL, rate=RATE, source="worker-4", clients=10, keepalive=True)
    cluster.run(10)
    name, at = next(iter(load.served_by())), cluster.now
    cluster.api.delete("pods", name)
    cluster.run(30)
    last = max(sample.time for sample in load.samples if sample.pod == name)
    assert 4.5 < last - at < 5.5  # the rules know nothing of it from the first second on: its connections do
    assert load.failed == 0


def test_a_pod_that_crashes_again_and_again_costs_a_moment_each_time():
    cluster = shop(3)
    load = loaded(cluster, rate=500)
    name = next(iter(pods(cluster)))
    refusals = []
    for _ in range(3):
        cluster.run(60)
        cluster.faults.kill_container(name)
        refusals += [answer for answer in (cluster.request(URL, "worker-4") for _ in range(20)) if not answer.ok]
        at = cluster.now
        cluster.run(5)
        assert load.lost_until - at < 1.1  # from then on the rules leave it out
    assert {answer.error for answer in refusals} == {
        f"connection refused: nothing listens on port 80 of pod default/{name}"
    }
    waiting = cluster.api.get("pods", name).status.containerStatuses[0].state.waiting
    assert waiting.reason == "CrashLoopBackOff"
    address = cluster.api.get("pods", name).status.podIP
    assert cluster.why(cluster.request(f"http://{address}", "worker-4")).reason.startswith("web: CrashLoopBackOff")
    assert set(load.errors()) == {answer.error for answer in refusals}


def test_a_pod_that_hangs_answers_badly_until_its_probe_fails():
    lived = {}
    for name, container in (("blind", {}), ("probed", {"readinessProbe": PROBE})):
        cluster = shop(3)
        load = loaded(cluster)
        meta = {"name": "sick", "labels": {"app": "shop"}, "annotations": {"kubelab.io/behavior.web": SICK}}
        spec = {"nodeName": "worker-5", "containers": [{"name": "web", "image": "nginx:1.27", **container}]}
        cluster.apply({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec})
        cluster.run(120)
        assert set(load.errors()) == {"HTTP 500"}
        lived[name] = load.lost_until, cluster.now
    assert lived["blind"][0] > lived["blind"][1] - 1
    assert lived["probed"][0] < lived["probed"][1] - 80


SICK = "{fails_liveness_after: 20}"


@pytest.mark.parametrize("probed", [False, True])
def test_a_rolling_update_loses_nothing_with_a_readiness_probe_and_a_pause(probed):
    container = {"readinessProbe": PROBE, "lifecycle": SLEEP} if probed else {}
    cluster = shop(2, behavior="{starts_after: 5, ready_after: 8}", **container)
    cluster.run(20)
    load = loaded(cluster, rate=500)
    cluster.kubectl("set image deployment/shop web=nginx:1.28")
    cluster.run(90)
    assert {pod.spec.containers[0].image for pod in cluster.api.list("pods")} == {"nginx:1.28"}
    if probed:
        assert load.failed == 0
    else:
        assert load.failed > 1000
        assert "HTTP 503" in load.errors()
        assert any("nothing listens on port 80" in error for error in load.errors())


# -- a mistake


@pytest.mark.parametrize(
    ("patch", "error", "said"),
    [
        (
            {"selector": {"app": "shpo"}},
            "connection refused: service default/shop has no ready endpoints",
            "its selector app=shpo matches no pod",
        ),
        (
            {"ports": [{"port": 80, "targetPort": 8080}]},
            "connection refused: nothing listens on port 8080 of pod",
            "its targetPort is 8080",
        ),
    ],
)
def test_a_mistake_in_the_service_loses_all_at_once_until_it_is_mended(patch, error, said):
    cluster = shop(3)
    load = loaded(cluster)
    before = cluster.api.get("services", "shop").spec
    at = cluster.now
    cluster.api.patch("services", "shop", {"spec": patch})
    cluster.run(10)
    answer = cluster.request(URL, "worker-4")
    assert answer.error.startswith(error)
    assert cluster.why(answer).object == "services/default/shop"
    assert said in cluster.why(answer).reason
    undo = {"selector": before.selector, "ports": [{"port": 80, "targetPort": 80}]}
    cluster.api.patch("services", "shop", {"spec": undo})
    cluster.run(10)
    (outage,) = load.outages()
    assert at <= outage.start < at + 1.1
    assert 9 < outage.end - outage.start < 11.5


def test_all_endpoints_gone_is_refused_at_once():
    cluster = shop(3)
    load = loaded(cluster)
    cluster.kubectl("scale deployment shop --replicas=0")
    cluster.run(10)
    refused = [sample for sample in load.samples if "no ready endpoints" in sample.error]
    assert refused
    assert max(sample.latency for sample in refused) < 0.01
    assert cluster.why(cluster.request(URL, "worker-4")).reason == "its selector app=shop matches no pod"


# -- what saves requests


def test_a_client_that_tries_again_loses_next_to_nothing():
    lost = {}
    for retries in (0, 3):
        cluster = shop(3)
        load = loaded(cluster, retries=retries, timeout=0.5)
        cluster.kill(next(iter(pods(cluster).values()))).run(120)
        lost[retries] = load.failed / RATE
        assert (load.latency(1.0) > 0.5) is (retries > 0)
    assert 12 < lost[0] < 22  # a third of 50 s
    assert lost[3] < lost[0] / 20  # a third of a third of a third of a third


def test_a_client_that_remembers_a_headless_name_asks_pods_that_are_gone():
    lost = {}
    for hold in (0.0, 60.0):
        cluster = shop(3)
        headless = {"clusterIP": "None", "selector": {"app": "shop"}, "ports": [{"port": 80}]}
        cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "each"}, "spec": headless})
        cluster.run(2)
        load = cluster.traffic("http://each", rate=RATE, source="worker-4", dns_hold=hold)
        cluster.run(10)
        cluster.api.delete("pods", next(iter(pods(cluster))))
        cluster.run(90)
        lost[hold] = load.failed
    assert lost[0.0] < RATE
    assert lost[60.0] == pytest.approx(RATE * 50 / 3, rel=0.2)
