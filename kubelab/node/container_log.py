"""What a container has written: its own lines and a line for each request, as `kubectl logs` shows them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from kubelab.node.shell import DATE

if TYPE_CHECKING:
    from kubelab.node.runtime import Container

LONGEST = 10_000  # lines of a loop that are given back: the last ones


def entries(container: Container, now: float) -> list[tuple[float, str]]:
    """All lines up to now, the oldest first, each with the instant at which it was written."""
    end = (now if container.exit is None else container.exit.at) - container.started
    behavior = container.behavior
    written = [(age, text) for age, text in behavior.logs if age <= end]
    if behavior.loop is not None:
        since, period, again = behavior.loop
        turns = int(max(end - since, 0.0) // period) + 1 if end >= since else 0
        first = max(0, turns - LONGEST // max(len(again), 1))
        written += [
            (age, text)
            for turn in range(first, turns)
            for offset, text in again
            if (age := since + turn * period + offset) <= end
        ]
    if behavior.script and not behavior.program:
        written += container.read_diary(end)
    written += [(at - container.started, text) for at, text in (*container.lines, *container.requests)]
    written.sort(key=_by_age)
    return [(container.started + age, _dated(text, container, container.started + age)) for age, text in written]


def _by_age(line: tuple[float, str]) -> float:
    return line[0]


def _dated(text: str, container: Container, at: float) -> str:
    if "\x01" not in text:
        return text
    date = container.clock.date_at(at)
    return DATE.sub(lambda met: dated(date, met[1]), text)


def dated(date: datetime, form: str) -> str:
    """A date as `date +FORM` prints it."""
    return date.strftime(form.replace("%N", "000000000"))
