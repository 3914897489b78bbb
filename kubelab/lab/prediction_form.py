"""The form of a prediction in a notebook: the question, the answers, and a button that locks the choice."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import ipywidgets

from kubelab.language import say

if TYPE_CHECKING:
    from kubelab.lab.predictions import Comparison, Prediction

SIGNS = {True: "✓", False: "✗", None: "·"}


class PredictionForm:
    """Widgets for one prediction. `box` is what the notebook shows."""

    def __init__(self, prediction: Prediction) -> None:
        self.prediction = prediction
        question = ipywidgets.HTML(
            f"<strong>{say(es='Predice', en='Predict')}.</strong> {html.escape(str(prediction.question))}"
        )
        self.choice = self._choice()
        self.button = ipywidgets.Button(
            description=say(es="Guardar mi predicción", en="Lock my prediction"), icon="lock"
        )
        self.button.layout.width = "auto"
        self.button.on_click(self._lock)
        self.said = ipywidgets.HTML()
        self.box = ipywidgets.VBox([question, self.choice, ipywidgets.HBox([self.button, self.said])])
        if prediction.answer is not None:
            self._close(repr(prediction))

    def _choice(self) -> Any:
        prediction = self.prediction
        if prediction.options:
            labels = [str(option.label) for option in prediction.options]
            choice = ipywidgets.RadioButtons(options=labels, value=None)
            choice.layout.width = "max-content"
            return choice
        return ipywidgets.FloatText(description=str(prediction.unit or ""), value=0)

    def _lock(self, _button: Any) -> None:
        if self.choice.value is None:
            self.said.value = html.escape(say(es="Elige primero una respuesta.", en="Choose an answer first."))
            return
        try:
            self.prediction.lock(self.choice.value)
        except ValueError as refusal:
            self._close(str(refusal))
        else:
            self._close(say(es="Guardada. Ahora, que corra el tiempo.", en="Locked. Now let time run."))

    def close_with(self, result: Comparison) -> None:
        """Show what happened; nothing can be chosen any more."""
        self._close(f"{SIGNS[result.right]} {result!r}")

    def _close(self, message: str) -> None:
        self.choice.disabled = self.button.disabled = True
        self.said.value = html.escape(message)
