from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubelab.api.quantity import QuantityError, canonical, milli, parse, quantity, round_up_to_milli, total, value


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0", "0"),
        ("00", "0"),
        ("-0", "0"),
        ("0.5", "500m"),
        (".5", "500m"),
        ("5.", "5."),  # Kubernetes takes it for canonical, as `1.500`
        ("1000m", "1"),
        ("1500m", "1500m"),
        ("1000", "1k"),
        ("100000", "100k"),
        ("1024", "1024"),
        ("1024Mi", "1Gi"),
        ("1.5Gi", "1536Mi"),
        ("0.5Ki", "512"),
        ("-2Gi", "-2Gi"),
        ("1e3", "1e3"),
        ("1E3", "1E3"),
        ("1000e3", "1e6"),
        ("0.1n", "1n"),
        ("1.500", "1.500"),
        (2, "2"),
        (0.25, "250m"),
        (1.0, "1"),
        (" 1 ", "1"),
        ("100Ei", "9223372036854775807"),
    ],
)
def test_a_quantity_is_given_back_in_its_canonical_form(text, wanted):
    assert canonical(text) == wanted


@pytest.mark.parametrize("text", ["", "a", "1x", "1 Gi", "1mm", "1Kib", "--1", "1e", "1e999999999999", "é", "9" * 5000])
def test_what_is_no_quantity_is_refused(text):
    with pytest.raises(QuantityError):
        canonical(text)


def test_amounts_are_exact_and_rounded_away_from_zero():
    assert parse("64Mi") == 64 * 2**20
    assert parse("0.1") == Fraction(1, 10)
    assert milli("250m") == 250
    assert milli("1u") == 1
    assert milli("-1u") == -1
    assert value("1500m") == 2
    assert round_up_to_milli("100u") == "1m"
    assert round_up_to_milli("1.500") == "1.500"


def test_a_sum_keeps_the_family_of_its_first_part():
    assert total(("0", "512Mi", "512Mi")) == "1Gi"
    assert total(("250m", "750m")) == "1"
    assert total(()) == "0"


@given(
    st.integers(-(10**15), 10**15), st.sampled_from(["n", "u", "m", "", "k", "M", "G", "Ki", "Mi", "Gi", "e3", "E-3"])
)
def test_the_canonical_form_is_the_same_amount_and_canonical_itself(number, suffix):
    text = f"{number}{suffix}"
    assert quantity(canonical(text)).nano == quantity(text).nano
    assert canonical(canonical(text)) == canonical(text)


def test_a_number_without_end_is_refused_before_it_is_printed():
    with pytest.raises(QuantityError):
        canonical(10**5000)
