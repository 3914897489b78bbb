"""What was predicted beside what happened: folded in a stored lesson, open for whoever has answered."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from kubelab.lab.options import Option
from kubelab.language import say

if TYPE_CHECKING:
    from kubelab.lab.predictions import Prediction


class Comparison:
    """A prediction beside what happened."""

    def __init__(self, prediction: Prediction, seen: Any) -> None:
        self.prediction, self.seen = prediction, seen
        self.outcome = next((option for option in prediction.options if option.claims(seen)), None)

    @property
    def right(self) -> bool | None:
        """Whether the answer was right; None where none was given."""
        answer = self.prediction.answer
        if answer is None:
            return None
        if isinstance(answer, Option):
            return answer is self.outcome
        return bool(abs(answer - self.seen) <= self.prediction.tolerance * max(abs(self.seen), 1.0))

    @property
    def because(self) -> str:
        """What is said to those who gave this answer, when it was not what happened."""
        answer = self.prediction.answer
        return str(answer.because) if isinstance(answer, Option) and answer.because and not self.right else ""

    @property
    def happened(self) -> str:
        """The outcome in words: the amount, and the option that names it."""
        amount = self.prediction.said(self.seen)
        if self.outcome is None or self.outcome.value is not None:
            return amount
        return say(es=f"{amount} («{self.outcome.label}»)", en=f"{amount} (“{self.outcome.label}”)")

    def _parts(self) -> tuple[str, str]:
        answer = self.prediction.answer
        happened = say(es=f"Pasó esto: {self.happened}.", en=f"What happened: {self.happened}.")
        if answer is None:
            return say(es="Sin predicción.", en="No prediction."), happened
        said = self.prediction.said(answer)
        return say(es=f"Dijiste: {said}.", en=f"You said {said}."), happened

    def _repr_html_(self) -> str:
        """Folded for those who have not answered: a reader of a stored lesson is not told before predicting."""
        said, happened = (html.escape(part) for part in self._parts())
        sign = {True: "✓ ", False: "✗ ", None: ""}[self.right]
        summary, state = say(es="Qué pasó", en="What happened"), "" if self.right is None else " open"
        because = f"<p>{html.escape(self.because)}</p>" if self.because else ""
        told = f"<p>{sign}{said} <strong>{happened}</strong></p>{because}"
        return f"<details{state}><summary>{summary}</summary>{told}</details>"

    def __repr__(self) -> str:
        return " ".join(self._parts())
