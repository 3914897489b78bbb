"""A request reaches a pod if and only if an independent, slow, obviously right model says that it may."""

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from obviously_right import Client, Model, World

import kubelab as kl

DRAWS = 45  # of three endpoints one is missed by all of them once in 100 million times
WORKERS = 3
SPACES = ("default", "default", "default", "shop")  # what is said more often comes more often
APPS = ("a", "a", "a", "b")
NODES = st.integers(1, WORKERS)
labels = st.fixed_dictionaries({"app": st.sampled_from(APPS)}, optional={"tier": st.sampled_from(["x", "y"])})

pods = st.fixed_dictionaries({
    "namespace": st.sampled_from(SPACES),
    "labels": labels,
    "node": NODES,
    "ready": st.sampled_from([True, True, True, True, False]),
    "ports": st.sampled_from([{"http": 80}, {"http": 80}, {"http": 80}, {"http": 8080}, {"web": 80}]),
})  # fmt: skip
services = st.fixed_dictionaries({
    "namespace": st.sampled_from(SPACES),
    "app": st.sampled_from(APPS),
    "kind": st.sampled_from(["ClusterIP", "NodePort", "NodePort", "headless"]),
    "target": st.sampled_from([80, 80, 80, "http", "http", 81, None]),
    "local": st.sampled_from([False, False, False, True]),
})  # fmt: skip
expressions = st.sampled_from([
    {"matchExpressions": [{"key": "tier", "operator": "Exists"}]},
    {"matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["x"]}]},
])  # fmt: skip
selectors = st.one_of(st.just({}), labels.map(lambda each: {"matchLabels": each}), expressions)
blocks = st.sampled_from([
    {"cidr": "0.0.0.0/0"}, {"cidr": "203.0.113.0/24"}, {"cidr": "172.18.0.0/16", "except": ["172.18.0.4/32"]},
    {"cidr": "10.244.0.0/16", "except": ["10.244.2.0/24", "10.244.3.0/24"]}, {"cidr": "10.96.0.0/12"},
])  # fmt: skip
spaces = st.sampled_from([{}, {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}])
peers = st.one_of(
    blocks.map(lambda each: {"ipBlock": each}),
    selectors.map(lambda each: {"podSelector": each}),
    spaces.map(lambda each: {"namespaceSelector": each}),
    st.builds(lambda one, other: {"namespaceSelector": one, "podSelector": other}, spaces, selectors),
)
ports = st.sampled_from([
    {"port": 80}, {"port": "http"}, {"port": "web"}, {"port": 79, "endPort": 81}, {"protocol": "UDP", "port": 53}, {},
    {"port": 443},
])  # fmt: skip


def rules(side):
    some_peers, some_ports = st.lists(peers, min_size=1, max_size=2), st.lists(ports, min_size=1, max_size=2)
    everybody = st.fixed_dictionaries({}, optional={"ports": some_ports})
    return st.lists(st.one_of(st.fixed_dictionaries({side: some_peers}, optional={"ports": some_ports}), everybody,
                              st.fixed_dictionaries({side: some_peers})), max_size=2)  # fmt: skip


policies = st.fixed_dictionaries(
    {"podSelector": selectors},
    optional={
        "policyTypes": st.sampled_from([["Ingress"], ["Egress"], ["Ingress", "Egress"]]),
        "ingress": rules("from"),
        "egress": rules("to"),
    },
)
placed = st.tuples(st.sampled_from(SPACES), policies)
faults = st.one_of(
    st.none(),
    st.tuples(st.sampled_from(["kill", "cut", "from master"]), NODES),
    st.tuples(st.sampled_from(["cut", "from master"]), NODES),
    st.tuples(st.just("link"), st.sampled_from([(1, 2), (1, 3), (2, 3)])),
)
PATIENCE = (Phase.explicit, Phase.reuse, Phase.generate)  # to make an example smaller takes minutes


def manifest(kind, namespace, name, spec, version="v1", **meta):
    return {
        "apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": namespace, **meta}, "spec": spec,
    }  # fmt: skip


def pod_of(number, each):
    probe = {"httpGet": {"port": 80, "path": "/" if each["ready"] else "/nope"}}
    held = [{"name": name, "containerPort": port} for name, port in each["ports"].items()]
    container = {"name": "web", "image": "nginx:1.27", "ports": held, "readinessProbe": probe}
    spec = {"nodeName": f"worker-{each['node']}", "containers": [container]}
    return manifest("Pod", each["namespace"], f"p{number}", spec, labels=each["labels"])


def service_of(number, each):
    port = {"port": 8000} if each["target"] is None else {"port": 8000, "targetPort": each["target"]}
    spec = {"selector": {"app": each["app"]}, "ports": [port]}
    local = "Local" if each["local"] else "Cluster"
    if each["kind"] == "headless":
        spec["clusterIP"] = "None"
    elif each["kind"] == "NodePort":
        port["nodePort"] = 30000 + number
        spec |= {"type": "NodePort", "externalTrafficPolicy": local}
    else:
        spec["internalTrafficPolicy"] = local
    return manifest("Service", each["namespace"], f"s{number}", spec)


def policy_of(number, namespace, spec):
    return manifest("NetworkPolicy", namespace, f"n{number}", spec, "networking.k8s.io/v1")


def broken(cluster, fault):
    """Break something, wait until the cluster has noticed; answers what the nodes that hear nothing saw last."""
    before = World(cluster)
    what, where = fault or ("", 0)
    if what == "link":
        cluster.cut(*(f"worker-{each}" for each in where))
        return {}
    if not what:
        return {}
    node = f"worker-{where}"
    if what == "kill":
        cluster.kill(node)
    elif what == "cut":
        cluster.cut(node)
    else:
        cluster.cut(node, "master")
    cluster.run(90)
    return {node: before}


def outcomes(cluster, url, source, draws=DRAWS):
    """What came of many requests: pods, and None for a failure."""
    answers = [cluster.request(url, source) for _ in range(draws)]
    return {tuple(pod_hop(answer).split("/")) if answer.status else None for answer in answers}


def pod_hop(answer):
    return next(hop.place for hop in reversed(answer.hops) if hop.kind == "pod")


@settings(
    max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, phases=PATIENCE,
)  # fmt: skip
@given(
    st.lists(pods, min_size=4, max_size=6), st.lists(services, min_size=2, max_size=4),
    st.lists(placed, min_size=1, max_size=5), faults, st.lists(placed, max_size=2), st.booleans(),
    st.sampled_from(["iptables", "ipvs", "nftables"]),
)  # fmt: skip
def test_a_request_reaches_a_pod_iff_the_model_says_that_it_may(pods, services, policies, fault, late, gone, mode):
    cluster = kl.Cluster(workers=WORKERS, seed=1, size=kl.WorkerSize(images=("nginx:1.27",)), proxy_mode=mode)
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    cluster.settle()
    cluster.apply(*(pod_of(*each) for each in enumerate(pods)), *(service_of(*each) for each in enumerate(services)),
                  *(policy_of(number, *each) for number, each in enumerate(policies)))  # fmt: skip
    cluster.settle().run(20)
    seen = broken(cluster, fault)
    if gone:
        cluster.api.delete("networkpolicies", "n0", policies[0][0])
    cluster.apply(*(policy_of(number + 10, *each) for number, each in enumerate(late)))
    cluster.run(5)
    model = Model(cluster, seen)
    alive = [pod for pod in model.now.pods if cluster.machines[pod.spec.nodeName].powered]
    machines = [name for name in model.now.nodes if cluster.machines[name].powered]
    for service in [each for each in model.now.services if each.metadata.name.startswith("s")]:
        check_service(cluster, model, service, alive, machines)
    for one in alive:
        for other in model.now.pods:
            expected = model.to_address(model.pod(one), other.status.podIP, 80)
            assert outcomes(cluster, f"http://{other.status.podIP}", full(one), 2) == expected


def check_service(cluster, model, service, pods, machines):
    spec, meta = service.spec, service.metadata
    if spec.type == "NodePort":
        for node in model.now.nodes:
            expected = model.to_node_port(Client("203.0.113.1"), node, spec.ports[0].nodePort)
            assert outcomes(cluster, f"http://{node}:{spec.ports[0].nodePort}", "outside") == expected
    for pod in pods:
        if spec.clusterIP == "None":
            expected = model.to_headless(model.pod(pod), meta.namespace, meta.name, 80)
            assert outcomes(cluster, f"http://{meta.name}.{meta.namespace}", full(pod)) == expected
        else:
            expected = model.to_address(model.pod(pod), spec.clusterIP, 8000)
            assert outcomes(cluster, f"http://{spec.clusterIP}:8000", full(pod)) == expected
    for machine in machines if spec.clusterIP != "None" else ():
        expected = model.to_address(model.machine(machine), spec.clusterIP, 8000)
        assert outcomes(cluster, f"http://{spec.clusterIP}:8000", machine) == expected


def full(pod):
    return f"pod/{pod.metadata.namespace}/{pod.metadata.name}"
