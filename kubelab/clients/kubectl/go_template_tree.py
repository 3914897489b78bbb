"""Reading Go templates: texts, actions and blocks as a tree.

In Kubernetes
    Go's `text/template/parse`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kubelab.clients.kubectl.go_functions import FUNCTIONS, TemplateError

_ACTION = re.compile(
    r"\{\{(- )?((?:\"(?:\\.|[^\"\\])*\"|`[^`]*`|'(?:\\.|[^'\\])*'|/\*.*?\*/|(?! -\}\}|\}\}).)*)( -)?\}\}", re.DOTALL
)
_TOKEN = re.compile(
    r"""\s*(?: (?P<text>"(?:\\.|[^"\\])*"|`[^`]*`) | (?P<letter>'(?:\\.|[^'\\])+') | (?P<assign>:=|=(?!=))
      | (?P<sign>[()|,]) | (?P<number>[-+]?[0-9][0-9.eE_x]*) | (?P<variable>\$\w*) | (?P<field>\.\w*)
      | (?P<word>\w+) )""",
    re.VERBOSE,
)


_KEYWORDS = ("true", "false", "nil", "if", "else", "end", "range", "with", "break", "continue")


@dataclass
class Node:
    """A piece of a template: `text`, `action`, or a block (`if`, `range`, `with`) with what it holds."""

    kind: str
    text: str = ""
    tokens: list[tuple[str, str]] = field(default_factory=list)
    body: list[Node] = field(default_factory=list)
    otherwise: list[Node] = field(default_factory=list)


def parse(template: str) -> list[Node]:
    """The tree of a template.

    Raises
    ------
    TemplateError
        It cannot be read.
    """
    return _parse(_pieces(template), 0, top=True)[0]


def _pieces(template: str) -> list[Node]:
    """Texts and actions in turn; `{{-` and `-}}` eat the space beside them."""
    pieces: list[Node] = []
    at, trim = 0, False
    for found in _ACTION.finditer(template):
        text = template[at : found.start()]
        text = text.lstrip() if trim else text
        pieces.append(Node("text", text.rstrip() if found[1] else text))
        content = found[2].strip()
        if not content.startswith("/*"):
            pieces.append(Node("action", content, _tokens(content)))
        at, trim = found.end(), bool(found[3])
    rest = template[at:]
    if "{{" in rest:
        raise TemplateError("unclosed action")
    pieces.append(Node("text", rest.lstrip() if trim else rest))
    return pieces


def _tokens(content: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at = 0
    while at < len(content.rstrip()):
        found = _TOKEN.match(content, at)
        if not found:
            raise TemplateError(f"unexpected {content[at:].strip()[:1]!r} in command")
        kind = str(found.lastgroup)
        if kind == "field" and tokens and not content[at].isspace() and tokens[-1][0] in ("field", "variable", "close"):
            tokens[-1] = (tokens[-1][0], tokens[-1][1] + found[kind])
        elif kind == "word" and found[kind] not in FUNCTIONS and found[kind] not in _KEYWORDS:
            raise TemplateError(f'function "{found[kind]}" not defined')
        elif found[kind] == ")":
            tokens.append(("close", ")"))
        else:
            tokens.append((kind, found[kind]))
        at = found.end()
    return tokens


def _parse(pieces: list[Node], start: int, *, top: bool = False) -> tuple[list[Node], int]:
    """The pieces up to the `end` or `else` of a block, and where that stands; 0 at the end of the template."""
    nodes: list[Node] = []
    i = start
    while i < len(pieces):
        piece = pieces[i]
        word = piece.tokens[0][1] if piece.tokens and piece.tokens[0][0] == "word" else ""
        if word in ("end", "else"):
            if top:
                raise TemplateError(f"unexpected {{{{{word}}}}}")
            return nodes, i
        if word in ("if", "range", "with"):
            i = _block(piece, word, pieces, i)
            nodes.append(piece)
        elif piece.kind == "text" or piece.tokens:
            nodes.append(piece)
        i += 1
    if not top:
        raise TemplateError("unexpected EOF")
    return nodes, 0


def _block(piece: Node, word: str, pieces: list[Node], i: int) -> int:
    """Fill in a block, `else if` being a block within its `else`. Answers where its `end` stands."""
    piece.kind, piece.tokens = word, piece.tokens[1:]
    piece.body, i = _parse(pieces, i + 1)
    tokens = pieces[i].tokens
    if tokens[0][1] == "else" and len(tokens) > 1:
        inner = Node("action", tokens=tokens[1:])
        end = _block(inner, tokens[1][1], pieces, i)
        piece.otherwise = [inner]
        return end
    if tokens[0][1] == "else":
        piece.otherwise, i = _parse(pieces, i + 1)
    return i
