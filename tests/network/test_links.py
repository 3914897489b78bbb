"""Links between machines that are cut, slow or lossy."""

import pytest
from open_shop import open_shop

from kubelab.network.links import Links
from kubelab.timings import Timings


@pytest.fixture
def shop():
    return open_shop()


def pods(cluster):
    return {pod.spec.nodeName: pod for pod in cluster.api.list("pods", "default")}


def between(cluster, one, other, **options):
    """A request from the pod of one worker to the pod of another."""
    found = pods(cluster)
    return cluster.request(f"http://{found[other].status.podIP}", f"pod/{found[one].metadata.name}", **options)


def ready(cluster):
    nodes = cluster.api.list("nodes")
    return {n.metadata.name: next(c.status for c in n.status.conditions if c.type == "Ready") for n in nodes}


def faults(cluster):
    return [(entry.verb, entry.object) for entry in cluster.journal if entry.actor == "fault"]


# -- what a link is


def test_a_whole_link_takes_its_time_and_loses_nothing(shop):
    links, timings = shop.overlay.links, shop.timings
    assert links.seconds("worker-1", "worker-2") == timings.hop_between_nodes
    assert links.seconds("worker-1", "worker-1") == timings.hop_same_node
    assert links.seconds("", "worker-1") == timings.hop_between_nodes
    assert links.quality("worker-1", "worker-2") == (0.0, 0.0)


def test_a_lost_packet_costs_a_wait_that_doubles(shop):
    """RFC 6298, section 2: the first retransmission comes after 1 s; section 5: each next after twice the time."""
    whole = between(shop, "worker-1", "worker-2").latency
    shop.lose("worker-1", "worker-2", 0.3)
    answers = [between(shop, "worker-1", "worker-2", timeout=300) for _ in range(200)]
    waits = {round(answer.latency - whole, 6) for answer in answers if answer.ok}
    once = {0.0, 1.0, 3.0, 7.0, 15.0, 31.0, 63.0}  # the connection waits, and so does the request
    assert waits <= {one + other for one in once for other in once}
    assert {0.0, 1.0, 3.0} <= waits


def test_links_say_how_they_are():
    links = Links(Timings())
    assert repr(links) == "Links: 0 machines, 0 links not whole"


# -- cut


def test_machines_whose_link_is_cut_reach_all_others(shop):
    shop.cut("worker-1", "worker-2")
    answer = between(shop, "worker-1", "worker-2")
    assert answer.error == "timed out: the link between worker-1 and worker-2 is cut"
    assert "timed out" in between(shop, "worker-2", "worker-1").error
    assert between(shop, "worker-1", "worker-3").ok
    assert between(shop, "worker-3", "worker-2").ok
    shop.run(200)
    assert set(ready(shop).values()) == {"True"}  # the API server reaches both
    shop.heal("worker-2", "worker-1")
    assert between(shop, "worker-1", "worker-2").ok


def test_a_worker_whose_link_to_the_master_is_cut_is_not_ready_and_works_on(shop):
    shop.cut("worker-1", "master").run(100)
    assert ready(shop) == {"worker-1": "Unknown", "worker-2": "True", "worker-3": "True"}
    assert between(shop, "worker-1", "worker-2").ok
    assert not shop.workers["worker-1"].kubelet.client.reachable
    shop.heal("worker-1", "master").run(30)
    assert set(ready(shop).values()) == {"True"}


def test_kubectl_logs_does_not_reach_a_kubelet_behind_a_cut_link(shop):
    name = pods(shop)["worker-1"].metadata.name
    shop.cut("master", "worker-1")
    assert "no route to host" in shop.kubectl(f"logs {name}")
    shop.heal()
    assert "no route to host" not in shop.kubectl(f"logs {name}")


# -- slow and lossy


def test_a_slow_link_makes_requests_slower_in_both_directions(shop):
    before = between(shop, "worker-1", "worker-2", timeout=30).latency
    shop.slow("worker-1", "worker-2", 0.25)
    late = between(shop, "worker-1", "worker-2", timeout=30)
    assert late.ok
    assert late.latency - before >= 2 * 0.25
    assert between(shop, "worker-1", "worker-3", timeout=30).latency == pytest.approx(before)
    shop.slow("worker-1", "worker-2", 0)
    assert between(shop, "worker-1", "worker-2", timeout=30).latency == pytest.approx(before)


def test_a_link_slower_than_the_client_is_patient_times_out(shop):
    shop.slow("worker-1", "worker-2", 5)
    assert between(shop, "worker-1", "worker-2", timeout=1).error.startswith("timed out")


def test_a_lossy_link_makes_requests_slower_and_only_some_fail(shop):
    shop.lose("worker-1", "worker-2", 0.1)
    patient = [between(shop, "worker-1", "worker-2", timeout=200) for _ in range(300)]
    hasty = [between(shop, "worker-1", "worker-2", timeout=1) for _ in range(300)]
    assert all(answer.ok for answer in patient)
    # two exchanges, for the connection and for the request, of a packet and its answer each: 1 - 0.9 ** 4
    assert 0.25 < sum(answer.latency >= 1 for answer in patient) / 300 < 0.45
    failed = [answer for answer in hasty if not answer.ok]
    assert 0.25 < len(failed) / 300 < 0.45
    assert {answer.error for answer in failed} == {"timed out: the link between worker-1 and worker-2 loses packets"}


def test_a_lossy_link_does_not_lose_heartbeats(shop):
    shop.lose("worker-1", "master", 0.9).slow("worker-1", "master", 2).run(200)
    assert set(ready(shop).values()) == {"True"}


# -- faults


def test_each_broken_link_is_one_entry_of_the_journal(shop):
    shop.cut("worker-2", "worker-1").cut("worker-1", "worker-2")
    shop.slow("worker-2", "worker-1", 1).slow("worker-1", "worker-2", 1)
    shop.lose("worker-1", "worker-2", 0.1).lose("worker-1", "worker-2", 0.2)
    shop.heal("worker-1", "worker-2").heal("worker-1", "worker-2")
    link = "links/worker-1/worker-2"
    assert faults(shop) == [("cut", link), ("slow", link), ("lose", link), ("lose", link), ("heal", link)]
    details = [entry.detail for entry in shop.journal if entry.actor == "fault"]
    assert details == [None, {"seconds": 1}, {"share": 0.1}, {"share": 0.2}, None]


def test_what_follows_from_a_cut_link_has_it_as_its_cause(shop):
    shop.cut("worker-1", "master")
    cut = next(entry for entry in shop.journal if entry.actor == "fault")
    before = len(shop.journal)
    shop.heal().run(10)
    heal = next(entry for entry in shop.journal.since(before) if entry.actor == "fault")
    assert (cut.verb, heal.verb) == ("cut", "heal")
    told = [entry for entry in shop.journal.since(before) if entry.actor == "kubelet/worker-1"]
    assert not told or shop.journal.chain(told[0].number)[0] == heal


def test_heal_mends_everything_or_one_machine_or_one_link(shop):
    def broken():
        return shop.overlay.links.broken()

    def breakdown():
        shop.cut("worker-1", "worker-2").slow("worker-2", "worker-3", 1).cut("worker-3")

    breakdown()
    shop.heal("worker-2", "worker-3")
    assert broken() == [("worker-1", "worker-2")]
    assert not shop.machines["worker-3"].connected
    breakdown()
    shop.heal("worker-3")
    assert broken() == [("worker-1", "worker-2")]
    assert shop.machines["worker-3"].connected
    breakdown()
    shop.heal()
    assert broken() == []
    assert all(machine.connected for machine in shop.machines.values())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (("cut", "worker-1", "worker-9"), "no machine 'worker-9': there is master, worker-1"),
        (("cut", "nobody", "worker-1"), "no machine 'nobody'"),
        (("cut", "worker-1", "worker-1"), "a link joins two machines, not worker-1 and itself"),
        (("slow", "worker-1", "worker-2", -1), "a link is late by seconds, 0 or more, not -1"),
        (("slow", "worker-1", "worker-9", 1), "no machine 'worker-9'"),
        (("lose", "worker-1", "worker-2", 1), "to lose all, cut it"),
        (("lose", "worker-1", "worker-2", -0.1), "a link loses a share from 0 to less than 1, not -0.1"),
        (("lose", "worker-1", "worker-1", 0.1), "a link joins two machines"),
        (("heal", "worker-1", "worker-9"), "no machine 'worker-9'"),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(shop, call, message):
    with pytest.raises(ValueError, match=message):
        getattr(shop, call[0])(*call[1:])
    assert shop.overlay.links.broken() == []
    assert faults(shop) == []


def test_a_fork_has_its_own_links(shop):
    shop.slow("worker-1", "worker-2", 1)
    twin = shop.fork()
    twin.cut("worker-1", "worker-3").heal("worker-1", "worker-2")
    assert shop.overlay.links.broken() == [("worker-1", "worker-2")]
    assert twin.overlay.links.broken() == [("worker-1", "worker-3")]
    assert between(shop, "worker-1", "worker-3").ok
    assert not between(twin, "worker-1", "worker-3").ok
