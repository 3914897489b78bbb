"""The comparison of lives sees what is wrong with a StatefulSet."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from life_replay import RECORDINGS, Life
from test_life_recordings import LIVES, compare, entries

pytestmark = pytest.mark.skipif(not RECORDINGS.exists(), reason="no recordings here")


def swap_two_pods(life: Life) -> None:
    one, other = entries(life, "events", reason="SuccessfulCreate")[:2]
    one["message"], other["message"] = other["message"], one["message"]


def forget_what_is_updated(life: Life) -> None:
    for entry in entries(life, "statefulsets"):
        entry["status"].pop("updatedReplicas", None)


def stay_at_the_old_revision(life: Life) -> None:
    last = entries(life, "statefulsets")[-1]["status"]
    last["currentRevision"] = entries(life, "controllerrevisions")[0]["name"]


def lose_a_revision(life: Life) -> None:
    life.trace.remove(entries(life, "controllerrevisions")[-1])


@pytest.mark.parametrize(
    ("spoil", "respect"),
    [
        (swap_two_pods, "events"),
        (forget_what_is_updated, "counts"),
        (stay_at_the_old_revision, "counts"),
        (lose_a_revision, "final state"),
    ],
)
def test_a_spoilt_stateful_set_is_noticed(spoil: Any, respect: str) -> None:
    spoilt = deepcopy(LIVES["statefulset"])
    spoil(spoilt)
    assert compare(LIVES["statefulset"], spoilt)[respect].faults
