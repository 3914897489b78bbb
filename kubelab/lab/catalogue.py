"""The texts of the lessons: every sentence in Spanish and English, side by side in one YAML file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from kubelab import language

LANGUAGES = ("es", "en")


@dataclass(frozen=True)
class Text:
    """One sentence in each language; `str()` gives the one in use, `format` fills its gaps.

    Examples
    --------
    >>> from kubelab import language
    >>> before = language.current()
    >>> language.use("es")
    >>> Text("{n} pods vivos", "{n} pods alive").format(n=3)
    '3 pods vivos'
    >>> language.use(before)
    """

    es: str
    en: str

    @classmethod
    def read(cls, value: Any, where: str) -> Text:
        """The text of a catalogue: `{es: …, en: …}`, or one plain value that is the same in both."""
        if isinstance(value, dict):
            if set(value) != set(LANGUAGES):
                raise ValueError(f"{where}: a text has es and en, not {', '.join(value)}")
            return cls(str(value["es"]).strip(), str(value["en"]).strip())
        return cls(str(value), str(value))

    def format(self, **facts: Any) -> str:
        """The sentence in the language in use, its gaps filled."""
        return str(self).format(**{name: spoken(value) for name, value in facts.items()})

    def __str__(self) -> str:
        return language.say(es=self.es, en=self.en)


def spoken(value: Any) -> Any:
    """A value as it is read in the language in use: Spanish has a comma where English has a point."""
    if isinstance(value, float):
        return str(value).replace(".", language.say(es=",", en="."))
    return str(value) if isinstance(value, Text) else value


@cache
def load(folder: str, name: str) -> dict[str, Any]:
    """One file of the catalogue: `load("exercises", "01-1")`.

    Raises
    ------
    LookupError
        There is no such file.
    """
    path = files("kubelab.lab") / folder / f"{name}.yaml"
    if not path.is_file():
        raise LookupError(f"no {name}.yaml in kubelab/lab/{folder}")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def names(folder: str) -> list[str]:
    """The files of one folder of the catalogue, without their ending, in order."""
    entries = (files("kubelab.lab") / folder).iterdir()
    return sorted(entry.name.removesuffix(".yaml") for entry in entries if entry.name.endswith(".yaml"))
