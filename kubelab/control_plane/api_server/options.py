"""What a client can ask of a write, beside the write itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """The options of create, update and patch.

    `field_validation` says what becomes of unknown fields: `Strict` refuses, `Warn` tells, `Ignore` drops them.
    `field_manager` is in whose name the fields are set, and `force` takes fields away from others (server-side apply).

    In Kubernetes
        `CreateOptions`, `UpdateOptions` and `PatchOptions` of meta/v1:
        https://kubernetes.io/docs/reference/using-api/api-concepts/
    """

    dry_run: bool = False
    field_validation: str = "Strict"
    field_manager: str = ""
    force: bool = False


PLAIN = WriteOptions()
