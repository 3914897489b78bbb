"""The formats of `-o`: yaml, json, name, jsonpath and custom-columns.

In Kubernetes
    `k8s.io/cli-runtime/pkg/printers`. https://kubernetes.io/docs/reference/kubectl/#output-options
"""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from kubelab.api.kinds import Kind
from kubelab.api.yaml_tree import is_plain_text
from kubelab.clients.kubectl import jsonpath
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.tabwriter import table

ALLOWED = ("custom-columns", "json", "jsonpath", "name", "wide", "yaml")
_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?")
_SIXTY = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")


class _Dumper(yaml.SafeDumper):
    """YAML as kubectl writes it: texts are quoted where they could be read as something else."""


def _write_text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    style = None
    if "\n" in value:
        style = "|"
    elif not is_plain_text(value) or _TIMESTAMP.fullmatch(value) or _SIXTY.fullmatch(value) or value in ("<<", "="):
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _write_text)
_Dumper.ignore_aliases = lambda self, data: True  # type: ignore[method-assign]


def to_yaml(value: Any) -> str:
    """An object as `-o yaml` prints it.

    Examples
    --------
    >>> print(to_yaml({"b": ["1", "x"], "a": {"on": "2026-01-01T00:00:00Z"}}), end="")
    a:
      "on": "2026-01-01T00:00:00Z"
    b:
    - "1"
    - x
    """
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, width=10**9, default_flow_style=False)


def to_json(value: Any) -> str:
    """An object as `-o json` prints it."""
    text = json.dumps(value, indent=4, sort_keys=True, ensure_ascii=False)
    for letter, code in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(letter, code)
    return text + "\n"


def name_of(kind: Kind, name: str) -> str:
    """How kubectl names an object: `pod/web-1`, `deployment.apps/web`."""
    return f"{kind.singular}.{kind.group}/{name}" if kind.group else f"{kind.singular}/{name}"


def one_or_list(objects: list[dict[str, Any]], single: bool) -> dict[str, Any]:
    """The object itself where one was asked for by name, else a `List` of what was found."""
    if single and len(objects) == 1:
        return objects[0]
    return {"apiVersion": "v1", "items": objects, "kind": "List", "metadata": {"resourceVersion": ""}}


def printed(output: str, objects: list[dict[str, Any]], single: bool, headers: bool = True) -> str:
    """Objects in a format other than a table.

    Raises
    ------
    CommandError
        There is no such format.
    """
    format_, _, argument = output.partition("=")
    match format_:
        case "yaml":
            return to_yaml(one_or_list(objects, single))
        case "json":
            return to_json(one_or_list(objects, single))
        case "jsonpath" | "jsonpath-as-json":
            if not argument:
                raise error("template format specified but no template given")
            return jsonpath.render(argument, one_or_list(objects, single))
        case "custom-columns":
            return _custom_columns(argument, objects, headers)
    raise unknown_format(output)


def unknown_format(output: str) -> CommandError:
    """The refusal of a format that does not exist."""
    return error(
        f'unable to match a printer suitable for the output format "{output}", allowed formats are: {",".join(ALLOWED)}'
    )


def _custom_columns(spec: str, objects: list[dict[str, Any]], headers: bool) -> str:
    if not spec:
        raise error("custom-columns format specified but no custom columns given")
    columns, paths = [], []
    for part in spec.split(","):
        heading, colon, path = part.partition(":")
        if not colon:
            raise error(f"unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>")
        columns.append(heading)
        paths.append(path.strip("{}"))
    rows = []
    for obj in objects:
        found = [[jsonpath.text(value) for value in jsonpath.find(path, obj)] for path in paths]
        rows.append([",".join(values) or "<none>" for values in found])
    return table(columns, rows, headers=headers)
