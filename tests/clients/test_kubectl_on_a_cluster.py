"""kubectl's commands on a whole cluster, where controllers and nodes answer."""

from textwrap import dedent

import pytest

import kubelab as kl

WEB = dedent("""\
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, labels: {app: web}}
    spec:
      replicas: 2
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          containers: [{name: web, image: "nginx:1.27", ports: [{containerPort: 80}]}]
    """)
DB = dedent("""\
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: db}
    spec:
      serviceName: db
      replicas: 2
      selector: {matchLabels: {app: db}}
      template:
        metadata: {labels: {app: db}}
        spec: {containers: [{name: db, image: "nginx:1.27"}]}
    """)
AGENT = dedent("""\
    apiVersion: apps/v1
    kind: DaemonSet
    metadata: {name: agent}
    spec:
      selector: {matchLabels: {app: agent}}
      template:
        metadata: {labels: {app: agent}}
        spec: {containers: [{name: agent, image: "busybox:1.36", command: [sleep, infinity]}]}
    """)
BUDGET = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\n"
BUDGET += "spec: {minAvailable: 2, selector: {matchLabels: {app: web}}}\n"


@pytest.fixture(scope="module")
def running():
    cluster = kl.Cluster(workers=2, seed=3)
    cluster.kubectl("apply -f -", WEB)
    cluster.kubectl("apply -f -", DB)
    cluster.kubectl("apply -f -", AGENT)
    cluster.settle()
    return cluster


@pytest.fixture
def cluster(running):
    return running.fork()


@pytest.fixture
def kubectl(cluster):
    return lambda line, stdin="": str(cluster.kubectl(line, stdin))


@pytest.mark.parametrize(("name", "image"), [("sts/db", "db=nginx:1.28"), ("ds/agent", "agent=busybox:1.37")])
def test_stateful_and_daemon_sets_are_rolled_out_and_back(kubectl, name, image):
    full = {"sts/db": "statefulset.apps/db", "ds/agent": "daemonset.apps/agent"}[name]
    assert kubectl(f"set image {name} {image}") == f"{full} image updated\n"
    assert (
        kubectl(f"rollout status {name}")
        .splitlines()[-1]
        .startswith(
            (
                "partitioned roll out complete: 2 new pods have been updated...",
                'daemon set "agent" successfully rolled out',
            )
        )
    )
    assert kubectl(f"rollout history {name}").splitlines()[1:] == [
        "REVISION  CHANGE-CAUSE",
        "1         <none>",
        "2         <none>",
        "",
    ]
    assert image.partition("=")[2] in kubectl(f"rollout history {name} --revision=2")
    assert kubectl(f"rollout undo {name}").splitlines()[-1] == f"{full} rolled back"
    kubectl(f"rollout status {name}")
    assert [line.split()[0] for line in kubectl(f"rollout history {name}").splitlines()[2:4]] == ["2", "3"]
    assert kubectl(f"rollout restart {name}") == f"{full} restarted\n"


def test_pausing_is_for_deployments(kubectl):
    assert kubectl("rollout pause deploy/web") == "deployment.apps/web paused\n"
    assert kubectl("rollout pause sts/db") == 'error: statefulsets.apps "db" pausing is not supported\n'


def test_a_watch_shows_changes_for_the_time_that_it_is_given(kubectl):
    kubectl("scale deploy/web --replicas=3")
    lines = kubectl("get pods -l app=web -w --request-timeout=30s").splitlines()
    assert lines[0].split() == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert len(lines) > 4
    assert lines[-1].split()[1:3] == ["1/1", "Running"]
    assert kubectl("get pods -w -o name --request-timeout=1s").count("pod/") == 7


def test_logs_are_followed(kubectl, cluster):
    kubectl("run talk --image=busybox --restart=Never -- sh -c 'echo one; sleep 5; echo two'")
    cluster.run(until=lambda now: "Running" in str(now.kubectl("get pod talk")), limit=60)
    at_once = kubectl("logs talk")
    followed = kubectl("logs talk -f")
    assert followed.startswith(at_once)
    assert followed == kubectl("logs talk")


def test_apply_by_the_server_takes_over_from_the_client(kubectl):
    changed = WEB.replace("replicas: 2", "replicas: 3")
    assert kubectl("apply --server-side -f -", changed) == "deployment.apps/web serverside-applied\n"
    managers = kubectl("get deploy web -o jsonpath='{.metadata.managedFields[*].manager}' --show-managed-fields")
    assert "kubectl-client-side-apply" not in managers
    fewer = WEB.replace(", labels: {app: web}}\nspec:\n  replicas: 2", "}\nspec:\n  replicas: 2")
    kubectl("apply --server-side -f -", fewer)
    assert kubectl("get deploy web -o jsonpath='{.metadata.labels}'") == ""


def test_a_conflict_is_explained(kubectl):
    kubectl("apply --server-side -f - --field-manager=other", WEB)
    said = kubectl("apply --server-side -f -", WEB.replace("replicas: 2", "replicas: 4"))
    assert 'conflict with "other": .spec.replicas' in said
    assert "re-run the apply\n  command with the `--force-conflicts` flag" in said
    forced = kubectl("apply --server-side --force-conflicts -f -", WEB.replace("replicas: 2", "replicas: 4"))
    assert forced == "deployment.apps/web serverside-applied\n"


def test_a_refused_change_shows_what_was_sent(kubectl):
    said = kubectl("apply -f -", WEB.replace("replicas: 2", "replicaz: 2"))
    assert said.startswith("Error from server (BadRequest): error when applying patch:\n{")
    assert 'Name: "web", Namespace: "default"\nfor: "STDIN": error when patching "STDIN": Deployment in version' in said
    assert 'did you mean "replicas"' in said


def test_forced_apply_makes_what_cannot_be_changed_anew(kubectl):
    other = WEB.replace("{app: web}}\n  template", "{app: web, x: z}}\n  template").replace(
        "metadata: {labels: {app: web}}", "metadata: {labels: {app: web, x: z}}"
    )
    assert "field is immutable" in kubectl("apply -f -", other)
    assert kubectl("apply --force -f -", other) == "deployment.apps/web configured\n"
    assert kubectl("get deploy web -o jsonpath='{.spec.selector.matchLabels.x}'") == "z"


def test_diff_shows_what_apply_would_change(kubectl):
    assert kubectl("diff -f -", WEB) == ""
    said = kubectl("diff -f -", WEB.replace("replicas: 2", "replicas: 5"))
    assert "-  replicas: 2\n+  replicas: 5\n" in said
    assert kubectl("get deploy web -o jsonpath='{.spec.replicas}'") == "2"


def test_edit_takes_the_cells_text_for_what_the_editor_saved(kubectl):
    text = kubectl("edit deploy web")
    assert "replicas: 2" in text
    assert kubectl("edit deploy web", text.replace("replicas: 2", "replicas: 1")) == "deployment.apps/web edited\n"
    assert kubectl("get deploy web -o jsonpath='{.spec.replicas}'") == "1"


def test_replace_as_a_whole_and_by_force(kubectl):
    assert kubectl("replace -f -", WEB.replace("replicas: 2", "replicas: 1")) == "deployment.apps/web replaced\n"
    uid = kubectl("get deploy web -o jsonpath={.metadata.uid}")
    said = kubectl("replace --force -f -", WEB)
    assert said.splitlines()[-1] == "deployment.apps/web replaced"
    assert kubectl("get deploy web -o jsonpath={.metadata.uid}") != uid


def test_wait_for_creation_conditions_values_and_deletion(kubectl):
    assert kubectl("wait deploy/web --for=condition=Available") == "deployment.apps/web condition met\n"
    assert kubectl("wait pod -l app=web --for=jsonpath='{.status.phase}'=Running").count("condition met") == 2
    assert "timed out waiting for the condition" in kubectl(
        "wait deploy/web --for=jsonpath='{.spec.replicas}'=9 --timeout=5s"
    )
    kubectl("scale deploy/web --replicas=3")
    assert (
        kubectl("wait deploy/web --for=jsonpath='{.status.readyReplicas}'=3") == "deployment.apps/web condition met\n"
    )
    kubectl("delete deploy web --wait=false")
    assert "condition met" in kubectl("wait pod -l app=web --for=delete --timeout=120s")


def test_scale_waits_and_checks(kubectl):
    assert kubectl("scale deploy/web --current-replicas=9 --replicas=3") == "error: Expected replicas to be 9, was 2\n"
    assert kubectl("scale deploy/web --replicas=4 --timeout=2m") == "deployment.apps/web scaled\n"
    assert kubectl("get deploy web --subresource=scale").splitlines()[1].split()[:3] == ["web", "4", "4"]
    assert kubectl("scale ds/agent --replicas=1").startswith("Error from server (NotFound): the server could not find")


def test_drain_asks_a_budget_again_and_again(kubectl):
    kubectl("apply -f -", BUDGET)
    node = kubectl("get pods -l app=web -o jsonpath='{.items[0].spec.nodeName}'")
    said = kubectl(f"drain {node} --ignore-daemonsets --timeout=20s")
    assert "Warning: ignoring DaemonSet-managed Pods: default/agent-" in said
    assert "(will retry after 5s): Cannot evict pod as it would violate the pod's disruption budget." in said
    assert f'There are pending pods in node "{node}" when an error occurred: ' in said
    assert said.splitlines()[-1].endswith("global timeout reached: 20s")
    kubectl("delete pdb web")
    assert kubectl(f"drain {node} --ignore-daemonsets").splitlines()[-1] == f"node/{node} drained"


def test_top_shows_what_is_used(kubectl, cluster):
    cluster.run(60)
    assert kubectl("top node").splitlines()[0].split() == ["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"]
    assert len(kubectl("top pod").splitlines()) == 7
    assert kubectl("top pod --containers").splitlines()[0].split()[:2] == ["POD", "NAME"]


def test_exec_runs_commands_in_a_container(kubectl):
    assert kubectl("exec db-0 -- hostname") == "db-0\n"
    assert kubectl("exec db-0 -- sh -c 'echo a && false'") == "a\ncommand terminated with exit code 1\n"
    assert kubectl("exec -i db-0 -- sh", "hostname\necho $HOSTNAME\n") == "db-0\ndb-0\n"
    assert kubectl("exec -it db-0 -- sh").startswith("error: there is no terminal to type into")
    assert 'exec: "frob": executable file not found in $PATH' in kubectl("exec db-0 -- frob")
    assert kubectl("exec deploy/web -- hostname").startswith("web-")


def test_a_context_remembers_its_namespace(kubectl, cluster):
    kubectl("create namespace shop")
    assert kubectl("config set-context --current --namespace=shop").endswith("modified.\n")
    assert kubectl("get pods") == "No resources found in shop namespace.\n"
    assert "namespace: shop" in kubectl("config view --minify")
    assert str(cluster.fork().kubectl("get pods")) == "No resources found in shop namespace.\n"
    assert kubectl("config current-context") == "kubelab\n"


def test_a_kustomization_is_applied(kubectl, tmp_path):
    (tmp_path / "web.yaml").write_text(WEB)
    (tmp_path / "kustomization.yaml").write_text(
        "namePrefix: test-\nresources: [web.yaml]\nconfigMapGenerator: [{name: c, literals: [a=b]}]\n"
    )
    assert kubectl(f"apply -k {tmp_path}").splitlines() == [
        kubectl("get cm -o name").splitlines()[-1] + " created",
        "deployment.apps/test-web created",
    ]
    assert kubectl(f"delete -k {tmp_path}").count(" deleted from default namespace") == 2


def test_objects_of_flags_are_made(kubectl):
    for line, said in {
        "create job once --image=busybox -- date": "job.batch/once created",
        'create cronjob nightly --image=busybox --schedule="0 3 * * *"': "cronjob.batch/nightly created",
        "create job now --from=cronjob/nightly": "job.batch/now created",
        "create ingress in --rule=a.example/*=web:80": "ingress.networking.k8s.io/in created",
        "create quota small --hard=pods=50": "resourcequota/small created",
        "create pdb web --selector=app=web --min-available=1": "poddisruptionbudget.policy/web created",
        "create priorityclass high --value=10": "priorityclass.scheduling.k8s.io/high created",
        "create role reader --verb=get --resource=pods": "role.rbac.authorization.k8s.io/reader created",
        "create rolebinding rb --role=reader --user=ana": "rolebinding.rbac.authorization.k8s.io/rb created",
        "create secret generic pass --from-literal=a=b": "secret/pass created",
        "create service nodeport np --tcp=80:80": "service/np created",
        "autoscale deploy web --max=4 --cpu-percent=50": "horizontalpodautoscaler.autoscaling/web autoscaled",
    }.items():
        assert kubectl(line) == f"{said}\n"
    assert kubectl("create token default").count(".") == 2


def test_run_with_a_service(kubectl):
    assert kubectl("run solo --image=nginx --port=80 --expose") == "service/solo created\npod/solo created\n"
    yaml = kubectl("run two --image=nginx --port=80 --expose --dry-run=client -o yaml")
    assert yaml.count("---\n") == 2
    assert kubectl("run") == 'error: required flag(s) "image" not set\n'


def test_every_command_has_a_help(kubectl):
    overview = kubectl("--help")
    for name in ("get", "rollout", "set", "create", "kustomize"):
        assert name in overview
        assert kubectl(f"{name} --help")
    assert "--replicas" in kubectl("scale -h")


def test_users_may_do_what_roles_allow():
    cluster = kl.Cluster(workers=1, rbac=True)
    cluster.kubectl("run web --image=nginx")
    cluster.run(20)
    refused = 'Error from server (Forbidden): pods is forbidden: User "ana" cannot list resource "pods" in API group ""'
    assert str(cluster.kubectl("get pods --as=ana")).startswith(refused)
    assert str(cluster.kubectl("auth can-i list pods --as=ana")) == "no\n"
    cluster.kubectl("create role reader --verb=get,list --resource=pods")
    cluster.kubectl("create rolebinding readers --role=reader --user=ana --serviceaccount=default:default")
    assert str(cluster.kubectl("auth can-i list pods --as=ana")) == "yes\n"
    assert "web" in str(cluster.kubectl("get pods --as=ana"))
    assert 'cannot get resource "pods/log"' in str(cluster.kubectl("logs web --as=ana"))
    assert 'cannot create resource "pods/exec"' in str(cluster.kubectl("exec web --as=ana -- hostname"))
    token = str(cluster.kubectl("create token default")).strip()
    cluster.kubectl(f"config set-credentials robot --token={token}")
    cluster.kubectl("config set-context robot --cluster=kubelab --user=robot")
    cluster.kubectl("config use-context robot")
    assert "system:serviceaccount:default:default" in str(cluster.kubectl("auth whoami"))
    assert "web" in str(cluster.kubectl("get pods"))
    assert "is forbidden" in str(cluster.kubectl("delete pod web"))
    assert "Unauthorized" in str(cluster.kubectl("get pods --token=nonsense"))
