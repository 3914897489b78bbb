"""A load reckoned by arithmetic is the load sent one by one."""

import pytest
from open_shop import SHOP, open_shop

import kubelab as kl
from kubelab.network.load.dice import Numbered, Told, UndecidedError
from kubelab.network.load.numbers import number, numbers

URL = "http://shop:8080"


def storm(arithmetic, rate=200, url=URL, proxy_mode="iptables", affinity=False, **options):
    """Half a minute in which much happens."""
    shop = kl.Cluster(workers=3, seed=1, size=kl.WorkerSize(images=("nginx:1.27",)), proxy_mode=proxy_mode)
    shop.apply(SHOP)
    if affinity:
        session = {"sessionAffinity": "ClientIP", "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 5}}}
        shop.api.patch("services", "shop", {"spec": session})
    shop.settle()
    load = shop.traffic(url, rate, "worker-1", arithmetic=arithmetic, **options)
    shop.run(3)
    shop.kill("worker-2").run(4)
    shop.revive("worker-2").run(3.3)
    shop.cut("worker-3").run(4)
    shop.heal("worker-3").run(2)
    shop.lose("worker-1", "worker-3", 0.3).run(4)
    shop.slow("worker-1", "worker-3", 0.01).run(2)
    shop.heal()
    shop.api.delete("pods", shop.api.list("pods")[0].metadata.name)
    shop.run(3)
    shop.api.patch("deployments", "shop", {"spec": {"replicas": 5}})
    shop.run(3)
    load.stop()
    return shop, load


OPTIONS = [
    {},
    {"rate": 40},
    {"retries": 2, "timeout": 0.3},
    {"clients": 7, "keepalive": True},
    {"clients": 5, "dns_hold": 4.0, "retries": 1, "url": "http://each"},
    {"clients": 3, "keepalive": True, "retries": 1, "dns_hold": None},
    {"affinity": True},
    {"proxy_mode": "ipvs", "retries": 1},
    {"url": "http://each"},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_by_arithmetic_and_one_by_one_is_the_same(options):
    (shop, load), (slow_shop, slow) = storm(True, **options), storm(False, **options)
    assert load.sent > 0
    for name in ("sent", "answered", "failed", "lost_until"):
        assert getattr(load, name) == getattr(slow, name)
    for name in ("served_by", "errors", "outages", "availability", "shares"):
        told, other = getattr(load, name)(), getattr(slow, name)()
        assert told == other
        assert sorted(told) == sorted(other)
    assert load.latency(0.99) == slow.latency(0.99)
    assert list(load.samples) == list(slow.samples)
    assert shop.journal.digest() == slow_shop.journal.digest()
    assert _seen(shop) == _seen(slow_shop)


def _seen(cluster):
    """What the containers have seen: their logs, and the load that makes their processors work."""
    containers = [
        (held.id, list(held.requests), list(held.load._seconds))
        for worker in cluster.workers.values()
        for sandbox in worker.runtime.sandboxes.values()
        for held in sandbox.containers.values()
    ]
    assert any(requests for _, requests, _ in containers)
    return containers


def test_however_time_is_cut_up_the_load_is_the_same():
    told = []
    for parts in ([12.5], [0.5] * 25, [3.1, 0.4, 9]):
        shop = open_shop()
        load = shop.traffic(URL, 300, "worker-1")
        for part in parts:
            shop.run(part)
        told.append((list(load.samples), shop.journal.digest()))
    assert told[0] == told[1]
    assert told[0] == told[2]


def test_a_fork_goes_on_with_its_own_load():
    shop = open_shop()
    load = shop.traffic(URL, 500, "worker-1", clients=4, keepalive=True, retries=1)
    shop.run(3)
    twin = shop.fork()
    shop.kill("worker-2").run(20)
    sent = load.sent
    twin.kill("worker-2").run(20)
    assert twin.loads[0].sent == load.sent == sent
    assert list(twin.loads[0].samples) == list(load.samples)
    assert twin.journal.digest() == shop.journal.digest()
    twin.loads[0].stop()
    assert load.running
    assert not twin.loads[0].running


def test_what_is_reckoned_holds_until_a_container_does_otherwise_by_itself():
    shop = open_shop()
    meta = {
        "name": "late",
        "annotations": {"kubelab.io/behavior.web": "{ready_after: 3.5, fails_liveness_after: 7.25}"},
    }
    spec = {"nodeName": "worker-2", "containers": [{"name": "web", "image": "nginx:1.27"}]}
    shop.apply({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec})
    shop.settle()
    (container,) = shop.workers["worker-2"].runtime.find("default", "late").containers.values()
    load = shop.traffic(f"http://{shop.api.get('pods', 'late').status.podIP}", 1000, "worker-1")
    shop.run(15)
    well = [sample.time - container.started for sample in load.samples if sample.ok]
    assert (well[0], well[-1]) == (pytest.approx(3.5, abs=0.002), pytest.approx(7.25, abs=0.002))
    assert set(load.errors()) == {"HTTP 503", "HTTP 500"}


def test_the_journal_has_one_entry_for_all_of_a_second_that_end_alike():
    shop = open_shop()
    before = len(shop.journal)
    load = shop.traffic(URL, 1000, "worker-1")
    shop.run(10)
    told = [entry for entry in shop.journal.since(before) if entry.verb == "request"]
    assert len(told) == 30  # three pods, ten seconds
    assert sum(entry.detail["count"] for entry in told) == load.sent - 1
    assert load.sent == 10_001


def test_a_condition_is_looked_at_while_a_load_runs():
    shop = open_shop()
    load = shop.traffic(URL, 2000, "worker-1")
    shop.run(until=lambda cluster: load.sent >= 10_000, limit=60)
    assert load.sent < 13_000


def test_latencies_and_shares():
    shop = open_shop()
    load = shop.traffic(URL, 400, "worker-1")
    assert load.latency() is None
    shop.run(20)
    local, far = load.latency(0.1), load.latency(0.99)
    assert local < far == load.latency(1)
    shares = load.shares(10)[0][1]
    assert sum(shares.values()) == pytest.approx(1)
    assert all(share == pytest.approx(1 / 3, abs=0.05) for share in shares.values())
    assert load.lost_until is None
    with pytest.raises(ValueError, match="a share is more than 0"):
        load.latency(0)


def test_a_kept_connection_stays_with_its_pod_and_hangs_with_its_node():
    shop = open_shop()
    load = shop.traffic(URL, 50, "worker-1", clients=6, keepalive=True)
    shop.run(20)
    by_client = [{sample.pod for sample in load.samples[client::6]} for client in range(6)]
    assert all(len(held) == 1 for held in by_client)
    on_dead = [pod.metadata.name for pod in shop.api.list("pods") if pod.spec.nodeName == "worker-2"]
    hit = sum(held == set(on_dead) for held in by_client)
    assert hit
    at = shop.now
    shop.kill("worker-2").run(3)
    early = [sample for sample in load.samples if sample.time >= at and not sample.ok]
    assert len(early) >= hit  # each of them hangs for a second, and then opens another connection
    shop.revive("worker-2").run(120)
    assert load.lost_until < at + 60


def test_a_connection_to_a_machine_that_was_rebooted_is_reset():
    shop = open_shop()
    pod = next(pod for pod in shop.api.list("pods") if pod.spec.nodeName == "worker-2")
    load = shop.traffic(f"http://{pod.status.podIP}", 0.05, "worker-1", keepalive=True)
    shop.run(1)
    shop.kill("worker-2").revive("worker-2").run(30)
    assert [sample.error for sample in load.samples] == ["", "connection reset by worker-2"]


def test_numbers_come_out_the_same_one_at_a_time_and_as_an_array():
    np = pytest.importorskip("numpy")
    seed = 0xFEDCBA9876543210
    many = numbers(seed, np.arange(5000, dtype=np.uint64), 3, 2)
    assert many.tolist() == [number(seed, request, 3, 2) for request in range(5000)]
    assert (many >= 0).all()
    assert (many < 1).all()
    assert many.mean() == pytest.approx(0.5, abs=0.01)


def test_dice_that_are_told_take_the_same_decisions_in_the_same_order():
    mine = Numbered(1, 2, 0)
    assert mine.one_of(1) == 0
    assert not mine.happens(0)
    assert mine.happens(1)
    assert mine.decision == 0
    mine.one_of(5)
    told = Told(())
    told.one_of(1)
    with pytest.raises(UndecidedError) as met:
        told.one_of(5)
    assert (met.value.decision, met.value.number) == (mine.decision, 5)
    assert Told((1,)).happens(0.5) is False


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"clients": 0}, "clients are 1 to 10,000"),
        ({"retries": 99}, "retries are 0 to 31"),
        ({"retries": -1}, "retries"),
    ],
)
def test_nonsense_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        open_shop().traffic(URL, 10, **options)


def test_a_stopped_load_gives_up_what_is_under_way():
    shop = open_shop()
    load = shop.traffic(URL, 200, "worker-1", retries=3)
    shop.kill("worker-2").run(3)
    load.stop()
    assert load.errors()["the load was stopped"] > 0
    assert load.answered + load.failed == load.sent == len(load.samples)


def test_requests_make_processors_work():
    shop = open_shop()
    load = shop.traffic(URL, 600, "worker-1")
    shop.run(60)
    name = next(iter(load.served_by()))
    lines = shop.kubectl("top pods").splitlines()
    used = next(line.split()[1] for line in lines if line.startswith(name))
    assert int(used.removesuffix("m")) == pytest.approx(100, rel=0.1)  # 200 a second, half a millisecond each
