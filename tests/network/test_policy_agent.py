"""The policy agents of nodes: what each knows, what they tell, what they cost."""

import pytest
from policy_town import EVERYBODY, PODS, find, make_town, passes, put, verdicts, who_reaches
from test_policies import EXAMPLE

from kubelab.network.packet import Packet


@pytest.fixture(scope="module")
def town():
    return make_town()


@pytest.fixture
def cluster(town):
    return town.fork()


# -- a node's own view


def test_an_agent_that_is_cut_off_keeps_its_old_rules(cluster):
    put(cluster, ingress=[])
    cluster.cut("worker-1").run(1)
    cluster.kubectl("delete networkpolicy policy-0")
    cluster.run(5)
    assert who_reaches(cluster, "front") == EVERYBODY
    assert not passes(cluster, "other", "db")  # both on worker-1
    cluster.heal().run(5)
    assert who_reaches(cluster, "db") == EVERYBODY


def test_an_agent_whose_link_to_the_master_is_cut_does_not_hear_of_new_policies(cluster):
    cluster.cut("worker-1", "master")
    put(cluster, ingress=[])
    assert passes(cluster, "front", "db")
    assert not passes(cluster, "db", "front")
    cluster.heal().run(5)
    assert not passes(cluster, "front", "db")


def test_a_stopped_agents_rules_stay_until_the_power_goes(cluster):
    put(cluster, ingress=[])
    cluster.stop("calico-node", "worker-1")
    cluster.kubectl("delete networkpolicy policy-0")
    cluster.settle()
    assert not passes(cluster, "front", "db")
    cluster.kill("worker-1").run(5)
    cluster.revive("worker-1").settle()
    assert passes(cluster, "front", "db")


def test_agents_of_a_restarted_api_server_learn_what_they_missed(cluster):
    put(cluster, ingress=[])
    packet = Packet(find(cluster, "front").status.podIP, find(cluster, "db").status.podIP, 80)
    cluster.stop("api-server").run(5)
    assert not cluster.overlay.policies.verdict("worker-1", packet, "ingress").allowed
    cluster.start("api-server").settle()
    cluster.kubectl("delete networkpolicy policy-0")
    cluster.settle()
    assert passes(cluster, "front", "db")


def test_a_fork_has_its_own_policies(cluster):
    put(cluster, ingress=[])
    twin = cluster.fork()
    twin.kubectl("delete networkpolicy policy-0")
    twin.settle()
    assert passes(twin, "front", "db")
    assert not passes(cluster, "front", "db")


# -- what is told


def test_a_verdict_names_the_policy_and_says_why(cluster):
    put(cluster, {"ingress": []}, {"ingress": [{"ports": [{"port": 443}]}]})
    assert verdicts(cluster, "front", "db", 443)[1] == (True, "default/policy-1", None)
    refused = verdicts(cluster, "front", "db")[1]
    front = find(cluster, "front").status.podIP
    assert refused.policy == "default/policy-0, default/policy-1"
    which = "NetworkPolicies default/policy-0, default/policy-1"
    assert refused.why == f"{which}: no rule lets {front} reach pod default/db on port 80 (TCP)"


def test_a_policy_that_locks_everything_is_silence_and_names_itself(cluster):
    put(cluster, policyTypes=["Ingress", "Egress"])
    answer = cluster.request(f"http://{find(cluster, 'db').status.podIP}", "pod/front")
    assert answer.error.startswith("timed out: NetworkPolicy default/policy-0: no rule lets pod default/front reach")
    assert answer.latency >= cluster.timings.connect_timeout


def test_the_rules_of_a_node_can_be_read(cluster):
    put(cluster, {**EXAMPLE}, {"policyTypes": ["Egress"], "podSelector": {"matchLabels": {"role": "frontend"}}})
    text = cluster.overlay.policies.text("worker-1")
    assert [line.split()[:3] for line in text.splitlines()] == [
        ["POD", "DIRECTION", "POLICY"],
        ["default/db", "ingress", "default/policy-0"],
        ["default/db", "egress", "default/policy-0"],
    ]
    assert "192.168.0.0/16 except 192.168.1.0/24 | namespaces user=alice | pods role=frontend   6379/TCP" in text
    assert "198.51.100.0/24" in text
    assert "default/front   egress      default/policy-1   <none>" in cluster.overlay.policies.text("worker-2")


def test_each_policys_arrival_is_told_once_for_all_nodes(cluster):
    before = len(cluster.journal)
    put(cluster, ingress=[])
    told = [entry.object for entry in cluster.journal.since(before) if entry.actor == "calico-node"]
    assert told == ["networkpolicies/default/policy-0"]


# -- costs


def test_while_there_is_no_policy_nobody_listens_to_pods(cluster):
    live = cluster.overlay.policies.live
    assert (live.pods, live.namespaces, live.number) == ({}, {}, 0)
    put(cluster, ingress=[])
    assert set(live.pods) == {f"{namespace}/{name}" for namespace, name, _, _ in PODS}
    cluster.kubectl("delete networkpolicy policy-0")
    cluster.settle()
    assert (live.pods, live.namespaces) == ({}, {})


def test_changes_of_pods_that_mean_nothing_to_policies_cost_nothing(cluster):
    put(cluster, ingress=[])
    live = cluster.overlay.policies.live
    number = live.number
    cluster.kubectl("annotate pod db note=1")
    cluster.settle()
    assert live.number == number
