import pytest
from pods_by_hand import Hand

import kubelab as kl
from kubelab.api.objects import is_true


@pytest.fixture
def hand():
    return Hand()


HEALTHY = {"MemoryPressure": "False", "DiskPressure": "False", "PIDPressure": "False", "Ready": "True"}


def node_conditions(hand, name="worker-1"):
    return {each.type: each.status for each in hand.api.get("nodes", name, None).status.conditions}


def renewed(hand, name="worker-1"):
    lease = hand.api.get("leases", name, "kube-node-lease")
    return (hand.cluster.clock.micro_date - lease.spec.renewTime).total_seconds()


def kubelet(hand, name="worker-1"):
    return hand.cluster.workers[name].kubelet


# -- the node


def test_a_node_registers_itself_and_is_ready(hand):
    node = hand.api.get("nodes", "worker-1", None)
    assert node.metadata.labels["kubernetes.io/hostname"] == "worker-1"
    assert node.spec.podCIDR == "10.244.1.0/24"
    assert [(each.type, each.address) for each in node.status.addresses] == [
        ("InternalIP", "172.18.0.3"),
        ("Hostname", "worker-1"),
    ]
    assert node.status.capacity["cpu"] == "4"
    assert node.status.allocatable == node.status.capacity
    assert (node.status.nodeInfo.kubeletVersion, node.status.nodeInfo.containerRuntimeVersion) == (
        "v1.36.2",
        "containerd://2.1.0",
    )
    ready = next(each for each in node.status.conditions if each.type == "Ready")
    assert (ready.reason, ready.message) == ("KubeletReady", "kubelet is posting ready status")
    assert node_conditions(hand) == HEALTHY


def test_a_lease_is_renewed_every_ten_seconds_without_any_work(hand):
    hand.cluster.settle()
    revision = hand.cluster.etcd.revision
    assert hand.cluster.clock.next_due is None
    for _ in range(5):
        hand.cluster.run(7)
        assert renewed(hand) < 10
    assert hand.cluster.etcd.revision == revision
    lease = hand.api.get("leases", "worker-1", "kube-node-lease")
    assert (lease.spec.holderIdentity, lease.spec.leaseDurationSeconds) == ("worker-1", 40)
    assert lease.metadata.ownerReferences[0].name == "worker-1"


def test_a_node_with_pods_costs_nothing_when_all_is_well(hand):
    for number in range(5):
        hand.pod(f"web-{number}", readinessProbe={"httpGet": {"port": 80}}, livenessProbe={"tcpSocket": {"port": 80}})
    hand.cluster.settle()
    revision, entries = hand.cluster.etcd.revision, len(hand.cluster.journal)
    assert hand.cluster.clock.next_due is None
    hand.cluster.run(86400)
    assert (hand.cluster.etcd.revision, len(hand.cluster.journal)) == (revision, entries)


def test_a_worker_added_later_says_so(hand):
    hand.cluster.run(10)
    hand.cluster.add_worker("worker-9")
    hand.cluster.settle()
    assert node_conditions(hand, "worker-9") == HEALTHY
    reasons = [e.reason for e in hand.api.list("events") if e.involvedObject.name == "worker-9"]
    assert reasons[:5] == [
        "Starting",
        "NodeHasSufficientMemory",
        "NodeHasNoDiskPressure",
        "NodeHasSufficientPID",
        "NodeReady",
    ]


def test_many_kubelets_are_cheap():
    cluster = kl.Cluster(workers=100, seed=1)
    assert all(is_true(node, "Ready") for node in cluster.api.list("nodes"))
    revision = cluster.etcd.revision
    assert cluster.run(3600).etcd.revision == revision


# -- the kubelet stops


def test_containers_run_on_while_the_kubelet_is_stopped(hand):
    hand.pod()
    hand.cluster.settle()
    before = hand.status()
    hand.cluster.stop("kubelet", "worker-1").run(20)
    assert renewed(hand) >= 20
    address = hand.get().status.podIP
    assert hand.cluster.request(f"http://{address}").ok
    hand.cluster.start("kubelet", "worker-1").settle()
    assert hand.status() == before
    assert renewed(hand) < 10


def test_what_happened_meanwhile_is_reported_afterwards(hand):
    hand.pod("ends", image="busybox:1.36", command=["sleep", "15"], spec={"restartPolicy": "Never"})
    hand.pod("deleted")
    hand.pod("forced")
    hand.cluster.run(5)
    hand.cluster.stop("kubelet", "worker-1")
    hand.api.delete("pods", "deleted")
    hand.api.delete("pods", "forced", grace_period_seconds=0)
    hand.cluster.run(20)
    assert hand.get("ends").status.phase == "Running"
    assert not hand.gone("deleted")
    hand.cluster.start("kubelet", "worker-1").run(3)
    assert hand.get("ends").status.phase == "Succeeded"
    assert hand.gone("deleted")
    assert [held.name for held in hand.cluster.workers["worker-1"].runtime.alive()] == []


def test_a_pod_bound_while_the_kubelet_is_stopped_starts_later(hand):
    hand.cluster.stop("kubelet", "worker-1")
    hand.pod()
    hand.cluster.run(20)
    assert hand.get().status.phase == "Pending"
    assert not hand.get().status.containerStatuses
    hand.cluster.start("kubelet", "worker-1").run(3)
    assert hand.get().status.phase == "Running"


def test_readiness_outlives_a_restart_of_the_kubelet(hand):
    hand.pod(readinessProbe={"httpGet": {"port": 80}}, startupProbe={"tcpSocket": {"port": 80}})
    hand.cluster.settle()
    revision = hand.get().metadata.resourceVersion
    hand.cluster.stop("kubelet", "worker-1").start("kubelet", "worker-1").settle()
    assert hand.get().metadata.resourceVersion == revision
    assert hand.status().restartCount == 0


def test_a_failed_pod_stays_failed_when_the_kubelet_restarts(hand):
    hand.pod(spec={"activeDeadlineSeconds": 3})
    hand.pod("big", resources={"requests": {"cpu": "8"}})
    hand.cluster.run(10)
    before = hand.get().status, hand.get("big").status
    hand.cluster.stop("kubelet", "worker-1").start("kubelet", "worker-1").run(10)
    assert (hand.get().status, hand.get("big").status) == before


# -- power and cable


def test_a_killed_node_falls_silent_and_its_pod_is_not_told(hand):
    hand.pod()
    hand.cluster.settle()
    hand.cluster.kill("worker-1").run(30)
    assert hand.get().status.phase == "Running"
    assert hand.conditions()["Ready"] == "True"
    assert renewed(hand) >= 30
    assert not hand.cluster.request(f"http://{hand.get().status.podIP}").ok


def test_after_a_reboot_containers_start_again_in_place(hand):
    hand.pod()
    hand.cluster.settle()
    boot = hand.api.get("nodes", "worker-1", None).status.nodeInfo.bootID
    hand.cluster.kill("worker-1").run(10)
    hand.cluster.revive("worker-1").run(4.9)
    assert hand.status().restartCount == 0
    hand.cluster.settle()
    held = hand.status()
    assert held.restartCount == 1
    assert (held.lastState.terminated.exitCode, held.lastState.terminated.reason) == (255, "Unknown")
    assert held.state.running
    assert hand.get().status.podIP == "10.244.1.3"
    assert hand.api.get("nodes", "worker-1", None).status.nodeInfo.bootID != boot
    assert ("SandboxChanged", "Pod sandbox changed, it will be killed and re-created.") in hand.events()
    assert hand.conditions()["Ready"] == "True"


def test_init_containers_run_again_after_a_reboot(hand):
    hand.pod(spec={"initContainers": [{"name": "first", "image": "busybox:1.36", "command": ["sleep", "3"]}]})
    hand.cluster.settle()
    hand.cluster.kill("worker-1").run(1)
    hand.cluster.revive("worker-1").settle()
    assert hand.get().status.initContainerStatuses[0].restartCount == 1
    assert hand.get().status.phase == "Running"


def test_a_pod_that_never_restarts_fails_with_its_node(hand):
    hand.pod(image="busybox:1.36", command=["sleep", "1000"], spec={"restartPolicy": "Never"})
    hand.cluster.run(5)
    hand.cluster.kill("worker-1").run(5)
    hand.cluster.revive("worker-1").run(20)
    assert hand.get().status.phase == "Failed"
    assert hand.state() == "Unknown"


def test_pods_marked_deleted_meanwhile_are_gone_after_the_boot(hand):
    hand.pod()
    hand.cluster.settle()
    hand.cluster.kill("worker-1").run(5)
    hand.api.delete("pods", "web")
    hand.cluster.run(60)
    assert not hand.gone()
    hand.cluster.revive("worker-1").settle()
    assert hand.gone()
    assert hand.cluster.workers["worker-1"].runtime.sandboxes == {}


def test_a_node_cut_off_runs_on_and_reports_after_healing(hand):
    hand.pod("stays")
    hand.pod("ends", image="busybox:1.36", command=["sleep", "30"], spec={"restartPolicy": "Never"})
    hand.cluster.run(5)
    hand.cluster.cut("worker-1").run(45)
    assert hand.get("ends").status.phase == "Running"
    assert renewed(hand) >= 40
    hand.cluster.heal("worker-1").run(5)
    assert hand.get("ends").status.phase == "Succeeded"
    assert hand.status("stays").restartCount == 0
    assert renewed(hand) < 10


def test_a_node_that_was_away_for_long_says_that_it_is_well(hand):
    hand.pod()
    hand.cluster.settle()
    hand.cluster.cut("worker-1").run(100)
    assert node_conditions(hand) == dict.fromkeys(HEALTHY, "Unknown")
    assert hand.conditions()["Ready"] == "False"
    hand.cluster.heal("worker-1").run(30)
    assert node_conditions(hand) == HEALTHY
    assert hand.conditions()["Ready"] == "True"
    assert hand.status().restartCount == 0


def test_without_an_api_server_pods_run_on_and_crash_and_come_back(hand):
    hand.pod()
    hand.pod("crashes", image="busybox:1.36", command=["sleep", "20"])
    hand.cluster.run(5)
    hand.cluster.stop("api-server").run(60)
    assert len(hand.cluster.workers["worker-1"].runtime.alive()) == 2
    hand.cluster.start("api-server").run(5)
    assert hand.status("crashes").restartCount >= 2
    assert hand.status().restartCount == 0


def test_without_etcd_statuses_wait(hand):
    hand.pod(image="busybox:1.36", command=["sleep", "10"], spec={"restartPolicy": "Never"})
    hand.cluster.run(5)
    hand.cluster.stop("etcd").run(20)
    hand.cluster.start("etcd").run(5)
    assert hand.get().status.phase == "Succeeded"


def test_a_boot_without_an_api_server_waits_for_it(hand):
    hand.pod()
    hand.cluster.settle()
    hand.cluster.kill("worker-1").stop("api-server").revive("worker-1").run(30)
    assert hand.cluster.workers["worker-1"].runtime.alive() == []
    hand.cluster.start("api-server").settle()
    assert hand.status().restartCount == 1
    assert hand.get().status.phase == "Running"


def test_containers_run_on_without_the_runtime(hand):
    hand.pod()
    hand.pod("ends", image="busybox:1.36", command=["sleep", "10"])
    hand.cluster.run(5)
    hand.cluster.stop("containerd", "worker-1")
    hand.pod("late")
    hand.cluster.run(20)
    assert hand.get("late").status.phase == "Pending"
    assert hand.cluster.request(f"http://{hand.get().status.podIP}").ok
    hand.cluster.start("containerd", "worker-1").run(5)
    assert hand.get("late").status.phase == "Running"
    assert hand.status("ends").restartCount == 1


def test_a_pod_may_come_back_under_the_same_name(hand):
    hand.pod()
    hand.cluster.settle()
    hand.cluster.cut("worker-1")
    hand.api.delete("pods", "web", grace_period_seconds=0)
    hand.pod()
    hand.cluster.run(20)
    hand.cluster.heal("worker-1").settle()
    assert hand.get().status.phase == "Running"
    assert hand.status().restartCount == 0
    assert len(hand.cluster.workers["worker-1"].runtime.sandboxes) == 1
    assert len(kubelet(hand).workers) == 1
