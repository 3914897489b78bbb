"""Real kubectl against a served cluster."""

import os
import re
import shutil
import subprocess

import pytest

import kubelab as kl

KUBECTL = shutil.which("kubectl")
pytestmark = pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed")
HELLO = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: hello}
spec:
  replicas: 3
  selector: {matchLabels: {app: hello}}
  template:
    metadata: {labels: {app: hello}}
    spec: {containers: [{name: hello, image: "nginx:1.27", ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: hello}
spec: {type: NodePort, selector: {app: hello}, ports: [{port: 80}]}
"""


class Kubectl:
    def __init__(self, server, home):
        self.server = server
        self.environment = {**os.environ, "KUBECONFIG": str(server.kubeconfig), "HOME": str(home)}

    def run(self, *words, stdin=None):
        return subprocess.run(
            [KUBECTL, *words],
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def __call__(self, line, stdin=None):
        done = self.run(*line.split(), stdin=stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def kubectl(tmp_path_factory):
    cluster = kl.Cluster(workers=3, seed=1)
    with cluster.serve(speed=20.0, environment=False) as server:
        yield Kubectl(server, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def hello(kubectl):
    said = kubectl("apply -f -", stdin=HELLO)
    assert said == "deployment.apps/hello created\nservice/hello created\n"
    kubectl("rollout status deploy/hello --timeout=40s")
    return kubectl


def test_nodes_are_shown_as_the_notebook_shows_them(kubectl):
    theirs = re.sub(r"\s+\d+[smhd]+", " AGE", kubectl("get nodes"))
    ours = re.sub(r"\s+\d+[smhd]+", " AGE", str(kubectl.server.cluster.kubectl("get nodes")))
    assert theirs.split() == ours.split()


def test_the_hello_app_of_any_course(hello):
    assert hello("apply -f -", stdin=HELLO) == "deployment.apps/hello unchanged\nservice/hello unchanged\n"
    assert "3/3" in hello("get deploy hello")
    assert hello("scale deploy hello --replicas=4") == "deployment.apps/hello scaled\n"
    hello("set image deploy/hello hello=nginx:1.28")
    assert "successfully rolled out" in hello("rollout status deploy/hello --timeout=50s")
    assert "nginx:1.28" in hello("get deploy hello -o jsonpath={.spec.template.spec.containers[0].image}")
    assert hello("rollout undo deploy/hello") == "deployment.apps/hello rolled back\n"
    hello("rollout status deploy/hello --timeout=50s")
    assert "nginx:1.27" in hello("describe deploy hello")
    assert "REVISION" in hello("rollout history deploy/hello")
    drained = hello("drain worker-1 --ignore-daemonsets --timeout=60s")
    assert "node/worker-1 drained" in drained
    assert "SchedulingDisabled" in hello("get node worker-1")
    hello("uncordon worker-1")


def test_things_are_created_by_word(kubectl):
    for line in (
        "create configmap c --from-literal=a=b",
        "create secret generic s --from-literal=p=q",
        "create namespace team",
        "create serviceaccount robot -n team",
        "create role reader --verb=get,list --resource=pods -n team",
        "create rolebinding rb --role=reader --serviceaccount=team:robot -n team",
        "create quota q --hard=pods=10 -n team",
        "create job j --image=busybox:1.36 -- echo hi",
        "run web --image=nginx:1.27 --port=80 --restart=Never",
        "expose pod web --port=80 --name=web",
        "label pod web tier=front",
        "annotate pod web note=hi",
    ):
        kubectl(line)
    assert kubectl("get cm c -o jsonpath={.data.a}") == "b"
    assert kubectl("wait --for=condition=Ready pod/web --timeout=30s") == "pod/web condition met\n"
    assert kubectl("exec web -- curl -s http://web").startswith("Welcome to nginx!")
    assert "ready for start up" in kubectl("logs web")
    assert kubectl("auth can-i create pods") == "yes\n"
    assert len(kubectl("create token robot -n team").split(".")) == 3
    assert kubectl("get pods -l tier=front -o name") == "pod/web\n"
    assert kubectl("delete pod web --now") != ""


def test_what_is_wrong_is_said_as_a_real_cluster_says_it(kubectl):
    assert kubectl.run("get", "pod", "nosuch").stderr == 'Error from server (NotFound): pods "nosuch" not found\n'
    assert "the server doesn't have a resource type" in kubectl.run("get", "nosuch").stderr
    bad = HELLO.replace("replicas:", "replica:")
    said = kubectl.run("apply", "-f", "-", stdin=bad).stderr
    assert "strict decoding error" in said
    assert 'unknown field "spec.replica"' in said
    failed = kubectl.run("exec", "nosuch", "--", "ls")
    assert failed.returncode == 1


def test_exec_gives_back_codes_and_unknown_programs(hello):
    assert hello.run("exec", "deploy/hello", "--", "ls", "/nope").returncode == 1
    unknown = hello.run("exec", "deploy/hello", "--", "emacs")
    assert 'exec: "emacs": executable file not found in $PATH' in unknown.stderr
    assert hello.run("exec", "-i", "deploy/hello", "--", "sh", stdin="echo hi\nexit 5\n").stdout == "hi\n"


def test_a_watch_shows_what_happens(kubectl):
    kubectl("run first --image=nginx:1.27 --labels=w=1")
    words = [KUBECTL, "get", "pods", "-w", "-l", "w=1"]
    with subprocess.Popen(words, env=kubectl.environment, stdout=subprocess.PIPE, text=True) as watching:
        states = []
        for line in watching.stdout:
            name, _, state, *_ = line.split()
            if name == "NAME":
                kubectl("run second --image=nginx:1.27 --labels=w=1")
            elif name == "second":
                states.append(state)
                if state == "Running":
                    break
        watching.kill()
    assert states == ["Pending", "Pending", "ContainerCreating", "Running"]


def test_explain_diff_and_dry_runs(hello):
    assert "replicas" in hello("explain deployment.spec")
    changed = HELLO.replace("replicas: 3", "replicas: 7")
    difference = hello.run("diff", "-f", "-", stdin=changed)
    assert difference.returncode == 1
    assert "replicas: 7" in difference.stdout
    assert "(server dry run)" in hello("apply --dry-run=server -f -", stdin=changed)
    assert "serverside-applied" in hello("apply --server-side --force-conflicts -f -", stdin=HELLO)


def test_a_kind_that_is_not_served_is_said_to_be_none(kubectl):
    done = kubectl.run("apply", "-f", "-", stdin="apiVersion: nope.example.com/v1\nkind: Foo\nmetadata: {name: x}\n")
    assert done.returncode == 1
    assert 'no matches for kind "Foo" in version "nope.example.com/v1"' in done.stderr
