"""kubelab: a whole Kubernetes in one process and in virtual time, to learn from.

>>> import kubelab as kl
>>> kl.Cluster(workers=3, seed=1)
Cluster: 3/3 nodes Ready, 0/0 pods Running, t=...
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from kubelab import language

if TYPE_CHECKING:
    from kubelab.api.errors import ApiError
    from kubelab.api.objects import to_dict
    from kubelab.cluster import Cluster
    from kubelab.lab import Exercise, check, hint, predict
    from kubelab.node.worker import WorkerSize
    from kubelab.timings import Timings
    from kubelab.view.live import Lab

__version__ = "0.1.0"
__all__ = [
    "ApiError",
    "Cluster",
    "Exercise",
    "Lab",
    "Timings",
    "WorkerSize",
    "check",
    "hint",
    "language",
    "predict",
    "to_dict",
]

# Where each name lives. A module is imported when it is asked for, so that widgets and pictures cost nothing before.
_HOME = {
    "ApiError": "kubelab.api.errors",
    "Cluster": "kubelab.cluster",
    "Exercise": "kubelab.lab",
    "Lab": "kubelab.view.live",
    "Timings": "kubelab.timings",
    "WorkerSize": "kubelab.node.worker",
    "check": "kubelab.lab",
    "hint": "kubelab.lab",
    "predict": "kubelab.lab",
    "to_dict": "kubelab.api.objects",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'kubelab' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if "IPython" in sys.modules:  # in a notebook, %kubectl is there at once
    import_module("kubelab.clients.magics").load()
