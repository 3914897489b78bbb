"""Bands: who answered how many requests of a load in each span of time, pod by pod, one ReplicaSet after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from kubelab.network.traffic import Traffic
    from kubelab.view.draw.rollouts import Rollout

FEW, MOST = 8, 30  # bands that can be told apart by their colours; pods that have a band each


class Band(NamedTuple):
    """Who answered (empty: nobody), how many requests in all, and in each span of time.

    `family` is its ReplicaSet; a band may stand for several `pods` of it. `old` are those that the last new version
    replaces.
    """

    name: str
    total: int
    counts: list[int]
    family: str = ""
    pods: int = 1
    old: bool = False


def bands(load: Traffic | None, edges: list[float]) -> list[Band]:
    """Who answered how many requests in each span between the edges, one ReplicaSet after the other; last the lost."""
    if load is None or not len(load.samples):
        return []
    import numpy as np

    record = load.samples
    times, fates = record.times_and_fates()
    spans = np.clip(np.searchsorted(edges, times, side="right") - 1, 0, len(edges) - 2)
    counted: dict[str, Any] = {}
    for number, fate in enumerate(record.fates):
        there = np.bincount(spans[fates == number], minlength=len(edges) - 1)
        if there.any():
            name = fate.pod if fate.ok else ""
            counted[name] = counted.get(name, 0) + there
    lost = counted.pop("", None)
    first = {family: min(int(there.nonzero()[0][0]) for _, there in held) for family, held in _families(counted)}
    made = [Band(name, int(there.sum()), there.tolist(), family_of(name)) for name, there in counted.items()]
    if len(made) > MOST:
        made = [_together(family, held) for family, held in _families(counted)]
    if len(first) > FEW and len(made) > FEW:
        made = _fewest_as_one(made)
    made.sort(key=lambda band: (first.get(band.family, len(edges)), band.family, _began(band), band.name))
    return [*made, Band("", int(lost.sum()), lost.tolist())] if lost is not None else made


def _families(counted: dict[str, Any]) -> list[tuple[str, list[tuple[str, Any]]]]:
    """What was counted, by ReplicaSet."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for name, there in counted.items():
        found.setdefault(family_of(name), []).append((name, there))
    return list(found.items())


def family_of(pod: str) -> str:
    """A pod's ReplicaSet, or a ReplicaSet's Deployment, by its name."""
    return pod.rpartition("-")[0] or pod


def _together(family: str, held: list[tuple[str, Any]]) -> Band:
    there = sum(each for _, each in held)
    return Band(f"{family} ×{len(held)}", int(there.sum()), there.tolist(), family, len(held))


def _fewest_as_one(made: list[Band]) -> list[Band]:
    ranked = sorted(made, key=lambda band: (-band.total, band.name))
    kept, others = ranked[: FEW - 1], ranked[FEW - 1 :]
    counts = [sum(each) for each in zip(*(band.counts for band in others), strict=True)]
    number = sum(band.pods for band in others)
    return [*kept, Band(f"+{number}", sum(counts), counts, "~", number)]


def _began(band: Band) -> int:
    """In which span a band first answered."""
    return next((index for index, count in enumerate(band.counts) if count), len(band.counts))


def aged(found: list[Band], edges: list[float], new: list[Rollout]) -> list[Band]:
    """The bands, and which of them the last new version of their Deployment replaces: who answered before it."""
    last = {each.deployment: each.time for each in new}
    began: dict[str, float] = {}
    for band in found:
        began[band.family] = min(began.get(band.family, edges[-1]), edges[min(_began(band), len(edges) - 1)])
    return [band._replace(old=began[band.family] < last.get(family_of(band.family), 0.0)) for band in found]
