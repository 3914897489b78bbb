"""Environment variables: those of the manifest, and those of the Services that there were when the container started.

https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
"""

import kubelab as kl
from kubelab.node.environment import expanded

SHOP = """
apiVersion: v1
kind: Service
metadata: {name: my-shop}
spec:
  selector: {app: shop}
  ports: [{name: http, port: 80}, {name: dns-udp, port: 53, protocol: UDP}]
"""


def pod(name="web", **spec):
    held = {"name": "c", "image": "nginx:1.27", **spec.pop("container", {})}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": [held], **spec}}


def started(*manifests):
    cluster = kl.Cluster(workers=1, seed=1, size=kl.WorkerSize(images=("nginx:1.27", "busybox:1.36")))
    for manifest in manifests:
        cluster.apply(manifest)
        cluster.run(3)
    return cluster


def variables(cluster, name="web"):
    return dict(line.split("=", 1) for line in cluster.kubectl(f"exec {name} -- env").splitlines())


def test_a_service_that_was_there_before_is_in_the_environment():
    cluster = started(SHOP, pod())
    address = cluster.get("services", "my-shop").spec.clusterIP
    found = variables(cluster)
    assert {name: text for name, text in found.items() if name.startswith("MY_SHOP")} == {
        "MY_SHOP_SERVICE_HOST": address,
        "MY_SHOP_SERVICE_PORT": "80",
        "MY_SHOP_SERVICE_PORT_HTTP": "80",
        "MY_SHOP_SERVICE_PORT_DNS_UDP": "53",
        "MY_SHOP_PORT": f"tcp://{address}:80",
        "MY_SHOP_PORT_80_TCP": f"tcp://{address}:80",
        "MY_SHOP_PORT_80_TCP_PROTO": "tcp",
        "MY_SHOP_PORT_80_TCP_PORT": "80",
        "MY_SHOP_PORT_80_TCP_ADDR": address,
        "MY_SHOP_PORT_53_UDP": f"udp://{address}:53",
        "MY_SHOP_PORT_53_UDP_PROTO": "udp",
        "MY_SHOP_PORT_53_UDP_PORT": "53",
        "MY_SHOP_PORT_53_UDP_ADDR": address,
    }
    assert found["KUBERNETES_SERVICE_HOST"] == "10.96.0.1"
    assert found["KUBERNETES_PORT"] == "tcp://10.96.0.1:443"


def test_a_service_that_came_later_is_not():
    cluster = started(pod(), SHOP)
    assert "MY_SHOP_SERVICE_HOST" not in variables(cluster)


def test_a_service_that_is_gone_stays_in_the_environment_until_the_container_starts_anew():
    cluster = started(SHOP, pod())
    cluster.api.delete("services", "my-shop")
    cluster.run(5)
    assert "MY_SHOP_SERVICE_HOST" in variables(cluster)
    cluster.apply(pod("new"))
    cluster.run(5)
    assert "MY_SHOP_SERVICE_HOST" not in variables(cluster, "new")


def test_without_service_links_only_the_api_server_is_there():
    cluster = started(SHOP, pod(enableServiceLinks=False))
    names = [name for name in variables(cluster) if "_SERVICE_" in name]
    assert names == ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "KUBERNETES_SERVICE_PORT_HTTPS"]


def test_services_of_other_namespaces_and_headless_ones_are_not_there():
    headless = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "each"}}
    headless["spec"] = {"clusterIP": "None", "selector": {"app": "shop"}, "ports": [{"port": 80}]}
    other = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "far", "namespace": "kube-system"}}
    other["spec"] = {"selector": {"app": "shop"}, "ports": [{"port": 80}]}
    found = variables(started(headless, other, pod()))
    assert not [name for name in found if name.startswith(("EACH", "FAR"))]


def test_a_variable_of_the_manifest_wins_and_may_use_those_of_services():
    env = [
        {"name": "MY_SHOP_SERVICE_PORT", "value": "9"},
        {"name": "URL", "value": "http://$(MY_SHOP_SERVICE_HOST):$(MY_SHOP_SERVICE_PORT)/$$(X)"},
    ]
    cluster = started(SHOP, pod(container={"env": env}))
    found, address = variables(cluster), cluster.get("services", "my-shop").spec.clusterIP
    assert found["MY_SHOP_SERVICE_PORT"] == "9"
    assert found["URL"] == f"http://{address}:9/$(X)"


def test_a_changed_configmap_reaches_the_environment_of_new_containers_only():
    conf = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "conf"}, "data": {"COLOR": "blue"}}
    held = {"envFrom": [{"configMapRef": {"name": "conf"}}]}
    cluster = started(conf, pod(container=held), {**conf, "data": {"COLOR": "red"}})
    assert variables(cluster)["COLOR"] == "blue"
    cluster.apply(pod("new", container=held))
    cluster.run(5)
    assert variables(cluster, "new")["COLOR"] == "red"


def test_command_and_arguments_take_variables_too():
    command = ["sh", "-c", "echo $(GREETING) $GREETING $HOSTNAME"]
    held = {"image": "busybox:1.36", "command": command, "env": [{"name": "GREETING", "value": "hi"}]}
    cluster = started(pod(container=held, restartPolicy="Never"))
    assert cluster.kubectl("logs web") == "hi hi web\n"


def test_the_downward_api_knows_the_pods_address():
    env = [{"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}} for name, path in
           (("IP", "status.podIP"), ("NODE_IP", "status.hostIP"), ("NODE", "spec.nodeName"))]  # fmt: skip
    cluster = started(pod(container={"env": env}))
    found, status = variables(cluster), cluster.get("pods", "web").status
    assert (found["IP"], found["NODE_IP"], found["NODE"]) == (status.podIP, status.hostIP, "worker-1")


def test_in_the_network_of_the_machine_the_host_is_the_machine():
    assert variables(started(pod(hostNetwork=True)))["HOSTNAME"] == "worker-1"


def test_references_that_nobody_knows_stay():
    assert expanded("$(A) $(B) $$(A) $A", {"A": "1"}) == "1 $(B) $(A) $A"
