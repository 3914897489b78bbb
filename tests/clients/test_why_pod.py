"""What ails a pod that has its node, before why it is there."""

import pytest

import kubelab as kl
from kubelab.clients.why import Why

CONTAINERS = {
    "crash": "containers: [{name: a, image: busybox, command: ['false']}]",
    "config": "containers: [{name: a, image: nginx, envFrom: [{configMapRef: {name: nope}}]}]",
    "program": "containers: [{name: a, image: nginx, command: ['/nope']}]",
    "probe": "containers: [{name: a, image: nginx, readinessProbe: {httpGet: {path: /x, port: 81}}}]",
    "image": "containers: [{name: a, image: 'nginx:9.9.9'}]",
    "init": "{initContainers: [{name: i, image: busybox, args: [sleep, 1h]}], containers: [{name: a, image: nginx}]}",
    "begin": "{initContainers: [{name: i, image: busybox, command: ['false']}], containers: [{name: a, image: nginx}]}",
    "failed": "{restartPolicy: Never, containers: [{name: a, image: busybox, command: ['false']}]}",
    "well": "containers: [{name: a, image: nginx}]",
}  # fmt: skip


@pytest.fixture(scope="module")
def lived():
    kl.language.use("en")
    cluster = kl.Cluster(workers=2, seed=1)
    for name, spec in CONTAINERS.items():
        spec = spec if spec.startswith("{") else f"{{{spec}}}"
        cluster.apply(f"{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, spec: {spec}}}")
    cluster.kubectl("create deploy bad --image=nginx:9.9.9")
    cluster.kubectl("create deploy shop --image=nginx")
    cluster.kubectl("create ns office")
    for line in ("create deploy desk --image=nginx -n office", "create service clusterip desk --tcp=80 -n office"):
        cluster.kubectl(line)
    cluster.kubectl("create service clusterip shop --tcp=80")
    return cluster.run(60)


@pytest.fixture(params=["es", "en"])
def spoken(request):
    before = kl.language.current()
    kl.language.use(request.param)
    yield request.param
    kl.language.use(before)


@pytest.mark.parametrize(
    ("name", "reason", "detail", "mend"),
    [
        ("crash", "a: CrashLoopBackOff (exit code 1)", "back-off", "kubectl logs crash --previous"),
        ("config", "a: CreateContainerConfigError", 'configmap "nope" not found', "create the ConfigMap nope"),
        ("program", "a: CrashLoopBackOff (exit code 128)", "/nope: no such file", "that program is not in the image"),
        ("probe", "a: its readinessProbe fails", "connection refused", "readinessProbe port: 80"),
        ("image", "a: ImagePullBackOff", "nginx:9.9.9: not found", "correct the image: kubectl set image pod/image a="),
        ("init", "waits until its init container i ends", "", "kubectl logs init -c i"),
        ("begin", "init container i: CrashLoopBackOff", "back-off", "kubectl logs begin -c i --previous"),
        ("failed", "a: Error (exit code 1)", "", "kubectl logs failed"),
    ],
)  # fmt: skip
def test_what_ails_a_placed_pod_comes_first(lived, name, reason, detail, mend):
    kl.language.use("en")
    why = lived.why(f"pod/{name}")
    assert why.reason.startswith(reason)
    assert detail in " ".join(why.details)
    assert why.mend.startswith(mend)
    assert reason in str(why).splitlines()[0]
    assert reason.split(" (")[0] in why._repr_html_().split("<table>")[0]


@pytest.mark.parametrize("name", CONTAINERS)
def test_the_schedulers_decision_comes_after(lived, spoken, name):
    why = lived.why(name)
    assert isinstance(why, Why)
    assert why.node == lived.api.get("pods", name).spec.nodeName
    assert set(why.scores) == {"worker-1", "worker-2"}
    assert f"pod/{name} → {why.node}" in str(why)
    assert len(repr(why)) <= 110
    assert why._repr_html_().count("<table>") == 1


def test_a_pod_that_is_well_has_nothing_but_the_decision(lived):
    assert lived.why("well").reason == lived.why("well").mend == ""


def test_an_image_is_corrected_where_the_template_is(lived):
    kl.language.use("en")
    (pod,) = [held for held in lived.api.list("pods") if held.metadata.name.startswith("bad-")]
    assert "kubectl set image deployment/bad nginx=IMAGE" in lived.why(pod.metadata.name).mend


def test_a_pod_of_a_machine_without_power(lived):
    kl.language.use("en")
    cluster = lived.fork()
    node = cluster.api.get("pods", "well").spec.nodeName
    cluster.kill(node)
    assert cluster.why("well").reason == f"{node}: without power"
    assert cluster.why("well").mend == f'cluster.revive("{node}")'
    cluster.run(400)
    assert cluster.why("well").reason == f"is terminating; {node}: without power"
    assert cluster.why("well").mend.endswith("or kubectl delete pod well --force")
    assert cluster.why("well").node == node


def test_a_pod_that_its_manifest_placed_is_judged_too(lived):
    kl.language.use("en")
    cluster = lived.fork()
    cluster.apply(
        "{apiVersion: v1, kind: Pod, metadata: {name: put}, spec: "
        "{nodeName: worker-1, containers: [{name: a, image: 'nginx:9.9.9'}]}}"
    )
    cluster.run(30)
    assert cluster.why("pod/put").reason == "a: ImagePullBackOff"


def test_without_an_api_server_the_decision_is_all_there_is(lived):
    cluster = lived.fork().stop("api-server")
    assert cluster.why("crash").reason == ""
    assert cluster.why("crash").scores


def test_a_name_without_a_kind_that_is_no_pods(lived):
    kl.language.use("en")
    assert lived.why("shop").reason == "no pod has that name"
    assert lived.why("shop").mend == "write deployment/shop or service/shop"
    assert "KIND/NAMESPACE/NAME" in str(lived.why("office/desk"))
    assert lived.why("worker-1").mend == "write node/worker-1"


def test_another_namespace_is_asked_for_by_its_name(lived, spoken):
    assert lived.why("service/office/desk").object == "services/office/desk"
    assert lived.why("service/desk").mend.endswith("service/office/desk")
    assert "pod/NAMESPACE/" in str(lived.why("pod/nobody"))
