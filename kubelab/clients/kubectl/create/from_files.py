"""`kubectl create -f`: making what manifests describe."""

from __future__ import annotations

from kubelab.api.manifest import Manifest
from kubelab.api.strategic_diff import with_last_applied
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.manifests import manifests
from kubelab.clients.kubectl.sending import each, prepared, selected, source_told, validation
from kubelab.clients.kubectl.session import Session


def create_from_files(session: Session) -> None:
    """Make every object of the manifests; what is there already is refused."""
    read = selected(session, manifests(session))
    if not read:
        raise error("no objects passed to create")
    each(session, read, _one)


def _one(session: Session, manifest: Manifest) -> None:
    kind, namespace, content = prepared(session, manifest)
    if session.flags["save-config"]:
        content = with_last_applied(content)
    if session.flags.dry_run == "client":
        session.done(kind, manifest.name, "created", content)
        return
    with source_told(manifest, "creating"):
        made = session.client.create(
            content,
            namespace=namespace,
            dry_run=session.flags.dry_run == "server",
            field_validation=validation(session),
            field_manager=session.manager,
        )
    session.warnings()
    session.done(kind, made.metadata.name, "created", made)
