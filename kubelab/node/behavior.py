"""What the process in a container does, told as stages of time: starts, listens, is ready, fails, exits."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NamedTuple

from kubelab.node.shell.world import Lifetime

ANNOTATION = "kubelab.io/behavior."  # followed by the container's name


class PortInUse(NamedTuple):
    """How a program fails that finds its port taken: its lines, with their seconds since it tried, and its exit code.

    `{port}` is the port. Of its usual lines it has written the first ones, as many as it `keeps`. With the last line it
    is gone.
    """

    lines: tuple[tuple[float, str], ...] = ((0.0, "listen tcp :{port}: bind: address already in use"),)
    code: int = 1
    keeps: int = 0


GO = PortInUse()  # as programs written in Go say it


@dataclass(frozen=True, slots=True)
class Behavior:
    """One process, in seconds since its start.

    `starts_after` it listens on the ports `listens`, for its own pod alone if it is bound to `loopback`, and answers
    503; where another has such a port already, it fails as `port_in_use` says; `ready_after` it answers `status` with
    `body` (`{pod}` is the pod's name), `latency` seconds later each, or, as a proxy, sends requests on to the URL
    `forwards`; with `status` 0 it closes the connection without a word; `fails_liveness_after` it hangs and answers
    500. From `exit_after` on it is gone with `exit_code`. On SIGTERM it exits with `sigterm_exit` after `stops_after`
    (None: the cluster's usual time), or not at all if it `ignores_sigterm`. `paths` are those it knows (empty: all;
    others are answered 404), `forbidden` folders without a page (403), and it shows what is written into the folder
    `root`; where `methods` are told, it answers 405 to others. `logs` are its lines with their times, `loop` those that
    come again: from when, how often, which. `files` are those it has made and will make (None: nobody knows).
    `image_size` in bytes and `image_missing` are about its image; None leaves them to the catalogue. It uses `cpu`
    processors while it runs (0.25 is a quarter of one), `cpu_per_request` seconds of one for each request, and `memory`
    bytes. `program` names what it is, where it asks the API server or the network itself; `script` is what a shell goes
    through that writes more than can be told.

    Left out
        What it does never depends on the requests that came, on memory or on processor time.
    """

    starts_after: float = 0.0
    ready_after: float = 0.0
    listens: tuple[int, ...] = ()
    loopback: bool = False
    port_in_use: PortInUse = GO
    exit_after: float | None = None
    exit_code: int = 0
    fails_liveness_after: float | None = None
    ignores_sigterm: bool = False
    sigterm_exit: int = 0
    stops_after: float | None = None
    latency: float = 0.001
    status: int = 200
    body: str = "Hello from {pod}"
    forwards: str = ""
    program: str = ""
    script: str = ""
    paths: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    root: str = ""
    logs: tuple[tuple[float, str], ...] = ()
    loop: tuple[float, float, tuple[tuple[float, str], ...]] | None = None
    files: tuple[Lifetime, ...] | None = None
    image_size: int | None = None
    image_missing: bool | None = None
    cpu: float = 0.001
    cpu_per_request: float = 0.001
    memory: int = 10 * 2**20

    def stages(self) -> list[float]:
        """The ages at which the answer to a probe may change."""
        ages = [self.starts_after, self.ready_after]
        if self.fails_liveness_after is not None:
            ages.append(self.fails_liveness_after)
        for held in self.files or ():
            ages += [held.since, held.until]
        return sorted(age for age in ages if 0 < age < float("inf"))

    def listening(self, port: int, age: float) -> bool:
        """Whether a connection to the port is taken."""
        return age >= self.starts_after and port in self.listens

    def without_port(self, port: int, age: float) -> Behavior:
        """What it does instead where it cannot have the port that it asks for at that age."""
        lines, code, keeps = self.port_in_use
        said = [(age + after, text.replace("{port}", str(port))) for after, text in lines]
        kept = [line for number, line in enumerate(self.logs) if line[0] < age or number < keeps]
        logs = (*kept, *said)
        return dataclasses.replace(self, listens=(), logs=logs, loop=None, exit_after=logs[-1][0], exit_code=code)

    def hanging(self, age: float) -> bool:
        """Whether it is there and does nothing good any more."""
        return self.fails_liveness_after is not None and age >= self.fails_liveness_after

    def http_status(self, path: str, age: float, method: str = "GET", *, shows: bool = False) -> int:
        """What a request is answered with; `shows` says that there is a file for it."""
        status = 200 if shows else self._get_status(path, age)
        if not self.methods or method in self.methods:
            return status
        return 405 if status == 200 or (status in (403, 404) and method != "POST") else status

    def _get_status(self, path: str, age: float) -> int:
        if self.hanging(age):
            return 500
        if age < self.ready_after:
            return 503
        if path.partition("?")[0] in self.forbidden:
            return 403
        if self.paths and path.partition("?")[0] not in self.paths:
            return 404
        return self.status

    def __deepcopy__(self, memo: dict[int, Any]) -> Behavior:
        return self


_SECONDS = ("starts_after", "ready_after", "exit_after", "fails_liveness_after", "stops_after", "latency")
_SHARES = ("cpu", "cpu_per_request")
_NUMBERS = ("exit_code", "sigterm_exit", "status", "image_size", "memory")
_SWITCHES = ("ignores_sigterm", "image_missing", "loopback")
_TEXTS = ("body", "forwards")
_LISTS = ("listens", "paths", "logs")
FIELDS = (*_SECONDS, *_SHARES, *_NUMBERS, *_SWITCHES, *_TEXTS, *_LISTS)


def overridden(behavior: Behavior, name: str, text: str) -> Behavior:
    """The behavior with what the annotation of a container says otherwise, in JSON or YAML.

    Raises
    ------
    ValueError
        What is wrong with the annotation.

    Examples
    --------
    >>> overridden(Behavior(), "web", "{listens: [80], ready_after: 20}").ready_after
    20.0
    >>> overridden(Behavior(), "web", "{redy_after: 20}")
    Traceback (most recent call last):
    ValueError: annotation kubelab.io/behavior.web: unknown field "redy_after", did you mean "ready_after"?
    """
    import yaml

    where = f"annotation {ANNOTATION}{name}"
    try:
        wanted = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"{where}: not YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(wanted, dict):
        raise ValueError(f"{where}: a mapping is wanted, such as {{ready_after: 20}}")
    fields: dict[str, Any] = {}
    for key, value in wanted.items():
        if key not in FIELDS:
            near = get_close_matches(str(key), FIELDS, 1)
            raise ValueError(f'{where}: unknown field "{key}"' + (f', did you mean "{near[0]}"?' if near else ""))
        fields[key] = _checked(f"{where}: {key}", key, value)
    return dataclasses.replace(behavior, **fields)


def _checked(where: str, key: str, value: Any) -> Any:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if key in _SECONDS:
        if value is None and key in ("exit_after", "fails_liveness_after", "stops_after"):
            return None
        if not number or not 0 <= value < float("inf"):
            raise ValueError(f"{where}: seconds are wanted, not {value!r}")
        return float(value)
    if key in _SHARES:
        if not number or not 0 <= value <= 1000:
            raise ValueError(f"{where}: a number of processors is wanted, such as 0.25, not {value!r}")
        return float(value)
    if key in _NUMBERS:
        if not number or value != int(value) or value < 0:
            raise ValueError(f"{where}: a whole number is wanted, not {value!r}")
        return int(value)
    if key in _SWITCHES:
        if not isinstance(value, bool):
            raise ValueError(f"{where}: true or false is wanted, not {value!r}")
        return value
    if key in _TEXTS:
        if not isinstance(value, str):
            raise ValueError(f"{where}: text is wanted, not {value!r}")
        return value
    kind, word = (int, "numbers") if key == "listens" else (str, "texts")
    if not isinstance(value, list) or not all(isinstance(each, kind) and not isinstance(each, bool) for each in value):
        raise ValueError(f"{where}: a list of {word} is wanted, not {value!r}")
    return tuple((0.0, line) for line in value) if key == "logs" else tuple(value)
