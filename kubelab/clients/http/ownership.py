"""Who owns which field: `metadata.managedFields` of what is answered.

It is worked out when somebody asks, so not everything that is answered has it.

In Kubernetes
    https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management

Left out
    Lists of more than `MOST` objects at once, and the metadata in tables, come without it. kubectl asks for no more
    than 500 at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubelab.clients.http.calls import Call

MOST = 500


def owned(call: Call, obj: Any) -> Any:
    """An object with its managed fields."""
    kind = call.route.kind
    if call.route.word != kind.resource or "get" not in kind.verbs:
        return obj  # another server's, or an answer that nobody keeps
    return call.inner.with_managed_fields(obj)


def all_owned(call: Call, objects: Sequence[Any]) -> Sequence[Any]:
    """Objects with their managed fields, if they are not too many."""
    return [owned(call, obj) for obj in objects] if len(objects) <= MOST else objects
