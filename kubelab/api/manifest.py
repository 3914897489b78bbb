"""Manifests: YAML or JSON text in, plain dicts with their line marks out.

Reading is safe whatever the text is: it takes a bounded time, builds only plain values, and either gives manifests or
says what is wrong and at which line.

In Kubernetes
    kubectl reads manifests with `sigs.k8s.io/yaml`: YAML 1.1 turned into JSON. So `yes`, `no`, `on` and `off` are true
    and false, `010` is eight, dates stay text, and the keys of objects are always text.
    https://kubernetes.io/docs/concepts/overview/working-with-objects/
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from kubelab.api.errors import ApiError
from kubelab.api.yaml_tree import Marks, Tree, YamlFaultError, documents
from kubelab.language import say

# What the API server accepts as the body of one request.
MAX_BYTES = 3 * 1024 * 1024
_NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PAIR = re.compile(r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|.)", re.DOTALL)


class ManifestError(ApiError):
    """A text that is not a manifest: refused by kubectl before anything is sent. `line` is counted from 1."""

    def __init__(self, message: str, line: int | None = None, code: int = 400, reason: str = "BadRequest") -> None:
        super().__init__(code, reason, message)
        self.line = line

    def __reduce__(self) -> tuple[Any, ...]:
        return ManifestError, (self.message, self.line, self.code, self.reason), self.__dict__

    @property
    def said(self) -> str:
        """What kubectl prints."""
        return f"error: {self.message}"


@dataclass(frozen=True)
class Manifest:
    r"""One object as a text has it: its content, and where each field of it stands.

    Examples
    --------
    >>> manifest, = parse("kind: Pod\napiVersion: v1\nmetadata:\n  name: web\n")
    >>> manifest.kind, manifest.name, manifest.line_of("metadata.name"), manifest.line_of("spec.nodeName")
    ('Pod', 'web', 4, 1)
    """

    content: dict[str, Any]
    source: str = ""
    _marks: Marks = field(default_factory=Marks, repr=False, compare=False)

    @property
    def api_version(self) -> str:
        """What the manifest says in `apiVersion`."""
        return self.content["apiVersion"]

    @property
    def kind(self) -> str:
        """What the manifest says in `kind`."""
        return self.content["kind"]

    @property
    def name(self) -> str:
        """The name of the object, empty when none is given (`generateName`)."""
        metadata = self.content.get("metadata")
        name = metadata.get("name") if isinstance(metadata, dict) else None
        return name if isinstance(name, str) else ""

    def line_of(self, path: str) -> int | None:
        """The line of a field such as `spec.containers[0].image`, or of its nearest parent, counted from 1."""
        return self._marks.find(path).line

    def column_of(self, path: str) -> int | None:
        """The column of a field, or of its nearest parent, counted from 1."""
        return self._marks.find(path).column


def from_dict(content: dict[str, Any], source: str = "") -> Manifest:
    """A manifest that never was text: it has no lines."""
    _check_type(content, source, None)
    return Manifest(content, source)


def parse(text: str | bytes, source: str = "") -> list[Manifest]:
    """The manifests in a text of one or many YAML or JSON documents; a `List` counts as its items.

    Raises
    ------
    ManifestError
        The text is too large, no text, no YAML, or a document in it is no object with an `apiVersion` and a `kind`.
    """
    source = source or "STDIN"
    manifests: list[Manifest] = []
    try:
        for tree in documents(_readable(text, source)):
            manifests += _manifests(tree, source)
    except YamlFaultError as fault:
        raise _syntax_error(source, fault.problem, fault.line) from None
    except yaml.YAMLError as broken:
        mark = getattr(broken, "problem_mark", None) or getattr(broken, "context_mark", None)
        problem = getattr(broken, "problem", None) or "control characters are not allowed"
        last_line = len((text.decode("utf-8", "replace") if isinstance(text, bytes) else text).rstrip().splitlines())
        line = min(mark.line + 1, max(last_line, 1)) if mark else None
        raise _syntax_error(source, problem, line) from None
    return manifests


def _readable(text: str | bytes, source: str) -> str:
    """The text itself, once it is known to be text and not too much of it."""
    if len(text) > MAX_BYTES:
        raise _too_large()
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as wrong:
            line = wrong.object[: wrong.start].count(b"\n") + 1
            raise _syntax_error(source, "invalid leading UTF-8 octet", line) from None
    text = text.removeprefix("\ufeff")
    if found := _NOT_TEXT.search(text):
        raise _syntax_error(source, "control characters are not allowed", text.count("\n", 0, found.start()) + 1)
    if not text.isascii() and len(text.encode()) > MAX_BYTES:
        raise _too_large()
    return _PAIR.sub(_joined, text) if text.lstrip().startswith("{") and "\\u" in text else text


def _joined(found: re.Match[str]) -> str:
    """JSON writes a character beyond U+FFFF as two escapes, which YAML does not know."""
    high, low = found.groups()
    return chr(0x10000 + (int(high, 16) - 0xD800) * 0x400 + int(low, 16) - 0xDC00) if high else found[0]


def _too_large() -> ManifestError:
    return ManifestError(f"Request entity too large: limit is {MAX_BYTES}", None, 413, "RequestEntityTooLarge")


def _syntax_error(source: str, problem: str, line: int | None) -> ManifestError:
    place = f"line {line}: " if line else ""
    error = ManifestError(f"error parsing {source}: error converting YAML to JSON: yaml: {place}{problem}", line)
    if problem == "found character that cannot start any token":
        error.hint = say(
            es="YAML se sangra con espacios, nunca con tabuladores; lo que empieza por @ o ` va entre comillas",
            en="YAML is indented with spaces, never with tabs; text that begins with @ or ` needs quotes",
        )
    return error


def _manifests(tree: Tree, source: str) -> list[Manifest]:
    content = tree.value
    if content is None:
        return []
    _check_type(content, source, tree.marks.line)
    items = content.get("items")
    if not (content["kind"].endswith("List") and isinstance(items, list)):
        return [Manifest(content, source, tree.marks)]
    manifests = []
    for i, item in enumerate(items):
        marks = tree.marks.find(f"items[{i}]")
        _check_type(item, source, marks.line)
        manifests.append(Manifest(item, source, marks))
    return manifests


def _check_type(content: Any, source: str, line: int | None) -> None:
    """What kubectl wants to know before it sends anything: an object that says what it is."""
    if not isinstance(content, dict):
        what = "array" if isinstance(content, list) else "string" if isinstance(content, str) else "number"
        what = "bool" if isinstance(content, bool) else what
        message = f"json: cannot unmarshal {what} into Go value of type unstructured.detector"
        raise ManifestError(f'unable to decode "{source}": {message}', line)
    wrong = []
    for name in ("apiVersion", "kind"):
        value = content.get(name)
        if value is None or value == "":
            wrong.append(f"{name} not set")
        elif not isinstance(value, str):
            wrong.append(f"{name} isn't string type")
    if wrong:
        listed = wrong[0] if len(wrong) == 1 else f"[{', '.join(wrong)}]"
        raise ManifestError(
            f'error validating "{source}": error validating data: {listed}; if you choose to ignore these errors, '
            "turn validation off with --validate=false",
            line,
        )
