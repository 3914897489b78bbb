"""`kubectl apply --server-side`: the API server merges, and remembers who set which field.

In Kubernetes
    https://kubernetes.io/docs/reference/using-api/server-side-apply/
"""

from __future__ import annotations

from typing import Any

import msgspec

from kubelab.api.errors import ApiError
from kubelab.api.kinds import Kind
from kubelab.api.managed_fields.field_set import FieldSet
from kubelab.api.managed_fields.managers import APPLY, UPDATE
from kubelab.api.managed_fields.migration import owners_of
from kubelab.api.managed_fields.migration import upgraded as upgraded_entries
from kubelab.api.strategic_diff import LAST_APPLIED
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.session import Session

_ADVICE = """
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the `--force-conflicts` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts"""
_MANAGER = "kubectl"
_KEEPER = "kubectl-last-applied"
_ANNOTATION = FieldSet.from_json({"f:metadata": {"f:annotations": {f"f:{LAST_APPLIED}": {}}}})


def check(session: Session) -> None:
    """Refuse flags that do not go together."""
    flags = session.flags
    if flags["force-conflicts"] and not flags["server-side"]:
        raise error("--force-conflicts only works with --server-side")
    if flags["server-side"] and flags.dry_run == "client":
        raise error("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)")
    if flags["server-side"] and flags.get("force"):
        raise error("--force cannot be used with --server-side")
    if flags.get("subresource") and not flags["server-side"]:
        raise error("--subresource can only be specified for --server-side")


def apply(
    session: Session,
    kind: Kind,
    name: str,
    namespace: str | None,
    content: dict[str, Any],
    *,
    dry_run: bool = False,
    manager: str = "",
) -> Any:
    """Hand a manifest to the API server; the object that comes of it."""
    flags = session.flags
    try:
        return session.client.patch(
            kind.resource,
            name,
            content,
            namespace,
            patch_type="apply",
            subresource=flags.get("subresource") or "",
            dry_run=dry_run or flags.dry_run == "server",
            field_manager=manager or flags["field-manager"] or _MANAGER,
            force=flags["force-conflicts"],
        )
    except ApiError as refusal:
        if refusal.code == 409:
            raise CommandError(f"error: {refusal.message}{_ADVICE}") from None
        raise


def upgraded(session: Session, kind: Kind, after: Any, content: dict[str, Any]) -> Any:
    """What was set by client-side applies becomes what was applied, so that a later apply can take it away."""
    name, namespace = after.metadata.name, after.metadata.namespace
    manager = session.flags["field-manager"] or _MANAGER
    text = (after.metadata.annotations or {}).get(LAST_APPLIED)
    if manager == _MANAGER and text is not None and not owners_of(_entries(session, after), APPLY, _ANNOTATION):
        metadata = {
            "name": name,
            **({"namespace": namespace} if namespace else {}),
            "annotations": {LAST_APPLIED: text},
        }
        just = {"apiVersion": kind.api_version, "kind": kind.name, "metadata": metadata}
        after = apply(session, kind, name, namespace, just, manager=_KEEPER)
    before = entries = _entries(session, after)
    for client_side in sorted({owner.manager or "" for owner in owners_of(entries, UPDATE, _ANNOTATION)}):
        entries = upgraded_entries(entries, client_side, manager)
    if entries == before:
        return after
    path = "/metadata/managedFields"
    change = [{"op": "replace", "path": path, "value": msgspec.to_builtins(entries)}]
    dry_run = session.flags.dry_run == "server"
    session.client.patch(kind.resource, name, change, namespace, patch_type="json", dry_run=dry_run)
    return apply(session, kind, name, namespace, content)


def _entries(session: Session, obj: Any) -> list[Any]:
    return list(session.client.with_managed_fields(obj).metadata.managedFields or ())
