"""kubectl where there is neither a keyboard nor a clock that goes on: what it says of that, and its help."""

import pytest

import kubelab as kl
from kubelab.clients.kubectl.commands import COMMANDS, FAMILIES
from kubelab.clients.kubectl.short import SHORT


@pytest.fixture(scope="module")
def running():
    cluster = kl.Cluster(workers=1, seed=1)
    cluster.kubectl("create deploy shop --image=nginx --port=80")
    cluster.kubectl("expose deploy shop --port=80")
    return cluster.settle()


@pytest.fixture
def kubectl(running):
    cluster = running.fork()
    return lambda line, stdin="": str(cluster.kubectl(line, stdin))


@pytest.fixture(params=["es", "en"])
def spoken(request):
    before = kl.language.current()
    kl.language.use(request.param)
    yield request.param
    kl.language.use(before)


def test_edit_says_where_to_write_what_it_cannot_open_an_editor_for(kubectl, spoken):
    shown = kubectl("edit svc shop")
    assert shown.startswith("# Please edit the object below.")
    assert ("# Aquí no hay editor: pon" if spoken == "es" else "# There is no editor here: put") in shown
    assert "%%kubectl edit svc shop" in shown
    assert kubectl("edit svc shop", shown) == "Edit cancelled, no changes made.\n"
    assert kubectl("edit svc shop", shown.replace("port: 80", "port: 81")) == "service/shop edited\n"


def test_a_watch_of_a_cluster_at_rest_says_how_time_passes(kubectl, spoken):
    at_rest = "el clúster está en reposo y {} acaba" if spoken == "es" else "the cluster is at rest, and {} ends"
    for line, flag in (("get pods -w", "-w"), ("logs -f deploy/shop", "-f")):
        said = kubectl(line)
        assert at_rest.format(flag) in said
        assert "cluster.run(30)" in said
        assert at_rest.format(flag) not in kubectl(f"{line} --request-timeout=5s")


def test_a_watch_that_showed_something_needs_no_explanation(kubectl):
    kubectl("scale deploy shop --replicas=2")
    assert "cluster.run" not in kubectl("get pods -w")


def test_every_command_and_family_has_its_line_and_its_help(kubectl):
    assert set(SHORT) <= {*COMMANDS, *FAMILIES}
    for name in (*COMMANDS, *FAMILIES):
        assert kubectl(f"{name} --help").partition("\n")[0].endswith("."), name
    listed = kubectl("help")
    assert all(f"  {name.partition(' ')[0]} " in listed for name in COMMANDS)
    assert "  apply          Apply a configuration to a resource by file name or stdin\n" in listed


def test_help_of_a_command_is_its_help(kubectl, spoken):
    assert kubectl("help edit") == kubectl("edit --help")
    assert ("Aquí el editor es la celda" if spoken == "es" else "Here the cell is the editor") in kubectl("help edit")


def test_apply_takes_a_folder_in_the_order_of_names(running, tmp_path):
    cluster = running.fork()
    for name in ("b.yaml", "a.yml", "c.json", "notes.txt"):
        text = f'{{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {{"name": "{name[0]}"}}}}'
        (tmp_path / name).write_text(text if name != "notes.txt" else "nothing: here")
    assert repr(cluster.apply(str(tmp_path))) == "configmap/a created\nconfigmap/b created\nconfigmap/c created"
    assert repr(cluster.apply(tmp_path)).count("unchanged") == 3
    (tmp_path / "empty").mkdir()
    with pytest.raises(kl.ApiError, match=r"recognized file extensions are \[.json .yaml .yml\]"):
        cluster.apply(str(tmp_path / "empty"))
    with pytest.raises(kl.ApiError, match="does not exist"):
        cluster.apply(str(tmp_path / "nowhere"))


@pytest.mark.parametrize("name", ["request", "traffic"])
def test_the_docstring_names_every_option(name):
    from kubelab.network.request import send
    from kubelab.network.traffic import Traffic

    function = send if name == "request" else Traffic.__init__
    said = getattr(kl.Cluster, name).__doc__
    assert [option for option in function.__kwdefaults__ if f"`{option}" not in said] == []
