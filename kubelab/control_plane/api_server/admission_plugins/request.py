"""What admission plugins know of a request."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kubelab.api.errors import forbidden
from kubelab.api.kinds import Kind

Lookup = Callable[[str, str | None, str], Any]
"""Finds an object by kind, namespace (None for kinds without) and name: the object, or None."""
Listing = Callable[[str, str | None], list[Any]]
"""All objects of a kind in a namespace (None: in all), in the order of their names."""
Charge = Callable[[Any, Any], None]
"""Writes a quota's status: the quota as it is, and as it shall be."""

UNKNOWN: Any = object()
"""What `find` answers where there is no cluster to look in."""


@dataclass(frozen=True)
class Request:
    """What plugins know of a request: the kind, where it goes, what else there is, and the cluster's dice.

    `operation` is `CREATE` or `UPDATE`, `subresource` is empty or `status` or `scale`. Without `lookup` there is no
    cluster, and nothing is known to be missing.
    """

    kind: Kind
    namespace: str
    rng: random.Random
    default_toleration_seconds: int
    lookup: Lookup | None = None
    listing: Listing | None = None
    operation: str = "CREATE"
    subresource: str = ""
    dry_run: bool = False
    now: datetime | None = None
    charge: Charge | None = None

    def find(self, kind: str, namespace: str | None, name: str) -> Any:
        """An object of the cluster, or None; without a cluster, nothing is known to be missing."""
        return self.lookup(kind, namespace, name) if self.lookup else UNKNOWN

    def list(self, kind: str, namespace: str | None = None) -> list[Any]:
        """All objects of a kind in a namespace, or in all; without a cluster, none."""
        return self.listing(kind, namespace) if self.listing else []

    def refuse(self, obj: Any, detail: str) -> Exception:
        """The 403 of a plugin, about an object as a dict or as a value."""
        return forbidden(self.kind.plural, self.kind.group, called(obj), detail)


def called(obj: Any) -> str:
    """What an object is called in a refusal: its name is not made up yet where only the beginning is given."""
    if isinstance(obj, dict):
        meta = obj["metadata"]
        return meta.get("name") or meta.get("generateName") or "Unknown!"
    return obj.metadata.name or obj.metadata.generateName or "Unknown!"
