import pytest
from open_shop import open_shop


@pytest.fixture
def shop():
    return open_shop()


URL = "http://shop:8080"


def test_a_load_sends_at_its_rate_and_counts(shop):
    load = shop.traffic(URL, rate=5)
    shop.run(10)
    assert (load.sent, load.failed, load.answered) == (51, 0, 51)
    assert sum(load.served_by().values()) == 51
    assert set(load.served_by()) == {pod.metadata.name for pod in shop.api.list("pods")}
    assert load.availability(5.0) == [(bucket, 1.0) for bucket, _ in load.availability(5.0)]
    assert load.outages() == []
    assert repr(load) == "Traffic: 51 requests to http://shop:8080, 0 lost, 100.0 % answered, running"


def test_a_stopped_load_sends_no_more_and_may_go_on(shop):
    load = shop.traffic(URL, rate=2)
    shop.run(2)
    load.stop()
    sent = load.sent
    shop.run(10)
    assert load.sent == sent
    load.start()
    shop.run(1)
    assert load.sent == sent + 3
    assert "stopped" in repr(load.stop())


def test_a_load_keeps_no_cluster_from_settling(shop):
    load = shop.traffic(URL, rate=1)
    before = shop.now
    shop.settle()
    assert shop.now - before < 5
    load.stop()


def test_a_dead_node_loses_its_share_until_the_rules_change(shop):
    load = shop.traffic(URL, rate=4, source="worker-1")
    shop.run(5)
    shop.kill("worker-3")
    killed = shop.now
    shop.run(90)
    load.stop()
    lost = [sample for sample in load.samples if not sample.ok]
    assert 0.2 < len(lost) / (4 * 50) < 0.5
    assert min(sample.time for sample in lost) >= killed
    assert 40 < max(sample.time for sample in lost) - killed < 60
    assert load.errors() == {"timed out: worker-3 does not answer": len(lost)}
    assert sum(outage.lost for outage in load.outages()) == load.failed == len(lost)


def test_an_outage_is_the_span_in_which_all_is_lost(shop):
    load = shop.traffic(URL, rate=2, source="worker-1")
    shop.run(3)
    shop.api.patch("deployments", "shop", {"spec": {"replicas": 0}})
    shop.run(10)
    shop.api.patch("deployments", "shop", {"spec": {"replicas": 2}})
    shop.run(10)
    shop.api.delete("services", "shop")
    shop.run(3)
    load.stop()
    first, second = load.outages()
    assert 8 < first.end - first.start < 13
    assert second.end is None
    assert second.lost >= 3


def test_a_load_from_a_pod_ends_with_its_pod(shop):
    source = shop.api.list("pods")[0].metadata.name
    load = shop.traffic(URL, rate=1, source=f"pod/{source}")
    shop.run(2)
    shop.api.delete("pods", source)
    shop.run(10)
    assert load.samples[-1].error.startswith(f"no pod '{source}' runs")


def test_a_fork_has_its_own_load(shop):
    load = shop.traffic(URL, rate=1)
    shop.run(3)
    twin = shop.fork()
    twin.run(10)
    assert load.sent == 4
    shop.run(10)
    assert load.sent == 14
    assert twin.journal.digest() == shop.journal.digest()


@pytest.mark.parametrize("rate", [0, -1, 1e9])
def test_a_rate_makes_sense(shop, rate):
    with pytest.raises(ValueError, match="a rate is more than 0"):
        shop.traffic(URL, rate=rate)
