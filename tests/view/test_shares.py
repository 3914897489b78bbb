"""Shares of a load, pod by pod."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure
from shop import shop

from kubelab import language
from kubelab.cluster import Cluster
from kubelab.view.draw.availability import cut_at
from kubelab.view.draw.shares import BANDS, bands


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


def test_many_pods_are_a_band_for_each_replica_set() -> None:
    cluster = shop()
    cluster.kubectl("scale deployment web --replicas=12")
    cluster.run(20)
    load = cluster.traffic("http://shop", rate=400)
    cluster.run(5)
    cluster.kubectl("set image deployment/web web=nginx:1.28")
    cluster.run(60)
    names = [band.name for band in bands(load, cut_at(load.samples.time(0), cluster.now, [], 20)) if band.name]
    assert len(load.served_by()) > len(BANDS)
    assert len(names) == 2
    assert all("×" in name for name in names)


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
