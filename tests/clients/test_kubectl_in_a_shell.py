"""kubectl with what people write around it: pipes, files, `run -it`, and what is not there."""

from textwrap import dedent

import pytest

import kubelab as kl

SHOP = dedent("""\
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: shop}
    spec:
      replicas: 2
      selector: {matchLabels: {app: shop}}
      template:
        metadata: {labels: {app: shop}}
        spec: {containers: [{name: shop, image: "nginx:1.27", ports: [{containerPort: 80}]}]}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: shop}
    spec: {selector: {app: shop}, ports: [{port: 80}]}
    """)
BUSYBOX = "--image=busybox --restart=Never"


@pytest.fixture(scope="module")
def running():
    cluster = kl.Cluster(workers=2, seed=3)
    cluster.apply(SHOP)
    return cluster.settle()


@pytest.fixture
def cluster(running):
    return running.fork()


@pytest.fixture
def kubectl(cluster):
    return lambda line, stdin="": str(cluster.kubectl(line, stdin))


@pytest.fixture(params=["es", "en"])
def spoken(request):
    before = kl.language.current()
    kl.language.use(request.param)
    yield request.param
    kl.language.use(before)


# -- pipes and files


def test_a_pipe_filters_what_is_printed_and_not_the_errors(kubectl):
    assert kubectl("get pods | grep shop | wc -l") == "2\n"
    assert kubectl("get pods -n nope | wc -l") == "No resources found in nope namespace.\n0\n"
    assert kubectl("get pods nope | grep shop") == 'Error from server (NotFound): pods "nope" not found\n'
    assert kubectl("get pods nope 2>&1 | grep -c found") == "1\n"
    assert kubectl("get pods nope 2>/dev/null") == ""
    assert kubectl("get pods  # those of the shop").count("shop-") == 2


def test_what_is_behind_the_pipe_may_be_kubectl(kubectl):
    said = kubectl("create deploy web --image=nginx --dry-run=client -o yaml | kubectl apply -f -")
    assert said == "deployment.apps/web created\n"


def test_a_line_that_cannot_be_carried_out_whole_changes_nothing(cluster, kubectl, spoken):
    before = cluster.etcd.revision
    for line in ("delete deploy shop | nope", "delete deploy shop; get pods", "delete $(kubectl get deploy -o name)"):
        assert kubectl(line).startswith("error: ")
    assert "grep" in kubectl("delete deploy shop | awk 1")
    assert cluster.etcd.revision == before


def test_files_are_written_and_read(kubectl, tmp_path):
    file = tmp_path / "web.yaml"
    assert kubectl(f"create deploy web --image=nginx --dry-run=client -o yaml > {file}") == ""
    assert file.read_text().startswith("apiVersion: apps/v1")
    assert kubectl(f"apply -f - < {file}") == "deployment.apps/web created\n"
    kubectl(f"get deploy web -o name >> {file}")
    assert file.read_text().endswith("\ndeployment.apps/web\n")
    assert kubectl(f"get deploy > {tmp_path}/no/such").startswith("error: ")
    assert kubectl(f"apply -f - < {tmp_path}/nope").startswith("error: ")


def test_a_here_document_is_the_rest_of_the_cell(kubectl, spoken):
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nEOF\nnot: yaml: at all\n"
    assert kubectl("apply -f - <<EOF", text) == "configmap/a created\n"
    assert "%%" in kubectl("apply -f - <<EOF")


# -- a pod for one command


def test_run_it_shows_what_the_command_writes_and_leaves_nothing(cluster, kubectl):
    said = kubectl(f"run tmp {BUSYBOX} --rm -it -- wget -qO- http://shop")
    first, last = said.splitlines()
    assert first.startswith("Welcome to nginx! (shop-")
    assert last == 'pod "tmp" deleted from default namespace'
    assert [pod.metadata.name for pod in cluster.get("pods") if pod.metadata.name == "tmp"] == []


def test_run_it_without_rm_leaves_a_pod_with_its_log(kubectl):
    said = kubectl(f"run tmp {BUSYBOX} -i -- sh -c 'echo one; sleep 2; echo two'")
    assert said == "one\ntwo\n" == kubectl("logs tmp")
    assert "Completed" in kubectl("get pod tmp")


def test_run_it_waits_for_a_command_that_takes_long(cluster, kubectl):
    began = cluster.now
    assert kubectl(f"run tmp {BUSYBOX} --attach -- sh -c 'sleep 300; echo up'") == "up\n"
    assert cluster.now > began + 300


def test_run_it_says_how_a_command_failed(kubectl):
    said = kubectl(f"run tmp {BUSYBOX} --rm -i -- wget -qO- http://nobody")
    assert said.splitlines()[0].startswith("wget: bad address")
    assert said.splitlines()[-1] == "pod default/tmp terminated (Error)"


def test_run_it_restarted_always_is_shown_once(kubectl):
    said = kubectl("run tmp --image=busybox --rm -it -- nslookup shop")
    assert said.count("Name:") == 1
    assert said.endswith('pod "tmp" deleted from default namespace\n')


def test_a_shell_reads_the_rest_of_the_cell_and_is_refused_without(cluster, kubectl, spoken):
    before = cluster.etcd.revision
    for line in (f"run tmp {BUSYBOX} --rm -it -- sh", f"run tmp {BUSYBOX} -it", "exec -it deploy/shop -- bash"):
        said = kubectl(line)
        assert said.startswith("error: no hay terminal" if spoken == "es" else "error: there is no terminal")
        assert "-- sh -c 'hostname; env'" in said
        assert "%%kubectl" in said
    assert cluster.etcd.revision == before
    assert kubectl(f"run tmp {BUSYBOX} --rm -i -- sh", "hostname\nexit 3\n").splitlines() == [
        "tmp",
        'pod "tmp" deleted from default namespace',
        "pod default/tmp terminated (Error)",
    ]


def test_what_never_ends_is_let_go(cluster, kubectl, spoken):
    began = cluster.now
    said = kubectl("run web --image=nginx -i")
    assert "Ctrl-C" in said
    assert cluster.now < began + 60
    assert "Running" in kubectl("get pod web")


def test_an_image_that_is_not_there_is_not_waited_for_for_ever(cluster, kubectl):
    began = cluster.now
    said = kubectl("run tmp --image=nginx:9.9.9 --rm -i --restart=Never -- date")
    assert said.splitlines()[-1] == "error: timed out waiting for the condition"
    assert cluster.now < began + 120


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ("--rm -- date", "error: --rm should only be used for attached containers\n"),
        ("-t -- date", "error: -i/--stdin is required for containers with -t/--tty=true\n"),
        ("-i --dry-run=client -- date", "error: --dry-run=[server|client] can't be used with attached containers"),
    ],
)
def test_flags_that_do_not_go_together(kubectl, flags, said):
    assert kubectl(f"run tmp {BUSYBOX} {flags}").startswith(said)


# -- what is not there


@pytest.mark.parametrize(
    "name", ["attach x", "cp a b", "debug x", "port-forward svc/shop 80", "proxy", "certificate x"]
)
def test_commands_that_are_not_here_say_what_does_the_same(kubectl, spoken, name):
    said = kubectl(name)
    word = "no está disponible: " if spoken == "es" else "is not available: "
    assert said.startswith(f"error: kubectl {name.partition(' ')[0]} {word}")


def test_help_names_them_in_the_learners_language(kubectl, spoken):
    assert ("No disponibles aquí: attach" if spoken == "es" else "Not available here: attach") in kubectl("help")


@pytest.mark.parametrize(
    "line",
    [
        "apply -f x --prune",
        "get --raw /version",
        "delete pod x -i",
        "cluster-info dump",
        "patch deploy shop -p {} --local",
    ],
)
def test_flags_that_are_not_here_say_so(kubectl, spoken, line):
    assert ("no está disponible" if spoken == "es" else "is not available") in kubectl(line)


# -- a drain that a budget never allows


def test_a_drain_that_no_budget_allows_ends_soon_and_is_short(cluster, kubectl, spoken):
    kubectl("create pdb shop --selector=app=shop --min-available=100%")
    node = cluster.get("pods")[0].spec.nodeName
    began = cluster.now
    lines = kubectl(f"drain {node}").splitlines()
    assert cluster.now - began <= 120
    assert len(lines) <= 25
    assert lines[-2].startswith("(")
    assert "Ctrl-C" in lines[-1]
    with_timeout = kubectl(f"drain {node} --timeout=10m").splitlines()
    assert len(with_timeout) <= 30
    assert with_timeout[-1].endswith("global timeout reached: 10m0s")


def test_a_drain_waits_for_as_long_as_something_is_under_way(cluster, kubectl):
    kubectl("create pdb shop --selector=app=shop --min-available=2")
    kubectl("scale deploy shop --replicas=3")
    node = cluster.get("pods")[0].spec.nodeName
    assert kubectl(f"drain {node}").splitlines()[-1] == f"node/{node} drained"
