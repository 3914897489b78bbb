"""Draws the picture of the README from a real run: `python docs/images/draw.py`."""

from pathlib import Path

import kubelab as kl

HERE = Path(__file__).parent
TOP = HERE.parents[1]


def main() -> None:
    """A cluster of three workers, half a minute after the death of one was noticed."""
    cluster = kl.Cluster(workers=3, seed=1)
    cluster.apply(TOP / "data" / "shop.yaml")
    cluster.run(10)
    cluster.traffic("http://shop", rate=20)
    cluster.kill("worker-1")
    cluster.run(90)
