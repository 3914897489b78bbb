import pytest
from IPython.core.interactiveshell import InteractiveShell

from kubelab.api.served_kinds import ServedKinds
from kubelab.clients import magics


@pytest.fixture
def shell():
    shell = InteractiveShell()
    assert magics.load(shell=shell)
    yield shell
    shell.history_manager.end_session()


class NoCluster:
    class api:  # noqa: N801
        kinds = ServedKinds()

    class clock:  # noqa: N801
        micro_date = None


def test_without_a_cluster_the_magic_says_what_to_do(shell, capsys):
    shell.run_line_magic("kubectl", "get pods")
    assert "make one with" in capsys.readouterr().out


def test_the_notebooks_cluster_is_used_and_errors_are_printed(shell, capsys):
    shell.user_ns["cluster"] = NoCluster()
    shell.run_line_magic("kubectl", "get podz")
    assert capsys.readouterr().out == 'error: the server doesn\'t have a resource type "podz"\n'


def test_the_body_of_a_cell_is_what_apply_reads(shell, capsys):
    shell.user_ns["cluster"] = NoCluster()
    shell.run_cell_magic("kubectl", "apply -f -", "a: b\n")
    assert "[apiVersion not set, kind not set]" in capsys.readouterr().out
    shell.run_cell_magic("kubectl", "", "a: b\n")
    assert "[apiVersion not set, kind not set]" in capsys.readouterr().out


def test_where_there_is_no_notebook_nothing_is_registered():
    assert not magics.load()
