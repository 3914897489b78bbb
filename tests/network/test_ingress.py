"""An ingress controller that runs as pods: https://kubernetes.io/docs/concepts/services-networking/ingress-controllers/"""

import functools

import pytest
from open_shop import SHOP

import kubelab as kl

HOST = "shop.example.com"
IMAGES = ("nginx:1.27", "busybox:1.36", "registry.k8s.io/ingress-nginx/controller:v1.13.0")
INGRESS = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  ingressClassName: nginx
  rules:
  - host: shop.example.com
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: shop, port: {name: http}}}}
      - {path: /nobody, pathType: Prefix, backend: {service: {name: nobody, port: {number: 80}}}}
      - {path: /nothing, pathType: Prefix, backend: {service: {name: no-such-service, port: {number: 80}}}}
"""
TLS = """
apiVersion: v1
kind: Secret
metadata: {name: shop-tls}
type: kubernetes.io/tls
stringData: {tls.crt: certificate, tls.key: key}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: secure}
spec:
  ingressClassName: nginx
  tls: [{hosts: [secure.example.com], secretName: shop-tls}]
  rules:
  - host: secure.example.com
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: shop, port: {number: 8080}}}}]}
"""


@functools.cache
def _opened(cloud):
    cluster = kl.Cluster(workers=3, cloud=cloud, rbac=True, size=kl.WorkerSize(images=IMAGES))
    cluster.apply(SHOP)
    cluster.install("ingress-nginx")
    cluster.apply(INGRESS, TLS)
    return cluster.settle().run(10)


def opened(cloud=False):
    return _opened(cloud).fork()


def port(cluster, name="http"):
    ports = cluster.api.get("services", "ingress-nginx-controller", "ingress-nginx").spec.ports
    return next(each.nodePort for each in ports if each.name == name)


def ask(cluster, path="/", host=HOST, scheme="http", **options):
    where = f"{scheme}://worker-1:{port(cluster, scheme)}{path}"
    return cluster.request(where, host=host, timeout=100, **options)


def controller(cluster):
    held = cluster.api.list("pods", "ingress-nginx")
    return next(pod for pod in held if pod.metadata.deletionTimestamp is None)


def test_the_controller_is_pods_of_the_cluster():
    cluster = opened()
    pod = controller(cluster)
    assert pod.status.phase == "Running"
    assert pod.spec.serviceAccountName == "ingress-nginx"
    assert "k8s.io/ingress-nginx" in cluster.kubectl("get ingressclass")


def test_a_request_goes_through_the_controller_straight_to_a_pod():
    response = ask(opened())
    kinds = [hop.kind for hop in response.hops if hop.kind not in ("tunnel", "masquerade")]
    assert response.ok
    assert response.pod.startswith("shop-")
    assert kinds == ["client", "node", "rule", "pod", "proxy", "pod", "container"]  # one rule: not the shop's


def test_all_pods_get_their_share():
    cluster = opened()
    assert len({ask(cluster).pod for _ in range(60)}) == 3


def test_a_host_without_rules_is_404():
    response = ask(opened(), host="other.example.com")
    assert response.status == 404


@pytest.mark.parametrize(("path", "service"), [("/nobody", "nobody"), ("/nothing/x", "no-such-service")])
def test_a_service_without_endpoints_or_none_at_all_is_503(path, service):
    response = ask(opened(), path)
    assert (response.status, response.about) == (503, f"services/default/{service}")


def test_a_wrong_target_port_is_502():
    cluster = opened()
    body = {"spec": {"ports": [{"port": 8080, "targetPort": 81}]}}
    cluster.api.patch("services", "shop", body)
    cluster.settle().run(5)
    assert ask(cluster).status == 502


def test_pods_that_do_not_answer_are_504():
    cluster = opened()
    node = controller(cluster).spec.nodeName
    for name in cluster.workers:
        if name != node:
            cluster.cut(name)
    cluster.api.patch("deployments", "shop", {"spec": {"template": {"spec": {"nodeSelector": {"no": "node"}}}}})
    body = {"spec": {"selector": {"app": "shop", "is": "away"}}}
    for pod in cluster.api.list("pods", "default"):
        if pod.spec.nodeName != node:
            cluster.api.patch("pods", pod.metadata.name, {"metadata": {"labels": {"is": "away"}}})
    cluster.api.patch("services", "shop", body)
    cluster.run(10)
    where = f"http://{node}:{port(cluster)}/"
    response = cluster.request(where, host=HOST, timeout=100)
    assert response.status == 504
    assert response.latency > 5


def test_a_dead_pods_requests_are_sent_to_the_next():
    """proxy_next_upstream: an endpoint that refuses or is silent is passed over."""
    cluster = opened()
    node = controller(cluster).spec.nodeName
    cluster.cut(next(name for name in cluster.workers if name != node))
    answers = [cluster.request(f"http://{node}:{port(cluster)}/", host=HOST, timeout=100) for _ in range(30)]
    assert all(each.ok for each in answers)
    assert any(each.latency > 5 for each in answers)


def test_an_ingress_takes_effect_after_a_reload():
    """Ingress, "Updating an Ingress": that takes the controller a moment."""
    cluster = opened()
    cluster.api.delete("ingresses", "shop")
    assert ask(cluster).ok
    cluster.run(0.5)
    assert ask(cluster).ok
    cluster.run(5)
    assert ask(cluster).status == 404
    cluster.apply(INGRESS.replace("shop.example.com", "new.example.com"))
    assert ask(cluster, host="new.example.com").status == 404
    cluster.run(5)
    assert ask(cluster, host="new.example.com").ok
    assert "RELOAD" in [event.reason for event in cluster.api.list("events", "ingress-nginx")]


def test_a_controller_that_is_cut_off_from_the_api_keeps_what_it_knows():
    cluster = opened()
    node = controller(cluster).spec.nodeName
    cluster.cut(node, "master")
    cluster.api.delete("ingresses", "shop")
    cluster.run(10)
    assert ask(cluster).ok
    cluster.heal(node, "master").run(10)
    assert ask(cluster).status == 404


def test_without_a_role_the_controller_hears_of_nothing():
    cluster = opened()
    cluster.api.delete("clusterrolebindings", "ingress-nginx", None)
    cluster.api.delete("pods", controller(cluster).metadata.name, "ingress-nginx", grace_period_seconds=0)
    cluster.run(60)
    assert controller(cluster).status.phase == "Running"
    assert ask(cluster).status == 404


def test_while_the_controllers_pod_restarts_nobody_answers():
    cluster = opened()
    pod = controller(cluster)
    cluster.faults.kill_container(pod.metadata.name, namespace="ingress-nginx")
    assert not ask(cluster).ok
    cluster.settle().run(10)
    assert ask(cluster).ok
    assert sum(len(machine.programs) for machine in cluster.machines.values()) == 1


def test_a_node_that_dies_takes_its_programs_along():
    cluster = opened()
    node = controller(cluster).spec.nodeName
    cluster.kill(node)
    assert cluster.machines[node].programs == {}
    cluster.revive(node).run(120)
    assert sum(len(machine.programs) for machine in cluster.machines.values()) == 1
    assert ask(cluster).ok


def test_tls():
    """Ingress, "TLS": the controller ends TLS with the Secret's certificate, and sends plain HTTP there."""
    cluster = opened()
    plain = ask(cluster, host="secure.example.com", path="/cart?x=1")
    assert (plain.status, dict(plain.headers)["Location"]) == (308, "https://secure.example.com/cart?x=1")
    secure = ask(cluster, host="secure.example.com", scheme="https")
    assert secure.ok
    assert secure.hop("tls").detail == "certificate: default/shop-tls"
    assert "Fake Certificate" in ask(cluster, scheme="https").hop("tls").detail
    assert ask(cluster, host="secure.example.com", scheme="https", verify=True).code == 60


def test_the_status_tells_the_address_of_the_node_without_a_cloud():
    cluster = opened().run(60)
    node = cluster.api.get("nodes", controller(cluster).spec.nodeName, None)
    ingress = cluster.api.get("ingresses", "shop")
    assert [each.ip for each in ingress.status.loadBalancer.ingress] == [node.status.addresses[0].address]


def test_the_status_tells_the_address_of_the_load_balancer_in_a_cloud():
    cluster = opened(cloud=True).run(60)
    assert [each.ip for each in cluster.api.get("ingresses", "shop").status.loadBalancer.ingress] == ["198.51.100.1"]
    cluster.hosts[HOST] = "198.51.100.1"
    response = cluster.request(f"http://{HOST}/")
    assert response.ok
    assert [hop.kind for hop in response.hops][:3] == ["client", "dns", "balancer"]


def test_a_load_through_the_ingress_reckoned_and_sent_one_by_one_ends_alike():
    def lived(arithmetic):
        cluster = opened(cloud=True)
        load = cluster.traffic("http://198.51.100.1/", 150, host=HOST, timeout=2, arithmetic=arithmetic)
        cluster.run(10)
        cluster.kill(next(name for name in cluster.workers if name != controller(cluster).spec.nodeName))
        cluster.run(60)
        load.stop()
        return load.sent, load.failed

    assert lived(True) == lived(False)


def test_a_settled_cluster_with_an_ingress_is_at_rest():
    cluster = opened(cloud=True).run(120)
    revision, entries = cluster.etcd.revision, len(cluster.journal)
    cluster.run(86400)
    assert (cluster.etcd.revision, len(cluster.journal)) == (revision, entries)


def test_an_unknown_addon_is_refused():
    with pytest.raises(ValueError, match="ingress-nginx"):
        opened().install("ingres-nginx")
