"""Predictions: say what will happen before it happens, then let the cluster answer.

Who predicts first sees better, even when the guess is wrong. So an answer can be given only once and only before the
run, and it is not a text that says what was right, but the cluster in which it happened.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from kubelab.arguments import checked
from kubelab.cluster import Cluster
from kubelab.lab import catalogue, measures
from kubelab.lab.catalogue import Text, spoken
from kubelab.lab.comparison import Comparison
from kubelab.lab.options import Option
from kubelab.lab.refusals import RefusedError, UnknownError
from kubelab.language import say

LONGEST_REPR = 110
NEVER_NEGATIVE = ("s", "%")


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
        RefusedError
            It is too late, there is an answer already, or it is none of the options, or no amount that can be.
        """
        if self.answer is not None:
            raise RefusedError(
                say(
                    es="Ya has contestado: una predicción no se cambia.",
                    en="You have answered already: a prediction is not changed.",
                )
            )
        if self.too_late:
            raise RefusedError(say(es="Demasiado tarde: el tiempo ya ha corrido.", en="Too late: time has moved on."))
        self.answer = self._option(answer) if self.options else self._amount(answer)
        return self

    def _amount(self, answer: Any) -> float:
        """A number; what is counted or timed is never less than nothing."""
        try:
            amount = float(str(answer).replace(",", "."))
        except ValueError:
            amount = math.nan
        if not math.isfinite(amount):
            raise RefusedError(say(es="Escribe primero un número.", en="Write a number first."))
        if amount < 0 and (self.measure or str(self.unit) in NEVER_NEGATIVE):
            raise RefusedError(say(es="No puede ser menos que cero.", en="It cannot be less than zero."))
        return amount

    def _option(self, answer: Any) -> Option:
        for option in self.options:
            if answer is option or answer == option.value or str(answer) in (option.label.es, option.label.en):
                return option
        if isinstance(answer, int) and 1 <= answer <= len(self.options):
            return self.options[answer - 1]
        offered = ", ".join(str(option.label) for option in self.options)
        raise RefusedError(
            say(
                es=f"{answer!r} no es ninguna de las opciones: {offered}",
                en=f"{answer!r} is none of the options: {offered}",
            )
        )

    def compare(self, seen: Any = None) -> Comparison:
        """What happened, beside the answer. What happened is measured in the cluster, or given as `seen`.

        Raises
        ------
        RefusedError
            Time has not moved on since the question was asked, or what to measure was not given.
        """
        if self.cluster is not None and self.cluster.now == self.asked_at:
            raise RefusedError(
                say(es="Aún no ha pasado nada: deja correr el tiempo.", en="Nothing has happened yet: let time run.")
            )
        if seen is None and (self.measure in measures.OF_A_LOAD or not (self.measure and self.cluster)):
            raise RefusedError(
                say(
                    es="Falta con qué comparar: dale el tráfico que creó `cluster.traffic`, `guess.compare(load)`.",
                    en="What to compare with is missing: give it what `cluster.traffic` made, `guess.compare(load)`.",
                )
                if self.measure
                else say(
                    es="Falta con qué comparar: di lo que pasó, `guess.compare(42)`.",
                    en="What to compare with is missing: say what happened, `guess.compare(42)`.",
                )
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
        lines += ["", f"*{say(es='Ejecuta esta celda para contestar.', en='Run this cell to answer.')}*"]
        bundle = dict(self._form.box._repr_mimebundle_())
        return bundle | {"text/plain": repr(self), "text/markdown": "\n".join(lines)}

    def __repr__(self) -> str:
        if self.answer is None:
            head = say(es="Predicción sin respuesta", en="Prediction without an answer")
        else:
            head = say(es="Predicción guardada", en="Prediction locked") + f": {self.said(self.answer)}"
        line = f"{head}. {self.question}"
        return line if len(line) <= LONGEST_REPR else line[: LONGEST_REPR - 1] + "…"


@checked("kl.predict")
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
    if not options and not unit and re.fullmatch(r"\d+/\S+", question):
        if lesson not in catalogue.names("predictions"):
            lessons = ", ".join(catalogue.names("predictions"))
            raise UnknownError(
                say(
                    es=f"No hay predicciones de la lección {lesson}. Las hay de: {lessons}",
                    en=f"There are no predictions of lesson {lesson}. There are of: {lessons}",
                )
            )
        entry = catalogue.load("predictions", lesson).get(name)
        if entry is None:
            known = ", ".join(f"{lesson}/{each}" for each in catalogue.load("predictions", lesson))
            raise UnknownError(
                say(
                    es=f"La lección {lesson} no tiene ninguna predicción {name}. Tiene: {known}",
                    en=f"Lesson {lesson} has no prediction {name}. It has: {known}",
                )
            )
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
