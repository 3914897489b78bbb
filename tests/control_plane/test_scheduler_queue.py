import msgspec
import pytest
from lightkube.models import core_v1
from scheduler_values import INFOS, pod_dict

from kubelab.clock import Clock
from kubelab.control_plane.scheduler.scheduling_queue import Place, SchedulingQueue


@pytest.fixture
def queue() -> SchedulingQueue:
    return SchedulingQueue(Clock(), 1.0, 10.0, 300.0)


def add(queue: SchedulingQueue, name: str, **spec: object) -> str:
    pod = msgspec.convert(pod_dict(name, **spec), core_v1.Pod)
    queue.add(f"default/{name}", pod, INFOS.of(pod))
    return f"default/{name}"


def popped(queue: SchedulingQueue) -> str | None:
    waiting = queue.pop()
    return waiting.key if waiting else None


def yes(plugin: str, pod: object) -> bool:
    return True


def test_higher_priority_goes_first_and_then_who_came_first(queue):
    for name, priority in (("a", 0), ("b", 10), ("c", 0), ("d", 10)):
        add(queue, name, priority=priority)
    assert [popped(queue) for _ in range(5)] == ["default/b", "default/d", "default/a", "default/c", None]


def test_a_pod_that_fits_nowhere_waits_for_an_event_that_its_plugin_believes_in(queue):
    add(queue, "a")
    queue.retry(queue.pop(), ("NodeAffinity",))
    assert queue.pop() is None
    queue.clock.run(5.0)
    queue.wake(lambda plugin, pod: plugin != "NodeAffinity")
    assert not queue.has_ready
    queue.wake(lambda plugin, pod: plugin == "NodeAffinity")
    assert popped(queue) == "default/a"


def test_backoff_doubles_from_one_second_to_ten(queue):
    add(queue, "a")
    seen = []
    for _ in range(6):
        waiting = queue.pop()
        seen.append(queue.backoff_of(waiting))
        queue.retry(waiting, ("NodeResourcesFit",))
        queue.clock.run(queue.clock.now + 60)
        queue.wake(yes)
    assert seen == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


def test_who_is_woken_early_backs_off_but_an_idle_scheduler_takes_it_early(queue):
    add(queue, "a")
    queue.retry(queue.pop(), ("NodeResourcesFit",))
    queue.wake(yes)
    assert queue.get("default/a").place is Place.BACKOFF
    add(queue, "b")
    assert [popped(queue), popped(queue)] == ["default/b", "default/a"]


def test_after_an_error_the_backoff_is_waited_for(queue):
    add(queue, "a")
    queue.retry(queue.pop(), ())
    assert queue.get("default/a").place is Place.ERROR_BACKOFF
    assert not queue.has_ready
    assert queue.backs_off
    assert queue.next_flush() == 1.0
    queue.clock.run(1.0)
    assert popped(queue) == "default/a"


def test_after_five_minutes_an_unschedulable_pod_is_tried_all_the_same(queue):
    queue.clock.run(10.0)
    add(queue, "a")
    queue.retry(queue.pop(), ("NodeAffinity",))
    assert queue.next_flush() == 330.0  # looked at every 30 s
    queue.clock.run(329.0)
    queue.flush()
    assert not queue.has_ready
    queue.clock.run(330.0)
    assert popped(queue) == "default/a"


def test_a_gated_pod_waits_until_its_gates_are_gone(queue):
    add(queue, "a", schedulingGates=[{"name": "example.com/wait"}])
    assert (queue.pop(), len(queue)) == (None, 1)
    queue.wake(yes)
    assert queue.pop() is None
    add(queue, "a")
    assert popped(queue) == "default/a"


def test_a_pod_that_changes_while_it_waits_is_tried_again(queue):
    add(queue, "a")
    queue.retry(queue.pop(), ("NodeAffinity",))
    queue.clock.run(20.0)
    add(queue, "a", nodeSelector={"disk": "hdd"})
    waiting = queue.pop()
    assert (waiting.attempts, waiting.pod.spec.nodeSelector) == (2, {"disk": "hdd"})


def test_a_pod_that_is_gone_is_not_tried(queue):
    for name in ("a", "b"):
        add(queue, name)
    queue.remove("default/a")
    assert [popped(queue), popped(queue)] == ["default/b", None]
    add(queue, "c")
    queue.retry(queue.pop(), ("NodeAffinity",))
    queue.remove("default/c")
    queue.wake(yes)
    assert (queue.pop(), queue.next_flush()) == (None, None)


def test_a_new_pod_of_an_old_name_starts_from_the_beginning(queue):
    add(queue, "a")
    queue.retry(queue.pop(), ("NodeAffinity",))
    queue.remove("default/a")
    add(queue, "a")
    assert queue.pop().attempts == 1
