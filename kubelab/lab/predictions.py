"""Predictions: say what will happen before it happens, then let the cluster answer.

Who predicts first sees better, even when the guess is wrong. So an answer can be given only once and only before the
run, and it is not a text that says what was right, but the cluster in which it happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kubelab.lab import catalogue, measures
from kubelab.lab.catalogue import Text, spoken
from kubelab.language import say

if TYPE_CHECKING:
    from kubelab.cluster import Cluster

LONGEST_REPR = 110


@dataclass(frozen=True)
class Option:
    """One of the answers on offer.

    What happened is this answer when it equals `value`, or, for amounts, when it is below `below` and no earlier option
    claimed it (an option without either claims all that is left). `because` answers those who chose it.
    """

    label: Text
    value: Any = None
    below: float | None = None
    because: Text | None = None

    @classmethod
    def read(cls, entry: Any, where: str) -> Option:
        """An option of a catalogue, or a plain value: then it is its own label."""
        if not isinstance(entry, dict):
            return cls(Text.read(entry, where), entry)
        because = Text.read(entry["because"], where) if "because" in entry else None
        return cls(Text.read(entry["label"], where), entry.get("value"), entry.get("below"), because)

    def claims(self, seen: Any) -> bool:
        """Whether what happened is this answer."""
        if self.below is not None:
            return bool(seen < self.below)
        return self.value is None or bool(self.value == seen)


class Prediction:
    """A question about the cluster's future: shown as a small form, answered once, compared with what happened.

    In a notebook it draws itself with a button; without widgets `guess.lock(answer)` does the same. The answer cannot
    be given or changed once the cluster's time has moved on. `compare` tells what happened.

    Examples
    --------
    >>> from kubelab import language
    >>> language.use("en")
    >>> guess = predict("How many pods are left?", options=[1, 2, 3])
    >>> guess.lock(2)
    Prediction locked: 2. How many pods are left?
    >>> guess.compare(2)
    You said 2. What happened: 2.
    """

    def __init__(
        self,
        question: Text,
        options: Sequence[Option] = (),
        unit: Text | None = None,
        tolerance: float = 0.2,
        measure: str = "",
        cluster: Cluster | None = None,
    ) -> None:
        self.question, self.options, self.unit, self.tolerance, self.measure = (
            question,
            tuple(options),
            unit,
            tolerance,
            measure,
        )
        self.cluster = cluster
        self.asked_at = cluster.now if cluster else None
        self.asked_after = len(cluster.journal) if cluster else 0
        self.answer: Option | float | None = None
        self.result: Comparison | None = None
        self._form: Any = None

    @property
    def too_late(self) -> bool:
        """Whether the run has begun, or its end is known."""
        return self.result is not None or (self.cluster is not None and self.cluster.now != self.asked_at)

    def lock(self, answer: Any) -> Prediction:
        """Give the answer: an option's text, value or number (from 1), or an amount.

        Raises
        ------
        ValueError
            It is too late, there is an answer already, or it is none of the options.
        """
        if self.answer is not None:
            raise ValueError(
                say(
                    es="Ya has contestado: una predicción no se cambia.",
                    en="You have answered already: a prediction is not changed.",
                )
            )
        if self.too_late:
            raise ValueError(say(es="Demasiado tarde: el tiempo ya ha corrido.", en="Too late: time has moved on."))
        self.answer = self._option(answer) if self.options else float(answer)
        return self

    def _option(self, answer: Any) -> Option:
        for option in self.options:
            if answer is option or answer == option.value or str(answer) in (option.label.es, option.label.en):
                return option
        if isinstance(answer, int) and 1 <= answer <= len(self.options):
            return self.options[answer - 1]
        offered = ", ".join(str(option.label) for option in self.options)
        raise ValueError(
            say(
                es=f"{answer!r} no es ninguna de las opciones: {offered}",
                en=f"{answer!r} is none of the options: {offered}",
            )
        )

    def compare(self, seen: Any = None) -> Comparison:
        """What happened, beside the answer. What happened is measured in the cluster, or given as `seen`.

        Raises
        ------
        ValueError
            Time has not moved on since the question was asked.
        """
        if self.cluster is not None and self.cluster.now == self.asked_at:
            raise ValueError(
                say(es="Aún no ha pasado nada: deja correr el tiempo.", en="Nothing has happened yet: let time run.")
            )
        if self.measure and self.cluster is not None:
            seen = measures.measure(self.measure, self.cluster, self.asked_after, seen)
        self.result = Comparison(self, seen)
        if self._form is not None:
            self._form.close_with(self.result)
        return self.result

    def said(self, value: Any) -> str:
        """An answer or an outcome in words."""
        if isinstance(value, Option):
            return str(value.label)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            amount = f"{value:.0f}" if abs(value) >= 10 or value == int(value) else spoken(round(value, 1))
            return f"{amount} {self.unit}" if self.unit else amount
        return str(value)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        from kubelab.lab.prediction_form import PredictionForm

        if self._form is None:
            self._form = PredictionForm(self)
        lines = [f"**{say(es='Predice', en='Predict')}.** {self.question}", ""]
        lines += [f"- ○ {option.label}" for option in self.options] or [f"- ○ \\_\\_\\_\\_ {self.unit or ''}".rstrip()]
        bundle = dict(self._form.box._repr_mimebundle_())
        return bundle | {"text/plain": repr(self), "text/markdown": "\n".join(lines)}

    def __repr__(self) -> str:
        if self.answer is None:
            head = say(es="Predicción sin respuesta", en="Prediction without an answer")
        else:
            head = say(es="Predicción guardada", en="Prediction locked") + f": {self.said(self.answer)}"
        line = f"{head}. {self.question}"
        return line if len(line) <= LONGEST_REPR else line[: LONGEST_REPR - 1] + "…"


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

    def _repr_markdown_(self) -> str:
        said, happened = self._parts()
        sign = {True: "✓ ", False: "✗ ", None: ""}[self.right]
        return "\n\n".join(part for part in (f"{sign}{said} **{happened}**", self.because) if part)

    def __repr__(self) -> str:
        return " ".join(self._parts())


def predict(
    question: str,
    cluster: Cluster | None = None,
    *,
    options: Sequence[Any] = (),
    unit: str = "",
) -> Prediction:
    """Ask for a prediction: one of a lesson by its name (`"01/one-replica"`), or a question of your own.

    With `options` one of them is chosen; without, an amount is given (in `unit`s). Show the result as the last line of
    a cell, run the cluster, then call its `compare`.
    """
    lesson, _, name = question.partition("/")
    if not options and not unit and name and lesson in catalogue.names("predictions"):
        entry = catalogue.load("predictions", lesson).get(name)
        if entry is None:
            raise LookupError(f"lesson {lesson} has no prediction {name}")
        return Prediction(
            Text.read(entry["question"], question),
            [Option.read(option, question) for option in entry.get("options", ())],
            Text.read(entry["unit"], question) if "unit" in entry else None,
            measure=entry.get("measure", ""),
            cluster=cluster,
        )
    return Prediction(
        Text(question, question),
        [Option.read(option, question) for option in options],
        Text(unit, unit) if unit else None,
        cluster=cluster,
    )
