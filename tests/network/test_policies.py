"""NetworkPolicies as nodes enforce them, section by section of the documentation:
https://kubernetes.io/docs/concepts/services-networking/network-policies/ .
"""

import pytest
from policy_town import EVERYBODY, OUTSIDE, find, make_town, passes, pod, put, verdicts, who_reaches

from kubelab.network.packet import Packet


@pytest.fixture(scope="module")
def town():
    return make_town()


@pytest.fixture
def cluster(town):
    return town.fork()


# -- Prerequisites


def test_without_an_agent_a_policy_has_no_effect(cluster):
    """Network Policies, "Prerequisites"."""
    cluster.stop("calico-node")
    put(cluster, ingress=[])
    assert who_reaches(cluster, "db") == EVERYBODY
    cluster.start("calico").settle()
    assert who_reaches(cluster, "db") == ["db"]


# -- The two sorts of pod isolation


def test_by_default_a_pod_is_isolated_in_neither_direction(cluster):
    """Network Policies, "The two sorts of pod isolation"; Network Policies, "Default policies": without policies all is
    allowed."""
    assert who_reaches(cluster, "db") == EVERYBODY
    assert passes(cluster, "db", OUTSIDE)


def test_each_direction_is_isolated_by_itself(cluster):
    """Network Policies, "The two sorts of pod isolation"."""
    put(cluster, podSelector={"matchLabels": {"role": "db"}}, policyTypes=["Ingress"])
    assert not passes(cluster, "front", "db")
    assert passes(cluster, "db", "front")
    put(cluster, podSelector={"matchLabels": {"role": "db"}}, policyTypes=["Egress"])
    assert passes(cluster, "front", "db")
    assert not passes(cluster, "db", "front")


def test_policies_add_up_in_any_order(cluster):
    """Network Policies, "The two sorts of pod isolation": the union of what the policies allow."""
    front = {"ingress": [{"from": [{"podSelector": {"matchLabels": {"role": "frontend"}}}]}]}
    block = {"ingress": [{"from": [{"ipBlock": {"cidr": "203.0.113.0/24"}}]}]}
    put(cluster, front, block, {"ingress": []})
    assert who_reaches(cluster, "db") == ["db", "front", OUTSIDE]
    put(cluster, {"ingress": []}, block, front)
    assert who_reaches(cluster, "db") == ["db", "front", OUTSIDE]


def test_both_ends_must_allow_a_connection(cluster):
    """Network Policies, "The two sorts of pod isolation": the egress policy of the source and the ingress policy of the
    destination."""
    to_front = {"to": [{"podSelector": {"matchLabels": {"role": "frontend"}}}]}
    from_db = {"from": [{"podSelector": {"matchLabels": {"role": "db"}}}]}
    put(
        cluster,
        {"podSelector": {"matchLabels": {"role": "db"}}, "policyTypes": ["Egress"], "egress": [to_front]},
        {"podSelector": {"matchLabels": {"role": "frontend"}}, "policyTypes": ["Ingress"], "ingress": [from_db]},
    )
    assert passes(cluster, "db", "front")
    assert [each.allowed for each in verdicts(cluster, "db", "other")] == [False, True]
    assert [each.allowed for each in verdicts(cluster, "other", "front")] == [True, False]


def test_replies_pass(cluster):
    """Network Policies, "The two sorts of pod isolation": reply traffic of allowed connections is allowed
    implicitly."""
    put(cluster, podSelector={"matchLabels": {"role": "db"}}, policyTypes=["Ingress", "Egress"], ingress=[{}])
    address = find(cluster, "db").status.podIP
    assert cluster.request(f"http://{address}", "pod/front").ok
    assert cluster.request(f"http://{find(cluster, 'front').status.podIP}", "pod/db").error.startswith("timed out")


def test_a_pod_cannot_block_itself(cluster):
    """Network Policies, "What you can't do with network policies (at least, not yet)": prevent loopback."""
    put(cluster, policyTypes=["Ingress", "Egress"])
    assert passes(cluster, "db", "db")


def test_traffic_of_a_pods_own_node_always_passes(cluster):
    """Network Policies, "The two sorts of pod isolation": connections from the pod's node are always allowed."""
    put(cluster, policyTypes=["Ingress", "Egress"])
    own, far = (cluster.overlay.machine_address(name) for name in ("worker-1", "worker-2"))
    assert passes(cluster, own, "db")
    assert passes(cluster, "db", own)
    assert not passes(cluster, far, "db")
    assert not passes(cluster, "db", far)


def test_probes_reach_a_pod_that_nobody_else_does(cluster):
    """Network Policies, "The two sorts of pod isolation": so the kubelet's probes reach their pods."""
    put(cluster, policyTypes=["Ingress", "Egress"])
    container = {
        "name": "web",
        "image": "nginx:1.27",
        "readinessProbe": {"httpGet": {"port": 80}},
        "livenessProbe": {"httpGet": {"port": 80}, "periodSeconds": 1, "failureThreshold": 1},
    }
    cluster.apply(pod("default", "probed", "worker-1", {}, containers=[container]))
    cluster.run(60)
    status = find(cluster, "probed").status.containerStatuses[0]
    assert (status.ready, status.restartCount) == (True, 0)


# -- The NetworkPolicy resource


EXAMPLE = {
    "podSelector": {"matchLabels": {"role": "db"}},
    "policyTypes": ["Ingress", "Egress"],
    "ingress": [
        {
            "from": [
                {"ipBlock": {"cidr": "192.168.0.0/16", "except": ["192.168.1.0/24"]}},
                {"namespaceSelector": {"matchLabels": {"user": "alice"}}},
                {"podSelector": {"matchLabels": {"role": "frontend"}}},
            ],
            "ports": [{"protocol": "TCP", "port": 6379}],
        }
    ],
    "egress": [{"to": [{"ipBlock": {"cidr": "198.51.100.0/24"}}], "ports": [{"protocol": "TCP", "port": 5978}]}],
}


def test_the_example_does_what_the_page_says(cluster):
    """Network Policies, "The NetworkPolicy resource"."""
    put(cluster, **EXAMPLE)
    assert who_reaches(cluster, "db", 6379) == ["db", "front", "alice/client", "alice/guest"]
    assert who_reaches(cluster, "db", 80) == ["db"]
    for address, expected in (
        ("192.168.0.9", True), ("192.168.1.9", False), ("192.168.2.9", True), ("192.169.0.9", False),
    ):  # fmt: skip
        assert passes(cluster, address, "db", 6379) == expected
    assert passes(cluster, "db", "198.51.100.7", 5978)
    assert not passes(cluster, "db", "198.51.100.7", 5979)
    assert not passes(cluster, "db", "198.51.101.7", 5978)
    assert not passes(cluster, "db", "198.51.100.7", 5978, "UDP")
    assert passes(cluster, "other", "198.51.101.7", 5978)


def test_an_empty_pod_selector_selects_all_pods_of_the_namespace(cluster):
    """Network Policies, "The NetworkPolicy resource": podSelector."""
    put(cluster, ingress=[])
    assert [who_reaches(cluster, name) for name in ("db", "front", "other")] == [["db"], ["front"], ["other"]]
    assert who_reaches(cluster, "alice/client") == EVERYBODY


def test_without_types_a_policy_rules_ingress_and_egress_only_with_egress_rules(cluster):
    """Network Policies, "The NetworkPolicy resource": policyTypes."""
    put(cluster, {})
    assert [each.allowed for each in verdicts(cluster, "front", "other")] == [True, False]
    put(cluster, {"egress": [{"to": [{"podSelector": {"matchLabels": {"role": "db"}}}]}]})
    assert [each.allowed for each in verdicts(cluster, "front", "other")] == [False, False]
    assert [each.allowed for each in verdicts(cluster, "front", "db")] == [True, False]


def test_a_rule_needs_both_its_peers_and_its_ports_to_match(cluster):
    """Network Policies, "The NetworkPolicy resource": each rule allows traffic which matches both the `from` and
    `ports` sections."""
    front = {"podSelector": {"matchLabels": {"role": "frontend"}}}
    put(cluster, ingress=[{"from": [front], "ports": [{"port": 80}]}, {"ports": [{"port": 443}]}])
    assert who_reaches(cluster, "db", 80) == ["db", "front"]
    assert who_reaches(cluster, "db", 443) == EVERYBODY
    assert who_reaches(cluster, "db", 81) == ["db"]


# -- Behavior of `to` and `from` selectors


def test_one_entry_with_both_selectors_means_pods_in_those_namespaces(cluster):
    """Network Policies, "Behavior of `to` and `from` selectors": namespaceSelector and podSelector."""
    both = {
        "namespaceSelector": {"matchLabels": {"user": "alice"}},
        "podSelector": {"matchLabels": {"role": "client"}},
    }
    put(cluster, ingress=[{"from": [both]}])
    assert who_reaches(cluster, "db") == ["db", "alice/client"]


def test_two_entries_mean_one_or_the_other(cluster):
    """Network Policies, "Behavior of `to` and `from` selectors"."""
    one = {"namespaceSelector": {"matchLabels": {"user": "alice"}}}
    other = {"podSelector": {"matchLabels": {"role": "frontend"}}}
    put(cluster, ingress=[{"from": [one, other]}])
    assert who_reaches(cluster, "db") == ["db", "front", "alice/client", "alice/guest"]


def test_a_pod_selector_alone_means_the_policys_own_namespace(cluster):
    """Network Policies, "Behavior of `to` and `from` selectors": podSelector."""
    put(cluster, ingress=[{"from": [{"podSelector": {}}]}])
    assert who_reaches(cluster, "db") == ["db", "front", "other"]


def test_an_empty_namespace_selector_means_all_pods_and_nobody_else(cluster):
    """Network Policies, "Behavior of `to` and `from` selectors": namespaceSelector."""
    put(cluster, ingress=[{"from": [{"namespaceSelector": {}}]}])
    assert who_reaches(cluster, "db") == EVERYBODY[:-1]
    far = cluster.overlay.machine_address("worker-2")
    assert not passes(cluster, far, "db")


def test_an_address_block_sees_masqueraded_clients_as_their_node(cluster):
    """Network Policies, "Behavior of `to` and `from` selectors": ipBlock; the source IP may be that of the pod's
    node."""
    put(cluster, ingress=[{"from": [{"ipBlock": {"cidr": "203.0.113.0/24"}}]}])
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "db"},
        "spec": {"type": "NodePort", "selector": {"role": "db"}, "ports": [{"port": 80, "nodePort": 30080}]},
    }
    cluster.apply(service)
    cluster.settle()
    assert cluster.request("http://worker-1:30080").pod == "db"  # its own node filters before it masquerades
    far = cluster.request("http://worker-2:30080")
    assert far.error.startswith(
        "timed out: NetworkPolicy default/policy-0: no rule lets 172.18.0.4 reach pod default/db"
    )
    cluster.api.patch("services", "db", {"spec": {"externalTrafficPolicy": "Local"}})
    cluster.settle()
    assert cluster.request("http://worker-1:30080").pod == "db"


def test_a_default_deny_keeps_the_outside_out_by_every_node(cluster):
    """Network Policies, "Behavior of `to` and `from` selectors": nobody outside becomes the pod's own node by
    masquerading."""
    put(cluster, ingress=[])
    spec = {"type": "NodePort", "selector": {"role": "db"}, "ports": [{"port": 80, "nodePort": 30080}]}
    cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "db"}, "spec": spec})
    cluster.settle()
    for node in ("worker-1", "worker-2"):
        assert cluster.request(f"http://{node}:30080").error.startswith("timed out: NetworkPolicy default/policy-0")


def test_egress_is_judged_by_the_pod_behind_a_service(cluster):
    """Network Policies, "Behavior of `to` and `from` selectors": connections to Service IPs that get rewritten."""
    spec = {"clusterIP": "10.96.0.77", "selector": {"role": "db"}, "ports": [{"port": 8000, "targetPort": "http"}]}
    cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "db"}, "spec": spec})
    to_db = {"to": [{"podSelector": {"matchLabels": {"role": "db"}}}], "ports": [{"port": 80}]}
    put(cluster, podSelector={"matchLabels": {"role": "frontend"}}, policyTypes=["Egress"], egress=[to_db])
    assert cluster.request("http://10.96.0.77:8000", "pod/front").pod == "db"
    to_service = {"to": [{"ipBlock": {"cidr": "10.96.0.0/12"}}]}
    put(cluster, podSelector={"matchLabels": {"role": "frontend"}}, policyTypes=["Egress"], egress=[to_service])
    assert cluster.request("http://10.96.0.77:8000", "pod/front").error.startswith("timed out: NetworkPolicy")


# -- Default policies


def test_default_deny_all_ingress_traffic(cluster):
    """Network Policies, "Default deny all ingress traffic"."""
    put(cluster, policyTypes=["Ingress"])
    assert who_reaches(cluster, "db") == ["db"]
    assert passes(cluster, "db", OUTSIDE)


def test_allow_all_ingress_traffic(cluster):
    """Network Policies, "Allow all ingress traffic": no other policy takes that away."""
    put(cluster, {"policyTypes": ["Ingress"]}, {"policyTypes": ["Ingress"], "ingress": [{}]})
    assert who_reaches(cluster, "db") == EVERYBODY


def test_default_deny_all_egress_traffic(cluster):
    """Network Policies, "Default deny all egress traffic"."""
    put(cluster, policyTypes=["Egress"])
    assert not passes(cluster, "db", "front")
    assert not passes(cluster, "db", OUTSIDE)
    assert passes(cluster, "alice/client", "db")


def test_allow_all_egress_traffic(cluster):
    """Network Policies, "Allow all egress traffic"."""
    put(cluster, {"policyTypes": ["Egress"]}, {"policyTypes": ["Egress"], "egress": [{}]})
    assert passes(cluster, "db", "front")
    assert passes(cluster, "db", OUTSIDE)


def test_default_deny_all_ingress_and_all_egress_traffic(cluster):
    """Network Policies, "Default deny all ingress and all egress traffic"."""
    put(cluster, policyTypes=["Ingress", "Egress"])
    assert who_reaches(cluster, "db") == ["db"]
    assert [each.allowed for each in verdicts(cluster, "db", "front")] == [False, False]
    assert not passes(cluster, "db", OUTSIDE)


def test_a_pod_that_may_not_ask_the_dns_resolves_nothing(cluster):
    """Network Policies, "Default deny all egress traffic": that includes the cluster's DNS."""
    spec = {"selector": {"role": "db"}, "ports": [{"port": 80}]}
    cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "db"}, "spec": spec})
    put(cluster, podSelector={"matchLabels": {"role": "frontend"}}, policyTypes=["Egress"])
    assert "DNS lookup of db timed out" in cluster.request("http://db", "pod/front").error
    put(cluster, podSelector={"matchLabels": {"role": "frontend"}}, policyTypes=["Egress"], egress=[
        {"ports": [{"protocol": "UDP", "port": 53}]}, {"to": [{"podSelector": {}}]},
    ])  # fmt: skip
    assert cluster.request("http://db", "pod/front").pod == "db"


# -- Network traffic filtering, ranges, names


def test_rules_are_about_one_protocol(cluster):
    """Network Policies, "Network traffic filtering": TCP, UDP and SCTP."""
    ports = [{"protocol": "UDP", "port": 53}, {"protocol": "SCTP"}]
    put(cluster, ingress=[{"ports": ports}])
    assert passes(cluster, "front", "db", 53, "UDP")
    assert not passes(cluster, "front", "db", 53, "TCP")
    assert passes(cluster, "front", "db", 4711, "SCTP")


def test_a_range_of_ports_has_both_its_ends(cluster):
    """Network Policies, "Targeting a range of ports"."""
    ends = {
        "to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}],
        "ports": [{"protocol": "TCP", "port": 32000, "endPort": 32768}],
    }
    put(cluster, podSelector={"matchLabels": {"role": "db"}}, policyTypes=["Egress"], egress=[ends])
    allowed = [port for port in (31999, 32000, 32500, 32768, 32769) if passes(cluster, "db", "10.1.2.3", port)]
    assert allowed == [32000, 32500, 32768]


def test_a_named_port_is_the_targets(cluster):
    """Network Policies, "The NetworkPolicy resource": a port may be a name, which is the port of that name of the
    pod."""
    put(cluster, ingress=[{"ports": [{"port": "redis"}]}])
    assert who_reaches(cluster, "db", 6379) == EVERYBODY
    assert who_reaches(cluster, "db", 80) == ["db"]
    put(
        cluster,
        podSelector={"matchLabels": {"role": "db"}},
        policyTypes=["Egress"],
        egress=[{"ports": [{"port": "redis"}]}],
    )
    assert passes(cluster, "db", "front", 6379)
    assert not passes(cluster, "db", "front", 80)
    assert not passes(cluster, "db", OUTSIDE, 6379)  # nobody knows the names of its ports


def test_several_namespaces_by_an_expression(cluster):
    """Network Policies, "Targeting multiple namespaces by label"."""
    expression = {"key": "team", "operator": "In", "values": ["a", "b"]}
    put(cluster, ingress=[{"from": [{"namespaceSelector": {"matchExpressions": [expression]}}]}])
    assert who_reaches(cluster, "db") == ["db", "alice/client", "alice/guest", "bob/client"]


def test_a_namespace_by_its_name(cluster):
    """Network Policies, "Targeting a Namespace by its name"."""
    named = {"matchLabels": {"kubernetes.io/metadata.name": "bob"}}
    put(cluster, ingress=[{"from": [{"namespaceSelector": named}]}])
    assert who_reaches(cluster, "db") == ["db", "bob/client"]


# -- Pod lifecycle


def test_a_new_pod_is_isolated_before_its_first_packet(cluster):
    """Network Policies, "Pod lifecycle": before any containers in the pod start."""
    put(cluster, ingress=[])
    cluster.apply(pod("default", "late", "worker-1", {}))
    runtime = cluster.workers["worker-1"].runtime
    cluster.run(until=lambda c: any(held.name == "late" for held in runtime.alive()))
    sandbox = runtime.find("default", "late")
    assert find(cluster, "late").status.podIP is None  # nobody else knows it yet
    packet = Packet(find(cluster, "front").status.podIP, sandbox.address, 80)
    assert not cluster.overlay.policies.verdict("worker-1", packet, "ingress").allowed


def test_a_changed_label_changes_who_may(cluster):
    """Network Policies, "Pod lifecycle": policies follow the labels of pods and namespaces."""
    front = {"podSelector": {"matchLabels": {"role": "frontend"}}}
    alice = {"namespaceSelector": {"matchLabels": {"user": "alice"}}}
    put(cluster, ingress=[{"from": [front, alice]}])
    assert not passes(cluster, "other", "db")
    cluster.kubectl("label pod other role=frontend")
    cluster.kubectl("label namespace bob user=alice --overwrite")
    cluster.settle()
    assert passes(cluster, "other", "db")
    assert passes(cluster, "bob/client", "db")
    cluster.kubectl("label pod other role-")
    cluster.settle()
    assert not passes(cluster, "other", "db")


def test_an_address_that_another_pod_gets_is_that_pods(cluster):
    """Network Policies, "Pod lifecycle": who has an address now counts, not who had it."""
    put(
        cluster,
        podSelector={"matchLabels": {"role": "db"}},
        ingress=[{"from": [{"podSelector": {"matchLabels": {"role": "frontend"}}}]}],
    )
    address = find(cluster, "front").status.podIP
    cluster.kubectl("delete pod front")
    cluster.settle()
    assert not passes(cluster, address, "db")


# -- NetworkPolicy and `hostNetwork` pods


def test_a_pod_in_its_hosts_network_is_its_node(cluster):
    """Network Policies, "NetworkPolicy and `hostNetwork` pods": such pods are ignored, their traffic is treated as
    traffic of the node."""
    cluster.apply(pod("default", "host", "worker-2", {"role": "frontend"}, hostNetwork=True))
    cluster.settle()
    front = {"podSelector": {"matchLabels": {"role": "frontend"}}}
    put(cluster, ingress=[{"from": [front]}])
    assert passes(cluster, "alice/guest", "host")
    assert not passes(cluster, "host", "db")
    assert passes(cluster, "host", "front")  # on the same node
    put(cluster, ingress=[{"from": [{"ipBlock": {"cidr": "172.18.0.4/32"}}]}])
    assert passes(cluster, "host", "db")


# -- NetworkPolicy's impact on existing connections


def test_only_the_first_packet_of_a_connection_is_judged(cluster):
    """Network Policies, "NetworkPolicy's impact on existing connections": here they go on."""
    load = cluster.traffic(f"http://{find(cluster, 'db').status.podIP}", rate=2, source="pod/front")
    cluster.run(5)
    put(cluster, ingress=[])
    cluster.run(5)
    load.stop()
    assert load.failed  # each request of this load is a connection of its own
