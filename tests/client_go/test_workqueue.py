from kubelab.client_go.workqueue import WorkQueue
from kubelab.clock import Clock
from kubelab.machine import Machine, Process


class Worker(Process):
    def __init__(self):
        clock = Clock()
        super().__init__("worker", Machine("one", "master", clock), clock)
        self.done = []
        self.fail = 0
        self.queue = WorkQueue(self, self.work, 0.01)
        self.start()

    def work(self, key):
        self.done.append((round(self.clock.now, 3), key))
        if self.fail:
            self.fail -= 1
            self.queue.retry(key)
        else:
            self.queue.forget(key)


def test_keys_are_worked_on_one_at_a_time_in_order():
    worker = Worker()
    for key in ("a", "b", "a"):
        worker.queue.add(key)
    worker.clock.run(1)
    assert worker.done == [(0.01, "a"), (0.02, "b")]


def test_failures_come_back_later_each_time():
    worker = Worker()
    worker.fail = 3
    worker.queue.add("a")
    worker.clock.run(1)
    gaps = [round(b[0] - a[0], 3) for a, b in zip(worker.done, worker.done[1:], strict=False)]
    assert gaps == [0.015, 0.02, 0.03]  # 5, 10 and 20 ms of waiting, and 10 ms of work each


def test_of_several_delays_the_earliest_counts():
    worker = Worker()
    worker.queue.add_after("a", 5)
    worker.queue.add_after("a", 2)
    worker.queue.add_after("a", 9)
    worker.clock.run(20)
    assert worker.done == [(2.01, "a")]


def test_a_process_that_ends_forgets_its_work():
    worker = Worker()
    worker.queue.add("a")
    worker.stop()
    worker.queue.clear()
    worker.clock.run(1)
    assert worker.done == []
    worker.start()
    worker.queue.add("b")
    worker.clock.run(2)
    assert [key for _, key in worker.done] == ["b"]
