"""A misspelt attribute: which one was probably meant, in the learner's language."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from kubelab.language import say


class NoSuchNameError(AttributeError):
    """There is no such attribute; the sentence is made when somebody reads it."""

    def __str__(self) -> str:
        names = [each for each in dir(self.obj) if not each.startswith("_")]
        near = get_close_matches(str(self.name), names, n=1)
        what = type(self.obj).__name__
        hint = say(es=f"; ¿querías decir {near[0]}?", en=f"; did you mean {near[0]}?") if near else ""
        return say(es=f"{what} no tiene {self.name}", en=f"{what} has no {self.name}") + hint


class NearNames:
    """What names the nearest attribute where one is misspelt. It costs nothing where none is.

    A notebook shows no suggestion of Python's own.
    """

    if not TYPE_CHECKING:  # a type checker would take every name for one that there is

        def __getattr__(self, name: str) -> Any:
            """Only called for what is not there; names with `_` are Python's and the notebook's own questions."""
            if name.startswith("_"):
                raise AttributeError(name)
            raise NoSuchNameError(name=name, obj=self)
