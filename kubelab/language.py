"""The language of what people read: Spanish (`es`) or English (`en`).

Kubernetes's own words (Pod, Ready, kube-proxy) stay as they are in both; everything around them is said twice, at the
place where it is said: `say(es="sin nodo", en="on no node")`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

LANGUAGES = ("es", "en")
_chosen: list[str] = []  # what `use` was told last; nothing: the environment decides


def use(language: str) -> None:
    """Speak this language from now on.

    Raises
    ------
    ValueError
        Neither `es` nor `en`.
    """
    if language not in LANGUAGES:
        raise ValueError(
            say(
                es=f"kubelab habla {' y '.join(LANGUAGES)}, no {language!r}",
                en=f"kubelab speaks {' and '.join(LANGUAGES)}, not {language!r}",
            )
        )
    _chosen[:] = [language]


def current() -> str:
    """The language spoken: the one last chosen by `use`, else the environment's `KUBELAB_LANG`, else English."""
    if _chosen:
        return _chosen[0]
    language = os.environ.get("KUBELAB_LANG", "")[:2].lower()
    return language if language in LANGUAGES else "en"


def say(*, es: str, en: str) -> str:
    """The one of two sentences that is in the current language.

    Examples
    --------
    >>> use("es"); say(es="nodo", en="node")
    'nodo'
    >>> use("en"); say(es="nodo", en="node")
    'node'
    """
    return es if current() == "es" else en


def text(sentences: Mapping[str, str]) -> str:
    """The sentence of a catalogue's entry, `{"es": …, "en": …}`, that is in the current language."""
    return sentences[current()]
