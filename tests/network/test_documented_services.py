"""https://kubernetes.io/docs/concepts/services-networking/service/ and its neighbours, as a cluster lives them."""

import pytest

import kubelab as kl

SIZE = kl.WorkerSize(images=("nginx:1.27", "busybox:1.36"))


def pod(name, labels, ports=({"name": "http", "containerPort": 80},), **spec):
    container = {"name": "web", "image": "nginx:1.27", "ports": list(ports)}
    spec = {"containers": [container], "terminationGracePeriodSeconds": 0, **spec}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels}, "spec": spec}


def service(name="web", ports=({"port": 80},), **spec):
    body = {"ports": list(ports), "selector": {"app": "web"}, **spec}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": body}


def started(*manifests, **options):
    cluster = kl.Cluster(workers=3, seed=1, size=SIZE, **options)
    cluster.apply(*manifests)
    return cluster.settle()


WEB = [pod(name, {"app": "web"}, nodeName=f"worker-{number}") for number, name in enumerate("ab", 1)]


def slices(cluster, name="web"):
    return cluster.api.list("endpointslices", "default", selector=f"kubernetes.io/service-name={name}")


def asked(cluster, url="http://web", source=None, count=20):
    """The pods that answer."""
    return sorted({cluster.request(url, source).pod for _ in range(count)})


# -- Defining a Service


def test_a_target_port_is_the_port_where_nothing_is_said():
    """Service, "Defining a Service": "By default and for convenience, the `targetPort` is set to the same value as the
    `port` field."."""
    cluster = started(*WEB, service(), service("off", [{"port": 81}]))
    assert cluster.api.get("services", "web").spec.ports[0].targetPort == 80
    assert asked(cluster) == ["a", "b"]
    assert cluster.request("http://off:81").error.startswith("connection refused")


def test_a_named_target_port_may_be_another_number_in_each_pod():
    """Service, "Port definitions": "even if there is a mixture of Pods in the Service using a single configured name,
    with the same network protocol available via different port numbers"; a sidecar's ports have names too."""
    behavior = {"kubelab.io/behavior.web": "{listens: [8080]}"}
    old = pod("old", {"app": "web"})
    new = pod("new", {"app": "web"}, ports=[{"name": "http", "containerPort": 8080}])
    new["metadata"]["annotations"] = behavior
    cluster = started(old, new, service(ports=[{"port": 80, "targetPort": "http"}]))
    assert sorted(held.ports[0].port for held in slices(cluster)) == [80, 8080]
    assert asked(cluster) == ["new", "old"]


def test_a_sidecars_port_counts_by_its_name():
    """Service, "Port definitions": the ports "of Pods have names", and a sidecar is of the pod."""
    sidecar = {
        "name": "proxy",
        "image": "nginx:1.27",
        "restartPolicy": "Always",
        "ports": [{"name": "metrics", "containerPort": 9090}],
    }
    made = pod("web", {"app": "web"}, initContainers=[sidecar])
    cluster = started(made, service(ports=[{"port": 80, "targetPort": "metrics"}]))
    assert [port.port for held in slices(cluster) for port in held.ports] == [9090]


def test_several_ports_need_names():
    """Service, "Multi-port Services": "you must give all of your ports names"."""
    cluster = started()
    with pytest.raises(kl.ApiError, match=r"spec.ports\[0\].name: Required value"):
        cluster.api.create(service(ports=[{"port": 80}, {"port": 443}]))
    cluster.apply(service(ports=[{"name": "http", "port": 80}, {"name": "https", "port": 443}]))


def test_the_protocol_of_the_application_is_mirrored():
    """Service, "Application protocol": "mirrored by the corresponding Endpoints and EndpointSlice objects"."""
    cluster = started(*WEB, service(ports=[{"port": 80, "appProtocol": "kubernetes.io/h2c"}]))
    assert slices(cluster)[0].ports[0].appProtocol == "kubernetes.io/h2c"
    assert cluster.api.get("endpoints", "web").subsets[0].ports[0].appProtocol == "kubernetes.io/h2c"


def test_endpoints_written_by_hand_are_linked_by_a_label_under_any_name():
    """Service, "Custom EndpointSlices": "any name", and the label `kubernetes.io/service-name`; Service, "Accessing a
    Service without a selector": "works the same as if it had a selector"."""
    cluster = started(*WEB, service(selector=None))
    assert slices(cluster) == []
    assert cluster.request("http://web").error.startswith("connection refused")
    ips = [cluster.api.get("pods", name).status.podIP for name in "ab"]
    meta = {"name": "anything", "labels": {"kubernetes.io/service-name": "web"}}
    held = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": meta, "addressType": "IPv4"}
    cluster.apply({**held, "ports": [{"name": "", "port": 80}], "endpoints": [{"addresses": [ip]} for ip in ips]})
    cluster.settle()
    assert asked(cluster) == ["a", "b"]


def test_endpoints_that_are_too_many_are_cut_off():
    """Service, "Over-capacity endpoints": "at most 1000", and the annotation `endpoints.kubernetes.io/over-capacity`;
    the slices have them all."""
    cluster = kl.Cluster(workers=0, seed=1)
    cluster.apply(service())
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "far"}}
    cluster.api.create(node)
    for number in range(1005):
        made = cluster.api.create(pod(f"p{number}", {"app": "web"}, nodeName="far"))
        state = {"phase": "Running", "podIP": f"10.9.{number >> 8}.{number & 255}"}
        state["podIPs"] = [{"ip": state["podIP"]}]
        state["conditions"] = [{"type": "Ready", "status": "True"}]
        cluster.api.patch("pods", made.metadata.name, {"status": state}, subresource="status")
    cluster.run(3)
    held = cluster.api.get("endpoints", "web")
    assert len(held.subsets[0].addresses) == 1000
    assert held.metadata.annotations["endpoints.kubernetes.io/over-capacity"] == "truncated"
    assert sum(len(each.endpoints) for each in slices(cluster)) == 1005
    for number in range(6):
        cluster.api.delete("pods", f"p{number}", grace_period_seconds=0)
    cluster.run(3)
    assert "endpoints.kubernetes.io/over-capacity" not in (
        cluster.api.get("endpoints", "web").metadata.annotations or {}
    )


# -- Service type


def test_each_type_adds_to_the_one_before():
    """Service, "Service type": "nested functionality - each level adds to the previous"."""
    cluster = started(*WEB, service(type="LoadBalancer"), cloud=True)
    spec = cluster.api.get("services", "web").spec
    state = cluster.api.get("services", "web").status.loadBalancer
    assert asked(cluster, f"http://{spec.clusterIP}") == ["a", "b"]
    assert asked(cluster, f"http://worker-3:{spec.ports[0].nodePort}") == ["a", "b"]
    assert asked(cluster, f"http://{state.ingress[0].ip}") == ["a", "b"]


def test_a_cluster_address_means_nothing_outside():
    """Service, "`type: ClusterIP`": "only reachable from within the cluster"."""
    cluster = started(*WEB, service())
    address = cluster.api.get("services", "web").spec.clusterIP
    assert cluster.request(f"http://{address}", "pod/a").ok
    assert not cluster.request(f"http://{address}", "outside").ok


def test_an_address_of_ones_own_must_be_of_the_range():
    """Service, "Choosing your own IP address": else "a 422 HTTP status code"."""
    cluster = started(service(clusterIP="10.96.7.7"))
    assert cluster.api.get("services", "web").spec.clusterIP == "10.96.7.7"
    with pytest.raises(kl.ApiError) as caught:
        cluster.api.create(service("other", clusterIP="192.0.2.1"))
    assert caught.value.code == 422


def test_every_node_has_the_node_port():
    """Service, "`type: NodePort`": "Each node proxies that port (the same port number on every Node) into your
    Service."; Service, "Choosing your own port": a value for `nodePort`, or the transaction fails."""
    cluster = started(*WEB, service(type="NodePort", ports=[{"port": 80, "nodePort": 30007}]))
    for node in ("worker-1", "worker-2", "worker-3"):
        assert asked(cluster, f"http://{node}:30007", "outside") == ["a", "b"]
    with pytest.raises(kl.ApiError, match="provided port is already allocated"):
        cluster.api.create(service("late", type="NodePort", ports=[{"port": 80, "nodePort": 30007}]))


def test_a_load_balancer_may_go_straight_to_pods():
    """Service, "Disabling load balancer NodePort allocation": such a balancer does without node ports; one that is
    there stays until it is removed by hand."""
    cluster = started(*WEB, service(type="LoadBalancer", allocateLoadBalancerNodePorts=False), cloud=True)
    held = cluster.api.get("services", "web")
    assert held.spec.ports[0].nodePort is None
    assert asked(cluster, f"http://{held.status.loadBalancer.ingress[0].ip}", "outside") == ["a", "b"]
    cluster.api.patch("services", "web", {"spec": {"allocateLoadBalancerNodePorts": True}})
    number = cluster.api.get("services", "web").spec.ports[0].nodePort
    cluster.api.patch("services", "web", {"spec": {"allocateLoadBalancerNodePorts": False}})
    assert cluster.api.get("services", "web").spec.ports[0].nodePort == number is not None


def test_the_class_of_a_load_balancer_stays():
    """Service, "Specifying class of load balancer implementation": "Once set, it cannot be changed.", and it is for
    type LoadBalancer only."""
    cluster = started(service(type="LoadBalancer", loadBalancerClass="example.com/internal-vip"), cloud=True)
    assert not cluster.api.get("services", "web").status.loadBalancer.ingress
    with pytest.raises(kl.ApiError, match="may not change once set"):
        cluster.api.patch("services", "web", {"spec": {"loadBalancerClass": "other"}})
    with pytest.raises(kl.ApiError, match="may only be used when `type` is 'LoadBalancer'"):
        cluster.api.create(service("plain", loadBalancerClass="example.com/internal-vip"))


def test_a_load_balancer_may_speak_several_protocols():
    """Service, "Load balancers with mixed protocol types": "different protocols for LoadBalancer type of Services"."""
    ports = [{"name": "t", "port": 80, "protocol": "TCP"}, {"name": "u", "port": 80, "protocol": "UDP"}]
    cluster = started(*WEB, service(type="LoadBalancer", ports=ports), cloud=True)
    held = cluster.api.get("services", "web").status.loadBalancer.ingress[0]
    assert asked(cluster, f"http://{held.ip}") == ["a", "b"]


def test_a_node_is_good_for_a_load_balancer_while_its_kube_proxy_says_so():
    """Service, "Node liveness impact on load balancer traffic"; Virtual IPs and Service Proxies, "External traffic
    policy": checks are "configured to target the service proxy's readiness port and path", 10256 and /healthz."""
    cluster = started(*WEB, service(type="LoadBalancer"), cloud=True).run(30)
    assert cluster.cloud.healthy("default/web") == {"worker-1": True, "worker-2": True, "worker-3": True}
    cluster.stop("kube-proxy", "worker-3").run(30)
    assert cluster.cloud.healthy("default/web") == {"worker-1": True, "worker-2": True, "worker-3": False}
    cluster.start("kube-proxy", "worker-3").run(30)
    assert cluster.cloud.healthy("default/web")["worker-3"]
    cluster.kubectl("delete pod a b")
    cluster.run(30)
    assert all(cluster.cloud.healthy("default/web").values())  # whether there are endpoints is not asked


def test_a_node_that_is_being_deleted_gets_no_new_connections():
    """Virtual IPs and Service Proxies, "External traffic policy": "kube-proxy will start failing its readiness probe",
    and `/livez` "does not consider the Node's deleting state"; for `Local` "Node deletion does not have an impact"."""
    local = service("local", type="LoadBalancer", externalTrafficPolicy="Local")
    cluster = started(*WEB, service(type="LoadBalancer"), local, cloud=True)
    cluster.api.patch("nodes", "worker-1", {"metadata": {"finalizers": ["example.com/drain"]}}, None)
    cluster.run(30)
    proxy, check = cluster.workers["worker-1"].kube_proxy, cluster.api.get("services", "local").spec.healthCheckNodePort
    assert [proxy.health(10256, path).status for path in ("/healthz", "/livez")] == [200, 200]
    cluster.api.delete("nodes", "worker-1", None)
    cluster.run(5)
    assert [proxy.health(10256, path).status for path in ("/healthz", "/livez")] == [503, 200]
    assert proxy.health(check).status == 200
    cluster.run(25)
    assert cluster.cloud.healthy("default/web") == {"worker-1": False, "worker-2": True, "worker-3": True}
    assert cluster.cloud.healthy("default/local") == {"worker-1": True, "worker-2": True, "worker-3": False}
    reached = {cluster.request(f"http://{_external(cluster)}", "outside").hop("node").place for _ in range(30)}
    assert reached == {"worker-2", "worker-3"}


def _external(cluster, name="web"):
    return cluster.api.get("services", name).status.loadBalancer.ingress[0].ip


def test_an_autoscaler_says_beforehand_that_a_node_goes():
    """Virtual IPs and Service Proxies, "External traffic policy": a node that is "being deleted" is not eligible; the
    taint of the cluster autoscaler says the same (pkg/proxy/healthcheck)."""
    cluster = started()
    taint = {"key": "ToBeDeletedByClusterAutoscaler", "effect": "NoSchedule"}
    cluster.api.patch("nodes", "worker-1", {"spec": {"taints": [taint]}}, None)
    cluster.run(2)
    answers = {name: worker.kube_proxy.health(10256).status for name, worker in cluster.workers.items()}
    assert answers == {"worker-1": 503, "worker-2": 200, "worker-3": 200}


# -- Headless Services and discovery


def test_a_headless_service_leads_to_the_pods_themselves():
    """Service, "Headless Services": "no load balancing or proxying done by the platform"; Service, "With selectors":
    the DNS answers with records "that point directly to the Pods backing the Service"."""
    cluster = started(*WEB, service(clusterIP="None"))
    held = cluster.api.get("services", "web").spec
    assert (held.clusterIP, held.clusterIPs) == ("None", ["None"])
    response = cluster.request("http://web")
    assert response.pod in ("a", "b")
    assert response.hop("rule") is None


def test_variables_tell_of_the_services_that_were_there():
    """Service, "Environment variables": `{SVCNAME}_SERVICE_HOST` and `{SVCNAME}_SERVICE_PORT`, "upper-cased and dashes
    are converted to underscores"; "you must create the Service before the client Pods come into existence"."""
    primary = service("redis-primary", [{"port": 6379}], clusterIP="10.96.0.11")
    cluster = started(primary)
    cluster.apply(WEB[0])
    cluster.settle()
    told = cluster.kubectl("exec a -- env").splitlines()
    assert "REDIS_PRIMARY_SERVICE_HOST=10.96.0.11" in told
    assert "REDIS_PRIMARY_SERVICE_PORT=6379" in told
    assert "REDIS_PRIMARY_PORT_6379_TCP=tcp://10.96.0.11:6379" in told
    cluster.apply(service("later"))
    cluster.settle()
    assert cluster.kubectl("exec a -- env").splitlines() == told


def test_a_client_sticks_for_three_hours_where_nothing_is_said():
    """Service, "Session stickiness"; Virtual IPs and Service Proxies, "Session stickiness timeout": "the default value
    is 10800"."""
    cluster = started(*WEB, pod("asks", {}), service(sessionAffinity="ClientIP"))
    assert cluster.api.get("services", "web").spec.sessionAffinityConfig.clientIP.timeoutSeconds == 10800
    (first,) = asked(cluster, source="pod/asks")
    cluster.run(10790)
    assert asked(cluster, source="pod/asks") == [first]
    found = []
    for _ in range(8):
        cluster.run(10810)
        found += asked(cluster, source="pod/asks", count=1)
    assert sorted(set(found)) == ["a", "b"]


# -- Service Internal Traffic Policy


def test_pods_of_nodes_without_endpoints_find_none():
    """Service Internal Traffic Policy, "Using Service Internal Traffic Policy": "the Service behaves as if it has zero
    endpoints (for Pods on this node) even if the service does have endpoints on other nodes"."""
    clients = [pod(f"asks-{number}", {}, nodeName=f"worker-{number}") for number in (1, 2, 3)]
    cluster = started(*WEB, *clients, service(internalTrafficPolicy="Local"))
    assert [asked(cluster, source=f"pod/asks-{number}") for number in (1, 2)] == [["a"], ["b"]]
    answer = cluster.request("http://web", "pod/asks-3")
    assert answer.error.startswith("timed out: service default/web has no ready endpoints on worker-3")


def test_without_a_policy_all_endpoints_are_considered():
    """Service Internal Traffic Policy, "How it works": "When it's `Cluster` or missing, all endpoints are
    considered."."""
    cluster = started(*WEB, service())
    assert cluster.api.get("services", "web").spec.internalTrafficPolicy == "Cluster"
    assert asked(cluster, source="worker-1") == ["a", "b"]
