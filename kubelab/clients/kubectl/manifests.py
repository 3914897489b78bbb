"""Manifests that a command line names: `-f file`, `-f folder`, `-f -`, `-k folder`; and the kind and namespace of each.

In Kubernetes
    The resource builder of cli-runtime: `k8s.io/cli-runtime/pkg/resource/{builder,visitor,mapper}.go`.
"""

from __future__ import annotations

from kubelab.api.kinds import Kind
from kubelab.api.manifest import Manifest, ManifestError, parse
from kubelab.api.suggestions import locate
from kubelab.clients import kustomize
from kubelab.clients.apply import files
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.session import Session


def manifests(session: Session) -> list[Manifest]:
    """The manifests of `-f` and `-k`: of files, folders, of what came in by `-f -`, or of a kustomization."""
    flags = session.flags
    if flags.get("kustomize"):
        if flags["filename"]:
            raise error("only one of -f or -k can be specified")
        return parse(kustomization(session, flags["kustomize"]), flags["kustomize"])
    read: list[Manifest] = []
    for place in flags["filename"]:
        if place == "-":
            read += parse(session.stdin, "STDIN")
            continue
        if place.startswith(("http://", "https://")):
            raise error(f"unable to read URL {place}: this kubectl has no network")
        for file in files(place, recursive=flags.get("recursive", False)):
            read += parse(file.read_bytes(), str(file))
    return read


def kustomization(session: Session, folder: str) -> str:
    """The manifests that the kustomization in a folder makes, as one text."""
    try:
        built = kustomize.build(folder)
    except kustomize.KustomizeError as wrong:
        raise error(str(wrong)) from None
    session.show("".join(f"{warning}\n" for warning in built.warnings))
    return built.text


def kind_of(session: Session, manifest: Manifest) -> Kind:
    """The kind of a manifest.

    Raises
    ------
    ManifestError
        It is not served.
    """
    kind = session.served.by_type(manifest.api_version, manifest.kind)
    if kind is None:
        refusal = ManifestError(
            f'resource mapping not found for name: "{manifest.name}" namespace: "{_said_namespace(manifest)}" from '
            f'"{manifest.source}": no matches for kind "{manifest.kind}" in version "{manifest.api_version}"\n'
            "ensure CRDs are installed first"
        )
        locate(refusal, manifest, None)
        raise refusal
    return kind


def namespace_of(session: Session, manifest: Manifest, kind: Kind) -> str | None:
    """The namespace that a manifest's object belongs in.

    Raises
    ------
    CommandError
        `-n` says another one than the manifest.
    """
    if not kind.namespaced:
        return None
    said = _said_namespace(manifest)
    asked = session.flags["namespace"]
    if said and asked and said != asked:
        raise error(
            f'the namespace from the provided object "{said}" does not match the namespace "{asked}". '
            f"You must pass '--namespace={said}' to perform this operation."
        )
    return said or session.namespace


def _said_namespace(manifest: Manifest) -> str:
    metadata = manifest.content.get("metadata")
    said = metadata.get("namespace") if isinstance(metadata, dict) else None
    return said if isinstance(said, str) else ""
