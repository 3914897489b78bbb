"""What a Namespace may be.

In Kubernetes
    `ValidateNamespace` in `pkg/apis/core/validation/validation.go`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.validation.names import qualified


def namespace(obj: dict[str, Any], old: dict[str, Any] | None) -> Iterator[Cause]:
    """A Namespace: those who clean up before it goes have proper names."""
    if old is None:
        for finalizer in obj["spec"].get("finalizers", ()):
            yield from qualified(finalizer, "spec.finalizers")
            if "/" not in finalizer and finalizer not in ("kubernetes", "orphan", "foregroundDeletion"):
                detail = "name is neither a standard finalizer name nor is it fully qualified"
                yield Cause.invalid("spec.finalizers", finalizer, detail)
