import subprocess
import sys

import pytest

import kubelab


def test_every_public_name_is_there():
    for name in kubelab.__all__:
        assert getattr(kubelab, name) is not None
    assert set(kubelab.__all__) <= set(dir(kubelab))


DRAWING = ("matplotlib", "networkx", "ipywidgets", "anywidget", "IPython")


def test_importing_the_cluster_imports_no_drawing_library():
    code = f"import sys, kubelab; kubelab.Cluster(workers=1); print([x for x in {DRAWING} if x in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_a_name_that_is_not_there_says_so():
    with pytest.raises(AttributeError, match="nothing"):
        kubelab.nothing  # noqa: B018
