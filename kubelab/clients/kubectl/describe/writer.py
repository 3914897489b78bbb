"""The lines of a description: indented by level, cells separated by tabs, lined up at the end.

In Kubernetes
    `PrefixWriter` and the `print…Multiline` functions of `k8s.io/kubectl/pkg/describe`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kubelab.api.duration import since
from kubelab.clients.tabwriter import align

_HIDDEN = ("control-plane.alpha.kubernetes.io/leader", "kubectl.kubernetes.io/last-applied-configuration")
_LONGEST_ANNOTATION = 140


class Writer:
    """What a description says so far. `now` is the date that ages are counted to."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._done, self._open = "", ""

    def line(self, text: str = "", level: int = 0) -> None:
        """Add a line at a level of indentation."""
        self._open += f"{'  ' * level}{text}\n"

    def field(self, name: str, value: Any, level: int = 0) -> None:
        """Add a line with a name and a value."""
        self.line(f"{name}:\t{value}", level)

    def fields(self, title: str, lines: list[str], indent: str = "") -> None:
        """Add a name and its values, one beneath the other; `<none>` without values."""
        for i, text in enumerate(lines or ["<none>"]):
            self.line(f"{indent}{title}:\t{text}" if i == 0 else f"\t{text}")

    def labels(self, title: str, labels: Mapping[str, str] | None) -> None:
        """Add labels, sorted."""
        self.fields(title, [f"{key}={value}" for key, value in sorted((labels or {}).items())])

    def annotations(self, title: str, annotations: Mapping[str, str] | None) -> None:
        """Add annotations, sorted; long ones beneath their name and cut, apply's own left out."""
        lines = []
        for key, value in sorted((annotations or {}).items()):
            if key in _HIDDEN:
                continue
            value = value.removesuffix("\n")
            if len(value) + len(key) + 2 > _LONGEST_ANNOTATION or "\n" in value:
                lines.append(f"{key}:")
                lines += [f"  {_shortened(part)}" for part in value.split("\n")]
            else:
                lines.append(f"{key}: {value}")
        self.fields(title, lines)

    def metadata(self, obj: Any, *, namespaced: bool = True) -> None:
        """Add name, namespace, labels and annotations, as most descriptions begin."""
        meta = obj.metadata
        self.field("Name", meta.name)
        if namespaced:
            self.field("Namespace", meta.namespace or "")
        self.labels("Labels", meta.labels)
        self.annotations("Annotations", meta.annotations)

    def columns(self, level: int, *rows: list[str]) -> None:
        """Add rows of cells."""
        for row in rows:
            self.line("\t".join(row), level)

    def flush(self) -> None:
        """Line up what has been said; what follows has columns of its own."""
        self._done, self._open = self._done + align(self._open), ""

    def age(self, moment: datetime | None) -> str:
        """How long ago something happened."""
        return since(moment, self.now)

    def raw(self) -> str:
        """What has been said and not yet lined up, with its tabs."""
        return self._open

    def text(self) -> str:
        """The whole description."""
        self.flush()
        return self._done


def date(moment: datetime | None) -> str:
    """A date as descriptions have it: `Thu, 01 Jan 2026 00:00:00 +0000`."""
    if moment is None:
        return "Mon, 01 Jan 0001 00:00:00 +0000"
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[moment.weekday()]
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{day}, {moment:%d} {months[moment.month - 1]} {moment:%Y %H:%M:%S} +0000"


def _shortened(text: str) -> str:
    limit = _LONGEST_ANNOTATION - 2
    return f"{text[:limit]}..." if len(text) > limit else text
