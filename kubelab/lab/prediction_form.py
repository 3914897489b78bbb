"""The form of a prediction in a notebook: the question, the answers, and a button that locks the choice."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import ipywidgets

from kubelab.language import say

if TYPE_CHECKING:
    from kubelab.lab.comparison import Comparison
    from kubelab.lab.predictions import Prediction

SIGNS = {True: "✓", False: "✗", None: "·"}


class PredictionForm:
    """Widgets for one prediction. `box` is what the notebook shows."""

    def __init__(self, prediction: Prediction) -> None:
        self.prediction = prediction
        head, question = say(es="Predice", en="Predict"), html.escape(str(prediction.question))
        asked = ipywidgets.HTML(f"<strong>{head}.</strong> {question}")
        self.choice = self._choice()
        unit = ipywidgets.Label(str(prediction.unit or "") if not prediction.options else "")
        self.button = ipywidgets.Button(
            icon="lock", description=say(es="Guardar mi predicción", en="Lock my prediction")
        )
        self.button.layout.width = "auto"
        self.button.on_click(self._lock)
        self.said = ipywidgets.HTML()
        rows = [asked, ipywidgets.HBox([self.choice, unit]), ipywidgets.HBox([self.button, self.said])]
        self.box = ipywidgets.VBox(rows)
        if prediction.answer is not None or prediction.too_late:
            self._close(repr(prediction))

    def _choice(self) -> Any:
        if not self.prediction.options:
            choice = ipywidgets.Text(placeholder=say(es="un número", en="a number"))
            choice.layout.width = "9em"
            return choice
        labels = [str(option.label) for option in self.prediction.options]
        choice = ipywidgets.RadioButtons(options=labels, value=None)
        choice.layout.width = "max-content"
        return choice

    def _lock(self, _button: Any) -> None:
        if self.prediction.options and self.choice.value is None:
            self._say(say(es="Elige primero una respuesta.", en="Choose an answer first."))
            return
        try:
            self.prediction.lock(self.choice.value)
        except ValueError as refusal:
            final = self.prediction.answer is not None or self.prediction.too_late
            (self._close if final else self._say)(str(refusal))
        else:
            self._close(say(es="Guardada. Ahora, que corra el tiempo.", en="Locked. Now let time run."))

    def close_with(self, result: Comparison) -> None:
        """Show what happened; nothing can be chosen any more."""
        self._close(f"{SIGNS[result.right]} {result!r}")

    def _close(self, message: str) -> None:
        self.choice.disabled = self.button.disabled = True
        self._say(message)

    def _say(self, message: str) -> None:
        self.said.value = html.escape(message)
