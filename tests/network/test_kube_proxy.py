import pytest
from open_shop import open_shop

import kubelab as kl


@pytest.fixture
def shop():
    return open_shop()


def served(cluster, url="http://shop:8080", count=60, source=None):
    """Which pods answer, and what goes wrong."""
    answers = [cluster.request(url, source) for _ in range(count)]
    return {a.pod for a in answers if a.ok}, {a.error for a in answers if not a.ok}


def pods(cluster):
    return {pod.metadata.name: pod.spec.nodeName for pod in cluster.api.list("pods")}


def test_a_service_spreads_requests_over_its_ready_pods(shop):
    assert served(shop) == (set(pods(shop)), set())


def test_a_pod_that_is_not_ready_gets_no_requests(shop):
    shop.apply(
        """
apiVersion: v1
kind: Pod
metadata: {name: slow, labels: {app: shop}, annotations: {kubelab.io/behavior.web: "{ready_after: 500}"}}
spec:
  containers:
  - name: web
    image: nginx:1.27
    ports: [{name: http, containerPort: 80}]
    readinessProbe: {httpGet: {port: http}}
"""
    )
    shop.settle()
    assert "slow" not in served(shop)[0]


def test_a_service_without_ready_endpoints_refuses(shop):
    answer = shop.request("http://nobody")
    assert answer.error == "connection refused: service default/nobody has no ready endpoints"
    assert answer.latency < 0.01


def test_rules_are_stale_until_the_endpoints_change(shop):
    name, node = next(iter(pods(shop).items()))
    source = next(each for each in ("worker-1", "worker-2", "worker-3") if each != node)
    shop.kill(node)
    shop.run(20)  # the node controller has not noticed yet
    alive, errors = served(shop, source=source)
    assert name not in alive
    assert errors == {f"timed out: {node} does not answer"}
    shop.run(40)
    assert served(shop, source=source)[1] == set()


def test_a_stopped_kube_proxy_keeps_its_old_rules(shop):
    shop.stop("kube-proxy", "worker-1")
    old = set(pods(shop))
    shop.api.delete("pods", next(iter(old)))
    shop.settle()
    fresh = set(pods(shop)) - old
    assert served(shop, source="worker-2")[0] >= fresh
    alive, errors = served(shop, source="worker-1")
    assert not alive & fresh
    assert errors
    assert shop.request("http://worker-1:30080").node
    shop.start("kube-proxy", "worker-1").settle()
    assert served(shop, source="worker-1") == (set(pods(shop)), set())


def test_rules_in_the_kernel_are_lost_with_the_power(shop):
    shop.stop("kube-proxy", "worker-1")
    shop.kill("worker-1")
    shop.run(5)
    shop.revive("worker-1").settle()
    assert shop.request("http://shop:8080", "worker-1").error.startswith("timed out: nothing has the address 10.")
    shop.start("kube-proxy", "worker-1").settle()
    assert shop.request("http://shop:8080", "worker-1").ok


def test_a_node_that_was_cut_off_learns_what_it_missed(shop):
    old = set(pods(shop))
    shop.cut("worker-1")
    shop.api.delete("pods", next(name for name, node in pods(shop).items() if node != "worker-1"))
    shop.run(10)
    proxies = shop.workers["worker-1"].kube_proxy, shop.workers["worker-2"].kube_proxy
    assert proxies[0].in_force < proxies[1].in_force
    shop.heal("worker-1").settle()
    assert proxies[0].in_force == proxies[1].in_force
    alive, errors = served(shop, source="worker-1")
    assert alive - old
    assert not errors


def test_rules_are_written_at_most_once_a_second(shop):
    """Virtual IPs and Service Proxies, "`minSyncPeriod`": 1 s."""
    shop.run(5)
    before = len(shop.journal)
    for number in range(5):
        shop.api.create(
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": f"s{number}"},
                "spec": {"ports": [{"port": 80}]},
            }
        )
        shop.run(0.1)
    shop.settle()
    syncs = [entry for entry in shop.journal.since(before) if entry.actor == "kube-proxy"]
    instants = sorted({round(entry.time, 6) for entry in syncs})
    assert len(instants) == 2
    assert instants[1] - instants[0] >= 1.0


def test_without_changes_there_is_no_work(shop):
    before = len(shop.journal)
    shop.run(3600)
    assert not [entry for entry in shop.journal.since(before) if entry.actor == "kube-proxy"]


def test_where_all_pods_are_terminating_they_serve_on():
    """Virtual IPs and Service Proxies, "Traffic to terminating endpoints": policy Cluster does so too."""
    cluster = kl.Cluster(workers=2, seed=1, size=kl.WorkerSize(images=("nginx:1.27",)))
    cluster.apply(
        """
apiVersion: v1
kind: Pod
metadata: {name: last, labels: {app: last}}
spec:
  containers:
  - name: web
    image: nginx:1.27
    lifecycle: {preStop: {sleep: {seconds: 20}}}
---
apiVersion: v1
kind: Service
metadata: {name: last}
spec: {selector: {app: last}, ports: [{port: 80}]}
"""
    )
    cluster.settle()
    cluster.api.delete("pods", "last")
    cluster.run(10)
    assert cluster.request("http://last").ok
    cluster.settle()
    assert cluster.request("http://last").error.startswith("connection refused")


def test_a_local_policy_stays_on_the_node(shop):
    """Virtual IPs and Service Proxies, "Internal traffic policy"; Virtual IPs and Service Proxies, "External traffic
    policy": through a whole cluster."""
    shop.api.patch("services", "shop", {"spec": {"externalTrafficPolicy": "Local", "internalTrafficPolicy": "Local"}})
    shop.settle()
    for node in ("worker-1", "worker-2", "worker-3"):
        mine = {name for name, where in pods(shop).items() if where == node}
        assert served(shop, f"http://{node}:30080", 10)[0] == mine
        assert served(shop, source=node, count=10)[0] == mine


def test_affinity_sends_a_client_to_the_same_pod_again(shop):
    """Virtual IPs and Service Proxies, "Session affinity"."""
    shop.api.patch("services", "shop", {"spec": {"sessionAffinity": "ClientIP"}})
    shop.settle()
    assert len(served(shop, source="worker-1", count=20)[0]) == 1
