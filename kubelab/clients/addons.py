"""What does not come with Kubernetes and is installed by its manifests.

In Kubernetes
    https://kubernetes.io/docs/concepts/cluster-administration/addons/
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kubelab.clients.apply import Applied, apply
from kubelab.language import say

if TYPE_CHECKING:
    from kubelab.cluster import Cluster

ADDONS = {"ingress-nginx": "ingress-nginx.yaml"}
_FLAG = "- --controller-class=k8s.io/ingress-nginx\n"
_IN_CLOUD = (
    ("type: NodePort", "type: LoadBalancer"),
    (_FLAG, f"{_FLAG}            - --publish-service=$(POD_NAMESPACE)/ingress-nginx-controller\n"),
)


def install(cluster: Cluster, name: str) -> Applied:
    """Apply the manifests of an addon. In a cloud its Services of type NodePort become LoadBalancers.

    Raises
    ------
    ValueError
        There is no such addon.
    """
    if name not in ADDONS:
        known = ", ".join(ADDONS)
        raise ValueError(
            say(
                es=f"no hay ningún complemento {name!r}: hay {known}",
                en=f"there is no addon {name!r}: there is {known}",
            )
        )
    text = _manifests(ADDONS[name])
    if cluster.cloud is not None:
        for plain, in_cloud in _IN_CLOUD:
            text = text.replace(plain, in_cloud)
    return apply(cluster.api, text)


def _manifests(name: str) -> str:
    """The manifests that came with kubelab, of the checkout or of the package."""
    package = Path(__file__).resolve().parents[1]
    homes = (package.parent / "data", package / "lessons" / "data")
    found = next((home / name for home in homes if (home / name).is_file()), None)
    if found is None:
        raise FileNotFoundError(f"this kubelab came without its manifests ({name} is missing)")
    return found.read_text(encoding="utf-8")
