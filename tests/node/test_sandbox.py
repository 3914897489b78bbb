import random

from kubelab.clock import Clock
from kubelab.node.behavior import Behavior
from kubelab.node.sandbox import Container


def test_a_stage_is_reached_when_it_is_said_to_be_however_the_sum_is_rounded() -> None:
    """A probe that waits for the stage would wait for ever."""
    rng = random.Random(1)
    for _ in range(2000):
        clock = Clock()
        clock.now = rng.uniform(0, 1000)
        held = Container("web", "nginx", "containerd://1", Behavior(starts_after=5, ready_after=8), 0, clock, 0)
        now = clock.now
        for stage in (5, 8):
            later = held.next_stage(now)
            while later - held.started < stage:  # at most a rounding before it
                assert stage - (later - held.started) < 1e-9
                assert held.next_stage(later) > later
                later = held.next_stage(later)
            assert later - held.started < stage + 1e-9
            now = later
        assert held.next_stage(now) == float("inf")
