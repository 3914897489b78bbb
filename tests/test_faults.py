import pytest

import kubelab as kl

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web"},
    "spec": {"containers": [{"name": "c", "image": "nginx:1.27"}]},
}


@pytest.fixture
def cluster():
    made = kl.Cluster(workers=2, seed=1, size=kl.WorkerSize(images=("nginx:1.27",)))
    made.apply(POD)
    return made.settle()


def faults(cluster):
    return [(entry.verb, entry.object) for entry in cluster.journal if entry.actor == "fault"]


def test_each_fault_is_one_entry_and_the_cause_of_what_follows(cluster):
    before = len(cluster.journal)
    cluster.kill("worker-2").run(100)
    cluster.revive("worker-2").settle()
    assert faults(cluster) == [("kill", "nodes/worker-2"), ("revive", "nodes/worker-2")]
    revive = next(entry for entry in cluster.journal.since(before) if entry.verb == "revive")
    registered = next(e for e in cluster.journal.since(revive.number) if e.actor == "kubelet/worker-2")
    assert cluster.journal.chain(registered.number)[0] == revive
    assert revive.cause == 0


def test_breaking_what_is_broken_does_nothing(cluster):
    cluster.kill("worker-2").kill("worker-2").cut("worker-1").cut("worker-1")
    cluster.heal("worker-1").heal("worker-1").revive("worker-2")
    cluster.stop("scheduler").stop("scheduler").start("scheduler").start("scheduler")
    assert [verb for verb, _ in faults(cluster)] == ["kill", "cut", "heal", "revive", "stop", "start"]


def test_a_node_boots_for_a_while(cluster):
    cluster.kill("worker-1").revive("worker-1").run(4.9)
    assert not cluster.machines["worker-1"].powered
    cluster.run(0.2)
    assert cluster.machines["worker-1"].powered


def test_kill_container_restarts_it_in_place(cluster):
    cluster.faults.kill_container("web")
    cluster.settle()
    held = cluster.api.get("pods", "web").status.containerStatuses[0]
    assert held.restartCount == 1
    assert (held.lastState.terminated.exitCode, held.lastState.terminated.reason) == (137, "Error")
    assert faults(cluster) == [("kill", "pods/default/web")]


def test_processes_have_short_names(cluster):
    for short, name in (
        ("scheduler", "kube-scheduler"), ("controller-manager", "kube-controller-manager"), ("etcd", "etcd"),
        ("api-server", "kube-apiserver"), ("apiserver", "kube-apiserver"), ("kube-apiserver", "kube-apiserver"),
    ):  # fmt: skip
        cluster.stop(short)
        assert not cluster.machines["master"].processes[name].running
        cluster.start(short)
        assert cluster.machines["master"].processes[name].running


def test_a_process_is_stopped_on_one_node_or_on_all(cluster):
    running = [machine.processes["kubelet"] for machine in cluster.machines.values() if machine.role == "worker"]
    cluster.stop("kubelet", node="worker-1")
    assert [process.running for process in running] == [False, True]
    cluster.stop("kubelet")
    assert [process.running for process in running] == [False, False]
    cluster.start("kubelet")
    assert [process.running for process in running] == [True, True]


def test_what_was_stopped_on_purpose_does_not_start_at_boot(cluster):
    cluster.stop("kubelet", node="worker-1").kill("worker-1").revive("worker-1").settle()
    assert not cluster.machines["worker-1"].processes["kubelet"].running
    assert cluster.machines["worker-1"].processes["kube-proxy"].running


def test_a_master_cut_off_is_lost_to_all_nodes(cluster):
    cluster.cut("master").run(5)
    assert not cluster.workers["worker-1"].kubelet.up_to_date
    cluster.heal("master").run(5)
    assert cluster.workers["worker-1"].kubelet.up_to_date


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (("kill", "worker-9"), "no machine 'worker-9': there is master, worker-1, worker-2"),
        (("stop", "kublet"), "no process 'kublet': there is etcd, kube-apiserver, .*kubelet, kube-proxy"),
        (("stop", "scheduler", "worker-1"), "no process 'kube-scheduler' on worker-1: there is containerd, kubelet"),
        (("kill_container", "shop"), "no pod 'shop' runs in namespace 'default': there is web"),
        (("kill_container", "web", "side"), "pod 'web' runs no container 'side': there is c"),
    ],
)
def test_unknown_names_are_answered_with_those_there_are(cluster, call, message):
    with pytest.raises(ValueError, match=message):
        getattr(cluster.faults, call[0])(*call[1:])
    assert faults(cluster) == []
