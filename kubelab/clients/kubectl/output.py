"""The formats of `-o`: yaml, json, name, go-template, jsonpath and custom-columns.

In Kubernetes
    `k8s.io/cli-runtime/pkg/printers`. https://kubernetes.io/docs/reference/kubectl/#output-options
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kubelab.api.kinds import Kind
from kubelab.clients.go_format import escaped, shown
from kubelab.clients.kubectl import go_template, jsonpath
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.tabwriter import table
from kubelab.clients.yaml_writer import to_yaml

_TEMPLATES = ("go-template", "go-template-file", "jsonpath", "jsonpath-as-json", "jsonpath-file", "template")
ALLOWED = tuple(sorted((*_TEMPLATES, "templatefile", "json", "name", "yaml")))
ALLOWED_OF_GET = tuple(sorted((*ALLOWED, "custom-columns", "custom-columns-file", "wide")))


def to_json(value: Any) -> str:
    """An object as `-o json` prints it."""
    return escaped(json.dumps(value, indent=4, sort_keys=True, ensure_ascii=False)) + "\n"


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
    format_, equals, argument = output.partition("=")
    match format_:
        case "yaml" if not equals:
            return to_yaml(one_or_list(objects, single))
        case "json" if not equals:
            return to_json(one_or_list(objects, single))
        case "custom-columns" | "custom-columns-file":
            if not argument:
                raise error(f"{format_} format specified but no custom columns given")
            return _custom_columns(argument, format_.endswith("-file"), objects, headers)
    format_ = {"template": "go-template", "templatefile": "go-template-file"}.get(format_, format_)
    if format_ not in _TEMPLATES:
        raise unknown_format(output, ALLOWED_OF_GET)
    if not argument:
        raise error("template format specified but no template given")
    if format_.endswith("-file"):
        argument = read_file(argument, f"error reading --template {argument}")
    return _from_template(format_.removesuffix("-file"), argument, one_or_list(objects, single))


def _from_template(format_: str, template: str, data: dict[str, Any]) -> str:
    if format_ == "go-template":
        return go_template.render(template, data)
    if format_ == "jsonpath":
        return jsonpath.render(template, data)
    return to_json(jsonpath.results(template, data))


def read_file(place: str, before: str = "error") -> str:
    """The text of a file that a flag names.

    Raises
    ------
    CommandError
        It cannot be read.
    """
    try:
        return Path(place).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        reason = (getattr(wrong, "strerror", None) or str(wrong)).lower()
        raise error(f"{before}, open {place}: {reason}") from None


def formats(output: str) -> str:
    """The format that a value of `-o` names, without its template."""
    return output.partition("=")[0]


def unknown_format(output: str, allowed: tuple[str, ...] = ALLOWED) -> CommandError:
    """The refusal of a format that does not exist."""
    return error(
        f'unable to match a printer suitable for the output format "{output}", allowed formats are: {",".join(allowed)}'
    )


def _custom_columns(spec: str, is_file: bool, objects: list[dict[str, Any]], headers: bool) -> str:
    columns, paths = _columns_of_file(spec) if is_file else _columns(spec)
    rows = []
    for obj in objects:
        found = [[shown(value) for value in jsonpath.find(path, obj)] for path in paths]
        rows.append([",".join(values) or "<none>" for values in found])
    return table(columns, rows, headers=headers)


def _columns(spec: str) -> tuple[list[str], list[str]]:
    columns, paths = [], []
    for part in spec.split(","):
        heading, colon, path = part.partition(":")
        if not colon:
            raise error(f"unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>")
        columns.append(heading)
        paths.append(path.strip("{}"))
    return columns, paths


def _columns_of_file(place: str) -> tuple[list[str], list[str]]:
    """Headings in the first line of a file, paths in the second."""
    lines = [line.split() for line in read_file(place).splitlines() if line.strip()]
    if len(lines) < 2:
        raise error("invalid template, missing spec line. Expected header and template.")
    if len(lines[0]) != len(lines[1]):
        raise error(f"number of headers ({len(lines[0])}) and field specifications ({len(lines[1])}) don't match")
    return lines[0], [path.strip("{}") for path in lines[1]]
