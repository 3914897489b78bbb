"""Amounts in words: numbers with the decimal sign of the language, and words in singular and plural."""

from __future__ import annotations

from kubelab.language import say


def number(value: float, form: str = "g") -> str:
    """A number in a format, with a decimal comma in Spanish."""
    written = format(value, form)
    return say(es=written.replace(".", ","), en=written)


def plural(amount: int, one: str, many: str) -> str:
    """So many of something."""
    return f"{amount} {one if amount == 1 else many}"
