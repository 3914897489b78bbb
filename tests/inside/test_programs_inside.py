"""Programs of an image: those that are played, those that are not, and those that are nowhere."""

import pytest

import kubelab as kl
from kubelab.node import tools

NOWHERE = 'exec: "{}": executable file not found in $PATH'


@pytest.fixture(scope="module")
def cluster():
    cluster = kl.Cluster(workers=1, seed=1)
    cluster.kubectl("run box --image=busybox:1.36 -- sleep 1d")
    cluster.kubectl("run web --image=nginx:1.27")
    return cluster.settle()


@pytest.fixture(params=["es", "en"])
def spoken(request):
    before = kl.language.current()
    kl.language.use(request.param)
    yield request.param
    kl.language.use(before)


def not_played(language, program):
    return (f"kubelab no simula el programa `{program}`", f"kubelab does not play the program `{program}`")[
        language == "en"
    ]


@pytest.mark.parametrize(
    ("pod", "program"),
    [("box", "df -h"), ("box", "ifconfig"), ("box", "netstat -tln"), ("box", "telnet web 80"), ("web", "nginx -t")],
)
def test_exec_says_that_a_program_of_the_image_is_not_played(cluster, spoken, pod, program):
    said = cluster.kubectl(f"exec {pod} -- {program}")
    assert said.startswith(f"error: {not_played(spoken, program.split()[0])}")
    assert "cat, " in said


def test_a_shell_in_exec_says_it_too_and_goes_on(cluster, spoken):
    said = cluster.kubectl("exec box -- sh -c 'df -h; echo $?'")
    assert said.startswith("127\n")
    assert not_played(spoken, "df") in said


def test_a_program_that_no_image_has_is_not_found(cluster):
    assert NOWHERE.format("foo") in cluster.kubectl("exec box -- foo bar")
    assert NOWHERE.format("ps") in cluster.kubectl("exec web -- ps")
    assert NOWHERE.format("ifconfig") in cluster.kubectl("exec web -- ifconfig")
    assert "sh: foo: not found" in cluster.kubectl("exec box -- sh -c foo")


def test_ps_shows_the_process_of_the_container_as_number_one(cluster):
    lines = cluster.kubectl("exec box -- ps").splitlines()
    assert lines[0].split() == ["PID", "USER", "TIME", "COMMAND"]
    assert lines[1].split() == ["1", "root", "0:00", "sleep", "1d"]
    assert lines[2].endswith(" ps")


def test_run_says_what_is_not_played_and_the_pod_ends(cluster, spoken):
    cluster = cluster.fork()
    said = cluster.kubectl("run t --image=busybox --rm -it --restart=Never -- df -h")
    assert said.startswith(not_played(spoken, "df"))
    assert said.endswith("pod default/t terminated (Error)\n")
    assert cluster.kubectl("get pod t").startswith("Error from server (NotFound)")


def test_a_containers_own_script_leaves_the_sentence_in_its_log_and_goes_on(cluster, spoken):
    said = cluster.fork().kubectl(
        "run t --image=busybox --rm -it --restart=Never -- sh -c 'df -h; chmod +x a; echo ok'"
    )
    assert said.splitlines()[:2] == [not_played(spoken, "df"), "ok"]


def test_run_of_ps_shows_it_alone(cluster):
    said = cluster.fork().kubectl("run t --image=busybox --rm -it --restart=Never -- ps")
    assert [line.split()[-1] for line in said.splitlines()[:2]] == ["COMMAND", "ps"]
    assert said.splitlines()[2].startswith('pod "t" deleted')


def test_run_says_why_a_process_could_not_be_started(cluster):
    said = cluster.fork().kubectl("run t --image=busybox --rm -it --restart=Never -- foo bar")
    assert "pod default/t terminated (StartError)\n" in said
    assert NOWHERE.format("foo") in said


def test_servers_images_lack_what_debian_packs_by_itself():
    assert tools.lacks("nginx:1.27", "ps")
    assert not tools.lacks("nginx:1.27-alpine", "ps")
    assert not tools.lacks("nginx:1.27-alpine", "netstat")
    assert tools.lacks("alpine", "telnet")
    assert not tools.lacks("busybox", "telnet")


# -- nslookup, from an address to its name

NAMED = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "db", "labels": {"app": "db"}},
    "spec": {"hostname": "first", "subdomain": "dbs", "containers": [{"name": "c", "image": "nginx"}]},
}
HEADLESS = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "dbs"},
    "spec": {"clusterIP": "None", "selector": {"app": "db"}, "ports": [{"port": 80}]},
}


def test_nslookup_of_an_address_tells_the_name_of_its_service(cluster):
    said = cluster.kubectl("exec box -- nslookup 10.96.0.1")
    assert "\n1.0.96.10.in-addr.arpa\tname = kubernetes.default.svc.cluster.local\n" in said


def test_nslookup_of_a_pods_address_tells_its_name_where_a_service_gives_it_one(cluster):
    cluster = cluster.fork()
    cluster.apply(NAMED, HEADLESS)
    cluster.settle()
    named, plain = (cluster.get("pods", name).status.podIP for name in ("db", "web"))
    assert "name = first.dbs.default.svc.cluster.local\n" in cluster.kubectl(f"exec box -- nslookup {named}")
    backwards = ".".join(reversed(plain.split(".")))
    said = cluster.kubectl(f"exec box -- nslookup {plain}")
    assert f"** server can't find {backwards}.in-addr.arpa: NXDOMAIN\n" in said
    assert said.endswith("command terminated with exit code 1\n")
