"""What may be given to kubelab: one sentence in the learner's language where something else is given.

The annotations of a function say it already; here they are asked before anything is done, so that nothing is half done.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from difflib import get_close_matches
from functools import wraps
from typing import Any, NamedTuple, TypeVar

from kubelab.language import say

T = TypeVar("T")
_SHOWN = 60
_of: dict[Callable[..., Any], Parameters] = {}  # of functions that options are handed on to


class ArgumentError(TypeError):
    """An argument that is missing, unknown, or of another kind. A notebook shows the sentence only."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class Wanted(NamedTuple):
    """What one parameter takes: the kinds of values, and how they are called."""

    kinds: tuple[type, ...]
    es: str
    en: str
    callables: bool = False

    def takes(self, value: Any) -> bool:
        """Whether it may be this value; True is no number, and neither is nan."""
        if isinstance(value, bool):
            return bool in self.kinds
        if isinstance(value, self.kinds):
            return bool(value == value)
        return (self.callables and callable(value)) or (int in self.kinds and hasattr(value, "__index__"))


class Parameters(NamedTuple):
    """The parameters of a function: all names, how many of them may come without their name, which have to be there."""

    wanted: dict[str, Wanted | None]
    in_order: list[str]
    needed: list[str]
    open_end: bool
    open_list: bool

    @classmethod
    def of(cls, function: Callable[..., Any]) -> Parameters:
        """Those of a function, without `self`."""
        held = [each for each in inspect.signature(function).parameters.values() if each.name != "self"]
        plain = [each for each in held if each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)]
        return cls(
            {each.name: _wanted(each.annotation, function) for each in plain},
            [each.name for each in plain if each.kind != each.KEYWORD_ONLY],
            [each.name for each in plain if each.default is each.empty],
            any(each.kind == each.VAR_KEYWORD for each in held),
            any(each.kind == each.VAR_POSITIONAL for each in held),
        )

    def check(self, where: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        """Refuse what does not fit; `where` is how the learner calls the function."""
        for name in options:
            if name not in self.wanted and not self.open_end:
                raise ArgumentError(_unknown(where, name, list(self.wanted)))
        if len(args) > len(self.in_order) and not self.open_list:
            few = ", ".join(self.in_order) or say(es="ninguno", en="none")
            raise ArgumentError(
                say(
                    es=f"{where}: sobran argumentos; sin nombre van {few}",
                    en=f"{where}: too many arguments; without a name go {few}",
                )
            )
        given = {} if self.open_list else dict(zip(self.in_order, args, strict=False))
        for name in self.needed:
            if name not in given and name not in options:
                raise ArgumentError(say(es=f"{where}: falta {name}", en=f"{where}: {name} is missing"))
        for name, value in (given | options).items():
            wanted = self.wanted.get(name)
            if wanted is not None and not wanted.takes(value):
                raise ArgumentError(unfit(f"{where}: {name}", value, es=wanted.es, en=wanted.en))


def unfit(what: str, value: Any, *, es: str, en: str) -> str:
    """The sentence about a value of the wrong kind."""
    shown = repr(value)
    shown = shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"
    return say(es=f"{what} es {es}, no {shown}", en=f"{what} is {en}, not {shown}")


def check_options(function: Callable[..., Any], where: str, options: dict[str, Any]) -> None:
    """The same for options that are handed on to another function: that it knows them, and takes their values."""
    if options:
        held = _of.get(function) or _of.setdefault(function, Parameters.of(function))
        wanted = {name: each for name, each in held.wanted.items() if name not in held.in_order}
        held._replace(wanted=wanted, in_order=[], needed=[]).check(where, (), options)


def checked(where: str) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Of a function: ask its annotations before it runs. `where` is how the learner calls it."""

    def guard(function: Callable[..., T]) -> Callable[..., T]:
        parameters = Parameters.of(function)

        @wraps(function)
        def guarded(*args: Any, **options: Any) -> T:
            parameters.check(where, args, options)
            return function(*args, **options)

        return guarded

    return guard


def checked_method(where: str) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """The same of one method, where not all that a class inherits is asked."""
    return lambda function: _method(function, where)


def checked_class(name: str) -> Callable[[type[T]], type[T]]:
    """Of a class: the same for all that is public, inherited or not; `name` is how lessons call one of them."""

    def guard(cls: type[T]) -> type[T]:
        for held in dir(cls):
            function = inspect.getattr_static(cls, held)
            if inspect.isfunction(function) and (held == "__init__" or not held.startswith("_")):
                where = cls.__name__ if held == "__init__" else f"{name}.{held}"
                setattr(cls, held, _method(function, where))
        return cls

    return guard


def _method(function: Callable[..., Any], where: str) -> Callable[..., Any]:
    parameters = Parameters.of(function)

    @wraps(function)
    def guarded(self: Any, *args: Any, **options: Any) -> Any:
        parameters.check(where, args, options)
        return function(self, *args, **options)

    return guarded


_ATOMS: dict[str, tuple[tuple[type, ...], str, str]] = {
    "str": ((str,), "un texto", "a text"),
    "int": ((int,), "un número entero", "a whole number"),
    "float": ((int, float), "un número", "a number"),
    "bool": ((bool,), "True o False", "True or False"),
    "dict": ((dict,), "un diccionario", "a dict"),
    "Sequence": ((list, tuple), "una lista", "a list"),
    "Mapping": ((dict,), "un diccionario", "a dict"),
    "None": ((type(None),), "", ""),
}


def _wanted(annotation: Any, function: Callable[..., Any]) -> Wanted | None:
    """What an annotation, as it stands in the source, says; None where it says that anything goes."""
    kinds, es, en, callables = list[type](), list[str](), list[str](), False
    for atom in _alternatives(str(annotation)):
        name = atom.partition("[")[0]
        known = getattr(function, "__globals__", {}).get(name)
        if name in _ATOMS:
            found = _ATOMS[name]
        elif name == "Callable":
            callables, found = True, ((), "una función", "a function")
        elif isinstance(known, type) and known is not Any and "[" not in atom:
            found = ((known,), f"un {name}", f"a {name}")
        else:
            return None
        kinds += found[0]
        es += [found[1]] if found[1] else []
        en += [found[2]] if found[2] else []
    return Wanted(tuple(kinds), " o ".join(es), " or ".join(en), callables)


def _alternatives(annotation: str) -> list[str]:
    """`"Callable[[A | B], Any] | float"` is two."""
    found, depth = [""], 0
    for letter in annotation:
        depth += (letter == "[") - (letter == "]")
        if letter == "|" and not depth:
            found.append("")
        else:
            found[-1] += letter
    return [each.strip() for each in found]


def _unknown(where: str, name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1)
    if near:
        return say(es=f"{where} no tiene {name}: ¿será {near[0]}?", en=f"{where} has no {name}: is it {near[0]}?")
    few = ", ".join(known) or say(es="nada", en="nothing")
    return say(es=f"{where} no tiene {name}: tiene {few}", en=f"{where} has no {name}: it has {few}")
