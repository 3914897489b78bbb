"""What a lesson answers when something cannot be done: one sentence in the learner's language, not a page of Python."""

from __future__ import annotations


class _SentenceError(Exception):
    """A notebook shows only the sentence; everywhere else it is an exception like any other."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class RefusedError(_SentenceError, ValueError):
    """Not now, or not so."""


class UnknownError(_SentenceError, LookupError):
    """There is nothing of that name."""
