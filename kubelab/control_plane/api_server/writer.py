"""Writers: in whose name a revision was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from lightkube.models import meta_v1

if TYPE_CHECKING:
    from kubelab.client_go.client import Client
    from kubelab.control_plane.api_server.options import WriteOptions


class Writer(msgspec.Struct, frozen=True):
    """What etcd keeps of a write beside the value: from it, who owns which field can be worked out at any time.

    `version` is the API version that was written in, `time` the virtual second. `sent` is what a new object was made
    from, before anybody but its author had a say in it: a value, or JSON. `managed` are the entries as they were
    worked out when it was written, where somebody had asked for them (an apply); None otherwise.

    In Kubernetes
        There is none: `metadata.managedFields` is worked out at every write and kept in the object.
    """

    manager: str
    version: str
    subresource: str
    time: float
    sent: Any = None
    managed: tuple[meta_v1.ManagedFieldsEntry, ...] | None = None

    def __repr__(self) -> str:
        door = f" ({self.subresource})" if self.subresource else ""
        return f"Writer: {self.manager}{door}, t={self.time:g} s"  # and not what was sent: it may be a secret


def manager_of(client: Client, options: WriteOptions) -> str:
    """The name under which a client's write stands: what it says, or the first word of what it calls itself."""
    return options.field_manager or client.agent


def as_sent(manifest: Any) -> Any:
    """What a client sent, so that nobody can change it any more; None where that cannot be done."""
    if manifest is None or isinstance(manifest, msgspec.Struct):
        return manifest
    try:
        return msgspec.json.encode(manifest, enc_hook=str)
    except (TypeError, ValueError, RecursionError):
        return None
