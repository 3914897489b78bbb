"""Manifests on their way to the API server: what `apply`, `create -f`, `replace` and `diff` share.

In Kubernetes
    `k8s.io/cli-runtime/pkg/resource`: the visitor and the helper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kubelab.api.errors import ApiError
from kubelab.api.kinds import Kind
from kubelab.api.manifest import Manifest
from kubelab.api.selectors import parse
from kubelab.api.suggestions import locate
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.manifests import kind_of, namespace_of
from kubelab.clients.kubectl.session import Session, explain_refusal

_VALIDATION = {"true": "Strict", "strict": "Strict", "warn": "Warn", "ignore": "Ignore", "false": "Ignore"}


def selected(session: Session, read: list[Manifest]) -> list[Manifest]:
    """The manifests whose labels `-l` chooses."""
    if not session.flags["selector"]:
        return read
    selector = parse(session.flags["selector"])
    return [manifest for manifest in read if selector.matches((manifest.content.get("metadata") or {}).get("labels"))]


def each(session: Session, read: list[Manifest], act: Callable[[Session, Manifest], Any]) -> list[Any]:
    """Do it to one object after the other; what is refused is told at the end, the others are done."""
    refused: list[str] = []
    results = []
    for manifest in read:
        try:
            results.append(act(session, manifest))
        except ApiError as refusal:
            _tell_line(session, refusal, manifest)
            refused.append(explain_refusal(refusal))
        except CommandError as refusal:
            refused.append(refusal.text)
    if refused:
        raise CommandError("\n".join(refused))
    return results


def _tell_line(session: Session, refusal: ApiError, manifest: Manifest) -> None:
    """Say at which line the refused object is at fault, and what was probably meant."""
    try:
        locate(refusal, manifest, kind_of(session, manifest))
    except ApiError:
        return  # its kind is not served: that refusal says where it stands


@contextmanager
def source_told(manifest: Manifest, verb: str) -> Iterator[None]:
    """A refusal from within says what was being done with which file."""
    try:
        yield
    except ApiError as refusal:
        refusal.message = f'error when {verb} "{manifest.source}": {refusal.message}'
        raise


def validation(session: Session) -> str:
    """What becomes of unknown fields: `Strict`, `Warn` or `Ignore`."""
    found = _VALIDATION.get(session.flags["validate"])
    if found is None:
        raise error(
            f'invalid - validate option "{session.flags["validate"]}"; must be one of: strict (or true), warn, '
            "ignore (or false)"
        )
    return found


def prepared(session: Session, manifest: Manifest) -> tuple[Kind, str | None, dict[str, Any]]:
    """The kind, the namespace and the content of a manifest, as they are sent."""
    kind = kind_of(session, manifest)
    namespace = namespace_of(session, manifest, kind)
    content = dict(manifest.content)
    metadata = content.get("metadata")
    if namespace and isinstance(metadata, dict):
        content["metadata"] = {**metadata, "namespace": namespace}
    return kind, namespace, content
