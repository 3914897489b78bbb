"""`cluster.why(response)`: which object is at fault, and what would mend it."""

import pytest

import kubelab as kl
from kubelab import language

SHOP = """
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: shop}}
spec: {nodeName: worker-2, containers: [{name: web, image: "nginx:1.27", ports: [{name: http, containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{port: 80}]}
"""


@pytest.fixture
def cluster():
    made = kl.Cluster(workers=2, size=kl.WorkerSize(images=("nginx:1.27", "busybox:1.36")))
    made.apply(SHOP)
    return made.settle()


def service(cluster, name="shop", **spec):
    manifest = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}
    cluster.apply(manifest)
    cluster.run(3)


def pod(cluster, name, behavior="", labels=None, **container):
    held = {"name": "web", "image": "nginx:1.27", **container}
    annotations = {"kubelab.io/behavior.web": behavior} if behavior else {}
    meta = {"name": name, "labels": labels or {}, "annotations": annotations}
    cluster.apply({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": {"containers": [held]}})
    cluster.run(5)
    return cluster.api.get("pods", name).status.podIP


def why(cluster, url="http://shop", source="worker-1", **options):
    return cluster.why(cluster.request(url, source, **options))


def test_an_answer_has_nobody_at_fault(cluster):
    assert repr(why(cluster)) == "Why: pods/default/web: answered 200"


# -- names


@pytest.mark.parametrize(
    ("url", "source", "object_", "reason", "mend"),
    [
        ("http://shpo", "worker-1", "services/default/shpo", "does not exist", "did you mean shop?"),
        ("http://kube-dns", "worker-1", "services/default/kube-dns", "does not exist", "create a Service kube-dns"),
        ("http://shop", "outside", "services/default/shop", "its name means nothing outside", "come in by a NodePort"),
        ("http://a.example.com", "outside", "a.example.com", "nobody knows that name", "put it into cluster.hosts"),
        ("http://shpo.default.svc", "worker-1", "services/default/shpo", "does not exist", "did you mean shop?"),
    ],
)
def test_a_name_that_is_not_found(cluster, url, source, object_, reason, mend):
    found = why(cluster, url, source)
    assert found.object == object_
    assert found.reason.startswith(reason)
    assert found.mend.startswith(mend)


def test_a_name_of_another_namespace(cluster):
    cluster.api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other"}})
    found = why(cluster, namespace="other")
    assert found.object == "services/other/shop"
    assert found.reason == "does not exist; there is one of that name in namespace default"
    assert found.mend == "call it shop.default"


def test_an_alias_of_nothing(cluster):
    service(cluster, "db", type="ExternalName", externalName="db.example.com")
    found = why(cluster, "http://db")
    assert (found.object, found.reason) == (
        "services/default/db",
        "its externalName is db.example.com, and there is no such name",
    )


# -- Services


def test_a_selector_that_matches_no_pod(cluster):
    service(cluster, selector={"app": "shpo"}, ports=[{"port": 80}])
    found = why(cluster)
    assert found.object == "services/default/shop"
    assert found.reason == "its selector app=shpo matches no pod"
    assert found.details == ("pod/web has app=shop",)
    assert found.mend == "did you mean app=shop?"
    service(cluster, selector={"ap": "shop"}, ports=[{"port": 80}])
    assert why(cluster).mend == "did you mean app=shop?"
    service(cluster, selector={"tier": "back"}, ports=[{"port": 80}])
    assert "no such pods" in why(cluster).mend


def test_a_headless_service_without_pods_is_no_name_at_all(cluster):
    service(cluster, "each", clusterIP="None", selector={"app": "shpo"}, ports=[{"port": 80}])
    assert why(cluster, "http://each").mend == "did you mean app=shop?"


def test_a_service_without_a_selector(cluster):
    service(cluster, "manual", ports=[{"port": 80}])
    assert why(cluster, "http://manual").reason == "has neither a selector nor endpoints"


def test_pods_that_are_not_ready(cluster):
    service(cluster, "slow", selector={"app": "slow"}, ports=[{"port": 80}])
    pod(cluster, "slow", "{ready_after: 500}", {"app": "slow"}, readinessProbe={"httpGet": {"port": 80}})
    found = why(cluster, "http://slow")
    assert found.reason == "none of its 1 pods is ready"
    assert found.details == ("pod/slow: its readinessProbe fails (web)",)
    assert found.mend == "kubectl describe pod slow"


def test_pods_that_crash(cluster):
    service(cluster, "bad", selector={"app": "bad"}, ports=[{"port": 80}])
    pod(cluster, "bad", "{exit_after: 1, exit_code: 3}", {"app": "bad"})
    cluster.run(20)
    found = why(cluster, "http://bad")
    assert found.details == ("pod/bad: web: CrashLoopBackOff (exit code 3)",)
    assert found.mend == "kubectl logs bad --previous"


def test_a_pod_without_a_node(cluster):
    service(cluster, "big", selector={"app": "big"}, ports=[{"port": 80}])
    pod(cluster, "big", "", {"app": "big"}, resources={"requests": {"cpu": "100"}})
    found = why(cluster, "http://big")
    assert found.details == ("pod/big: is on no node",)
    assert found.mend == 'cluster.why("pod/big")'


def test_a_port_that_the_service_does_not_have(cluster):
    found = why(cluster, "http://shop:8080")
    assert (found.object, found.reason) == ("services/default/shop", "has no port 8080")
    assert found.mend == "ask for one of these: 80 → 80"


def test_a_wrong_target_port(cluster):
    service(cluster, selector={"app": "shop"}, ports=[{"port": 80, "targetPort": 8080}])
    found = why(cluster)
    assert found.object == "services/default/shop"
    assert found.reason == "its targetPort is 8080, and in pod/web nobody listens there"
    assert found.details == ("who listens where: web: 80",)
    assert found.mend == "targetPort: 80"


def test_a_named_target_port_that_no_container_has(cluster):
    service(cluster, selector={"app": "shop"}, ports=[{"port": 80, "targetPort": "htpt"}])
    found = why(cluster)
    assert found.reason == "targetPort htpt: no container has a port of that name"
    assert found.mend == "the ports are named http"


def test_no_local_endpoint(cluster):
    service(cluster, selector={"app": "shop"}, ports=[{"port": 80}], internalTrafficPolicy="Local")
    found = why(cluster)
    assert found.reason == "internalTrafficPolicy: Local, and no ready endpoint is on worker-1"


# -- rules that are stale


def test_rules_that_have_not_heard_of_a_new_service(cluster):
    cluster.stop("kube-proxy", "worker-1")
    service(cluster, "new", selector={"app": "shop"}, ports=[{"port": 80}])
    found = why(cluster, "http://new")
    assert found.object == "services/default/new"
    assert found.reason == "the Service is there, and the rules of worker-1 do not know"
    assert found.details[0].startswith("kube-proxy is stopped there: it has missed")
    assert found.mend == 'cluster.start("kube-proxy", "worker-1")'


def test_rules_that_lead_to_a_pod_that_is_gone(cluster):
    cluster.stop("kube-proxy", "worker-1")
    cluster.api.delete("pods", "web")
    cluster.run(5)
    found = why(cluster)
    assert found.object == "services/default/shop"
    assert found.reason.endswith("is not its own any more, and the rules of worker-1 do not know")


def test_an_address_that_was_a_pods(cluster):
    address = cluster.api.get("pods", "web").status.podIP
    cluster.api.delete("pods", "web")
    cluster.run(5)
    found = why(cluster, f"http://{address}")
    assert found.mend == "pods come and go: ask a Service"


# -- machines, links, policies


def test_a_dead_node(cluster):
    cluster.kill("worker-2")
    found = why(cluster)
    assert (found.object, found.reason) == ("nodes/worker-2", "worker-2 does not answer")
    assert found.details == (
        "its Node is still Ready: it takes some 50 s to be noticed",
        "the rules of services/default/shop still send a share there",
    )
    assert found.mend == 'cluster.revive("worker-2")'


def test_a_node_that_is_cut_off(cluster):
    cluster.cut("worker-2")
    assert why(cluster).mend == 'cluster.heal("worker-2")'
    assert why(cluster, source="worker-2").object == "nodes/worker-2"


def test_a_link(cluster):
    cluster.cut("worker-1", "worker-2")
    assert why(cluster).object == "links/worker-1/worker-2"
    cluster.heal().slow("worker-1", "worker-2", 5)
    assert why(cluster).reason == "the link between worker-1 and worker-2 is slow"


def test_a_policy_that_locks_everything(cluster):
    deny = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    kind = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy"}
    cluster.apply({**kind, "metadata": {"name": "deny"}, "spec": deny})
    cluster.run(2)
    found = why(cluster)
    assert found.object == "networkpolicies/default/deny"
    assert found.reason.startswith("no ingress rule of it lets 172.18.0.3 reach pod default/web on port 80")
    assert found.mend.startswith("add an ingress rule")
    assert why(cluster, source="pod/web").object == "networkpolicies/default/deny"  # not even DNS


def test_a_port_of_a_machine(cluster):
    found = why(cluster, "http://worker-1:30080", "outside")
    assert (found.object, found.mend) == ("nodes/worker-1", "the nodePorts are: none")


# -- pods


def test_a_port_that_nobody_listens_on(cluster):
    address = cluster.api.get("pods", "web").status.podIP
    found = why(cluster, f"http://{address}:81")
    assert (found.object, found.mend) == ("pods/default/web", "ask for port 80")


@pytest.mark.parametrize(
    ("behavior", "reason"),
    [
        ("{ready_after: 65}", "container web will be ready in "),
        ("{starts_after: 65}", "container web will listen on 80 in "),
        ("{fails_liveness_after: 1}", "container web hangs"),
        ("{status: 0}", "closed the connection without an answer"),
        ("{latency: 3}", "needs 3 s to answer"),
        ("{status: 418}", "answers 418"),
    ],
)
def test_what_the_program_does(cluster, behavior, reason):
    address = pod(cluster, "it", behavior)
    found = why(cluster, f"http://{address}")
    assert found.object == "pods/default/it"
    assert found.reason.startswith(reason)


def test_tls(cluster):
    assert why(cluster, "https://shop:80").mend == "use http://"
    assert why(cluster, "https://kubernetes", verify=True).mend == "curl -k does not look"


def test_it_says_itself_in_both_languages(cluster):
    cluster.kill("worker-2")
    answer = cluster.request("http://shop", "worker-1")
    found = cluster.why(answer)
    assert repr(found) == "Why: nodes/worker-2: worker-2 does not answer"
    assert str(found).endswith('  → cluster.revive("worker-2")')
    assert "<li>its Node is still Ready" in found._repr_html_()
    language.use("es")
    try:
        assert repr(cluster.why(answer)) == "Por qué: nodes/worker-2: worker-2 no responde"
        assert "su Node aún está Ready" in str(cluster.why(answer))
    finally:
        language.use("en")


def test_without_an_api_server_the_answer_is_all_there_is(cluster):
    cluster.kill("worker-2")
    answer = cluster.request("http://shop", "worker-1")
    cluster.stop("api-server")
    assert cluster.why(answer).reason == answer.error
