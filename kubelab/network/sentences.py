"""What the network says of a packet, in no language: the name of a sentence, and the facts that it tells.

It becomes words when somebody reads it, in the language of that moment; so what is kept does not depend on a language.
The words themselves are in `loss_words` and `hop_words`.
"""

from __future__ import annotations

from typing import NamedTuple

from kubelab.language import current
from kubelab.network.hop_words import HOPS
from kubelab.network.loss_words import BRIEF, LOSSES

SENTENCES = LOSSES | HOPS


class Sentence(NamedTuple):
    """A sentence and its facts; the last may be a sentence itself, the why: `connection refused: nothing listens on …`.

    Examples
    --------
    >>> lost = Sentence("timed out", (Sentence("no-address", ("10.244.1.9",)),))
    >>> lost.said("en")
    'timed out: nothing has the address 10.244.1.9'
    >>> lost.said("es")
    'timed out: nadie tiene la dirección 10.244.1.9'
    """

    name: str
    facts: tuple[str | int | float | Sentence, ...] = ()

    def said(self, language: str) -> str:
        """In that language."""
        return SENTENCES[self.name][language].format(*(_fact(each, language) for each in self.facts))

    @property
    def why(self) -> Sentence:
        """The innermost sentence: in `connection refused: nothing listens on …` what comes after the colon."""
        inner = self.facts[-1] if self.facts else None
        return inner.why if isinstance(inner, Sentence) else self

    @property
    def brief(self) -> str:
        """The few words that have room in a picture."""
        why = self.why
        words = BRIEF.get(why.name)
        if words is None:
            return str(why)
        language = current()
        facts = [_fact(each, language).removeprefix("default/") for each in why.facts]
        if why.name.startswith("link-"):
            facts.sort()  # a link has no direction
        return words[language].format(*facts)

    @property
    def short(self) -> str:
        """How the client notices, and why in the few words."""
        inner = self.facts[-1] if self.facts else None
        return str(self._replace(facts=(*self.facts[:-1], self.brief))) if isinstance(inner, Sentence) else self.brief

    def __str__(self) -> str:
        return self.said(current())

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


def _fact(fact: str | int | float | Sentence, language: str) -> str:
    if isinstance(fact, Sentence):
        return fact.said(language)
    if isinstance(fact, float):
        number = f"{fact:g}"
        return number.replace(".", ",") if language == "es" else number
    return str(fact)
