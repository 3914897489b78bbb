"""Making one object of words and flags: what all of `kubectl create`'s generators share."""

from __future__ import annotations

from typing import Any, NamedTuple

from kubelab.api.errors import ApiError
from kubelab.api.kinds import Kind
from kubelab.api.strategic_diff import with_last_applied
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.session import Session

MAKING = (f.OUTPUT, f.DRY_RUN, f.text("validate", default="strict"), f.switch("save-config"), f.switch("append-hash"))


class Made(NamedTuple):
    """What was made."""

    kind: Kind
    name: str
    obj: Any


def one_name(session: Session) -> str:
    """The name of the object to make: the one word before `--`."""
    before = session.flags.before_dashes
    given = len(session.words) if before is None else before
    if given != 1:
        raise session.usage(f"exactly one NAME is required, got {given}")
    return session.words[0]


def command(session: Session) -> list[str]:
    """The words behind `--`."""
    return session.words[1:]


def make(session: Session, content: dict[str, Any], word: str = "created", failed: str | None = "") -> None:
    """Send a new object to the API server, and say so.

    `failed` is what is said before the API server's words when it refuses; None lets them stand alone.
    """
    made = sent(session, content, failed)
    told(session, made, "created" if session.flags.dry_run == "client" and word == "autoscaled" else word)


def told(session: Session, made: Made, word: str = "created") -> None:
    """Say that an object was made."""
    session.done(made.kind, made.name, word, made.obj)


def sent(session: Session, content: dict[str, Any], failed: str | None = "") -> Made:
    """Send a new object to the API server; in a dry run by the client only here."""
    kind = session.served.by_type(content["apiVersion"], content["kind"])
    if kind is None:
        raise error(f'no matches for kind "{content["kind"]}" in version "{content["apiVersion"]}"')
    if kind.namespaced and session.flags["namespace"]:
        content = {**content, "metadata": {**content["metadata"], "namespace": session.namespace}}
    if session.flags.get("save-config"):
        content = with_last_applied(content)
    name = content["metadata"]["name"]
    if session.flags.dry_run == "client":
        return Made(kind, name, content)
    try:
        made = session.client.create(
            content,
            namespace=session.namespace if kind.namespaced else None,
            dry_run=session.flags.dry_run == "server",
            field_manager=session.manager,
        )
    except ApiError as refusal:
        if failed is None or refusal.reason == "ServiceUnavailable":
            raise
        said = failed or f"failed to create {kind.singular}: "
        raise error(said + refusal.message) from None
    session.warnings()
    return Made(kind, made.metadata.name, made)
