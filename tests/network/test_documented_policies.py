"""What https://kubernetes.io/docs/concepts/services-networking/network-policies/ says of connections in time."""

import pytest
from policy_town import find, make_town, passes, pod, policy, put, who_reaches

import kubelab as kl


@pytest.fixture(scope="module")
def town():
    return make_town()


@pytest.fixture
def cluster(town):
    return town.fork()


def url(cluster, name="db"):
    return f"http://{find(cluster, name).status.podIP}"


def lived(cluster, during, arithmetic=True):
    """A load whose four clients keep their connections open, and what became of it in each stretch."""
    load = cluster.traffic(url(cluster), 20, "pod/front", clients=4, keepalive=True, arithmetic=arithmetic)
    told = []
    for change in during:
        before = load.answered, load.failed
        if change is not None:
            change()
        cluster.run(20)
        told.append((load.answered - before[0], load.failed - before[1]))
    load.stop()
    return told


# -- existing connections


@pytest.mark.parametrize("arithmetic", [True, False])
def test_a_new_policy_leaves_open_connections_alone(cluster, arithmetic):
    """Network Policies, "NetworkPolicy's impact on existing connections": it is "implementation defined"; here, as with
    most plugins, they go on until one end closes them."""
    deny = policy("deny", ingress=[])
    told = lived(
        cluster,
        [None, lambda: cluster.apply(deny), lambda: cluster.faults.kill_container("db")],
        arithmetic,
    )
    assert [failed for _, failed in told[:2]] == [0, 0]
    assert told[1][0] >= 400
    assert told[2][0] == 0
    assert not passes(cluster, "front", "db")


@pytest.mark.parametrize("options", [{"keepalive": True}, {"keepalive": True, "retries": 1, "timeout": 0.4}, {}])
def test_a_load_through_policies_is_the_same_by_arithmetic_and_one_by_one(cluster, options):
    """Network Policies, "NetworkPolicy's impact on existing connections": however many requests they carry."""

    def told(arithmetic):
        twin = cluster.fork()
        load = twin.traffic(url(twin), 30, "pod/front", clients=5, arithmetic=arithmetic, **options)
        twin.run(3)
        twin.apply(policy("deny", ingress=[]))
        twin.run(4)
        twin.faults.kill_container("db")
        twin.run(4)
        twin.kubectl("delete networkpolicy deny")
        twin.run(4)
        load.stop()
        return load.sent, load.answered, load.failed, list(load.samples), twin.journal.digest()

    reckoned = told(True)
    assert reckoned == told(False)
    assert min(reckoned[:3]) > 0


def test_who_has_no_connection_yet_gets_none(cluster):
    """Network Policies, "NetworkPolicy's impact on existing connections": that of others helps nobody."""
    old = cluster.traffic(url(cluster), 5, "pod/front", keepalive=True)
    cluster.run(5)
    put(cluster, ingress=[])
    new = cluster.traffic(url(cluster), 5, "pod/front", keepalive=True)
    each = cluster.traffic(url(cluster), 5, "pod/front")
    cluster.run(10)
    for load in (old, new, each):
        load.stop()
    assert old.failed == 0
    assert (new.answered, each.answered) == (0, 0)
    assert each.sent > 0


def test_a_policy_that_goes_lets_in_again(cluster):
    """Network Policies, "NetworkPolicy's impact on existing connections": those refused connect when they may."""
    put(cluster, ingress=[])
    told = lived(cluster, [None, lambda: cluster.kubectl("delete networkpolicy --all")])
    assert told[0][0] == 0
    assert told[1][0] > 300


@pytest.mark.parametrize("change", ["label pod front role-", "label namespace default kubernetes.io/x=y"])
def test_a_label_that_changes_leaves_open_connections_alone(cluster, change):
    """Network Policies, "NetworkPolicy's impact on existing connections": "if the relevant labels of the
    namespaces/pods selected by the policy (both subject and peers) are changed"."""
    peers = [{"podSelector": {"matchLabels": {"role": "frontend"}}}]
    put(cluster, ingress=[{"from": peers}])
    told = lived(cluster, [None, lambda: cluster.kubectl(change)])
    assert [failed for _, failed in told] == [0, 0]
    assert passes(cluster, "front", "db") == ("namespace" in change)


def test_egress_that_is_closed_leaves_open_connections_alone(cluster):
    """Network Policies, "NetworkPolicy's impact on existing connections": the same at the sender's end."""
    told = lived(cluster, [None, lambda: put(cluster, policyTypes=["Egress"])])
    assert [failed for _, failed in told] == [0, 0]
    assert not passes(cluster, "front", "db")


# -- isolation


def test_the_node_of_a_pod_reaches_it_in_every_way(cluster):
    """Network Policies, "The two sorts of pod isolation": "the only allowed connections into the pod are those from the
    pod's node and those allowed by the `ingress` list"."""
    put(cluster, policyTypes=["Ingress", "Egress"])
    assert cluster.request(url(cluster), "worker-1").pod == "db"
    assert cluster.request(url(cluster), "worker-2").error.startswith("timed out: NetworkPolicy")


def test_policies_of_another_namespace_say_nothing_here(cluster):
    """Network Policies, "The NetworkPolicy resource": an empty `podSelector` "selects all pods in the namespace"."""
    cluster.apply(policy("deny", "alice", ingress=[]))
    cluster.run(1)
    assert len(who_reaches(cluster, "db")) == 7
    assert who_reaches(cluster, "alice/client") == ["alice/client"]


def test_a_pod_that_ends_its_isolation_by_a_label(cluster):
    """Network Policies, "The two sorts of pod isolation": isolated is who a policy "selects", at this instant."""
    put(cluster, podSelector={"matchLabels": {"role": "db"}}, ingress=[])
    assert not passes(cluster, "front", "db")
    cluster.kubectl("label pod db role=free --overwrite")
    cluster.settle()
    assert passes(cluster, "front", "db")


def test_there_is_no_rule_that_denies(cluster):
    """Network Policies, "What you can't do with network policies (at least, not yet)": "the ability to explicitly
    deny": a policy that allows outweighs any that allow less."""
    put(cluster, {"ingress": []}, {"ingress": [{}]}, {"ingress": [{"ports": [{"port": 443}]}]})
    assert passes(cluster, "front", "db")


def test_a_service_is_no_peer(cluster):
    """Network Policies, "What you can't do with network policies (at least, not yet)": "Targeting of services by name";
    its address in an `ipBlock` lets nobody to the pods behind it."""
    peers = [{"serviceName": "db"}]
    with pytest.raises(kl.ApiError):
        cluster.api.create(policy("by-name", ingress=[{"from": peers}]))


def test_init_containers_are_isolated_as_all_others(cluster):
    """Network Policies, "Pod lifecycle": policies "apply equally to init containers, sidecar containers, and regular
    containers": the pod's address counts, before it is ready too."""
    put(cluster, podSelector={"matchLabels": {"role": "late"}}, policyTypes=["Egress"])
    first = {"name": "first", "image": "nginx:1.27"}
    cluster.apply(pod("default", "late", "worker-2", {"role": "late"}, initContainers=[first]))
    cluster.run(3)
    assert find(cluster, "late").status.phase == "Pending"
    assert cluster.request(url(cluster), "pod/late").error.startswith("timed out: NetworkPolicy default/policy-0")


# -- the cluster's DNS behind a policy


def dns_rule(**peer):
    ports = [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")]
    return {"to": [peer], "ports": ports} if peer else {"ports": ports}


@pytest.mark.parametrize(
    ("peer", "allowed"),
    [
        ({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}, True),
        (
            {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
                "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
            },
            True,
        ),
        ({"namespaceSelector": {}}, True),
        ({"podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}, False),
        ({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "alice"}}}, False),
    ],
)
def test_a_pod_may_be_let_out_to_the_dns_alone(cluster, peer, allowed):
    """Network Policies, "Targeting a Namespace by its name": the DNS's pods are in kube-system, with `k8s-app:
    kube-dns`."""
    spec = {"selector": {"role": "db"}, "ports": [{"port": 80}]}
    cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "db"}, "spec": spec})
    front = {"podSelector": {"matchLabels": {"role": "frontend"}}, "policyTypes": ["Egress"]}
    put(cluster, {**front, "egress": [dns_rule(**peer), {"to": [{"podSelector": {"matchLabels": {"role": "db"}}}]}]})
    answer = cluster.request("http://db", "pod/front")
    assert (answer.pod == "db") == allowed
    assert allowed or "DNS lookup of db timed out" in answer.error


def test_a_pod_that_asks_another_name_server_needs_to_be_let_out_to_that(cluster):
    """Network Policies, "Default deny all egress traffic": whichever name server it is."""
    own = pod("default", "own", "worker-2", {"role": "own"}, dnsPolicy="Default")
    cluster.apply(own)
    cluster.settle()
    cluster.hosts["www.example.org"] = "203.0.113.1"
    put(cluster, podSelector={"matchLabels": {"role": "own"}}, policyTypes=["Egress"])
    assert "DNS lookup of www.example.org timed out" in cluster.request("http://www.example.org", "pod/own").error
