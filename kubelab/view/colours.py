"""How each state of a pod looks: one colour, one glyph, one hatch and one word, for every picture of kubelab.

The colours are Okabe and Ito's (https://jfly.uni-koeln.de/color/), told apart by nearly everybody; and colour is never
alone: the glyph says the same, and so does the hatch where there is room for one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kubelab.api.objects import is_ready
from kubelab.language import say

BLACK, WHITE = "#000000", "#FFFFFF"
ORANGE, SKY, GREEN, YELLOW = "#E69F00", "#56B4E9", "#009E73", "#F0E442"
BLUE, VERMILLION, PURPLE, GREY = "#0072B2", "#D55E00", "#CC79A7", "#8C8C8C"


@dataclass(frozen=True)
class Look:
    """One state's look. `ink` is the colour of a glyph on `colour`; `edge` draws outlines; `hatch` is matplotlib's."""

    state: str
    colour: str
    edge: str
    ink: str
    glyph: str
    hatch: str
    dash: str
    es: str
    en: str

    @property
    def words(self) -> str:
        """The state in the current language."""
        return say(es=self.es, en=self.en)


LOOKS: dict[str, Look] = {
    look.state: look
    for look in (
        Look("ready", GREEN, GREEN, WHITE, "✓", "", "", "listo", "ready"),
        Look("starting", SKY, SKY, BLACK, "…", "..", "5 3", "arrancando", "starting"),
        Look("pending", YELLOW, "#A39600", BLACK, "○", "++", "2 3", "espera un nodo", "waits for a node"),
        Look("not-ready", ORANGE, ORANGE, BLACK, "!", "//", "", "no listo", "not ready"),
        Look("failing", VERMILLION, VERMILLION, WHITE, "↻", "xx", "", "falla", "failing"),
        Look("terminating", PURPLE, PURPLE, BLACK, "–", "--", "8 3", "terminando", "terminating"),
        Look("succeeded", BLUE, BLUE, WHITE, "■", "oo", "", "completado", "succeeded"),
        Look("failed", "#5C3A21", "#A0714F", WHITE, "✗", "**", "", "fallido", "failed"),
        Look("lost", GREY, GREY, BLACK, "?", "\\\\", "3 3", "nadie lo sabe", "nobody knows"),
    )
}

# In Spanish and of several; and of one, where that is not the state's own word.
_SEVERAL = {
    "ready": "listos",
    "pending": "esperan un nodo",
    "not-ready": "no listos",
    "failing": "fallan",
    "succeeded": "completados",
    "failed": "fallidos",
    "lost": "sin noticias",
}
_ONE = {"lost": "sin noticias"}

# What a container waits for on its way up; every other reason to wait is trouble.
_ON_THE_WAY = ("", "ContainerCreating", "PodInitializing")


def counted(state: str, amount: int) -> str:
    """So many pods in a state, in words."""
    look = LOOKS[state]
    return f"{amount} {say(es=(_ONE if amount == 1 else _SEVERAL).get(state, look.es), en=look.en)}"


@dataclass(frozen=True)
class Paper:
    """The colours of what is not a state, on an opaque background of a light or a dark theme."""

    background: str
    ink: str
    dim: str
    line: str
    box: str


LIGHT = Paper("#FFFFFF", "#1F2328", "#59636E", "#9AA4AF", "#F4F6F8")
DARK = Paper("#111418", "#E6EAEF", "#A3ADB8", "#5F6B78", "#1C2128")


def state_of(pod: Any) -> str:
    """The state of a pod, as one of the words of `LOOKS`.

    In Kubernetes
        A pod has a phase, conditions and container states; which of them matters most at a moment is what this says,
        in the order in which `kubectl get pods` looks at them.

    Left out
        `lost` is never answered here: the API does not know that a machine is dead (see `scene`).
    """
    status = pod.status
    if pod.metadata.deletionTimestamp is not None:
        return "terminating"
    if status.phase == "Succeeded":
        return "succeeded"
    if status.phase == "Failed":
        return "failed"
    if not pod.spec.nodeName:
        return "pending"
    if is_ready(pod):
        return "ready"
    if _in_trouble(status):
        return "failing"
    return "not-ready" if status.phase == "Running" else "starting"


def _in_trouble(status: Any) -> bool:
    for held in (*(status.initContainerStatuses or ()), *(status.containerStatuses or ())):
        state = held.state
        if state is None:
            continue
        if state.waiting is not None and (state.waiting.reason or "") not in _ON_THE_WAY:
            return True
        if state.terminated is not None and state.terminated.exitCode:
            return True
    return False
