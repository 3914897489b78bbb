"""JSONPath templates: picking parts out of objects, as `kubectl get -o jsonpath='{.items[*].metadata.name}'` does.

In Kubernetes
    `k8s.io/client-go/util/jsonpath`. https://kubernetes.io/docs/reference/kubectl/jsonpath/
Left out
    Comparing two paths of one item with each other; arithmetic.
"""

from __future__ import annotations

import json
import re
from typing import Any

from kubelab.clients.go_format import compact_json, number
from kubelab.clients.kubectl.flags import error

_STEP = re.compile(
    r"""\.\.(?P<deep>[\w-]+|\*)
      | \.(?P<field>(?:[^\s.\\\[\](){}|,'"*]|\\.)+|\*)
      | \[\?\((?P<filter>.*?)\)\]
      | \['(?P<quoted>[^']*)'(?:,\s*'(?P<more>[^\]]*)')?\]
      | \[(?P<slice>[-0-9:*,\s]+)\]""",
    re.VERBOSE,
)
_TEST = re.compile(r"\s*(?P<left>@[^=!<>]*?)\s*(?:(?P<op>==|!=|<=|>=|<|>)\s*(?P<right>.+?)\s*)?")


def render(template: str, data: Any) -> str:
    """The text that a template makes of an object."""
    return _render(_pieces(template), data)


def results(template: str, data: Any) -> list[Any]:
    """The values that the actions of a template find, as `-o jsonpath-as-json` gathers them."""
    actions = [piece[1:-1].strip() for piece in _pieces(template) if piece.startswith("{")]
    return [value for action in actions if action[:1] not in ("'", '"') for value in find(action, data)]


def find(path: str, data: Any) -> list[Any]:
    """The values at a path such as `.status.conditions[?(@.type=="Ready")].status`.

    Examples
    --------
    >>> find(".a[*].b", {"a": [{"b": 1}, {"b": 2}, {}]})
    [1, 2]
    >>> find('.a[?(@.n>1)].n', {"a": [{"n": 1}, {"n": 2}]})
    [2]
    """
    rest = path.strip().removeprefix("$").removeprefix("@")
    if rest and not rest.startswith((".", "[")):
        rest = f".{rest}"
    values, at = [data], 0
    if rest == ".":
        return values
    while at < len(rest):
        step = _STEP.match(rest, at)
        if not step:
            raise error(f"error parsing jsonpath {path}, unrecognized character in action: {rest[at]!r}")
        values = [found for value in values for found in _follow(step, value)]
        at = step.end()
    return values


def text(value: Any) -> str:
    """One value as a template prints it: objects and lists as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return number(value)
    return compact_json(value)


def _follow(step: re.Match[str], value: Any) -> list[Any]:
    if step["deep"]:
        return _deep(step["deep"], value)
    if step["filter"] is not None:
        items = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
        return [item for item in items if _passes(step["filter"], item)]
    if step["slice"] is not None:
        return _sliced(step["slice"].strip(), value)
    names = [step["quoted"]] if step["quoted"] is not None else [step["field"].replace("\\", "")]
    if step["more"]:
        names += re.split(r"',\s*'", step["more"].rstrip("'"))
    if names == ["*"]:
        return list(value.values()) if isinstance(value, dict) else list(value) if isinstance(value, list) else []
    return [value[name] for name in names if isinstance(value, dict) and name in value]


def _sliced(spec: str, value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values()) if spec == "*" else []
    if not isinstance(value, list):
        return []
    if spec == "*":
        return list(value)
    if ":" in spec:
        return value[slice(*(int(part) if part.strip() else None for part in spec.split(":")))]
    places = [int(part) for part in spec.split(",")]
    if any(not -len(value) <= place < len(value) for place in places):
        raise error(f"array index out of bounds: index {places[0]}, length {len(value)}")
    return [value[place] for place in places]


def _deep(name: str, value: Any) -> list[Any]:
    found = []
    if isinstance(value, dict):
        found = list(value.values()) if name == "*" else [value[name]] if name in value else []
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return found + [match for item in inner for match in _deep(name, item)]


def _passes(test: str, item: Any) -> bool:
    parts = _TEST.fullmatch(test)
    if not parts:
        raise error(f"error parsing jsonpath, unrecognized filter {test!r}")
    found = find(parts["left"], item)
    if not parts["op"]:
        return bool(found)
    wanted = parts["right"]
    right: Any = wanted[1:-1] if wanted[0] in "\"'" else json.loads(wanted)
    if not found:
        return False
    left = found[0]
    if parts["op"] in ("==", "!="):
        return (left == right) == (parts["op"] == "==")
    if isinstance(left, str) != isinstance(right, str):
        return False
    return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[parts["op"]]


def _pieces(template: str) -> list[str]:
    """Texts and `{actions}` in turn; braces within quotes do not count."""
    pieces = re.findall(r"""\{(?:"(?:\\.|[^"])*"|'(?:\\.|[^'])*'|[^{}"'])*\}|[^{]+|\{""", template)
    if "{" in pieces:
        raise error(f"error parsing jsonpath {template}, unclosed action")
    return pieces


def _render(pieces: list[str], data: Any) -> str:
    printed, i = [], 0
    while i < len(pieces):
        piece = pieces[i]
        action = piece[1:-1].strip() if piece.startswith("{") and piece.endswith("}") else None
        if action is None:
            printed.append(piece)
        elif action.startswith("range "):
            end = _end_of_range(pieces, i)
            printed += [_render(pieces[i + 1 : end], item) for item in find(action.removeprefix("range "), data)]
            i = end
        elif action[:1] in ("'", '"'):
            printed.append(action[1:-1].replace("\\n", "\n").replace("\\t", "\t"))
        elif action:
            printed.append(" ".join(map(text, find(action, data))))
        i += 1
    return "".join(printed)


def _end_of_range(pieces: list[str], start: int) -> int:
    depth = 0
    for i in range(start, len(pieces)):
        action = pieces[i].strip("{} ")
        depth += action.startswith("range ") - (action == "end")
        if depth == 0:
            return i
    raise error("error parsing jsonpath, not in range, nothing to end")
