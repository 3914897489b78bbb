"""Losses: why a request got no good answer, in the few words that have room in a picture, and where it was lost."""

from __future__ import annotations

from kubelab.network.sentences import Sentence


def loss_words(reason: Sentence | None) -> str:
    """What the network says, in a few words of the current language."""
    return reason.brief if reason is not None else ""


def machine_of(reason: Sentence | None) -> str:
    """The machine that does not answer, or is cut off; empty where the reason tells of none."""
    if reason is None or reason.name != "timed out" or reason.why.name not in ("down", "cut", "off"):
        return ""
    return str(reason.why.facts[0])


def link_of(reason: Sentence | None) -> tuple[str, str] | None:
    """The two ends of the link on which packets get lost."""
    if reason is None or not reason.why.name.startswith("link-"):
        return None
    one, other = reason.why.facts
    return str(one), str(other)
