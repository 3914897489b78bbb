"""What is said of a request: the object at fault, the reason, and what mends it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from kubelab.language import say

WIDEST = 110


@dataclass(frozen=True)
class WhyRequest:
    """Why a request ended as it did.

    `object` is the one at fault (`services/default/web`, `pods/default/web-1`, `nodes/worker-2`), or that answered;
    `reason` says what is wrong with it, `mend` what would change that, `details` what there is to be seen.

    In Kubernetes
        Nothing answers this. https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/ tells people where
        to look, and in which order.
    """

    object: str
    reason: str
    mend: str = ""
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        head = f"{say(es='Por qué', en='Why')}: {self.object}: {self.reason}"
        return "\n".join([head, *(f"  {line}" for line in self.details), *([f"  → {self.mend}"] if self.mend else ())])

    def __repr__(self) -> str:
        text = f"{say(es='Por qué', en='Why')}: {self.object}: {self.reason}"
        return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"

    def _repr_html_(self) -> str:
        lines = "".join(f"<li>{escape(line)}</li>" for line in self.details)
        mend = f"<p>→ {escape(self.mend)}</p>" if self.mend else ""
        return f"<p><b>{escape(self.object)}</b>: {escape(self.reason)}</p><ul>{lines}</ul>{mend}"


def listed(names: list[str], most: int = 4) -> str:
    """Some names, and how many more there are."""
    if not names:
        return say(es="ninguno", en="none")
    more = len(names) - most
    rest = say(es=f" y {more} más", en=f" and {more} more") if more > 0 else ""
    return ", ".join(names[:most]) + rest
