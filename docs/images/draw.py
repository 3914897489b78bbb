"""Draws the picture of the README from a real run: `python docs/images/draw.py`."""

from pathlib import Path

import kubelab as kl
from kubelab.view.film import Camera

HERE = Path(__file__).parent
TOP = HERE.parents[1]


def draw() -> str:
    """Three workers, two minutes after one of them died: the API knows, the pod's replacement is yet to come."""
    kl.language.use("en")
    cluster = kl.Cluster(workers=3, seed=1)
    cluster.apply(TOP / "data" / "shop.yaml")
    cluster.run(10)
    cluster.traffic("http://shop", rate=20)
    cluster.kill("worker-1")
    cluster.run(120)
    camera = Camera()
    camera.take(cluster)
    return camera.svg()


if __name__ == "__main__":
    (HERE / "cluster.svg").write_text(draw() + "\n", encoding="utf-8")
