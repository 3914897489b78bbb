r"""Regular expressions of schemas: Go's, read as Go reads them.

Go's expressions know no looking ahead or behind and no references to groups, their `$` is the very end, and their
classes are ASCII.

In Kubernetes
    The package `regexp` of Go: https://github.com/google/re2/wiki/Syntax
Left out
    Classes of Unicode other than letters, digits and their cases (`\p{L}`, `\p{Lu}`, `\p{Ll}`, `\p{N}`).
"""

from __future__ import annotations

import re
from functools import lru_cache

_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": "\\x00-\\x7f",
    "blank": "\\t ",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\t\\n\\v\\f\\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_UNICODE = {
    "L": "A-Za-z\\u00aa\\u00b5\\u00ba\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02af\\u0370-\\u1fff\\u3040-\\ud7ff",
    "Lu": "A-Z\\u00c0-\\u00d6\\u00d8-\\u00de",
    "Ll": "a-z\\u00df-\\u00f6\\u00f8-\\u00ff",
    "N": "0-9",
}
_TOKEN = re.compile(
    r"\\[pP](?:\{(?P<long>\w+)\}|(?P<short>\w))|\\.|\[:(?P<class>\w+):\]|\[\^?\]?|\]|\(\?(?P<flags>[imsU]*(?:-[imsU]+)?)\)"
    r"|\(\?(?:P?<|[=!]|<[=!])?|.",
    re.DOTALL,
)
_NOT_IN_GO = ("(?=", "(?!", "(?<=", "(?<!")


class PatternError(ValueError):
    """A text that is no regular expression of Go's."""


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    r"""The expression.

    Examples
    --------
    >>> bool(compiled("^[[:alpha:]]+$").search("abc")), bool(compiled("^a$").search("a\n"))
    (True, False)
    >>> bool(compiled("^(?i)yes|no$").search("NO"))
    True

    Raises
    ------
    PatternError
        Go could not read it; the text says why.
    """
    translation = _Translation()
    for token in _TOKEN.finditer(pattern):
        if translation.within_class:
            translation.in_class(token)
        else:
            translation.outside(token)
    try:
        return re.compile(translation.finished(), re.ASCII)
    except re.error as error:
        raise PatternError(f"{error.msg}: `{pattern}`") from None


class _Translation:
    """An expression of Go's, token by token, as Python writes it.

    Go's flags hold from where they stand to the end of their group, over its alternatives. Python has them only for
    groups of their own: `a(?i)b|c` becomes `a(?i:b)|(?i:c)`.
    """

    def __init__(self) -> None:
        self.made: list[str] = []
        self.within_class = False
        self.flags: list[list[str]] = [[]]  # of each open group, the flags that were set in it

    def in_class(self, token: re.Match[str]) -> None:
        """Within brackets only a few characters mean anything."""
        text = token[0]
        if text[:2] in (r"\p", r"\P"):
            self.made.append(_letters(token))
        elif token["class"]:
            if token["class"] not in _CLASSES:
                raise PatternError(f"invalid character class range: `{text}`")
            self.made.append(_CLASSES[token["class"]])
        elif text.startswith("["):
            self.made.append(f"\\{text}")
            self.within_class = not text.endswith("]")
        else:
            self.made.append(text)
            self.within_class = text != "]"

    def outside(self, token: re.Match[str]) -> None:
        """Everywhere else."""
        text = token[0]
        if text.startswith(_NOT_IN_GO):
            raise PatternError(f"invalid or unsupported Perl syntax: `{text}`")
        if text[:2] in (r"\p", r"\P"):
            self.made.append(f"[{'^' if text[1] == 'P' else ''}{_letters(token)}]")
        elif text in (r"\z", "$"):
            self.made.append(r"\Z")
        elif len(text) == 2 and text[0] == "\\" and text[1] in "123456789ZGKRX":
            raise PatternError(f"invalid escape sequence: `{text}`")
        elif token["flags"] is not None:
            self._set(token["flags"].replace("U", "").rstrip("-"))
        elif text.startswith("["):
            self.made.append(text)
            self.within_class = True
        else:
            self._plain("(?P<" if text == "(?<" else text)

    def _plain(self, text: str) -> None:
        if text == "|":
            again = "".join(f"(?{flags}:" for flags in self.flags[-1])
            self.made.append(f"{')' * len(self.flags[-1])}|{again}")
        elif text == ")":
            self.made.append(")" * len(self.flags[-1] if len(self.flags) > 1 else []) + ")")
            if len(self.flags) > 1:
                self.flags.pop()
        else:
            if text.startswith("("):
                self.flags.append([])
            self.made.append(text)

    def _set(self, flags: str) -> None:
        if flags:
            self.flags[-1].append(flags)
            self.made.append(f"(?{flags}:")

    def finished(self) -> str:
        """The whole, as Python writes it."""
        return "".join(self.made) + ")" * len(self.flags[0])


def _letters(token: re.Match[str]) -> str:
    letters = _UNICODE.get(token["long"] or token["short"])
    if letters is None:
        raise PatternError(f"invalid character class range: `{token[0]}`")
    return letters
