"""Sorting as Go sorts: equal things end up where Go would leave them.

Go's `sort.Sort` is not stable: of a dozen things or fewer, equal ones keep their order, of more they are shuffled in a
way that depends on nothing but their order before. What kubectl sorts looks the same only if it is done the same way.

In Kubernetes
    Go's `sort` package: pattern-defeating quicksort, https://arxiv.org/abs/2106.05123.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Generic, TypeVar

T = TypeVar("T")

_FEW = 12  # so many are sorted by insertion
_ENOUGH_FOR_MEDIAN, _ENOUGH_FOR_NINTHER = 8, 50
_STEPS = 5
_ALL_SWAPPED = 12
_WORD = (1 << 64) - 1


class _Hint(Enum):
    """What looking for a pivot has shown of the order."""

    UNKNOWN = 0
    INCREASING = 1
    DECREASING = 2


def go_sorted(things: Iterable[T], less: Callable[[T, T], bool]) -> list[T]:
    """The things in order; `less` says whether one belongs before another.

    Examples
    --------
    >>> "".join(go_sorted("zebra", str.__lt__))
    'aberz'
    >>> ties = [(i % 2, i) for i in range(14)]
    >>> go_sorted(ties, lambda one, other: one[0] < other[0])[:4]
    [(0, 8), (0, 12), (0, 2), (0, 0)]
    """
    sorting = _Sorting(list(things), less)
    sorting.sort(0, len(sorting.held), len(sorting.held).bit_length())
    return sorting.held


class _Sorting(Generic[T]):
    """A list while it is being sorted; ranges are from `first` up to, but without, `end`."""

    def __init__(self, held: list[T], less: Callable[[T, T], bool]) -> None:
        self.held, self._less = held, less
        self._swaps = 0

    def less(self, i: int, j: int) -> bool:
        return self._less(self.held[i], self.held[j])

    def swap(self, i: int, j: int) -> None:
        self.held[i], self.held[j] = self.held[j], self.held[i]

    def sort(self, first: int, end: int, patience: int) -> None:
        """Quicksort, which gives way to other sorts where a range is short or the pivots are bad too often."""
        balanced = partitioned = True
        while end - first > _FEW:
            length = end - first
            if patience == 0:
                self._heap_sort(first, end)
                return
            if not balanced:
                self._break_patterns(first, end)
                patience -= 1
            pivot, hint = self._pivot(first, end)
            if hint is _Hint.DECREASING:
                self.held[first:end] = self.held[first:end][::-1]
                pivot, hint = end - 1 - (pivot - first), _Hint.INCREASING
            if balanced and partitioned and hint is _Hint.INCREASING and self._nearly_sorted(first, end):
                return
            if first > 0 and not self.less(first - 1, pivot):
                first = self._partition_equal(first, end, pivot)
                continue
            middle, partitioned = self._partition(first, end, pivot)
            left, right = middle - first, end - middle
            balanced = min(left, right) >= length // 8
            if left < right:
                self.sort(first, middle, patience)
                first = middle + 1
            else:
                self.sort(middle + 1, end, patience)
                end = middle
        for i in range(first + 1, end):
            self._sink(i, first)

    def _sink(self, place: int, lowest: int) -> None:
        while place > lowest and self.less(place, place - 1):
            self.swap(place, place - 1)
            place -= 1

    def _rise(self, place: int, end: int) -> None:
        while place < end and self.less(place, place - 1):
            self.swap(place, place - 1)
            place += 1

    def _heap_sort(self, first: int, end: int) -> None:
        length = end - first
        for root in range((length - 1) // 2, -1, -1):
            self._sift_down(root, length, first)
        for last in range(length - 1, -1, -1):
            self.swap(first, first + last)
            self._sift_down(0, last, first)

    def _sift_down(self, root: int, end: int, first: int) -> None:
        while (child := 2 * root + 1) < end:
            if child + 1 < end and self.less(first + child, first + child + 1):
                child += 1
            if not self.less(first + root, first + child):
                return
            self.swap(first + root, first + child)
            root = child

    def _partition(self, first: int, end: int, pivot: int) -> tuple[int, bool]:
        """What is less than the pivot comes before it; also whether all was so already."""
        self.swap(first, pivot)
        i, j = self._next_pair(first + 1, end - 1, first)
        done = i > j
        while i <= j:
            self.swap(i, j)
            i, j = self._next_pair(i + 1, j - 1, first)
        self.swap(j, first)
        return j, done

    def _next_pair(self, i: int, j: int, pivot: int) -> tuple[int, int]:
        while i <= j and self.less(i, pivot):
            i += 1
        while i <= j and not self.less(j, pivot):
            j -= 1
        return i, j

    def _partition_equal(self, first: int, end: int, pivot: int) -> int:
        """What equals the pivot comes first, what is greater behind it; nothing is less."""
        self.swap(first, pivot)
        i, j = first + 1, end - 1
        while True:
            while i <= j and not self.less(first, i):
                i += 1
            while i <= j and self.less(first, j):
                j -= 1
            if i > j:
                return i
            self.swap(i, j)
            i, j = i + 1, j - 1

    def _nearly_sorted(self, first: int, end: int) -> bool:
        """Put a few things right that are out of order, and say whether that was all."""
        i = first + 1
        for _ in range(_STEPS):
            while i < end and not self.less(i, i - 1):
                i += 1
            if i == end:
                return True
            if end - first < _ENOUGH_FOR_NINTHER:
                return False
            self.swap(i, i - 1)
            if i - first >= 2:
                self._sink(i - 1, 0)
            if end - i >= 2:
                self._rise(i + 1, end)
        return False

    def _break_patterns(self, first: int, end: int) -> None:
        """Scatter three things in the middle, always in the same way for the same length."""
        length = end - first
        state, mask = length, (1 << length.bit_length()) - 1
        place = first + length // 4 * 2 - 1
        for i in range(3):
            state ^= state << 13 & _WORD
            state ^= state >> 17
            state ^= state << 5 & _WORD
            other = state & mask
            self.swap(place + i, first + (other - length if other >= length else other))

    def _pivot(self, first: int, end: int) -> tuple[int, _Hint]:
        length = end - first
        places = [first + length // 4 * i for i in (1, 2, 3)]
        self._swaps = 0
        if length >= _ENOUGH_FOR_NINTHER:
            places = [self._median(place - 1, place, place + 1) for place in places]
        pivot = self._median(*places) if length >= _ENOUGH_FOR_MEDIAN else places[1]
        hints = {0: _Hint.INCREASING, _ALL_SWAPPED: _Hint.DECREASING}
        return pivot, hints.get(self._swaps, _Hint.UNKNOWN)

    def _median(self, a: int, b: int, c: int) -> int:
        a, b = self._ordered(a, b)
        b, c = self._ordered(b, c)
        return self._ordered(a, b)[1]

    def _ordered(self, a: int, b: int) -> tuple[int, int]:
        if self.less(b, a):
            self._swaps += 1
            return b, a
        return a, b
