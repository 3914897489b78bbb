from datetime import timedelta

from lightkube.models import core_v1, meta_v1

from kubelab.clock import EPOCH
from kubelab.control_plane.controller_manager.pods_to_delete import DELETION_COST, pods_to_delete

NOW = EPOCH + timedelta(hours=1)


def pod(name, node="worker-1", phase="Running", ready=True, age=600, restarts=0, cost=None):
    born = NOW - timedelta(seconds=age)
    return core_v1.Pod(
        metadata=meta_v1.ObjectMeta(
            name=name, uid=name, creationTimestamp=born, annotations={DELETION_COST: cost} if cost else None
        ),
        spec=core_v1.PodSpec(containers=[], nodeName=node),
        status=core_v1.PodStatus(
            phase=phase,
            conditions=[
                core_v1.PodCondition(type="Ready", status="True" if ready else "False", lastTransitionTime=born)
            ],
            containerStatuses=[
                core_v1.ContainerStatus(name="c", image="", imageID="", ready=ready, restartCount=restarts)
            ],
        ),
    )


def first(*pods, related=None):
    return pods_to_delete(list(pods), related or pods, 1, NOW)[0].metadata.name


def test_a_pod_without_a_node_goes_first():
    assert first(pod("a"), pod("b", node=None, phase="Pending", ready=False)) == "b"


def test_pending_goes_before_running_and_unready_before_ready():
    assert first(pod("a", ready=False), pod("b", phase="Pending", ready=False)) == "b"
    assert first(pod("a"), pod("b", ready=False)) == "b"


def test_lower_deletion_cost_goes_first():
    assert first(pod("a"), pod("b", cost="-5"), pod("c", cost="3")) == "b"
    assert first(pod("a", cost="1"), pod("b", cost="not a number")) == "b"


def test_the_pod_with_more_related_pods_on_its_node_goes_first():
    pods = [pod("a", node="worker-1"), pod("b", node="worker-2"), pod("c", node="worker-2")]
    assert first(*pods) == "b"


def test_related_pods_of_other_replica_sets_count():
    mine = [pod("a", node="worker-1"), pod("b", node="worker-2")]
    assert first(*mine, related=[*mine, pod("old", node="worker-1")]) == "a"


def test_ready_for_a_much_shorter_time_goes_first():
    assert first(pod("a", node="worker-1", age=3000), pod("b", node="worker-2", age=10)) == "b"


def test_about_the_same_age_is_decided_by_uid():
    assert first(pod("b", node="worker-1", age=601), pod("a", node="worker-2", age=600)) == "a"


def test_more_restarts_go_first():
    assert first(pod("a", restarts=1), pod("b", restarts=4)) == "b"


def test_all_go_when_all_must():
    pods = [pod("a"), pod("b")]
    assert pods_to_delete(pods, pods, 5, NOW) == pods
