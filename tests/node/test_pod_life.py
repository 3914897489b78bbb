import msgspec
import pytest
from pods_by_hand import Hand

import kubelab as kl


@pytest.fixture
def hand():
    return Hand()


SHELL = ["sh", "-c"]


def test_a_pod_goes_from_pending_to_running(hand):
    hand.pod()
    assert hand.phases(5) == [("Pending", ""), ("Pending", "ContainerCreating"), ("Running", "running")]
    status = hand.get().status
    assert status.podIP == "10.244.1.2"
    assert [each.ip for each in status.podIPs] == ["10.244.1.2"]
    assert status.hostIP == "172.18.0.3"
    assert status.startTime == hand.status().state.running.startedAt == hand.cluster.clock.date.replace(second=0)
    assert status.qosClass == "BestEffort"
    assert hand.conditions() == dict.fromkeys(
        ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"], "True"
    )
    held = hand.status()
    assert (held.ready, held.started, held.restartCount) == (True, True, 0)
    assert held.containerID.startswith("containerd://")
    assert held.image == "docker.io/library/nginx:1.27"
    assert held.imageID.startswith("docker.io/library/nginx@sha256:")


def test_before_it_runs_its_conditions_say_what_is_missing(hand):
    hand.pod()
    hand.cluster.run(0.1)
    assert hand.conditions()["PodReadyToStartContainers"] == "False"
    ready = hand.condition("Ready")
    assert (ready.reason, ready.message) == ("ContainersNotReady", "containers with unready status: [web]")


def test_events_are_said_in_the_kubelets_words(hand):
    hand.pod()
    hand.cluster.settle()
    assert hand.events() == [
        ("Pulled", 'Container image "nginx:1.27" already present on machine and can be accessed by the pod'),
        ("Created", "Container created"),
        ("Started", "Container started"),
    ]
    event = next(e for e in hand.api.list("events") if e.reason == "Started")
    assert event.involvedObject.fieldPath == "spec.containers{web}"


def test_a_start_takes_two_status_writes(hand):
    hand.pod()
    hand.cluster.settle()
    writes = [e for e in hand.cluster.journal.about("pods/default/web") if e.actor == "kubelet/worker-1"]
    assert len(writes) == 2


def test_init_containers_run_one_after_another(hand):
    hand.pod(
        spec={
            "initContainers": [
                {"name": "first", "image": "busybox:1.36", "command": ["sleep", "3"]},
                {"name": "second", "image": "busybox:1.36", "command": ["sleep", "4"]},
            ]
        }
    )
    hand.cluster.run(1)
    assert [hand.state(container=name) for name in ("first", "second", "web")] == ["running", *["PodInitializing"] * 2]
    initialized = hand.condition("Initialized")
    assert initialized.reason == "ContainersNotInitialized"
    assert initialized.message == "containers with incomplete status: [first second]"
    hand.cluster.run(4)
    assert [hand.state(container=name) for name in ("first", "second")] == ["Completed", "running"]
    hand.cluster.run(5)
    assert hand.get().status.phase == "Running"
    assert hand.conditions()["Initialized"] == "True"


def test_a_failing_init_container_is_tried_again_and_again(hand):
    hand.pod(spec={"initContainers": [{"name": "first", "image": "busybox:1.36", "command": ["false"]}]})
    hand.cluster.run(5)
    assert hand.get().status.phase == "Pending"
    assert hand.state(container="first") == "CrashLoopBackOff"
    assert hand.state() == "PodInitializing"


def test_a_failing_init_container_ends_a_pod_that_never_restarts(hand):
    spec = {
        "restartPolicy": "Never",
        "initContainers": [{"name": "first", "image": "busybox:1.36", "command": ["false"]}],
    }
    hand.pod(spec=spec)
    hand.cluster.run(5)
    assert hand.get().status.phase == "Failed"
    assert hand.condition("Ready").reason == "PodFailed"


def test_a_sidecar_runs_beside_and_ends_after_the_others(hand):
    loop = [*SHELL, "trap exit TERM; while true; do echo tick; sleep 1; done"]
    spec = {
        "initContainers": [
            {"name": "side", "image": "busybox:1.36", "command": loop, "restartPolicy": "Always"},
            {"name": "first", "image": "busybox:1.36", "command": ["sleep", "2"]},
        ]
    }
    hand.pod(spec=spec)
    hand.cluster.run(10)
    assert [hand.state(container=name) for name in ("side", "first", "web")] == ["running", "Completed", "running"]
    uid = hand.get().metadata.uid
    assert set(hand.cluster.workers["worker-1"].runtime.logs(uid, "side")) == {"tick"}
    hand.api.delete("pods", "web")
    hand.cluster.run(0.15)
    assert [hand.state(container=name) for name in ("side", "web")] == ["running", "Completed"]
    hand.cluster.run(2)
    assert hand.gone()


def test_containers_of_a_pod_share_one_address(hand):
    hand.api.create(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "two"},
            "spec": {
                "containers": [
                    {"name": "web", "image": "nginx:1.27"},
                    {"name": "cache", "image": "redis:7", "ports": [{"containerPort": 6379}]},
                ]
            },
        }
    )
    hand.api.bind("two", "default", "worker-1")
    hand.cluster.settle()
    address = hand.get("two").status.podIP
    assert hand.cluster.request(f"http://{address}").ok
    assert hand.cluster.request(f"http://{address}:6379").body == "+PONG"


def test_a_pod_in_the_hosts_network_has_its_address(hand):
    hand.pod(spec={"hostNetwork": True})
    hand.cluster.settle()
    assert hand.get().status.podIP == "172.18.0.3"
    assert hand.cluster.request("http://worker-1").pod == "web"
    assert not hand.cluster.request("http://worker-2").ok


def test_a_job_like_pod_completes(hand):
    hand.pod(image="busybox:1.36", command=["sleep", "5"], spec={"restartPolicy": "Never"})
    assert hand.phases(10)[-2:] == [("Running", "running"), ("Succeeded", "Completed")]
    assert hand.condition("Ready").reason == "PodCompleted"
    assert hand.get().status.podIP


def test_on_failure_restarts_only_failures(hand):
    hand.pod("bad", image="busybox:1.36", command=["false"], spec={"restartPolicy": "OnFailure"})
    hand.pod("good", image="busybox:1.36", command=["true"], spec={"restartPolicy": "OnFailure"})
    hand.cluster.run(5)
    assert hand.get("good").status.phase == "Succeeded"
    assert hand.status("good").restartCount == 0
    assert hand.get("bad").status.phase == "Running"
    assert hand.status("bad").restartCount == 1


def test_an_active_deadline_ends_a_pod(hand):
    hand.pod(spec={"activeDeadlineSeconds": 7})
    hand.cluster.run(9)
    status = hand.get().status
    assert (status.phase, status.reason) == ("Failed", "DeadlineExceeded")


def test_a_pod_that_does_not_fit_is_refused_by_the_node(hand):
    hand.pod("big", resources={"requests": {"cpu": "8"}})
    hand.pod("elsewhere", spec={"nodeSelector": {"disk": "ssd"}})
    hand.cluster.run(1)
    status = hand.get("big").status
    assert (status.phase, status.reason) == ("Failed", "OutOfcpu")
    assert status.message == (
        "Pod was rejected: Node didn't have enough resource: cpu, requested: 8000, used: 0, capacity: 4000"
    )
    assert hand.get("elsewhere").status.reason == "NodeAffinity"


def test_a_node_takes_no_more_than_its_pods(hand):
    hand.cluster.add_worker("small", kl.WorkerSize(pods=1, images=("nginx:1.27",)))
    hand.cluster.settle()
    hand.pod("one", node="small")
    hand.pod("two", node="small")
    hand.cluster.run(1)
    assert hand.get("two").status.reason == "OutOfpods"
    hand.api.delete("pods", "one")
    hand.api.delete("pods", "two")
    hand.cluster.settle()
    hand.pod("three", node="small")
    hand.cluster.settle()
    assert hand.get("three").status.phase == "Running"


def test_a_missing_config_map_is_waited_for(hand):
    key = {"configMapKeyRef": {"name": "settings", "key": "mode"}}
    hand.pod(env=[{"name": "MODE", "valueFrom": key}])
    hand.cluster.run(1)
    assert hand.state() == "CreateContainerConfigError"
    assert hand.status().state.waiting.message == 'configmap "settings" not found'
    hand.api.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"mode": "x"}})
    hand.cluster.run(15)
    assert hand.state() == "running"


def test_a_faulty_annotation_is_named(hand):
    hand.pod(annotations={"kubelab.io/behavior.web": "{redy_after: 3}"})
    hand.cluster.run(1)
    waiting = hand.status().state.waiting
    assert waiting.reason == "CreateContainerConfigError"
    assert 'unknown field "redy_after", did you mean "ready_after"?' in waiting.message


def test_readiness_gates_wait_for_their_conditions(hand):
    hand.pod(spec={"readinessGates": [{"conditionType": "example.com/ready"}]})
    hand.cluster.run(2)
    assert hand.conditions()["ContainersReady"] == "True"
    assert hand.condition("Ready").reason == "ReadinessGatesNotReady"
    pod = hand.get()
    condition = msgspec.structs.replace(pod.status.conditions[0], type="example.com/ready", status="True")
    status = msgspec.structs.replace(pod.status, conditions=[condition, *pod.status.conditions])
    hand.api.update_status(msgspec.structs.replace(pod, status=status))
    hand.cluster.run(1)
    assert hand.conditions()["Ready"] == "True"


def test_a_new_image_restarts_the_container_in_place(hand):
    hand.pod()
    hand.cluster.settle()
    hand.api.patch("pods", "web", {"spec": {"containers": [{"name": "web", "image": "nginx:1.28"}]}})
    hand.cluster.settle()
    assert hand.status().image == "docker.io/library/nginx:1.28"
    assert hand.status().restartCount == 1
    assert ("Killing", "Container web definition changed, will be restarted") in hand.events()
