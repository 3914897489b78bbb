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
    r"\\[pP](?:\{\^?(?P<long>\w+)\}|(?P<short>\w))|\\.|\[:(?P<class>\w+):\]|\[\^?\]?|\]|\(\?[=!<]?[=!P]?|\$|.",
    re.DOTALL,
)


class PatternError(ValueError):
    """A text that is no regular expression of Go's."""


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    r"""The expression.

    Examples
    --------
    >>> bool(compiled("^[[:alpha:]]+$").search("abc")), bool(compiled("^a$").search("a\n"))
    (True, False)

    Raises
    ------
    PatternError
        Go could not read it; the text says why.
    """
    made, within = [], False
    for token in _TOKEN.finditer(pattern):
        text = token[0]
        if text[:2] in (r"\p", r"\P"):
            made.append(_unicode(token, text, within))
        elif text.startswith("[:") and within:
            if token["class"] not in _CLASSES:
                raise PatternError(f"invalid character class range: `{text}`")
            made.append(_CLASSES[token["class"]])
        elif text == r"\z" and not within:
            made.append(r"\Z")
        elif not within and len(text) == 2 and text[0] == "\\" and text[1] in "123456789ZGKRX":
            raise PatternError(f"invalid escape sequence: `{text}`")
        elif text.startswith("(?") and not within and text[2:3] in ("=", "!", "<") and text != "(?<P":
            raise PatternError(f"invalid or unsupported Perl syntax: `{text}`")
        elif text == "$" and not within:
            made.append(r"\Z")
        else:
            if text.startswith("[") and within:
                text = "\\["
            within = (within or text.startswith("[")) and text != "]"
            made.append(text)
    try:
        return re.compile("".join(made), re.ASCII)
    except re.error as error:
        raise PatternError(f"{error.msg}: `{pattern}`") from None


def _unicode(token: re.Match[str], text: str, within: bool) -> str:
    letters = _UNICODE.get(token["long"] or token["short"])
    if letters is None:
        raise PatternError(f"invalid character class range: `{text}`")
    return letters if within else f"[{'^' if text[1] == 'P' else ''}{letters}]"
