from textwrap import dedent

import msgspec
import pytest

from kubelab.api.objects import to_dict
from kubelab.clients.kubectl import Kubectl

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
          containers:
          - name: web
            image: nginx:1.27
            ports: [{containerPort: 80}]
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {selector: {app: web}, ports: [{port: 80}]}
    """)


class OnlyApi:
    """As much of a cluster as kubectl needs: an API server and the time."""

    def __init__(self, bare):
        self.api, self.clock, self.workers = bare.client, bare.clock, {}

    @property
    def now(self):
        return self.clock.now

    def run(self, *, until, limit):
        end = self.now + limit
        while not until(self):
            if self.now >= end:
                raise TimeoutError
            self.clock.run(self.now + 1)

    def settle(self):
        self.clock.run(self.now + 1)


@pytest.fixture
def cluster(bare):
    return OnlyApi(bare)


@pytest.fixture
def kubectl(cluster):
    return Kubectl(cluster).run


@pytest.fixture
def web(kubectl):
    assert kubectl("apply -f -", WEB) == "deployment.apps/web created\nservice/web created\n"


@pytest.fixture
def node(cluster):
    cluster.api.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "worker-1"}})


def revisions(cluster, *images):
    """The ReplicaSets that a Deployment's controller would have left, one an image."""
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "controller": True}
    owner["uid"] = cluster.api.get("deployments", "web").metadata.uid
    for number, image in enumerate(images, 1):
        labels = {"app": "web", "pod-template-hash": str(number)}
        template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": image}]}}
        annotations = {"deployment.kubernetes.io/revision": str(number), "kubernetes.io/change-cause": f"to {image}"}
        metadata = {"name": f"web-{number}", "annotations": annotations, "ownerReferences": [owner]}
        spec = {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
        cluster.api.create({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata, "spec": spec})


def pod(cluster, name, phase="Running", **spec):
    made = {"containers": [{"name": "c", "image": "nginx"}], **spec}
    metadata = {"name": name, "labels": {"app": "web"}}
    held = cluster.api.create({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": made})
    content = to_dict(held)
    state = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}
    status = {"name": "c", "image": "nginx", "imageID": "", "ready": True, "restartCount": 0, "state": state}
    content["status"] = {"phase": phase, "containerStatuses": [status], "podIPs": [{"ip": "10.1.0.5"}]}
    return cluster.api.update_status(msgspec.convert(content, type(held)))


# -- apply, create, delete


def test_apply_creates_then_changes_then_leaves_alone(kubectl, web):
    assert kubectl("apply -f -", WEB) == "deployment.apps/web unchanged\nservice/web unchanged\n"
    assert kubectl("apply -f -", WEB.replace("1.27", "1.28")).startswith("deployment.apps/web configured\n")
    assert kubectl("get deploy web -o jsonpath='{.spec.template.spec.containers[0].image}'") == "nginx:1.28"


def test_apply_leaves_alone_what_the_manifest_does_not_say(kubectl, web):
    kubectl("label deploy web team=a")
    kubectl("apply -f -", WEB.replace("1.27", "1.28"))
    assert kubectl("get deploy web -o jsonpath='{.metadata.labels.team}'") == "a"


def test_a_dry_run_says_what_it_would_do_and_does_nothing(kubectl, cluster):
    before = cluster.api.list("services")
    assert kubectl("apply -f - --dry-run=server", WEB).startswith("deployment.apps/web created (server dry run)\n")
    assert kubectl("apply -f - --dry-run=client", WEB).endswith("service/web created (dry run)\n")
    assert cluster.api.list("services") == before
    assert kubectl("get deploy") == "No resources found in default namespace.\n"


def test_a_refusal_has_kubectls_words_the_line_and_a_hint(kubectl):
    text = kubectl("apply -f -", WEB.replace("containers:", "container:"))
    assert text == (
        'service/web created\nError from server (BadRequest): error when creating "STDIN": Deployment in version "v1" '
        'cannot be handled as a Deployment: strict decoding error: unknown field "spec.template.spec.container"\n'
        '  line 10, column 7: did you mean "containers" instead of "container"?\n'
    )


def test_an_invalid_object_has_all_of_its_faults_told(kubectl):
    text = kubectl("apply -f -", "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: A_}]}\n")
    assert text.startswith('The Pod "x" is invalid: \n* spec.containers[0].name: Invalid value: "A_": ')
    assert "\n* spec.containers[0].image: Required value\n  line 4, column 22\n" in text


@pytest.mark.parametrize(
    ("manifest", "text"),
    [
        ("kind: Foo\napiVersion: v1\nmetadata: {name: x}\n", 'no matches for kind "Foo" in version "v1"'),
        ("a: b\n", 'error: error validating "STDIN": error validating data: [apiVersion not set, kind not set]; if'),
        ("\tx", "error: error parsing STDIN: error converting YAML to JSON: yaml: line 1: found character that"),
        ("", "error: no objects passed to apply\n"),
    ],
)
def test_what_is_no_manifest_is_refused(kubectl, manifest, text):
    assert text in kubectl("apply -f -", manifest)


def test_apply_reads_files_and_folders(kubectl, tmp_path):
    (tmp_path / "web.yaml").write_text(WEB)
    (tmp_path / "notes.txt").write_text("not a manifest")
    assert kubectl(f"apply -f {tmp_path}") == "deployment.apps/web created\nservice/web created\n"
    assert kubectl(f"delete -f {tmp_path}/web.yaml").startswith(
        'deployment.apps "web" deleted from default namespace\n'
    )
    assert kubectl("apply -f nope.yaml") == 'error: the path "nope.yaml" does not exist\n'


def test_create_refuses_what_is_there(kubectl, web):
    expected = 'Error from server (AlreadyExists): error when creating "STDIN": services "web" already exists\n'
    assert kubectl("create -f -", WEB).endswith(expected)
    assert kubectl("create ns default") == 'Error from server (AlreadyExists): namespaces "default" already exists\n'
    text = kubectl("create deployment web --image=x")
    assert text == 'error: failed to create deployment: deployments.apps "web" already exists\n'


def test_delete_by_name_selector_and_force(kubectl, cluster):
    for name in "abc":
        pod(cluster, name)
    assert kubectl("delete pod a") == 'pod "a" deleted from default namespace\n'
    assert kubectl("delete pod b --force").splitlines()[1] == 'pod "b" force deleted from default namespace'
    assert kubectl("delete pods -l app=web") == 'pod "c" deleted from default namespace\n'
    assert kubectl("delete pods -l app=web") == "No resources found\n"
    assert kubectl("delete pod a") == 'Error from server (NotFound): pods "a" not found\n'
    assert kubectl("delete pod a --ignore-not-found") == ""
    assert kubectl("delete pod") == "error: resource(s) were provided, but no name was specified\n"


def test_delete_waits_in_virtual_time_and_gives_up_after_its_timeout(kubectl, cluster, node):
    pod(cluster, "held", nodeName="worker-1")
    began = cluster.now
    text = kubectl("delete pod held --timeout=5s")
    assert text.endswith("error: timed out waiting for the condition on pods/held\n")
    assert cluster.now - began == pytest.approx(5, abs=1)
    assert kubectl("get pod held").split()[7] == "Terminating"


# -- get


def test_get_shows_tables(kubectl, web):
    assert kubectl("get deploy") == (
        "NAME   READY   UP-TO-DATE   AVAILABLE   AGE\nweb    0/2     0            0           0s\n"
    )
    assert kubectl("get deploy --no-headers").startswith("web   0/2")
    assert kubectl("get deploy -L app --show-labels").splitlines()[0].split()[-2:] == ["APP", "LABELS"]
    assert kubectl("get svc -A").splitlines()[0].split()[0] == "NAMESPACE"


def test_several_kinds_stand_one_below_the_other_under_full_names(kubectl, web):
    first, second = kubectl("get deploy,svc").split("\n\n")
    assert first.splitlines()[1].startswith("deployment.apps/web ")
    assert second.splitlines()[2].startswith("service/web ")
    assert kubectl("get deploy/web svc/web -o name") == "deployment.apps/web\nservice/web\n"


def test_yaml_is_what_kubectl_writes(kubectl, web):
    text = kubectl("get svc web -o yaml")
    assert '  creationTimestamp: "2026-01-01T00:00:00Z"\n' in text
    assert "  ports:\n  - port: 80\n    protocol: TCP\n    targetPort: 80\n" in text
    assert kubectl("get svc -o yaml").startswith("apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Service\n")
    assert msgspec.json.decode(kubectl("get svc -o json"))["kind"] == "List"


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ("jsonpath='{.items[*].metadata.name}'", "kubernetes web"),
        (
            "jsonpath='{range .items[*]}{.metadata.name}={.spec.ports[0].port}{\"\\n\"}{end}'",
            "kubernetes=443\nweb=80\n",
        ),
        ("jsonpath='{.items[?(@.metadata.name==\"web\")].spec.selector}'", '{"app":"web"}'),
        (
            "custom-columns=N:.metadata.name,P:.spec.ports[*].name",
            "N            P\nkubernetes   https\nweb          <none>\n",
        ),
        ("name", "service/kubernetes\nservice/web\n"),
    ],
)
def test_templates_pick_parts(kubectl, web, output, text):
    assert kubectl(f"get svc -o {output}") == text


def test_sort_by_a_field(kubectl, web):
    assert kubectl("get svc --sort-by=.spec.ports[0].port -o name") == "service/web\nservice/kubernetes\n"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("get podz", 'error: the server doesn\'t have a resource type "podz"\n'),
        ("get pod x", 'Error from server (NotFound): pods "x" not found\n'),
        (
            "get pod x y",
            'Error from server (NotFound): pods "x" not found\nError from server (NotFound): pods "y" not found\n',
        ),
        ("get pods -n nope", "No resources found in nope namespace.\n"),
        ("get pods -A", "No resources found\n"),
        ("get pod x -l a=b", "error: name cannot be provided when a selector is specified\n"),
        ("get pods --foo", "error: unknown flag: --foo\nSee 'kubectl get --help' for usage.\n"),
        ("get pods -n", "error: flag needs an argument: 'n' in -n\nSee 'kubectl get --help' for usage.\n"),
        ("get pods --field-selector a=b", 'label selector "", field selector "a=b": field label not supported: a\n'),
        ("get pods -o foo", 'error: unable to match a printer suitable for the output format "foo", allowed formats'),
        ("frob", 'error: unknown command "frob" for "kubectl"\n'),
        ("descrbe pod x", "Did you mean this?\n\tdescribe\n"),
        ("rollout foo", "error: unknown command \"foo\"\nSee 'kubectl rollout -h' for help and examples\n"),
        ("attach x", "error: kubectl attach is not available: there is no terminal to attach: kubectl logs"),
        ("get 'pods", "error: No closing quotation\n"),
        ("-n nope get pods", "No resources found in nope namespace.\n"),
    ],
)
def test_what_cannot_be_got_is_said_in_kubectls_words(kubectl, line, text):
    assert text in kubectl(line)


def test_without_an_api_server_kubectl_says_so(kubectl, bare):
    bare.server.stop()
    assert kubectl("get pods") == (
        "The connection to the server master:6443 was refused - did you specify the right host or port?\n"
    )


# -- describe


def test_describe_a_deployment(kubectl, web, cluster):
    revisions(cluster, "nginx:1")
    text = kubectl("describe deploy web")
    assert text.startswith(
        "Name:                   web\nNamespace:              default\nCreationTimestamp:      Thu, 01 Jan 2026"
    )
    assert "Replicas:               2 desired | 0 updated | 0 total | 0 available | 0 unavailable\n" in text
    assert "   web:\n    Image:         nginx:1.27\n    Port:          80/TCP\n    Host Port:     0/TCP\n" in text
    assert (
        "OldReplicaSets:    web-1 (0/0 replicas created)\nNewReplicaSet:     <none>\nEvents:            <none>\n"
        in text
    )


def test_describe_a_pod_with_its_events(kubectl, cluster):
    held = pod(cluster, "p")
    about = {"kind": "Pod", "name": "p", "namespace": "default", "uid": held.metadata.uid, "apiVersion": "v1"}
    when = "2026-01-01T00:00:00Z"
    event = {"reason": "Pulled", "message": "done", "type": "Normal", "count": 3, "source": {"component": "kubelet"}}
    times = {"firstTimestamp": when, "lastTimestamp": when}
    content = {"apiVersion": "v1", "kind": "Event", "metadata": {"name": "p.1", "namespace": "default"}}
    cluster.api.create({**content, "involvedObject": about, **event, **times})
    text = kubectl("describe pod p")
    assert "Status:           Running\n" in text
    assert (
        "    State:          Running\n      Started:      Thu, 01 Jan 2026 00:00:00 +0000\n    Ready:          True\n"
        in text
    )
    assert text.endswith(
        "Events:\n  Type    Reason  Age              From     Message\n"
        "  ----    ------  ----             ----     -------\n  Normal  Pulled  0s (x3 over 0s)  kubelet  done\n"
    )
    assert kubectl("events --for pod/p").splitlines()[1] == "0s (x3 over 0s)   Normal   Pulled   Pod/p    done"
    assert kubectl("describe pods p").startswith("Name:             p\n")
    assert kubectl("describe pod zz") == 'Error from server (NotFound): pods "zz" not found\n'


def test_a_secret_is_described_without_its_values(kubectl):
    kubectl("create secret generic s --from-literal=pw=hush")
    text = kubectl("describe secret s")
    assert text.endswith("\nType:  Opaque\n\nData\n====\npw:  4 bytes\n")
    assert "hush" not in text


def test_a_config_map_is_described_with_them(kubectl):
    kubectl("create cm c --from-literal=a=1")
    assert "\nData\n====\na:\n----\n1\n\n\nBinaryData\n====\n\nEvents:  <none>\n" in kubectl("describe cm c")


@pytest.mark.parametrize(
    "what", ["ns default", "sa default", "svc kubernetes", "endpointslice kubernetes", "node worker-1"]
)
def test_every_other_kind_has_a_description(kubectl, node, what):
    assert kubectl(f"describe {what}").startswith("Name:")


# -- changes


def test_labels_are_set_kept_overwritten_and_removed(kubectl, web):
    assert kubectl("label deploy web a=b") == "deployment.apps/web labeled\n"
    assert kubectl("label deploy web a=c") == "error: 'a' already has a value (b), and --overwrite is false\n"
    assert kubectl("label deploy web a=c --overwrite") == "deployment.apps/web labeled\n"
    assert kubectl("label deploy web a- b=1") == "deployment.apps/web modified\n"
    assert kubectl("label deploy web zz-") == 'label "zz" not found.\ndeployment.apps/web not labeled\n'
    assert kubectl("label deploy web") == "error: at least one label update is required\n"
    assert kubectl("annotate deploy web note='a b'") == "deployment.apps/web annotated\n"


def test_taints_are_set_and_removed(kubectl, node, cluster):
    assert kubectl("taint nodes worker-1 dedicated=web:NoSchedule") == "node/worker-1 tainted\n"
    assert cluster.api.get("nodes", "worker-1", None).spec.taints[0].value == "web"
    text = "error: node worker-1 already has dedicated taint(s) with same effect(s) and --overwrite is false\n"
    assert kubectl("taint nodes worker-1 dedicated=x:NoSchedule") == text
    assert kubectl("taint nodes worker-1 dedicated-") == "node/worker-1 untainted\n"
    assert kubectl("taint nodes worker-1 dedicated-") == 'error: taint "dedicated" not found\n'


def test_scale(kubectl, web):
    assert kubectl("scale deploy/web --replicas=5") == "deployment.apps/web scaled\n"
    assert kubectl("get deploy web -o jsonpath={.spec.replicas}") == "5"
    assert kubectl("scale deploy web --replicas=3 --current-replicas=4") == "error: Expected replicas to be 4, was 5\n"
    assert kubectl("scale deploy web") == 'error: required flag(s) "replicas" not set\n'


def test_set_image_and_patch(kubectl, web):
    assert kubectl("set image deploy/web web=nginx:9") == "deployment.apps/web image updated\n"
    assert kubectl("set image deploy/web web=nginx:9") == ""
    assert kubectl("set image deploy/web x=y") == 'error: unable to find container named "x"\n'
    assert kubectl('patch deploy web -p \'{"spec":{"replicas":7}}\'') == "deployment.apps/web patched\n"
    assert kubectl('patch deploy web -p \'{"spec":{"replicas":7}}\'') == "deployment.apps/web patched (no change)\n"


# -- rollout


def test_rollout_history_and_undo(kubectl, web, cluster):
    revisions(cluster, "nginx:1", "nginx:2")
    assert kubectl("rollout history deploy/web") == (
        "deployment.apps/web \nREVISION  CHANGE-CAUSE\n1         to nginx:1\n2         to nginx:2\n\n"
    )
    assert "deployment.apps/web with revision #1\nPod Template:\n" in kubectl("rollout history deploy/web --revision=1")
    text = kubectl("rollout undo deploy/web")
    assert text.startswith("Warning: resource deployments/web was previously managed with 'kubectl apply'.")
    assert text.endswith("deployment.apps/web rolled back\n")
    assert kubectl("get deploy web -o jsonpath={.spec.template.spec.containers[0].image}") == "nginx:1"
    assert kubectl("rollout undo deploy/web --to-revision=9").endswith(
        "error: unable to find specified revision 9 in history\n"
    )


def test_rollout_pause_resume_restart(kubectl, web):
    assert kubectl("rollout pause deploy/web") == "deployment.apps/web paused\n"
    assert kubectl("rollout pause deploy/web") == 'error: deployments.apps "web" is already paused\n'
    assert kubectl("rollout resume deploy/web") == "deployment.apps/web resumed\n"
    assert kubectl("rollout restart deploy/web") == "deployment.apps/web restarted\n"
    annotation = "kubectl\\.kubernetes\\.io/restartedAt"
    assert kubectl(f"get deploy web -o jsonpath='{{.spec.template.metadata.annotations.{annotation}}}'").startswith(
        "2026-01-01T"
    )


def test_rollout_status_ends_with_its_timeout(kubectl, web):
    assert kubectl("rollout status deploy/web --timeout=3s") == (
        "Waiting for deployment spec update to be observed...\nerror: timed out waiting for the condition\n"
    )


# -- nodes


def test_cordon_and_uncordon(kubectl, node):
    assert kubectl("cordon worker-1") == "node/worker-1 cordoned\n"
    assert kubectl("cordon worker-1") == "node/worker-1 already cordoned\n"
    assert kubectl("uncordon worker-1") == "node/worker-1 uncordoned\n"
    assert kubectl("cordon") == "error: USAGE: cordon NODE [flags]\nSee 'kubectl cordon -h' for help and examples\n"


def test_drain_refuses_pods_that_nobody_looks_after(kubectl, node, cluster):
    pod(cluster, "bare", nodeName="worker-1")
    text = kubectl("drain worker-1")
    detail = "cannot delete Pods that declare no controller (use --force to override): default/bare"
    assert text == (
        "node/worker-1 cordoned\n"
        f'error: unable to drain node "worker-1" due to error: {detail}, continuing command...\n'
        f"There are pending nodes to be drained:\n worker-1\n{detail}\n"
    )


def test_drain_evicts_and_waits(kubectl, node, cluster):
    pod(cluster, "done", phase="Succeeded", nodeName="worker-1")
    assert kubectl("drain worker-1 --force") == (
        "node/worker-1 cordoned\nevicting pod default/done\npod/done evicted\nnode/worker-1 drained\n"
    )


# -- the rest


def test_run_and_expose(kubectl, web):
    assert kubectl("run p --image=nginx --port=80 --env=A=b") == "pod/p created\n"
    assert kubectl("get pod p -o jsonpath={.spec.containers[0].env[0].value}{.metadata.labels.run}") == "bp"
    assert kubectl("expose deploy web --name=w2 --port=8080 --target-port=80") == "service/w2 exposed\n"
    assert kubectl("get svc w2 -o jsonpath='{.spec.selector.app}{.spec.ports[0].targetPort}'") == "web80"


def test_wait_for_a_condition_a_value_and_an_end(kubectl, cluster):
    pod(cluster, "p")
    assert kubectl("wait pod/p --for=jsonpath='{.status.phase}'=Running") == "pod/p condition met\n"
    text = "error: timed out waiting for the condition on pods/p\n"
    assert kubectl("wait pod/p --for=condition=Ready --timeout=2s") == text
    assert kubectl("wait pod/p --for=condition=Ready --timeout=0") == "error: condition not met for pods/p\n"
    assert kubectl("wait pod/p --for=soon") == 'error: unrecognized condition: "soon"\n'


def test_explain_reads_the_vocabulary(kubectl):
    text = kubectl("explain pods.spec.containers")
    assert text.startswith("KIND:       Pod\nVERSION:    v1\n\nFIELD: containers <[]Container>\n")
    assert "  name\t<string> -required-\n" in text
    assert kubectl("explain pods.nope") == "KIND" or 'error: field "nope" does not exist\n' in kubectl(
        "explain pods.nope"
    )


def test_api_resources_and_version(kubectl):
    rows = [line.split() for line in kubectl("api-resources").splitlines()]
    assert ["deployments", "deploy", "apps/v1", "true", "Deployment"] in rows
    assert kubectl("version --client") == "Client Version: v1.36.2\nKustomize Version: v5.7.1\n"


def test_logs_of_what_has_not_started(kubectl):
    kubectl("run p --image=nginx")
    assert kubectl("logs p") == "Error from server (BadRequest): pod p does not have a host assigned\n"
    assert kubectl("logs x") == 'error: error from server (NotFound): pods "x" not found in namespace "default"\n'


def test_a_failed_command_is_known_as_such(cluster):
    command = Kubectl(cluster)
    command.run("get podz")
    assert command.failed
    command.run("get pods")
    assert not command.failed
