"""`kubectl apply` and `kubectl create -f`: making the cluster be as manifests say.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/apply`. Apply compares three things: what was applied last (kept in an annotation), what
    is live, and what is applied now.
    https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/
Left out
    `--server-side` and `--prune`; where a change is refused, the real one also prints the whole patch it had sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kubelab.api.errors import ApiError
from kubelab.api.kinds import Kind
from kubelab.api.manifest import Manifest
from kubelab.api.objects import to_dict
from kubelab.api.strategic_diff import LAST_APPLIED, apply_patch_for, last_applied, with_last_applied
from kubelab.api.suggestions import locate
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.resources import kind_of, manifests, namespace_of
from kubelab.clients.kubectl.session import Session, explain_refusal

FLAGS = (
    *(f.FILENAME, f.OUTPUT, f.DRY_RUN, f.SELECTOR, f.switch("server-side"), f.switch("prune"), f.switch("force")),
    *(f.switch("wait"), f.switch("overwrite", default=True), f.text("validate", default="strict")),
    *(f.switch("recursive", "R"), f.switch("save-config"), f.text("kustomize", "k"), f.switch("record")),
)
_NEVER_APPLIED = (
    "resource {name} is missing the {annotation} annotation which is required by kubectl apply. kubectl apply should "
    "only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The "
    "missing annotation will be patched automatically."
)
_VALIDATION = {"true": "Strict", "strict": "Strict", "warn": "Warn", "ignore": "Ignore", "false": "Ignore"}


def apply(session: Session) -> None:
    """Make every object of the manifests be as it says, one after the other."""
    flags = session.flags
    if session.words:
        raise session.usage(f"Unexpected args: [{' '.join(session.words)}]")
    for name in ("server-side", "prune"):
        if flags[name]:
            raise error(f"--{name} is not available")
    if flags["kustomize"] or not flags["filename"]:
        raise error("must specify one of -f and -k" if not flags["kustomize"] else "-k is not available: use -f")
    read = manifests(session)
    if not read:
        raise error("no objects passed to apply")
    _each(session, read, _apply_one)


def create_from_files(session: Session) -> None:
    """Make every object of the manifests; what is there already is refused."""
    read = manifests(session)
    if not read:
        raise error("no objects passed to create")
    _each(session, read, _create_one)


def _each(session: Session, read: list[Manifest], act: Callable[[Session, Manifest], None]) -> None:
    """Do it to one object after the other; what is refused is told at the end, the others are done."""
    refused: list[str] = []
    for manifest in read:
        try:
            act(session, manifest)
        except ApiError as refusal:
            _tell_line(refusal, manifest)
            refused.append(explain_refusal(refusal))
        except CommandError as refusal:
            refused.append(refusal.text)
    if refused:
        raise CommandError("\n".join(refused))


def _tell_line(refusal: ApiError, manifest: Manifest) -> None:
    """Say at which line the refused object is at fault, and what was probably meant."""
    try:
        locate(refusal, manifest, kind_of(manifest))
    except ApiError:
        return  # its kind is not served: that refusal says where it stands


@contextmanager
def _source_told(manifest: Manifest, verb: str) -> Iterator[None]:
    """A refusal from within says what was being done with which file."""
    try:
        yield
    except ApiError as refusal:
        refusal.message = f'error when {verb} "{manifest.source}": {refusal.message}'
        raise


def _validation(session: Session) -> str:
    found = _VALIDATION.get(session.flags["validate"])
    if found is None:
        raise error(
            f'invalid - validate option "{session.flags["validate"]}"; must be one of: strict (or true), warn, '
            "ignore (or false)"
        )
    return found


def _prepared(session: Session, manifest: Manifest) -> tuple[Kind, str | None, dict[str, Any]]:
    kind = kind_of(manifest)
    namespace = namespace_of(session, manifest, kind)
    content = dict(manifest.content)
    metadata = content.get("metadata")
    if namespace and isinstance(metadata, dict):
        content["metadata"] = {**metadata, "namespace": namespace}
    return kind, namespace, content


def _apply_one(session: Session, manifest: Manifest) -> None:
    kind, namespace, content = _prepared(session, manifest)
    if not manifest.name:
        metadata = content.get("metadata")
        if isinstance(metadata, dict) and metadata.get("generateName"):
            raise error(f"from {metadata['generateName']}: cannot use generate name with apply")
        raise error("resource name may not be empty")
    live = _live(session, kind, manifest.name, namespace)
    if live is None:
        with _source_told(manifest, "creating"):
            _make(session, kind, namespace, with_last_applied(content))
        return
    before = to_dict(live)
    if last_applied(before) is None and session.flags.dry_run != "client":
        session.warn(_NEVER_APPLIED.format(name=f"{kind.plural}/{manifest.name}", annotation=LAST_APPLIED))
    if session.flags.dry_run == "client":
        session.done(kind, manifest.name, "configured", content)
        return
    patch = apply_patch_for(before, content, kind.model)
    if not patch:
        session.done(kind, manifest.name, "unchanged", before)
        return
    with _source_told(manifest, "patching"):
        after = session.client.patch(
            kind.plural,
            manifest.name,
            patch,
            namespace,
            dry_run=session.flags.dry_run == "server",
            field_validation=_validation(session),
        )
    session.warnings()
    same = after.metadata.resourceVersion == live.metadata.resourceVersion and session.flags.dry_run == "none"
    session.done(kind, manifest.name, "unchanged" if same else "configured", to_dict(after))


def _create_one(session: Session, manifest: Manifest) -> None:
    kind, namespace, content = _prepared(session, manifest)
    with _source_told(manifest, "creating"):
        _make(session, kind, namespace, with_last_applied(content) if session.flags["save-config"] else content)


def _make(session: Session, kind: Kind, namespace: str | None, content: dict[str, Any]) -> None:
    if session.flags.dry_run == "client":
        session.done(kind, (content.get("metadata") or {}).get("name") or "", "created", content)
        return
    made = session.client.create(
        content,
        namespace=namespace,
        dry_run=session.flags.dry_run == "server",
        field_validation=_validation(session),
    )
    session.warnings()
    session.done(kind, made.metadata.name, "created", to_dict(made))


def _live(session: Session, kind: Kind, name: str, namespace: str | None) -> Any:
    try:
        return session.client.get(kind.plural, name, namespace)
    except ApiError as refusal:
        if refusal.code == 404:
            return None
        raise
