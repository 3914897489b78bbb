"""Completion indexes: which parts of an Indexed Job are done, and which pod works on which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from lightkube.models import batch_v1, core_v1

COMPLETION_INDEX = "batch.kubernetes.io/job-completion-index"
FAILURES = "batch.kubernetes.io/job-index-failure-count"
IGNORED_FAILURES = "batch.kubernetes.io/job-index-ignored-failure-count"
UNKNOWN = -1


class Indexes(NamedTuple):
    """A set of indexes, kept as intervals: how a Job's status writes them.

    In Kubernetes
        orderedIntervals in pkg/controller/job/indexed_job_utils.go

    Examples
    --------
    >>> done = Indexes.of([0, 1, 2, 5, 7, 8])
    >>> str(done), done.total, 5 in done, 6 in done
    ('0-2,5,7,8', 6, True, False)
    >>> str(Indexes.parsed("0-2,5,7,8", 8) | Indexes.of([3, 4]))
    '0-5,7'
    """

    intervals: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, numbers: Iterable[int]) -> Indexes:
        """These indexes."""
        return cls(_merged((number, number) for number in numbers))

    @classmethod
    def parsed(cls, text: str | None, completions: int) -> Indexes:
        """What a status or a rule says, as far as it is less than the Job's completions; nonsense is passed over."""
        found = []
        for part in (text or "").split(","):
            first, dash, last = part.partition("-")
            if not first.isdigit() or (dash and not last.isdigit()):
                continue
            if int(first) >= completions:
                break
            found.append((int(first), min(int(last or first), completions - 1)))
        return cls(_merged(found))

    @property
    def total(self) -> int:
        """How many indexes there are."""
        return sum(last - first + 1 for first, last in self.intervals)

    def missing(self, count: int, completions: int) -> list[int]:
        """The first `count` indexes below `completions` that are not here."""
        found: list[int] = []
        candidate = 0
        for first, last in (*self.intervals, (completions, completions)):
            while candidate < min(first, completions) and len(found) < count:
                found.append(candidate)
                candidate += 1
            candidate = max(candidate, last + 1)
        return found

    def shared(self, other: Indexes) -> int:
        """How many indexes are in both."""
        return sum(
            max(min(a[1], b[1]) - max(a[0], b[0]) + 1, 0) for a in self.intervals for b in other.intervals
        )  # both are short

    def __contains__(self, index: object) -> bool:
        return isinstance(index, int) and any(first <= index <= last for first, last in self.intervals)

    def __or__(self, other: Indexes) -> Indexes:
        return Indexes(_merged((*self.intervals, *other.intervals)))

    def __str__(self) -> str:
        return ",".join(_text(first, last) for first, last in self.intervals)


def _text(first: int, last: int) -> str:
    if last == first:
        return str(first)
    return f"{first},{last}" if last == first + 1 else f"{first}-{last}"


def _merged(intervals: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for first, last in sorted(intervals):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def is_indexed(job: batch_v1.Job) -> bool:
    """Whether each pod of the Job has an index of its own."""
    return job.spec.completionMode == "Indexed"


def has_limit_per_index(job: batch_v1.Job) -> bool:
    """Whether each index may fail so often by itself."""
    return job.spec.backoffLimitPerIndex is not None


def index_of(pod: core_v1.Pod) -> int:
    """The index that a pod works on; UNKNOWN where it has none."""
    text = (pod.metadata.annotations or {}).get(COMPLETION_INDEX, "")
    return int(text) if text.isdigit() else UNKNOWN


def is_valid(pod: core_v1.Pod, job: batch_v1.Job) -> bool:
    """Whether the pod works on an index that the Job has."""
    return 0 <= index_of(pod) < job.spec.completions


def indexes_of(pods: Iterable[core_v1.Pod]) -> Indexes:
    """The indexes that some pods work on."""
    return Indexes.of(index for pod in pods if (index := index_of(pod)) != UNKNOWN)


def by_index(pods: Iterable[core_v1.Pod]) -> Iterator[list[core_v1.Pod]]:
    """The pods in groups of one index each, in the order of the indexes."""
    groups: dict[int, list[Any]] = {}
    for pod in pods:
        groups.setdefault(index_of(pod), []).append(pod)
    for index in sorted(groups):
        yield groups[index]


def failures(pod: core_v1.Pod, annotation: str = FAILURES) -> int:
    """How often the pod's index had failed before it."""
    text = (pod.metadata.annotations or {}).get(annotation, "")
    return int(text) if text.isdigit() and int(text) < 2**31 else 0


def all_failures(pod: core_v1.Pod) -> int:
    """The same, with the failures that the pod failure policy ignored."""
    return failures(pod) + failures(pod, IGNORED_FAILURES)
