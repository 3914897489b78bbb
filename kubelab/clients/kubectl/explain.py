"""`kubectl explain`: the documentation of kinds and of their fields.

It is read from the API server's own OpenAPI documents, so custom kinds are explained too.

In Kubernetes
    `k8s.io/kubectl/pkg/explain/v2`. https://kubernetes.io/docs/reference/kubectl/generated/kubectl_explain/
Left out
    `--output=plaintext-openapiv2`.
"""

from __future__ import annotations

import re
from typing import Any

from kubelab.api.kinds import Kind
from kubelab.api.openapi.documents import definition, document_v3
from kubelab.api.openapi.schemas import REFERENCE
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.resources import kind_named
from kubelab.clients.kubectl.session import Session

FLAGS = (f.switch("recursive"), f.text("api-version"), f.text("output", "o", "plaintext"))
_MOST_ENUMS = 4
_Json = dict[str, Any]


def explain(session: Session) -> None:
    """The documentation of a kind or of a field: `kubectl explain pods.spec.containers`."""
    if not session.words:
        listed = 'Use "kubectl api-resources" for a complete list of supported resources.\n'
        raise error(f"You must specify the type of resource to explain. {listed}")
    if len(session.words) > 1:
        raise error("We accept only this format: explain RESOURCE\n")
    if session.flags["output"] != "plaintext":
        raise error(f"--output must be plaintext, not {session.flags['output']}")
    word, *path = session.words[0].removesuffix(".").split(".")
    kind, api_version = _kind(session, word)
    schemas = document_v3(session.served.all, api_version)["components"]["schemas"]
    group, _, version = api_version.rpartition("/")
    session.show(f"GROUP:      {group}\n" if group else "")
    session.show(f"KIND:       {kind.name}\nVERSION:    {version}\n\n")
    session.show(_Explanation(schemas, session.flags["recursive"]).text(schemas[definition(kind)], path) + "\n")


def _kind(session: Session, word: str) -> tuple[Kind, str]:
    """The kind that is asked for, in the version of `--api-version` where one is given."""
    try:
        kind, wanted = kind_named(session, word), session.flags["api-version"]
    except CommandError as refusal:
        raise CommandError(refusal.text.removeprefix("error: ")) from None
    if not wanted:
        return kind, kind.api_version
    found = session.served.by_type(wanted, kind.name)
    if found is None:
        raise error(f'couldn\'t find resource for "{wanted}, Resource={kind.plural}"')
    return found, wanted


class _Explanation:
    """The schemas of one version, as text."""

    def __init__(self, schemas: _Json, recursive: bool) -> None:
        self.schemas, self.recursive = schemas, recursive

    def text(self, schema: _Json, path: list[str]) -> str:
        """What stands under the path from a schema on."""
        field, about = "", ""
        for name in path:
            found = self._property(schema, name)
            if found is None:
                raise error(f'field "{name}" does not exist')
            schema, field = found, name
        if field:
            enum = "\n    ".join(["ENUM:", *map(_shown, schema["enum"])]) if schema.get("enum") else ""
            about = f"FIELD: {field} <{self._type(schema)}>\n{enum}\n\n"
        description = _wrapped(self._description(schema) or "<empty>", 76, 4)
        fields = self._fields(schema, 1, ())
        return f"{about}DESCRIPTION:\n{description}\n" + (f"FIELDS:\n{fields}" if fields else "")

    def _property(self, schema: _Json, name: str) -> _Json | None:
        """A field of a schema, or of what its list or map holds."""
        resolved = self._resolved(schema)
        if name in resolved.get("properties", {}):
            return resolved["properties"][name]
        inner = [resolved.get("items"), resolved.get("additionalProperties"), *resolved.get("allOf", ())]
        found = (self._property(held, name) for held in inner if isinstance(held, dict))
        return next((held for held in found if held is not None), None)

    def _resolved(self, schema: _Json) -> _Json:
        reference = schema.get("$ref")
        return self.schemas[reference.removeprefix(REFERENCE)] if reference else schema

    def _description(self, schema: _Json) -> str:
        """The description of a field, then that of its type."""
        held = self._resolved(schema)
        text = f"{held['description']}\n" if held.get("description") else ""
        for inner in (*held.get("allOf", ()), held.get("items"), held.get("additionalProperties")):
            text += self._description(inner) if isinstance(inner, dict) else ""
        return text

    def _fields(self, schema: _Json, level: int, seen: tuple[str, ...]) -> str:
        reference = schema.get("$ref", "")
        if reference and reference in seen:
            return ""
        held, seen = self._resolved(schema), (*seen, reference)
        text = ""
        for name, field in sorted(held.get("properties", {}).items()):
            text += self._field(name, field, name in held.get("required", ()), level)
            if self.recursive:
                text += self._fields(field, level + 1, seen)
        for inner in (*held.get("allOf", ()), held.get("items"), held.get("additionalProperties")):
            text += self._fields(inner, level, seen) if isinstance(inner, dict) else ""
        return text

    def _field(self, name: str, field: _Json, required: bool, level: int) -> str:
        space = "  " * level
        text = f"{space}{name}\t<{self._type(field)}>{' -required-' if required else ''}"
        if field.get("enum"):
            shown = [_shown(value) for value in field["enum"]]
            more = ", ...." if len(shown) > _MOST_ENUMS else ""
            text += f"\n{space}enum: {', '.join(shown[:_MOST_ENUMS])}{more}"
        if self.recursive:
            return f"{text}\n"
        description = field.get("description") or "<no description>"
        return f"{text}\n{_wrapped(description, 78 - 2 * level, 2 * level + 2)}\n\n"

    def _type(self, schema: _Json) -> str:
        """The type of a field: `string`, `[]Container`, `map[string]string`."""
        if schema.get("items"):
            return f"[]{self._type(schema['items'])}"
        if isinstance(schema.get("additionalProperties"), dict):
            return f"map[string]{self._type(schema['additionalProperties'])}"
        if len(schema.get("allOf", ())) == 1 and not schema.get("properties"):
            return self._type(schema["allOf"][0])
        if schema.get("$ref"):
            type_ = self._resolved(schema).get("type")
            return schema["$ref"].rpartition(".")[2] if type_ in (None, "object") else type_
        return "Object" if schema.get("type") in (None, "object") else schema["type"]


def _shown(value: Any) -> str:
    return '""' if value == "" else str(value)


def _wrapped(text: str, width: int, indent: int) -> str:
    """Text in lines of a width, broken at spaces, each behind an indent."""
    return "\n".join(" " * indent + line for part in text.split("\n") for line in _broken(part, width))


def _broken(line: str, width: int) -> list[str]:
    """A line in pieces; the space at which it is broken is gone, other space stays as it was."""
    broken, current, space = [], "", ""
    for part in re.findall(r"\s+|\S+", line):
        if part.isspace():
            space = part
        elif len(current) + len(space) + len(part) > width and current:
            broken.append(current)
            current, space = part, ""
        else:
            current, space = current + space + part, ""
    return [*broken, current + space if len(current) + len(space) <= width else current]
