"""Which objects a command line means: `pods`, `deploy,rs`, `pod web-1`, `deploy/web svc/web`, `-l app=web`, `-f file`.

In Kubernetes
    The resource builder of cli-runtime: `k8s.io/cli-runtime/pkg/resource/builder.go`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubelab.api import kinds
from kubelab.api.errors import ApiError
from kubelab.api.kinds import Kind
from kubelab.api.manifest import Manifest, ManifestError, parse
from kubelab.api.suggestions import locate
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.session import Session

# What `kubectl get all` means, of the kinds served.
CATEGORIES = {"all": ("pods", "services", "deployments", "replicasets")}
_NOTHING_NAMED = """error: You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'"""


@dataclass(frozen=True)
class Wanted:
    """Objects of one kind that a command line names; without a name, all that the selectors choose."""

    kind: Kind
    name: str = ""


@dataclass(frozen=True)
class Found:
    """An object that a command works on. `obj` is None where only its name is needed."""

    kind: Kind
    name: str
    namespace: str
    obj: Any


def kind_named(word: str) -> Kind:
    """The kind that a word of the command line names.

    Raises
    ------
    CommandError
        There is none.
    """
    kind = kinds.find(word)
    if kind is None:
        raise error(f'the server doesn\'t have a resource type "{word}"')
    return kind


def wanted(words: list[str], *, default_kind: str = "") -> list[Wanted]:
    """What the words of a command line name.

    Raises
    ------
    CommandError
        They name nothing, or nothing that is.
    """
    if not words:
        raise CommandError(_NOTHING_NAMED)
    if any("/" in word for word in words):
        return [_slashed(word) for word in words]
    types = [default_kind] if default_kind else [name for word in words[0].split(",") for name in _types(word)]
    names = words if default_kind else words[1:]
    found = [kind_named(word) for word in types]
    return [Wanted(kind, name) for kind in found for name in (names or [""])]


def _types(word: str) -> tuple[str, ...]:
    return CATEGORIES.get(word, (word,))


def _slashed(word: str) -> Wanted:
    if "/" not in word:
        raise error(
            "there is no need to specify a resource type as a separate argument when passing arguments in "
            "resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource "
            "resource/<resource_name>'"
        )
    type_, _, name = word.partition("/")
    if not type_ or not name:
        raise error("arguments in resource/name form must have a single resource and name")
    if "/" in name:
        raise error("arguments in resource/name form may not have more than one slash")
    return Wanted(kind_named(type_), name)


def find(session: Session, asked: list[Wanted]) -> tuple[list[Found], list[ApiError]]:
    """The objects that are wanted, and a refusal for each that cannot be had."""
    flags = session.flags
    selector, fields = flags.get("selector") or "", flags.get("field-selector") or ""
    found: list[Found] = []
    refusals: list[ApiError] = []
    for want in asked:
        if want.name and (selector or fields):
            raise error("name cannot be provided when a selector is specified")
        if want.name and session.everywhere:
            raise error("a resource cannot be retrieved by name across all namespaces")
        namespace = session.namespace if want.kind.namespaced else None
        try:
            if want.name:
                found.append(_found(want.kind, session.client.get(want.kind.plural, want.name, namespace)))
            else:
                scope = None if session.everywhere else namespace
                objects = session.client.list(want.kind.plural, scope, selector=selector, field_selector=fields)
                found += [_found(want.kind, obj) for obj in objects]
        except ApiError as refusal:
            if refusal.code == 400 and not want.name:
                _say_selectors(refusal, want.kind, selector, fields)
            refusals.append(refusal)
    return found, refusals


def _found(kind: Kind, obj: Any) -> Found:
    return Found(kind, obj.metadata.name, obj.metadata.namespace or "", obj)


def _say_selectors(refusal: ApiError, kind: Kind, selector: str, fields: str) -> None:
    group_version = f"{kind.group}/{kind.version}, Resource={kind.plural}"
    refusal.message = (
        f'Unable to find "{group_version}" that match label selector "{selector}", field selector "{fields}": '
        f"{refusal.message}"
    )


def named(session: Session, *, default_kind: str = "", words: list[str] | None = None) -> list[Found]:
    """The objects that a command works on, by name, selector, `--all` or `-f`; the first that is missing is refused."""
    words = session.words if words is None else words
    files = session.flags.get("filename") or ()
    if files and words:
        raise error("when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well")
    if files:
        return [_found_of(session, manifest) for manifest in manifests(session)]
    asked = wanted(words, default_kind=default_kind)
    flags = session.flags
    if not (flags.get("selector") or flags.get("field-selector") or flags.get("all")) and not all(
        want.name for want in asked
    ):
        raise error("resource(s) were provided, but no name was specified")
    if flags.get("all") and any(want.name for want in asked):
        raise error("setting 'all' parameter but found a non empty selector. ")
    found, refusals = find(session, asked)
    if refusals:
        raise refusals[0]
    return found


def _found_of(session: Session, manifest: Manifest) -> Found:
    kind = kind_of(manifest)
    namespace = namespace_of(session, manifest, kind)
    return _found(kind, session.client.get(kind.plural, manifest.name, namespace))


def manifests(session: Session) -> list[Manifest]:
    """The manifests of `-f`: of files, folders, or of what came in by `-f -`."""
    read: list[Manifest] = []
    for place in session.flags["filename"]:
        if place == "-":
            read += parse(session.stdin, "STDIN")
            continue
        path = Path(place)
        if place.startswith(("http://", "https://")):
            raise error(f"unable to read URL {place}: this kubectl has no network")
        if not path.exists():
            raise error(f'the path "{place}" does not exist')
        files = [path]
        if path.is_dir():
            files = sorted(file for file in path.iterdir() if file.suffix in (".yaml", ".yml", ".json"))
        for file in files:
            read += parse(file.read_bytes(), str(file))
    return read


def kind_of(manifest: Manifest) -> Kind:
    """The kind of a manifest.

    Raises
    ------
    ManifestError
        It is not served.
    """
    kind = kinds.by_type(manifest.api_version, manifest.kind)
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
    return said or asked or "default"


def _said_namespace(manifest: Manifest) -> str:
    metadata = manifest.content.get("metadata")
    said = metadata.get("namespace") if isinstance(metadata, dict) else None
    return said if isinstance(said, str) else ""
