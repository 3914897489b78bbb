"""kubelab: a whole Kubernetes in one process and in virtual time, to learn from.

>>> import kubelab as kl
>>> kl.Cluster(workers=3, seed=1)
Cluster: 3/3 nodes Ready, 0/0 pods Running, t=...
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kubelab.api.errors import ApiError
    from kubelab.api.objects import to_dict
    from kubelab.cluster import Cluster
    from kubelab.node.worker import WorkerSize
    from kubelab.timings import Timings
    from kubelab.view.live import Lab

__version__ = "0.1.0"
__all__ = ["ApiError", "Cluster", "Lab", "Timings", "WorkerSize", "to_dict"]

# Where each name lives. A module is imported when it is asked for, so that widgets and pictures cost nothing before.
_HOME = {
    "ApiError": "kubelab.api.errors",
    "Cluster": "kubelab.cluster",
    "Lab": "kubelab.view.live",
    "Timings": "kubelab.timings",
    "WorkerSize": "kubelab.node.worker",
    "to_dict": "kubelab.api.objects",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'kubelab' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
