"""A command line as a shell reads it: words, quotes, comments, `|`, `>` and what else would mean something there.

In Kubernetes
    Nothing: it is the shell around kubectl. Its rules are in the manual of bash, "Shell Syntax".

Left out
    Variables, globs, `;`, `&&`, `&` and `$(…)`: the last four are refused, never taken for words.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kubelab.language import say

_OPERATORS = ("&>", "&&", "||", "<<", ">>", "|&", "|", "&", ";", "<", ">")
_SEQUENCES = ("&&", "||", ";", "&")
_OPEN, _CLOSE = "{[(", "}])"


class CommandLineError(ValueError):
    """The line means something that is not done here: the sentence that says so."""


@dataclass
class CommandLine:
    """The words of a command, the filters after it, and where its text comes from and goes to.

    `source` is the file of `<`, `target` that of `>` or (then it `appends`) `>>`; `here` is the word of `<<EOF`. The
    error stream is `joined` to the other by `2>&1`, or `hushed` by `2>/dev/null`.
    """

    words: list[str] = field(default_factory=list)
    filters: list[list[str]] = field(default_factory=list)
    source: str = ""
    target: str = ""
    appends: bool = False
    here: str = ""
    joined: bool = False
    hushed: bool = False

    @property
    def plain(self) -> bool:
        """Whether all that is printed goes to the screen as it is."""
        return not (self.filters or self.target or self.hushed)


def read(text: str) -> CommandLine:
    """Read a line.

    Raises
    ------
    CommandLineError
        A quote that does not end, or what only a shell could do.

    Examples
    --------
    >>> found = read("get pods -l 'app in (a, b)' | grep -v Running  # those in trouble")
    >>> found.words, found.filters
    (['get', 'pods', '-l', 'app in (a, b)'], [['grep', '-v', 'Running']])
    """
    tokens = _tokens(text)
    found = CommandLine()
    words = found.words
    while tokens:
        operator, word = tokens.pop(0)
        if not operator:
            words.append(word)
        elif operator in ("|", "|&"):
            found.joined = found.joined or operator == "|&"
            if not words or found.target or (found.hushed and found.joined):
                raise _unreadable(operator)
            words = list[str]()
            found.filters.append(words)
        elif operator in _SEQUENCES:
            raise CommandLineError(
                say(
                    es=f"aquí cada línea es una sola orden: quita «{operator}» y lo que sigue, o ponlo entre comillas",
                    en=f"a line is one command here: take away «{operator}» and what follows, or quote it",
                )
            )
        else:
            _redirect(found, operator, word, tokens)
    if not all([found.words, *found.filters]) and (found.filters or found.target):
        raise _unreadable("|")
    return found


def _redirect(found: CommandLine, operator: str, stream: str, tokens: list[tuple[str, str]]) -> None:
    """`> file`, `2>&1` and their like: the file is the next word."""
    if not tokens or tokens[0][0]:
        raise _unreadable(operator)
    file = tokens.pop(0)[1]
    if operator == "<<":
        found.here = file
    elif operator == "<":
        found.source = file
    elif stream == "2" and file in ("&1", "/dev/null"):
        found.joined, found.hushed = file == "&1", file != "&1"
    elif stream in ("", "1") and file not in ("&2", "&1"):
        found.target, found.appends = file, operator == ">>"
        found.joined = found.joined or operator == "&>"
    else:
        raise _unreadable(f"{stream}{operator}{file}")


def _tokens(text: str) -> list[tuple[str, str]]:
    """The line's pieces: `("", word)`, or an operator with the number of the stream before it (`2>`)."""
    found: list[tuple[str, str]] = []
    word, begun, quote, place = "", False, "", 0
    while place < len(text):
        letter, place = text[place], place + 1
        if quote != "'" and (letter == "`" or text.startswith("$(", place - 1)) and not _depth(word):
            raise CommandLineError(
                say(
                    es="aquí no hay shell que ejecute lo de dentro de $(…) o de `…`: ejecútalo antes y pon el valor",
                    en="there is no shell here that runs what is inside $(…) or `…`: run it first and put its value",
                )
            )
        if quote:
            if letter == quote:
                quote = ""
            elif letter == "\\" and quote == '"' and text[place : place + 1] in ('"', "\\", "$", "`"):
                word, place = word + text[place], place + 1
            else:
                word += letter
        elif letter in "'\"":
            quote, begun = letter, True
        elif letter == "\\":
            word, begun, place = word + text[place : place + 1].replace("\n", ""), True, place + 1
        elif letter.isspace():
            found, word, begun = _ended(found, word, begun), "", False
        elif letter == "#" and not begun:
            place = text.find("\n", place) if "\n" in text[place:] else len(text)
        elif letter in "|&;<>" and not _depth(word):
            operator = next(each for each in _OPERATORS if text.startswith(each, place - 1))
            if operator == "&" and found and found[-1][0] in (">", ">>") and not begun:
                word, begun = letter, True
                continue
            stream = word if word.isdigit() and operator in (">", ">>", "<") else ""
            found = found if stream else _ended(found, word, begun)
            found.append((operator, stream))
            word, begun, place = "", False, place - 1 + len(operator)
        else:
            word, begun = word + letter, True
    if quote:
        raise CommandLineError(say(es="falta cerrar unas comillas", en="No closing quotation"))
    return _ended(found, word, begun)


def _ended(found: list[tuple[str, str]], word: str, begun: bool) -> list[tuple[str, str]]:
    return [*found, ("", word)] if begun else found


def _depth(word: str) -> int:
    """How many brackets of a word are still open: `jsonpath={.items[?(@.port>1024)]}` needs no quotes here."""
    return sum(word.count(each) for each in _OPEN) - sum(word.count(each) for each in _CLOSE)


def _unreadable(what: str) -> CommandLineError:
    return CommandLineError(say(es=f"no se entiende «{what}» ahí", en=f"«{what}» makes no sense there"))
