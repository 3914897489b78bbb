"""`kubectl describe` of any kind without a form of its own, custom resources among them: field by field.

In Kubernetes
    `genericDescriber` in `k8s.io/kubectl/pkg/describe`.
"""

from __future__ import annotations

import re
from typing import Any

from kubelab.api.objects import to_dict
from kubelab.clients.go_format import shown
from kubelab.clients.kubectl.describe.events import add_events
from kubelab.clients.kubectl.describe.writer import Writer
from kubelab.clients.kubectl.session import Session

_SKIPPED = (
    ".metadata.managedFields",
    ".metadata.name",
    ".metadata.namespace",
    ".metadata.labels",
    ".metadata.annotations",
)
_ACRONYMS = ("API", "URL", "UID", "GUID")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|-+")


def describe_any(session: Session, obj: Any) -> str:
    """An object, field by field."""
    writer = Writer(session.now)
    writer.metadata(obj)
    _content(writer, 0, to_dict(obj), "")
    add_events(session, writer, obj)
    return writer.text()


def _content(writer: Writer, level: int, content: dict[str, Any], above: str) -> None:
    for name, value in sorted(content.items()):
        path = f"{above}.{name}"
        if path in _SKIPPED:
            continue
        if isinstance(value, dict):
            writer.line(f"{heading(name)}:", level)
            _content(writer, level + 1, value, path)
        elif isinstance(value, list):
            writer.line(f"{heading(name)}:", level)
            for item in value:
                if isinstance(item, dict):
                    _content(writer, level + 1, item, path)
                else:
                    writer.line(shown(item), level + 1)
        else:
            writer.field(heading(name), shown(value), level)


def heading(name: str) -> str:
    """A field's name as words.

    Examples
    --------
    >>> heading("lastTransitionTime"), heading("apiVersion"), heading("podCIDRs"), heading("app.kubernetes.io/name")
    ('Last Transition Time', 'API Version', 'Pod CIDRs', 'app.kubernetes.io/name')
    """
    if not re.fullmatch("[A-Za-z-]+", name):
        return name
    words: list[str] = []
    joined = False
    for part in _PARTS.findall(name):
        acronym = bool(words) and len(words[-1]) > 1 and words[-1].isupper()
        if acronym and part[0].isupper() and not joined:
            words[-1] += part
            joined = True
        else:
            words.append(part)
            joined = False
    return " ".join(map(_word, words))


def _word(part: str) -> str:
    if part.upper() in _ACRONYMS:
        return part.upper()
    return part.capitalize() if part.islower() else part
