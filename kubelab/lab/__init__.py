"""What lessons use: predictions, exercises and their hints, and where the lessons are.

`build` makes the notebooks from their bilingual sources; it needs the extra `lab` and is not imported here.
"""

from kubelab.lab.exercises import Exercise, Verdict, check, hint
from kubelab.lab.predictions import Prediction, predict

__all__ = ["Exercise", "Prediction", "Verdict", "check", "hint", "predict"]
