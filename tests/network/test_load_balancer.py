"""Services of type LoadBalancer in a small cloud.

https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer and
https://kubernetes.io/docs/tasks/access-application-cluster/create-external-load-balancer/
"""

import pytest
from open_shop import SHOP

import kubelab as kl
from kubelab.network.health_checks import NEVER, Check, HealthChecks

READY = kl.WorkerSize(images=("nginx:1.27", "busybox:1.36"))


def balanced(spec="", **options):
    cluster = kl.Cluster(workers=3, cloud=True, size=READY, **options)
    cluster.apply(SHOP.replace("type: NodePort", f"type: LoadBalancer\n  {spec}"))
    cluster.settle()
    return cluster


def address(cluster, name="shop"):
    state = cluster.api.get("services", name).status.loadBalancer
    return state.ingress[0].ip if state is not None and state.ingress else None


def events(cluster):
    return [e.reason for e in cluster.api.list("events") if e.involvedObject.kind == "Service"]


def nodes_of(cluster, many=60):
    url = f"http://{address(cluster)}:8080/"
    return {cluster.request(url).hop("node").place for _ in range(many)}


def test_without_a_cloud_the_external_address_stays_pending():
    """Service, "Service type": "Kubernetes does not directly offer a load balancing component; you must provide
    one"."""
    cluster = kl.Cluster(workers=1, size=READY)
    cluster.apply(SHOP.replace("NodePort", "LoadBalancer"))
    cluster.settle().run(600)
    assert address(cluster) is None
    assert "<pending>" in cluster.kubectl("get service shop")


def test_a_load_balancer_gets_an_external_address_a_few_seconds_later():
    """Service, "`type: LoadBalancer`": "The actual creation of the load balancer happens asynchronously", and is
    published in `.status.loadBalancer`."""
    cluster = kl.Cluster(workers=3, cloud=True, size=READY)
    cluster.apply(SHOP.replace("NodePort", "LoadBalancer"))
    cluster.run(4)
    assert address(cluster) is None
    assert cluster.api.get("services", "shop").metadata.finalizers == ["service.kubernetes.io/load-balancer-cleanup"]
    cluster.settle()
    assert address(cluster) == "198.51.100.1"
    assert cluster.api.get("services", "shop").status.loadBalancer.ingress[0].ipMode == "VIP"
    assert events(cluster) == ["EnsuringLoadBalancer", "EnsuredLoadBalancer"]


def test_a_request_from_outside_goes_through_the_balancer_to_a_node_port():
    response = balanced().request("http://198.51.100.1:8080/")
    assert response.ok
    assert [hop.kind for hop in response.hops][:4] == ["client", "balancer", "node", "rule"]
    assert response.hop("balancer").destination.endswith(":30080")


def test_a_name_outside_leads_to_the_balancer():
    cluster = balanced()
    cluster.hosts["shop.example.com"] = address(cluster)
    assert cluster.request("http://shop.example.com:8080/").ok


def test_a_pod_that_asks_for_the_external_address_does_not_leave_the_cluster():
    cluster = balanced()
    pod = cluster.api.list("pods", "default")[0]
    response = cluster.request("http://198.51.100.1:8080/", source=f"pod/{pod.metadata.name}")
    assert response.ok
    assert response.hop("balancer") is None


def test_a_port_that_the_service_does_not_have_is_silent():
    assert "has no port 81" in balanced().request("http://198.51.100.1:81/").error


def test_load_balancer_source_ranges_keep_others_out():
    cluster = balanced("loadBalancerSourceRanges: [192.0.2.0/24]")
    response = cluster.request("http://198.51.100.1:8080/")
    assert (response.code, response.about) == (28, "services/default/shop")
    body = {"spec": {"loadBalancerSourceRanges": ["203.0.113.0/24"]}}
    cluster.api.patch("services", "shop", body, patch_type="merge")
    cluster.settle()
    assert cluster.request("http://198.51.100.1:8080/").ok
    assert "LoadBalancerSourceRanges" in events(cluster)


def test_a_dead_node_gets_traffic_until_three_checks_have_failed():
    cluster = balanced()
    cluster.run(20)
    cluster.kill("worker-1")
    assert "worker-1" in {cluster.cloud.choose(cluster.cloud.at("198.51.100.1"), "x", _Dice(n)) for n in range(3)}
    cluster.run(25)
    assert cluster.cloud.healthy("default/shop") == {"worker-1": False, "worker-2": True, "worker-3": True}
    cluster.run(60)  # by now the endpoints are gone too
    assert nodes_of(cluster) == {"worker-2", "worker-3"}
    cluster.revive("worker-1").run(60)
    assert nodes_of(cluster) == {"worker-1", "worker-2", "worker-3"}


def test_with_external_traffic_policy_local_only_nodes_with_endpoints_are_healthy():
    """Virtual IPs and Service Proxies, "External traffic policy": for Local, who "has a local endpoint"."""
    cluster = balanced("externalTrafficPolicy: Local")
    cluster.api.patch("deployments", "shop", {"spec": {"replicas": 1}})
    cluster.settle().run(60)
    (pod,) = cluster.api.list("pods", "default")
    assert cluster.api.get("services", "shop").spec.healthCheckNodePort
    assert nodes_of(cluster, 20) == {pod.spec.nodeName}
    response = cluster.request("http://198.51.100.1:8080/")
    assert response.hop("masquerade") is None  # "preserving the client source IP"


def test_deleting_the_service_takes_the_load_balancer_away_first():
    cluster = balanced()
    cluster.api.delete("services", "shop")
    held = cluster.api.get("services", "shop")
    assert held.metadata.deletionTimestamp is not None
    cluster.settle()
    assert "shop" not in [service.metadata.name for service in cluster.api.list("services")]
    assert cluster.cloud.balancers == {}
    assert events(cluster)[2:] == ["DeletingLoadBalancer", "DeletedLoadBalancer"]
    assert cluster.request("http://198.51.100.1:8080/").code == 28


def test_another_type_takes_the_load_balancer_away():
    cluster = balanced()
    cluster.api.patch("services", "shop", {"spec": {"type": "ClusterIP"}}, patch_type="merge")
    cluster.settle()
    service = cluster.api.get("services", "shop")
    assert address(cluster) is None
    assert not service.metadata.finalizers
    assert events(cluster)[2:] == ["Type", "DeletingLoadBalancer", "DeletedLoadBalancer"]


def test_another_load_balancer_class_is_somebody_elses():
    cluster = balanced("loadBalancerClass: example.com/other")
    assert address(cluster) is None
    assert events(cluster) == []


def test_a_requested_address_must_be_the_clouds_own_and_free():
    """Service, "`type: LoadBalancer`": "Some cloud providers allow you to specify the `loadBalancerIP`"."""
    cluster = balanced("loadBalancerIP: 198.51.100.77")
    assert address(cluster) == "198.51.100.77"
    other = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "other"},
        "spec": {"type": "LoadBalancer", "loadBalancerIP": "198.51.100.77", "ports": [{"port": 80}]},
    }
    cluster.apply(other)
    cluster.run(30)
    failed = [e.message for e in cluster.api.list("events") if e.reason == "SyncLoadBalancerFailed"]
    assert "belongs to the load balancer of default/shop" in failed[0]
    cluster.api.delete("services", "shop")
    cluster.run(60)
    assert address(cluster, "other") == "198.51.100.77"


def test_an_exhausted_pool_leaves_the_service_pending_until_an_address_is_free():
    cluster = balanced()
    taken = [f"198.51.100.{number}" for number in range(2, 254)]
    for number, held in enumerate(taken):
        cluster.cloud.ensure(f"x/{number}", "", held, (("TCP", 80, 0),), ())
    cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "late"},
                   "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]}})  # fmt: skip
    cluster.run(20)
    assert address(cluster, "late") is None
    assert any("no external address is left" in e.message for e in cluster.api.list("events"))
    cluster.cloud.delete("x/7")
    cluster.run(60)
    assert address(cluster, "late") == taken[7]


def test_a_node_can_be_excluded_from_load_balancers():
    cluster = balanced()
    label = {"metadata": {"labels": {"node.kubernetes.io/exclude-from-external-load-balancers": ""}}}
    cluster.api.patch("nodes", "worker-2", label, None)
    cluster.settle()
    assert nodes_of(cluster) == {"worker-1", "worker-3"}
    assert "UpdatedLoadBalancer" in events(cluster)


@pytest.mark.parametrize("instant", [0.0, 0.01, 2.0, 5.02, 6.0])
def test_the_cloud_controller_manager_may_restart_at_any_instant(instant):
    cluster = kl.Cluster(workers=2, cloud=True, size=READY)
    cluster.apply(SHOP.replace("NodePort", "LoadBalancer"))
    cluster.run(instant)
    cluster.stop("cloud-controller-manager").run(3).start("cloud-controller-manager")
    cluster.settle()
    assert address(cluster) == "198.51.100.1"
    cluster.api.delete("services", "shop")
    cluster.run(instant)
    cluster.stop("cloud-controller-manager").run(3).start("cloud-controller-manager")
    cluster.settle()
    assert cluster.cloud.balancers == {}


def test_session_affinity_sends_a_client_to_one_node():
    assert len(nodes_of(balanced("sessionAffinity: ClientIP"))) == 1


def test_a_fork_has_a_cloud_of_its_own():
    cluster = balanced()
    twin = cluster.fork()
    twin.kill("worker-1").run(60)
    cluster.run(60)
    assert twin.cloud.healthy("default/shop")["worker-1"] is False
    assert cluster.cloud.healthy("default/shop")["worker-1"] is True
    cluster.api.delete("services", "shop")
    cluster.settle()
    assert list(twin.cloud.balancers) == ["default/shop"]


def test_a_load_reckoned_and_sent_one_by_one_ends_alike():
    def lived(arithmetic):
        cluster = balanced()
        load = cluster.traffic("http://198.51.100.1:8080/", 200, arithmetic=arithmetic)
        cluster.run(20)
        cluster.kill("worker-2")
        cluster.run(100)
        load.stop()
        return load.sent, load.failed

    assert lived(True) == lived(False)


def test_health_checks_are_reckoned_for_a_stretch_as_they_would_be_made():
    """Any cutting of time into stretches gives the same flips."""
    truth = {"a": [(0, True), (33, False), (71, True), (90, False), (101, True)]}

    def probe(node, at):
        state, until = [(held, since) for since, held in truth[node] if since <= at][-1][0], NEVER
        until = min([since for since, _ in truth[node] if since > at], default=NEVER)
        return Check(state, until)

    flips = []
    for step in (1000, 8, 3.1, 0.7):
        checks = HealthChecks(0.0, 8.0, probe)
        checks.watch(("a",))
        for number in range(1, int(200 / step) + 2):
            checks.advance(number * step)
        flips.append(checks._flips["a"])
    assert flips[0] == [(0.0, False), (0.0, True), (56.0, False), (72.0, True)]
    assert flips[1:] == flips[:1] * 3


class _Dice:
    def __init__(self, number):
        self.number = number

    def one_of(self, many):
        return self.number % many


def test_an_instant_a_hair_after_a_check_is_no_reason_to_check_for_ever():
    checks = HealthChecks(0.1, 8.0, _always)
    checks.watch(("worker-1",))
    for number in range(200):
        checks.advance(0.1 + 8.0 * number + 1e-10)
    assert checks.healthy("worker-1", 1600.0)


def _always(node, at):
    return Check(True)
