"""curl's command line: its options and URLs."""

from __future__ import annotations

from dataclasses import dataclass, field

from kubelab.language import say

# long name -> (short name, takes a value)
_FLAGS: dict[str, tuple[str, bool]] = {
    "connect-timeout": ("", True),
    "data": ("d", True),
    "data-binary": ("", True),
    "data-raw": ("", True),
    "fail": ("f", False),
    "get": ("G", False),
    "head": ("I", False),
    "header": ("H", True),
    "include": ("i", False),
    "insecure": ("k", False),
    "location": ("L", False),
    "max-redirs": ("", True),
    "max-time": ("m", True),
    "output": ("o", True),
    "request": ("X", True),
    "resolve": ("", True),
    "show-error": ("S", False),
    "silent": ("s", False),
    "url": ("", True),
    "user-agent": ("A", True),
    "verbose": ("v", False),
    "write-out": ("w", True),
    # taken, and of no consequence here
    "compressed": ("", False),
    "http1.1": ("", False),
    "ipv4": ("4", False),
    "no-buffer": ("N", False),
    "no-progress-meter": ("", False),
    "progress-bar": ("#", False),
    # kubelab's own: who asks
    "namespace": ("n", True),
    "source": ("", True),
}
_SHORT = {short: name for name, (short, _) in _FLAGS.items() if short}
_MANY = ("header", "data", "resolve", "url")
_SAME = {"data-raw": "data", "data-binary": "data"}
_SECONDS = ("connect-timeout", "max-time")


# what the real one has and this one has not, with their short names
_MISSING = (
    "cacert cert:E config:K cookie:b cookie-jar:c data-urlencode form:F globoff:g http2 interface ipv6:6 json key "
    "limit-rate netrc oauth2-bearer parallel:Z proxy:x range:r referer:e remote-name:O retry time-cond:z trace "
    "unix-socket upload-file:T user:u"
)
_ELSEWHERE = dict(each.partition(":")[::2] for each in _MISSING.split())
_SHORT_ELSEWHERE = {short: name for name, short in _ELSEWHERE.items() if short}


class UsageError(Exception):
    """curl does not understand its command line: what it says."""


@dataclass
class Command:
    """What is asked of curl: the URLs, the options by their long names."""

    urls: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    many: dict[str, list[str]] = field(default_factory=dict)
    asks_for: str = ""  # help or version, instead of a transfer

    def has(self, name: str) -> bool:
        """Whether the option is there."""
        return name in self.options

    def all(self, name: str) -> list[str]:
        """The values of an option that may come more than once."""
        return self.many.get(name, [])

    def seconds(self, name: str) -> float | None:
        """A time that was given, or None; 0 is no limit either."""
        text = self.options.get(name)
        return float(text) or None if text is not None else None

    def header(self, name: str) -> str | None:
        """The value of a header that was given by `-H`."""
        for each in self.all("header"):
            key, _, value = each.partition(":")
            if key.strip().lower() == name:
                return value.strip()
        return None


def parse(words: list[str]) -> Command:
    """Read a command line.

    Raises
    ------
    UsageError
        There is no such option, or its value is missing or no number.

    Examples
    --------
    >>> found = parse(["-sSo", "/dev/null", "-m5", "http://web", "-w", "%{http_code}"])
    >>> found.urls, found.options["output"], found.seconds("max-time")
    (['http://web'], '/dev/null', 5.0)
    """
    found, rest = Command(), list(words)
    while rest:
        word = rest.pop(0)
        if word in ("-h", "--help", "-M", "--manual", "-V", "--version"):
            found.asks_for = "version" if word in ("-V", "--version") else "help"
            return found
        if word.startswith("--") and len(word) > 2:
            name = word[2:]
            if name not in _FLAGS:
                raise _unknown(word, name in _ELSEWHERE)
            _take(found, name, rest, word)
        elif word.startswith("-") and len(word) > 1:
            _short(found, word, rest)
        else:
            found.urls.append(word)
    found.urls += found.all("url")
    return found


def _short(found: Command, word: str, rest: list[str]) -> None:
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        name = _SHORT.get(letter)
        if name is None:
            raise _unknown(f"-{letter}" if letter in _SHORT_ELSEWHERE else word, letter in _SHORT_ELSEWHERE)
        if _FLAGS[name][1] and letters:
            rest.insert(0, letters)
            letters = ""
        _take(found, name, rest, word)


def _take(found: Command, name: str, rest: list[str], word: str) -> None:
    if not _FLAGS[name][1]:
        found.options[name] = ""
        return
    if not rest:
        raise UsageError(f"option {word}: requires parameter")
    value, name = rest.pop(0), _SAME.get(name, name)
    if name == "data" and value.startswith("@") and value != "@-":
        raise UsageError(
            say(
                es=f"-d {value}: aquí no se leen ficheros; -d @- envía el resto de la celda (%%curl)",
                en=f"-d {value}: no files are read here; -d @- sends the rest of the cell (%%curl)",
            )
        )
    if name == "max-redirs" and not value.lstrip("-").isdigit():
        raise UsageError(f"option {word}: expected a proper numerical parameter")
    if name in _SECONDS and not value.replace(".", "", 1).isdigit():
        raise UsageError(f"option {word}: expected a proper numerical parameter")
    if name in _MANY:
        found.many.setdefault(name, []).append(value)
    found.options[name] = value


def _unknown(word: str, real: bool) -> UsageError:
    """The refusal of an option; of one that the real curl has it says so."""
    if not real:
        return UsageError(f"option {word}: is unknown")
    return UsageError(say(es=f"este curl no tiene la opción {word}", en=f"this curl does not have the option {word}"))


def usage() -> str:
    """What `--help` prints."""
    lines = [
        f" {f'-{short},' if short else '   '} --{name}{' …' if valued else ''}"
        for name, (short, valued) in _FLAGS.items()
    ]
    own = say(
        es="-n y --source solo los tiene este curl: el namespace y quién pide, pod/NOMBRE, outside o una máquina.",
        en="-n and --source are this curl's own: the namespace and who asks, pod/NAME, outside or a machine.",
    )
    return say(es="Uso: curl [opciones] URL…", en="Usage: curl [options] URL…") + "\n" + "\n".join([*lines, own, ""])
