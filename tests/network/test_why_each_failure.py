"""Every failure that a learner can produce: the answer is a real client's, and `why` names the object at fault.

https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/
"""

from typing import Any, NamedTuple

import pytest
from failing_shops import HOST, alias, allowed, bare, ingress, pod, policy, service, with_controller

import kubelab as kl
from kubelab import language

SHOP, ONE, WEB = "http://shop", "worker-1", "pod/web"
REFUSED, UNRESOLVED, SILENT = 7, 6, 28
FORWARDS = "{forwards: 'http://back'}"
DEAF = "{ready_after: 500}"
PROBE = {"readinessProbe": {"httpGet": {"port": 80}}}
LOCAL = {"type": "NodePort", "externalTrafficPolicy": "Local"}


class Failure(NamedTuple):
    """What is there, what is asked, what the client gets (a status, or curl's exit code), and what `why` says."""

    manifests: tuple[dict[str, Any], ...]
    gets: int
    object: str
    reason: str
    mend: str = ""
    url: str = SHOP
    source: str | None = ONE
    takes: float = 0.1  # at most so many seconds; what is silent takes all of the client's patience
    controller: bool = False


INGRESS = {"url": f"http://{HOST}/", "source": None, "controller": True}
S, P = "services/default/shop", "pods/default/web"
SHOWN, DENY = "ingresses/default/shop", "networkpolicies/default/deny"
BACK = "services/default/back"

FAILURES = {
    "wrong targetPort": Failure((pod(), service(target=8080)), REFUSED, S, "its targetPort is 8080", "targetPort: 80"),
    "wrong selector": Failure(
        (pod(), service(app="shpo")), REFUSED, S, "its selector app=shpo matches", "did you mean"
    ),
    "no ready pods": Failure(
        (pod(behavior=DEAF, **PROBE), service()), REFUSED, S, "none of its 1 pods is ready", "kubectl describe pod web"
    ),
    "no pods at all": Failure(
        (service(),), REFUSED, S, "its selector app=shop matches no pod", "there are no such pods"
    ),
    "wrong name": Failure(
        (pod(), service()), UNRESOLVED, "services/default/shpo", "does not exist", "did you mean shop?", "http://shpo"
    ),
    "wrong namespace": Failure(
        (pod(), service()),
        UNRESOLVED,
        "services/other/shop",
        "does not exist; there is one",
        "call it shop.default",
        "http://shop.other.svc.cluster.local",
    ),
    "port that it has not": Failure(
        (pod(), service()), SILENT, S, "has no port 8080", "ask for one of these: 80", "http://shop:8080", takes=9
    ),
    "only on 127.0.0.1": Failure(
        (pod(behavior="{loopback: true}"), service()),
        REFUSED,
        P,
        "container web listens on 127.0.0.1:80",
        "make it listen on 0.0.0.0:80",
    ),
    # policies
    "ingress denied": Failure(
        (pod(), service(), policy(policyTypes=["Ingress"])),
        SILENT,
        DENY,
        "no ingress rule of it lets 172.18.0.3 reach",
        "add an ingress rule",
        takes=9,
    ),
    "label not allowed": Failure(
        (pod(), pod("cli", "cli"), service(), policy("shop", ingress=allowed("client"))),
        SILENT,
        DENY,
        "no ingress rule of it lets",
        "make the pod's label",
        source="pod/cli",
        takes=9,
    ),
    "port not allowed": Failure(
        (pod(), pod("cli", "cli"), service(), policy("shop", ingress=allowed("cli", 8080))),
        SILENT,
        DENY,
        "no ingress rule of it lets",
        "spec.ingress[].ports[].port: 80",
        source="pod/cli",
        takes=9,
    ),
    "egress denied, DNS with it": Failure(
        (pod(), pod("cli", "cli"), service(), policy("cli", policyTypes=["Egress"])),
        SILENT,
        DENY,
        "no egress rule of it lets pod default/cli reach 10.96.0.10 on port 53 (UDP)",
        "allow egress to port 53",
        source="pod/cli",
        takes=9,
    ),
    # from outside
    "LoadBalancer pending": Failure(
        (pod(), service(type="LoadBalancer", node_port=30080)),
        UNRESOLVED,
        S,
        "type: LoadBalancer, and its external address is <pending>",
        "http://worker-1:30080",
        source="outside",
    ),
    "name from outside": Failure(
        (pod(), service()), UNRESOLVED, S, "its name means nothing outside", "come in by a NodePort", source="outside"
    ),
    "wrong nodePort": Failure(
        (pod(), service(type="NodePort", node_port=30080)),
        REFUSED,
        "nodes/worker-1",
        "nothing listens on port 30081",
        "the nodePorts are: 30080 (default/shop)",
        "http://worker-1:30081",
        "outside",
    ),
    "externalTrafficPolicy Local": Failure(
        (pod(), service(node_port=30080, **LOCAL)),
        SILENT,
        S,
        "externalTrafficPolicy: Local, and no ready endpoint is on worker-1",
        "use Cluster",
        "http://worker-1:30080",
        "outside",
        9,
    ),
    "internalTrafficPolicy Local": Failure(
        (pod(), service(internalTrafficPolicy="Local")),
        SILENT,
        S,
        "internalTrafficPolicy: Local, and no ready endpoint is on worker-1",
        "use Cluster",
        takes=9,
    ),
    "a node that is none": Failure(
        (),
        SILENT,
        "172.18.0.99",
        "nobody has that address",
        "the nodes are: master",
        "http://172.18.0.99:30080",
        "outside",
        9,
    ),
    "hostPort of another node": Failure(
        (pod(ports=[{"containerPort": 80, "hostPort": 8080}]),),
        REFUSED,
        P,
        "its hostPort 8080 is on its own node alone",
        "http://worker-2:8080",
        "http://worker-1:8080",
        "outside",
    ),
    "hostPort to nobody": Failure(
        (pod(ports=[{"containerPort": 81, "hostPort": 8080}]),),
        REFUSED,
        P,
        "its hostPort 8080 leads to containerPort 81",
        "containerPort: 80",
        "http://worker-2:8080",
        "outside",
    ),
    "externalName of nothing": Failure(
        (alias("db.example.com"),),
        UNRESOLVED,
        S,
        "its externalName is db.example.com, and there is no such name",
        "correct spec.externalName",
    ),
    "externalName of no Service": Failure(
        (alias("back.default.svc.cluster.local"),),
        UNRESOLVED,
        S,
        "its externalName is back.default.svc.cluster.local",
        "create a Service back in default",
    ),
    # one behind the other
    "forwards to no name": Failure(
        (pod(behavior=FORWARDS), service()), 502, BACK, "does not exist", "create a Service back"
    ),
    "forwards to no endpoints": Failure(
        (pod(behavior=FORWARDS), service(), service("back", "bakc")), 502, BACK, "its selector app=bakc matches no pod"
    ),
    "forwards to a wrong targetPort": Failure(
        (pod(behavior=FORWARDS), service(), service("back", "back", target=81), pod("back", "back")),
        502,
        BACK,
        "its targetPort is 81, and in pod/back nobody listens there",
        "targetPort: 80",
    ),
    "forwards to a denied one": Failure(
        (
            pod(behavior=FORWARDS),
            service(),
            service("back", "back"),
            pod("back", "back"),
            policy("back", policyTypes=["Ingress"]),
        ),
        504,
        DENY,
        "no ingress rule of it lets",
        "add an ingress rule",
        takes=61,
    ),
    "forwards to one that fails": Failure(
        (pod(behavior=FORWARDS), service(), service("back", "back"), pod("back", "back", "{status: 500}")),
        500,
        "pods/default/back",
        "answers 500",
        "kubectl logs back",
    ),
    "forwards to itself": Failure(
        (pod(behavior="{forwards: 'http://shop'}"), service()),
        508,
        P,
        "hands the request on to itself",
        "make it point",
    ),
    # Ingress
    "no ingress controller": Failure(
        (pod(), service(), ingress()),
        UNRESOLVED,
        SHOWN,
        "no ingress controller reads it",
        'cluster.install("ingress-nginx")',
        f"http://{HOST}",
        "outside",
    ),
    "Ingress to no Service": Failure(
        (pod(), service(), ingress("shpo")),
        503,
        SHOWN,
        "its backend is Service shpo, which does not exist",
        "service.name: shop",
        **INGRESS,
    ),
    "Ingress to no port": Failure(
        (pod(), service(), ingress(port=8080)),
        503,
        SHOWN,
        "its backend wants port 8080 of Service shop, which has 80",
        "service.port.number: 80",
        **INGRESS,
    ),
    "Ingress to no endpoints": Failure(
        (pod(), service(app="shpo"), ingress()),
        503,
        S,
        "its selector app=shpo matches no pod",
        "did you mean",
        **INGRESS,
    ),
    "Ingress to pods that are not ready": Failure(
        (pod(behavior=DEAF, **PROBE), service(), ingress()), 503, S, "none of its 1 pods is ready", **INGRESS
    ),
    "Ingress to a wrong targetPort": Failure(
        (pod(), service(target=8080), ingress()), 502, S, "its targetPort is 8080", "targetPort: 80", **INGRESS
    ),
    "Ingress for another host": Failure(
        (pod(), service(), ingress(host="store.example.com")),
        404,
        SHOWN,
        "its host is store.example.com, and shop.example",
        "ask for http://store.example.com, or set host: shop.example.com",
        **INGRESS,
    ),
    "Ingress for another path": Failure(
        (pod(), service(), ingress(path="/cart")),
        404,
        SHOWN,
        "none of its paths is for /",
        "its paths are: /cart",
        **INGRESS,
    ),
    "Ingress without class": Failure(
        (pod(), service(), ingress(class_=None)),
        404,
        SHOWN,
        "has no spec.ingressClassName",
        "ingressClassName: nginx",
        **INGRESS,
    ),
    "Ingress of a wrong class": Failure(
        (pod(), service(), ingress(class_="ngnix")),
        404,
        SHOWN,
        "its ingressClassName is ngnix, and there is no such",
        "ingressClassName: nginx",
        **INGRESS,
    ),
    "no Ingress": Failure((), 404, "ingresses", f"none is for host {HOST}", "create an Ingress with host", **INGRESS),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_the_client_gets_what_a_real_one_gets_and_why_names_the_object_at_fault(failure):
    cluster = (with_controller if failure.controller else bare)(*failure.manifests)
    response = cluster.request(failure.url, failure.source, timeout=100 if failure.gets == 504 else 9)
    assert failure.gets == (response.status or response.code), response.error
    assert response.latency <= failure.takes
    assert failure.takes < 1 or response.latency > failure.takes - 2
    found = cluster.why(response)
    assert found.object == failure.object
    assert found.reason.startswith(failure.reason), found.reason
    assert found.mend.startswith(failure.mend), found.mend
    language.use("es")
    try:
        told = cluster.why(response)
    finally:
        language.use("en")
    assert (told.object, told.reason == found.reason) == (found.object, False)


@pytest.mark.parametrize(
    ("breaks", "object_", "mend"),
    [
        (lambda cluster: cluster.kill("worker-2"), "nodes/worker-2", 'cluster.revive("worker-2")'),
        (lambda cluster: cluster.cut("worker-2"), "nodes/worker-2", 'cluster.heal("worker-2")'),
        (
            lambda cluster: cluster.cut(ONE, "worker-2"),
            "links/worker-1/worker-2",
            'cluster.heal("worker-1", "worker-2")',
        ),
    ],
)
def test_what_is_broken_below_kubernetes_is_silent(breaks, object_, mend):
    cluster = bare(pod(), service())
    breaks(cluster)
    response = cluster.request(SHOP, ONE)
    assert (response.code, response.latency) == (SILENT, cluster.timings.connect_timeout)
    found = cluster.why(response)
    assert (found.object, found.mend) == (object_, mend)


def test_when_all_endpoints_are_gone_the_connection_is_refused():
    cluster = bare(pod(), service())
    cluster.api.delete("pods", "web")
    cluster.run(5)
    response = cluster.request(SHOP, ONE)
    assert response.code == REFUSED
    assert cluster.why(response).object == S


def test_who_cannot_ask_dns_is_told_so_after_ten_seconds_unless_less_patient():
    cluster = bare(pod(), pod("cli", "cli"), service(), policy("cli", policyTypes=["Egress"]))
    response = cluster.request(SHOP, "pod/cli", timeout=100)
    assert (response.code, response.latency, response.cause) == (UNRESOLVED, 10.0, "policy")


def test_what_is_behind_a_proxy_is_told_with_the_way_there():
    cluster = bare(pod(behavior=FORWARDS), service(), service("back", "bakc"))
    response = cluster.request(SHOP, ONE)
    assert cluster.why(response).details[0] == ("pod/default/web hands the request on (back → back:80) and answers 502")
    assert response.behind.code == REFUSED


def test_an_external_address_that_is_still_to_come_is_waited_for():
    cluster = kl.Cluster(workers=2, seed=1, cloud=True)
    cluster.apply(service(type="LoadBalancer", node_port=30080))
    cluster.run(1)
    assert cluster.why(cluster.request(SHOP, "outside")).mend == "wait some seconds, or http://worker-1:30080"
