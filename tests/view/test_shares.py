"""Shares of a load, pod by pod."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure
from shop import shop

from kubelab import language
from kubelab.cluster import Cluster
from kubelab.view.draw.availability import cut_at
from kubelab.view.draw.bands import FEW, bands


@pytest.fixture(scope="module")
def killed() -> Cluster:
    cluster = shop()
    cluster.traffic("http://shop", rate=20)
    cluster.run(20)
    cluster.kill("worker-3")
    return cluster.run(100)


def test_bands_add_up_to_what_was_sent(killed: Cluster) -> None:
    load = killed.loads[0]
    found = bands(load, cut_at(load.samples.time(0), killed.now, [50.0], 40))
    assert sum(sum(band.counts) for band in found) == len(load.samples)
    assert {band.name: band.total for band in found if band.name} == load.served_by()
    assert (found[-1].name, found[-1].total) == ("", load.failed)


def test_what_is_lost_is_on_top_and_only_after_the_fault(killed: Cluster) -> None:
    load = killed.loads[0]
    edges = cut_at(load.samples.time(0), killed.now, [50.0], 40)
    lost = bands(load, edges)[-1].counts
    first = next(index for index, count in enumerate(lost) if count)
    assert edges[first] >= 50.0
    ax = Figure().add_subplot()
    killed.draw.shares(load, ax=ax)
    assert ax.get_legend().get_texts()[0].get_text().startswith("lost: ")


def test_the_fault_is_marked(killed: Cluster) -> None:
    ax = Figure().add_subplot()
    killed.draw.shares(ax=ax)
    assert " worker-3 is killed" in [text.get_text() for text in ax.texts]


@pytest.fixture(scope="module")
def updated() -> Cluster:
    """Twelve pods under load get a new version after five seconds."""
    cluster = shop()
    cluster.kubectl("scale deployment web --replicas=12")
    cluster.run(20)
    cluster.traffic("http://shop", rate=400)
    cluster.run(5)
    cluster.kubectl("set image deployment/web web=nginx:1.28")
    return cluster.run(60)


def test_many_pods_are_thin_bands_by_replica_set(updated: Cluster) -> None:
    load = updated.loads[0]
    held = [band for band in bands(load, cut_at(load.samples.time(0), updated.now, [], 20)) if band.name]
    assert {band.name: band.total for band in held} == load.served_by()
    assert len(held) == 24 > FEW
    families = [band.family for band in held]
    assert len(set(families[:12])) == len(set(families[12:])) == 1


def test_more_pods_than_can_be_seen_are_a_band_for_each_replica_set() -> None:
    cluster = shop()
    cluster.kubectl("scale deployment web --replicas=40")
    cluster.run(30)
    load = cluster.traffic("http://shop", rate=400)
    cluster.run(5)
    (band,) = bands(load, cut_at(load.samples.time(0), cluster.now, [], 20))
    assert (band.pods, band.total) == (40, load.sent)
    assert band.name.endswith(" ×40")


def test_the_legend_says_how_many_pods_share_and_how_evenly() -> None:
    cluster = shop()
    cluster.kubectl("scale deployment web --replicas=10")
    cluster.run(20)
    load = cluster.traffic("http://shop", rate=100)
    cluster.run(30)
    ax = Figure().add_subplot()
    cluster.draw.shares(load, ax=ax)
    (words,) = [text.get_text() for text in ax.get_legend().get_texts()]
    parts = sorted(100 * count / load.sent for count in load.served_by().values())
    assert words.endswith(f": 10 pods, from {round(parts[0], 1):g} % to {round(parts[-1], 1):g} %")
    assert len({patch.get_facecolor() for patch in ax.patches}) == 2  # in turn
    assert len(ax.patches) == 10


def test_a_new_version_is_marked_and_the_old_one_is_hatched(updated: Cluster) -> None:
    ax = Figure().add_subplot()
    updated.draw.shares(ax=ax)
    (mark,) = [text for text in ax.texts if "new version of web" in text.get_text()]
    assert mark.get_position()[0] == pytest.approx(updated.loads[0].samples.time(0) + 5, abs=0.1)
    new, old = [text.get_text() for text in ax.get_legend().get_texts() if "pods" in text.get_text()]
    assert "(old version): 12 pods" in old
    assert "old" not in new
    hatched = [patch.get_hatch() for patch in ax.patches]
    assert hatched[:12] == ["//"] * 12
    assert "//" not in hatched[12:]
    assert "new version of web (t=" in updated.draw.shares().alt


def test_scaling_is_no_new_version() -> None:
    cluster = shop()
    load = cluster.traffic("http://shop", rate=20)
    cluster.run(5)
    cluster.kubectl("scale deployment web --replicas=5")
    cluster.run(20)
    assert "new version" not in cluster.draw.shares(load).alt


def test_of_no_load_it_says_so() -> None:
    cluster = shop()
    assert repr(cluster.draw.shares()) == "Shares: nobody has sent requests"
    language.use("es")
    assert repr(Cluster(workers=0).draw.shares()) == "Reparto: nadie ha enviado peticiones"


def test_without_a_load_it_is_the_last_one(killed: Cluster) -> None:
    assert repr(killed.draw.shares()) == repr(killed.draw.shares(killed.loads[-1]))
    assert "3 pods (" in repr(killed.draw.shares())
    assert f"{killed.loads[0].failed} lost" in repr(killed.draw.shares())


def test_faults_of_links_are_marked_too() -> None:
    cluster = shop()
    cluster.traffic("http://shop", rate=5)
    cluster.run(5)
    cluster.faults.cut("worker-1", "worker-2")
    cluster.run(5)
    assert "link worker-1 – worker-2 is cut" in cluster.draw.shares().alt
