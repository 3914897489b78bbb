import pytest

import kubelab as kl

pytest.importorskip("aiohttp")

from web import Web


@pytest.fixture(scope="module")
def served():
    """A cluster that is served, and what to say to it. Its time flies."""
    cluster = kl.Cluster(workers=2, seed=1)
    with cluster.serve(speed=200.0, environment=False) as server:
        yield Web(server)


@pytest.fixture
def fresh():
    """The same, of one's own."""
    cluster = kl.Cluster(workers=1, seed=1)
    with cluster.serve(speed=200.0, environment=False) as server:
        yield Web(server)
