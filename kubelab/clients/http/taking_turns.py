"""A served cluster is shared: whoever calls it from a notebook takes a turn as every request does."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from kubelab.clients.turn import TURN


def take_turns(cluster: Any) -> None:
    """From now on every method of the cluster, and of the client in `.api`, takes the turn for as long as it lasts."""
    for thing in (cluster, cluster.api):
        cls: Any = type(thing)
        thing.__class__ = _in_turn(cls)


@cache
def _in_turn(cls: Any) -> Any:
    """The class with its public methods wrapped; it keeps its name, and is one of it in every other way."""
    if "takes_turns" in cls.__dict__:
        return cls
    methods = {
        name: _turned(method)
        for name, method in inspect.getmembers(cls, inspect.isfunction)
        if (not name.startswith("_") or name == "__repr__") and name != "serve"  # which waits for another thread
    }
    return type(cls.__name__, (cls,), {**methods, "takes_turns": True, "__module__": cls.__module__})


def _turned(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def in_turn(*args: Any, **options: Any) -> Any:
        with TURN:
            return method(*args, **options)

    return in_turn
