import subprocess
import sys

import kubelab


def test_every_public_name_is_there():
    for name in kubelab.__all__:
        assert getattr(kubelab, name) is not None
    assert set(kubelab.__all__) <= set(dir(kubelab))


def test_importing_the_cluster_imports_no_drawing_library():
    code = (
        "import sys, kubelab; kubelab.Cluster(workers=1);"
        "print([name for name in ('matplotlib', 'networkx', 'ipywidgets', 'anywidget', 'IPython') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_a_name_that_is_not_there_says_so():
    try:
        kubelab.nothing  # noqa: B018
    except AttributeError as error:
        assert "nothing" in str(error)
    else:
        raise AssertionError("kubelab.nothing should not be there")
