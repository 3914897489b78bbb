r"""Go templates: `-o go-template='{{range .items}}{{.metadata.name}}{{"\n"}}{{end}}'`.

A template is read into a tree once and carried out on plain data.

In Kubernetes
    Go's `text/template`, with kubectl's `exists` and `base64decode`. https://pkg.go.dev/text/template
Left out
    `define`, `template` and `block`; methods; complex numbers.
"""

from __future__ import annotations

import re
from typing import Any

from kubelab.clients.go_format import shown
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.go_functions import FUNCTIONS, TemplateError, is_true
from kubelab.clients.kubectl.go_template_tree import Node, parse

_NO_VALUE = "<no value>"


class _JumpError(Exception):
    """`{{break}}` or `{{continue}}`: it ends a round of the nearest range."""


def render(template: str, data: Any, *, missing_keys: bool = True) -> str:
    r"""The text that a template makes of data.

    Examples
    --------
    >>> render("{{range $i, $x := .a}}{{if $i}}, {{end}}{{printf \"%03d\" $x}}{{end}}", {"a": [1, 2]})
    '001, 002'
    """
    try:
        nodes = parse(template)
    except TemplateError as wrong:
        raise error(f"error parsing template {template}, template: output:1: {wrong}") from None
    try:
        return _Run(data, missing_keys).carry_out(nodes, data)
    except TemplateError as wrong:
        raise CommandError(f'error: error executing template "{template}": template: output: {wrong}') from None


class _Run:
    """A template being carried out: its variables."""

    def __init__(self, data: Any, missing_keys: bool) -> None:
        self.variables: dict[str, Any] = {"$": data}
        self.missing_keys = missing_keys

    def carry_out(self, nodes: list[Node], dot: Any) -> str:
        """The text that nodes make of what `.` stands for."""
        return "".join(self._one(node, dot) for node in nodes)

    def _one(self, node: Node, dot: Any) -> str:
        if node.kind == "text":
            return node.text
        if node.kind == "range":
            return self._range(node, dot)
        if node.kind in ("if", "with"):
            before = dict(self.variables)
            value = self._pipeline(node.tokens, dot)
            if is_true(value):
                printed = self.carry_out(node.body, value if node.kind == "with" else dot)
            else:
                printed = self.carry_out(node.otherwise, dot)
            self.variables = {name: self.variables[name] for name in before}
            return printed
        if node.tokens[0] in (("word", "break"), ("word", "continue")):
            raise _JumpError(node.tokens[0][1])
        value = self._pipeline(node.tokens, dot)
        declares = len(node.tokens) > 1 and node.tokens[1][0] == "assign"
        return "" if declares else _NO_VALUE if value is None else shown(value)

    def _range(self, node: Node, dot: Any) -> str:
        names = []
        tokens = node.tokens
        for i, (kind, text) in enumerate(tokens):
            if kind == "assign":
                names = [name for sort, name in tokens[:i] if sort == "variable"]
                tokens = tokens[i + 1 :]
                break
            if (kind, text) != ("sign", ",") and kind != "variable":
                break
        value = self._pipeline(tokens, dot)
        if isinstance(value, dict):
            pairs: list[tuple[Any, Any]] = sorted(value.items())
        elif isinstance(value, list):
            pairs = list(enumerate(value))
        elif isinstance(value, int) and not isinstance(value, bool):
            pairs = [(i, i) for i in range(value)]
        elif value is None:
            pairs = []
        else:
            raise TemplateError(f"range can't iterate over {shown(value)}")
        if not pairs:
            return self.carry_out(node.otherwise, dot)
        printed = []
        for key, item in pairs:
            self.variables |= dict(zip(names, (key, item) if len(names) > 1 else (item,), strict=False))
            try:
                printed.append(self.carry_out(node.body, item))
            except _JumpError as jump:
                if str(jump) == "break":
                    break
        return "".join(printed)

    def _pipeline(self, tokens: list[tuple[str, str]], dot: Any) -> Any:
        """The value of `command | command …`, which may be given to a variable."""
        if len(tokens) > 1 and tokens[1][0] == "assign":
            self.variables[tokens[0][1]] = self._pipeline(tokens[2:], dot)
            return self.variables[tokens[0][1]]
        value: Any = None
        commands = _split(tokens)
        if not all(commands):
            raise TemplateError("missing value for command")
        for i, command in enumerate(commands):
            value = self._command(command, dot, [value] if i else [])
        return value

    def _command(self, tokens: list[tuple[str, str]], dot: Any, last: list[Any]) -> Any:
        kind, text = tokens[0]
        if kind == "word" and text not in ("true", "false", "nil"):
            if text not in FUNCTIONS:
                raise TemplateError(f'function "{text}" not defined')
            return FUNCTIONS[text](*self._operands(tokens[1:], dot), *last)
        operands = self._operands(tokens, dot)
        if len(operands) + len(last) != 1:
            raise TemplateError(f"can't give argument to non-function {text}")
        return operands[0]

    def _operands(self, tokens: list[tuple[str, str]], dot: Any) -> list[Any]:
        values: list[Any] = []
        i = 0
        while i < len(tokens):
            kind, text = tokens[i]
            if (kind, text) == ("sign", "("):
                depth, end = 1, i
                while depth:
                    end += 1
                    if end == len(tokens):
                        raise TemplateError("unclosed left paren")
                    depth += (tokens[end] == ("sign", "(")) - (tokens[end][0] == "close")
                inner = self._pipeline(tokens[i + 1 : end], dot)
                values.append(self._follow(inner, tokens[end][1][1:]))
                i = end
            else:
                values.append(self._operand(kind, text, dot))
            i += 1
        return values

    def _operand(self, kind: str, text: str, dot: Any) -> Any:
        match kind:
            case "field":
                return self._follow(dot, text)
            case "variable":
                name, point, path = text.partition(".")
                if name not in self.variables:
                    raise TemplateError(f'undefined variable "{name}"')
                return self._follow(self.variables[name], point + path)
            case "text":
                return text[1:-1] if text[0] == "`" else _unquoted(text[1:-1])
            case "letter":
                return ord(_unquoted(text[1:-1]))
            case "number":
                return float(text) if "." in text or "e" in text.lower() else int(text, 0)
        if text not in ("true", "false", "nil"):
            return FUNCTIONS[text]() if text in FUNCTIONS else _undefined(text)
        return {"true": True, "false": False, "nil": None}[text]

    def _follow(self, value: Any, path: str) -> Any:
        for name in filter(None, path.split(".")):
            if value is None:
                raise TemplateError(f"nil data; no entry for key {name!r}") if not self.missing_keys else _nil(name)
            if not isinstance(value, dict):
                raise TemplateError(f"can't evaluate field {name} in type interface {{}}")
            if name not in value:
                if not self.missing_keys:
                    raise TemplateError(f'map has no entry for key "{name}"')
                return None
            value = value[name]
        return value


def _nil(name: str) -> TemplateError:
    return TemplateError(f"nil pointer evaluating interface {{}}.{name}")


def _undefined(name: str) -> Any:
    raise TemplateError(f'function "{name}" not defined')


def _split(tokens: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """The commands of a pipeline."""
    commands: list[list[tuple[str, str]]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token == ("sign", "(")) - (token[0] == "close")
        if token == ("sign", "|") and not depth:
            commands.append([])
        else:
            commands[-1].append(token)
    return commands


def _unquoted(text: str) -> str:
    """A quoted text with its escapes read."""
    return re.sub(r"\\(n|t|r|.)", _escape, text)


def _escape(found: re.Match[str]) -> str:
    return {"n": "\n", "t": "\t", "r": "\r"}.get(found[1], found[1])
