"""Tests of lessons change the language; each leaves it as it was."""

import pytest

from kubelab import language


@pytest.fixture(autouse=True)
def the_language_stays():
    before = language.current()
    yield
    language.use(before)
