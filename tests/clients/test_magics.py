import pytest
from IPython.core.interactiveshell import InteractiveShell

import kubelab as kl
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


# -- in the learner's language, and with what people write around a command


@pytest.fixture(params=["es", "en"])
def spoken(request):
    before = kl.language.current()
    kl.language.use(request.param)
    yield request.param
    kl.language.use(before)


@pytest.fixture
def prints(shell, capsys):
    """What a cell prints that holds this magic, with a shop to ask."""
    shell.user_ns["cluster"] = kl.Cluster(workers=1, seed=1)
    shell.user_ns["cluster"].kubectl("create deploy shop --image=nginx --port=80")
    shell.user_ns["cluster"].kubectl("expose deploy shop --port=80")
    shell.user_ns["cluster"].settle()

    def printed(name, line, cell=None):
        if cell is None:
            shell.run_line_magic(name, line)
        else:
            shell.run_cell_magic(name, line, cell)
        return capsys.readouterr().out

    return printed


@pytest.mark.parametrize("name", ["kubectl", "curl"])
def test_that_there_is_no_cluster_is_said_in_the_learners_language(shell, capsys, spoken, name):
    shell.run_line_magic(name, "get pods")
    assert ("aún no hay ningún clúster" if spoken == "es" else "there is no cluster yet") in capsys.readouterr().out


def test_curl_is_filtered_and_written_to_a_file(prints, tmp_path):
    assert prints("curl", "-si http://shop | head -1") == "HTTP/1.1 200 OK\n"
    assert prints("curl", f"-s http://shop > {tmp_path / 'page'}") == ""
    assert (tmp_path / "page").read_text().startswith("Welcome to nginx!")
    assert prints("curl", "-s http://nobody | wc -c") == "0\n"
    assert prints("curl", "curl http://shop  # the front door").startswith("Welcome")


def test_lines_of_a_curl_cell_may_be_comments(prints):
    assert prints("curl", "-s", "# twice\nhttp://shop\nhttp://shop # again\n").count("Welcome") == 2


def test_what_curl_cannot_do_here_is_said_in_the_learners_language(prints, spoken):
    assert ("este curl no tiene la opción -u" if spoken == "es" else "does not have the option -u") in prints(
        "curl", "-u a:b http://shop"
    )
    assert "option --zzz: is unknown" in prints("curl", "--zzz http://shop")
    assert "%%curl" in prints("curl", "-d @file http://shop")
    assert "(49)" in prints("curl", "--resolve shop http://shop")
    assert "proper numerical" in prints("curl", "--max-redirs many http://shop")
    assert prints("curl", "http://shop/?a=1&b=2").startswith("error: ")
    assert prints("curl", "--source pod/nobody http://shop").startswith("error: ")
    assert ("-o no escribe" if spoken == "es" else "-o writes no files") in prints("curl", "-o page http://shop")


def test_curl_tells_how_it_is_used(prints, spoken):
    said = prints("curl", "--help")
    assert said.startswith("Uso:" if spoken == "es" else "Usage:")
    assert "--source" in said
    assert prints("curl", "-V").startswith("curl 8")


# -- what is not in its place


def test_a_command_below_the_first_line_is_told_where_it_goes(prints, spoken):
    said = prints("kubectl", "", "get pods -o wide\n")
    where = "la orden va en la primera línea" if spoken == "es" else "the command goes on the first line"
    assert said.startswith(f"error: {where}")
    assert said.endswith("%%kubectl get pods -o wide\n")


def test_manifests_that_are_missing_are_asked_for(prints, spoken):
    missing = "faltan los manifiestos" if spoken == "es" else "the manifests are missing"
    assert prints("kubectl", "apply -f -", "\n").startswith(f"error: {missing}")
    assert prints("kubectl", "create --filename=-").startswith(f"error: {missing}")
    assert missing not in prints("kubectl", "get svc shop -o yaml | kubectl apply -f -")


def test_a_cell_of_one_line_is_not_refused_by_the_notebook(shell, capsys, spoken):
    shell.user_ns["cluster"] = kl.Cluster(workers=1, seed=1)
    for _ in range(2):
        magics.load(shell=shell)
    shell.run_cell("%%kubectl get nodes")
    assert "worker-1" in capsys.readouterr().out
    shell.run_cell("%%kubectl apply -f -")
    said = capsys.readouterr()
    assert said.out.startswith("error: faltan" if spoken == "es" else "error: the manifests are missing")
    assert "UsageError" not in said.out + said.err
