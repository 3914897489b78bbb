from hypothesis import given
from hypothesis import strategies as st

from kubelab.clients.go_sort import go_sorted


def first_less(one, other):
    return one[0] < other[0]


@given(st.lists(st.integers(0, 5), max_size=300))
def test_what_is_sorted_is_in_order(numbers):
    assert go_sorted(numbers, int.__lt__) == sorted(numbers)


@given(st.lists(st.integers(0, 3), max_size=12))
def test_short_lists_keep_equal_things_in_their_order(numbers):
    pairs = list(zip(numbers, range(20), strict=False))
    assert go_sorted(pairs, first_less) == sorted(pairs)


def test_long_lists_of_equal_things_are_left_alone_when_they_seem_sorted():
    pairs = [(0, i) for i in range(100)]
    assert go_sorted(pairs, first_less) == pairs


def test_bad_patterns_are_sorted_too():
    for size in (13, 50, 51, 500, 5000):
        for numbers in (
            [i % 7 for i in range(size)],
            [min(i, size - i) for i in range(size)],
            [size - i for i in range(size)],
            [i ^ 5 for i in range(size)],
            [0, *range(size), 0],
        ):
            assert go_sorted(numbers, int.__lt__) == sorted(numbers)
