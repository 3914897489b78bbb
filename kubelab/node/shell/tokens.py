"""The words and operators of a script, quotes and `$` left as they are written."""

from __future__ import annotations

import re
from typing import NamedTuple

OPERATORS = ("&&", "||", ";;", ";", "|", "&", "\n", "(", ")")
HERE = "<\x00"  # in place of `<<`: the next word is the text itself
REDIRECTIONS = ("&>>", "&>", ">>", ">&", ">", "<&", HERE, "<")  # the longer ones first
_DOCUMENT = re.compile(r"<<(-?)\s*(['\"]?)(\w+)(['\"]?)(?P<line>[^\n]*)\n(.*)", re.DOTALL)
_CLOSING = {"(": ")", "{": "}"}


class ScriptError(ValueError):
    """The script is none: what the shell says of it."""


class Token(NamedTuple):
    """A word, an operator, or a redirection (its `text` with the number before it: `2>`)."""

    kind: str
    text: str


def tokens(script: str) -> list[Token]:
    r"""All tokens of a script.

    Raises
    ------
    ScriptError
        A quotation does not end.

    Examples
    --------
    >>> [token.text for token in tokens("echo 'a b' 2>&1 | wc -l # count")]
    ['echo', "'a b'", '2>&', '1', '|', 'wc', '-l']
    """
    script = _without_documents(script.replace("\\\n", ""))
    found, at = list[Token](), 0
    while at < len(script):
        letter = script[at]
        if letter in " \t\r":
            at += 1
        elif letter == "#":
            end = script.find("\n", at)
            at = len(script) if end < 0 else end
        elif (sign := _starting(script, at, REDIRECTIONS)) and not (sign == "&>" and script[at + 2 : at + 3] == "&"):
            found.append(Token("redirect", sign))
            at += len(sign)
        elif sign := _starting(script, at, OPERATORS):
            found.append(Token("operator", ";" if sign == "\n" else sign))
            at += len(sign)
        else:
            end = _word_end(script, at)
            word = script[at:end]
            sign = _starting(script, end, REDIRECTIONS) if word.isdigit() else ""
            found.append(Token("redirect", word + sign) if sign else Token("word", word))
            at = end + len(sign)
    return found


def _without_documents(script: str) -> str:
    """The script with each here-document in the place of its mark, as a quoted word."""
    while met := _DOCUMENT.search(script):
        quote, name, rest = met[2] or met[4], met[3], met[6]
        lines, after = list[str](), rest.split("\n")
        while after and (after[0].lstrip("\t") if met[1] else after[0]) != name:
            lines.append(after.pop(0).lstrip("\t" if met[1] else ""))
        text = "".join(f"{line}\n" for line in lines)
        word = "'" + text.replace("'", "'\\''") + "'" if quote else '"' + text.replace('"', '\\"') + '"'
        script = f"{script[: met.start()]}<\x00{word}{met['line']}\n" + "\n".join(after[1:])
    return script


def _starting(script: str, at: int, signs: tuple[str, ...]) -> str:
    return next((sign for sign in signs if script.startswith(sign, at)), "")


def _word_end(script: str, at: int) -> int:
    while at < len(script):
        letter = script[at]
        if letter in " \t\r\n;|&()<>":
            break
        at = quoted_end(script, at) if letter in "\\'\"`$" else at + 1
    return at


def quoted_end(script: str, at: int) -> int:
    """Where what begins at a quote, a backslash, a backtick or a dollar ends."""
    letter = script[at]
    if letter == "\\":
        return min(at + 2, len(script))
    if letter == "$":
        opening = script[at + 1 : at + 2]
        return _bracket_end(script, at + 1, opening) if opening in _CLOSING else at + 1
    at += 1
    while at < len(script) and script[at] != letter:
        special = letter != "'" and script[at] in ("\\$`" if letter == '"' else "\\")
        at = quoted_end(script, at) if special else at + 1
    if at >= len(script):
        raise ScriptError("sh: syntax error: unterminated quoted string")
    return at + 1


def _bracket_end(script: str, at: int, opening: str) -> int:
    depth, closing = 0, _CLOSING[opening]
    while at < len(script):
        letter = script[at]
        if letter in "\\'\"`":
            at = quoted_end(script, at)
            continue
        depth += (letter == opening) - (letter == closing)
        at += 1
        if not depth:
            return at
    raise ScriptError(f'sh: syntax error: unexpected end of file (expecting "{closing}")')
