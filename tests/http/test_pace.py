from kubelab.clients.http.pace import Pace
from kubelab.clock import Clock


class Wall:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


class Busy:
    """Something that is always due again, and takes its time."""

    def __init__(self, clock, wall, cost=0.0):
        self.clock, self.wall, self.cost, self.times = clock, wall, cost, 0

    def work(self):
        self.times += 1
        self.wall.now += self.cost
        self.clock.call_later(1.0, self.work)


def test_time_follows_the_wall_as_many_times_as_fast():
    clock, wall = Clock(), Wall()
    pace = Pace(clock, 10.0, wall)
    wall.now += 2.0
    pace.catch_up()
    assert clock.now == 20.0
    wall.now += 0.5
    pace.catch_up()
    assert clock.now == 25.0


def test_it_is_woken_for_the_next_call_and_never_without_one():
    clock, wall = Clock(), Wall()
    pace = Pace(clock, 10.0, wall)
    assert pace.wait() is None
    busy = Busy(clock, wall)
    clock.call_later(5.0, busy.work)
    assert pace.wait() == 0.5
    wall.now += 0.5
    pace.catch_up()
    assert (busy.times, pace.wait()) == (1, 0.1)


def test_who_runs_ahead_is_waited_for_by_nobody():
    clock, wall = Clock(), Wall()
    pace = Pace(clock, 1.0, wall)
    clock.run(3600.0)
    pace.catch_up()
    wall.now += 1.0
    pace.catch_up()
    assert clock.now == 3601.0


def test_more_than_can_be_done_makes_time_fall_behind_and_never_stop():
    clock, wall = Clock(), Wall()
    pace = Pace(clock, 1000.0, wall)
    busy = Busy(clock, wall, cost=0.01)
    clock.call_later(1.0, busy.work)
    wall.now += 10.0
    pace.catch_up()
    assert 0 < busy.times < 100
    assert clock.now < 100
    pace.catch_up()
    assert clock.now < 100  # it does not try to make up for what it missed


def test_speed_zero_holds_time():
    clock, wall = Clock(), Wall()
    pace = Pace(clock, 0.0, wall)
    clock.call_later(1.0, print)
    wall.now += 10.0
    pace.catch_up()
    assert (clock.now, pace.wait()) == (0.0, None)
