import pytest
from lightkube.models import core_v1

from kubelab.node.behavior import Behavior, overridden
from kubelab.node.catalogue import IMAGES, PROGRAMS
from kubelab.node.image_store import image_id, is_missing, name_of, reference, size_of
from kubelab.node.programs import behavior_of
from kubelab.node.shell import FOREVER, foreseen


def program(image, command=None, args=None, ports=(), **fields):
    declared = [core_v1.ContainerPort(containerPort=port) for port in ports]
    spec = core_v1.Container(name="c", image=image, command=command, args=args, ports=declared, **fields)
    return behavior_of(spec, None)


def test_known_images_listen_on_their_ports():
    assert program("nginx:1.27").listens == (80,)
    assert program("docker.io/library/redis").listens == (6379,)
    assert program("gcr.io/google-samples/hello-app:1.0").listens == (8080,)
    echo = program("hashicorp/http-echo", args=["-text=hi there", "-listen=:8081"])
    assert (echo.listens, echo.body) == ((8081,), "hi there")
    agnhost = program("registry.k8s.io/e2e-test-images/agnhost:2.53", args=["netexec", "--http-port", "9000"])
    assert (agnhost.listens, agnhost.body) == ((9000,), "{pod}")


def test_unknown_images_run_and_listen_where_they_say():
    assert program("example.com/shop:1", ports=[8080, 9090]).listens == (8080, 9090)
    assert program("example.com/shop:1").exit_after is None
    probe = core_v1.Probe(httpGet=core_v1.HTTPGetAction(port=7000))
    assert program("example.com/shop:1", readinessProbe=probe).listens == (7000,)


@pytest.mark.parametrize(
    ("command", "after", "code"),
    [
        (["sleep", "90"], 90, 0),
        (["/bin/sleep", "1m"], 60, 0),
        (["true"], 0.01, 0),
        (["false"], 0.01, 1),
        (["sh", "-c", "exit 7"], 0.01, 7),
        (["sh", "-c", "echo a && sleep 3 && exit 2"], 3, 2),
        (["sh", "-c", "false || exit 4"], 0.01, 4),
        (["sh", "-c", "for i in 1 2 3; do echo $i; sleep 2; done"], 6, 0),
        (["sh", "-c", "for i in $(seq 1 5); do sleep 1; done; exit 1"], 5, 1),
        (["sh", "-c", "while true; do date; sleep 5; done"], None, 0),
        (["sh", "-c", "tail -f /dev/null"], None, 0),
        (["sh", "-c", "echo 'unfinished"], 0.01, 2),
        (["sleep", "infinity"], None, 0),
        (["tail", "-f", "/dev/null"], None, 0),
        (["bash", "-c", "sleep 2; false"], 2, 1),
    ],
)
def test_commands_end_as_they_say(command, after, code):
    done = program("busybox:1.36", command)
    assert (done.exit_after, done.exit_code) == (after, code)


def test_a_shell_without_a_terminal_ends_at_once():
    assert program("busybox").exit_after == 0.01
    assert program("ubuntu:24.04").exit_code == 0


def test_pid_1_does_not_heed_sigterm_unless_it_traps_it():
    assert program("busybox", ["sleep", "100"]).ignores_sigterm
    assert program("busybox", ["sh", "-c", "sleep 100"]).ignores_sigterm
    assert not program("busybox", ["sh", "-c", "trap 'exit 0' TERM; sleep 100"]).ignores_sigterm
    assert not program("nginx").ignores_sigterm


def test_a_script_may_become_a_server():
    done = program("nginx", ["sh", "-c", "echo warming up; sleep 20; exec nginx -g 'daemon off;'"])
    assert (done.starts_after, done.ready_after, done.listens, done.exit_after) == (20, 20, (80,), None)
    server = program("python:3.13", ["sh", "-c", "python -m http.server 9000"])
    assert server.listens == (9000,)


def test_a_script_makes_and_removes_files():
    done = foreseen("touch /tmp/a; sleep 5; rm -f /tmp/a; echo x > /tmp/b; sleep 1")
    assert done.files == (("/tmp/a", 0.0, 5.0, ""), ("/tmp/b", 5.0, FOREVER, "x\n"))


def test_a_database_needs_its_password():
    assert program("postgres:17").exit_code == 1
    word = core_v1.EnvVar(name="POSTGRES_PASSWORD", value="x")
    assert program("postgres:17", env=[word]).listens == (5432,)


def test_a_behavior_can_be_overridden():
    changed = overridden(PROGRAMS["nginx"], "web", '{"exit_after": 5, "exit_code": 1, "logs": ["oops"], "listens": []}')
    assert (changed.exit_after, changed.exit_code, changed.logs, changed.listens) == (5.0, 1, ((0.0, "oops"),), ())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{exit_after: soon}", "exit_after: seconds are wanted, not 'soon'"),
        ("{exit_after: -1}", "seconds are wanted"),
        ("{exit_code: 1.5}", "a whole number is wanted"),
        ("{ignores_sigterm: 1}", "true or false is wanted"),
        ("{listens: 80}", "a list of numbers is wanted"),
        ("{listens: [yes]}", "a list of numbers is wanted"),
        ("{body: 3}", "text is wanted"),
        ("[1, 2]", "a mapping is wanted"),
        ("{a: [", "not YAML"),
        ("{listen: [80]}", 'unknown field "listen", did you mean "listens"?'),
    ],
)
def test_a_faulty_annotation_is_refused_clearly(text, message):
    with pytest.raises(ValueError, match=r"^annotation kubelab\.io/behavior\.web: ") as caught:
        overridden(Behavior(), "web", text)
    assert message in str(caught.value)


def test_image_names_are_taken_apart():
    assert reference("nginx") == "docker.io/library/nginx:latest"
    assert reference("traefik/whoami:v1") == "docker.io/traefik/whoami:v1"
    assert reference("registry:5000/team/app") == "registry:5000/team/app:latest"
    assert name_of("k8s.gcr.io/pause:3.9").short == "k8s.gcr.io/pause"
    assert image_id("nginx@sha256:abc") == "docker.io/library/nginx@sha256:abc"


def test_tags_that_do_not_exist_are_known_where_that_is_known():
    assert is_missing("nginx:1.161")
    assert is_missing("nginx:nope")
    for tag in ("1.27", "1.14.2", "latest", "alpine", "stable-alpine", "1.27-alpine", "1.25.3-perl", "1"):
        assert not is_missing(f"nginx:{tag}"), tag
    assert not is_missing("nginx@sha256:12")
    assert not is_missing("example.com/shop:nope")


def test_every_catalogued_image_has_a_program():
    read_from_arguments = ("sh", "http-echo", "agnhost", "entrypoint.sh")
    for name, entry in IMAGES.items():
        argv = [*entry.entrypoint, *entry.command]
        assert argv[0].rpartition("/")[2] in (*PROGRAMS, *read_from_arguments), name
        assert size_of(name) == entry.size > 0


def test_a_sample_says_which_version_it_is_and_has_only_the_tags_there_are():
    image = "us-docker.pkg.dev/google-samples/containers/gke/hello-app"
    assert program(f"{image}:1.0").body.splitlines()[1] == "Version: 1.0.0"
    assert program(f"{image}:2.0").body.splitlines()[1] == "Version: 2.0.0"
    assert [is_missing(f"{image}:{tag}") for tag in ("1.0", "2.0", "3.0")] == [False, False, True]
    assert program("gcr.io/google-samples/kubernetes-bootcamp:v1").body.endswith("| v1")
    assert is_missing("gcr.io/google-samples/kubernetes-bootcamp:v10")
