"""Paths into objects, as definitions write them: `.spec.replicas`, `.status.conditions[?(@.type=="Ready")].status`.

In Kubernetes
    `k8s.io/client-go/util/jsonpath`, without braces.
    https://kubernetes.io/docs/reference/kubectl/jsonpath/
Left out
    Unions of names and recursive descent, of which columns make no use.
"""

from __future__ import annotations

import json
import re
from typing import Any

_STEP = re.compile(
    r"""\.(?P<name>(?:\\.|[^.\[\]\\])+)
      | \[\s*(?P<index>-?\d+)\s*\]
      | \[\s*(?P<slice>-?\d*:-?\d*(?::-?\d+)?)\s*\]
      | \[(?P<all>\*)\] | \.(?P<star>\*)
      | \[\s*(?P<quoted>'(?:\\.|[^'])*'|"(?:\\.|[^"])*")\s*\]
      | \[\?\(\s*@(?P<left>[^=!<>~]*?)\s*(?:(?P<op>==|!=|<=|>=|<|>)\s*(?P<right>.+?))?\s*\)\]""",
    re.VERBOSE,
)
_COMPARE = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
}


def find_all(value: Any, path: str) -> list[Any]:
    """What a path leads to, nothing where it leads nowhere.

    Examples
    --------
    >>> find_all({"list": [{"name": "a", "size": 1}, {"name": "b", "size": 2}]}, '.list[?(@.name=="b")].size')
    [2]
    """
    found, position = [value], 0
    path = path if path.startswith((".", "[")) else f".{path}"
    if path == ".":
        return found
    while position < len(path):
        step = _STEP.match(path, position)
        if step is None:
            return []
        found = [inner for outer in found for inner in _take(outer, step)]
        position = step.end()
    return found


def find_first(value: Any, path: str) -> Any:
    """The first that a path leads to, or None."""
    return next(iter(find_all(value, path)), None)


def _take(value: Any, step: re.Match[str]) -> list[Any]:
    if step["all"] or step["star"] or step["name"] == "*":
        return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    if step["name"] or step["quoted"]:
        name = re.sub(r"\\(.)", r"\1", step["name"] or step["quoted"][1:-1])
        return [value[name]] if isinstance(value, dict) and name in value else []
    if not isinstance(value, list):
        return []
    if step["index"]:
        index = int(step["index"])
        return [value[index]] if -len(value) <= index < len(value) else []
    if step["slice"]:
        return value[slice(*(int(part) if part else None for part in step["slice"].split(":")))]
    return [item for item in value if _holds(item, step)]


def _holds(item: Any, step: re.Match[str]) -> bool:
    found = find_all(item, step["left"] or ".")
    if step["op"] is None:
        return bool(found)
    try:
        right = json.loads(_double_quoted(step["right"]))
        return bool(found) and bool(_COMPARE[step["op"]](found[0], right))
    except (TypeError, ValueError):
        return False


def _double_quoted(text: str) -> str:
    return json.dumps(text[1:-1]) if text.startswith("'") and text.endswith("'") else text
