"""Which objects a command line means: `pods`, `deploy,rs`, `pod web-1`, `deploy/web svc/web`, `-l app=web`, `-f file`.

In Kubernetes
    The resource builder of cli-runtime: `k8s.io/cli-runtime/pkg/resource/builder.go`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kubelab.api.errors import ApiError
from kubelab.api.kinds import Kind
from kubelab.api.manifest import Manifest
from kubelab.api.served_kinds import ServedKinds
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.manifests import kind_of, manifests, namespace_of
from kubelab.clients.kubectl.session import Session

# The groups that come with a cluster, in the order of their priority.
_GROUPS = (
    *("", "apiregistration.k8s.io", "apps", "events.k8s.io", "authentication.k8s.io", "authorization.k8s.io"),
    *("autoscaling", "batch", "certificates.k8s.io", "networking.k8s.io", "policy", "rbac.authorization.k8s.io"),
    *("storage.k8s.io", "admissionregistration.k8s.io", "apiextensions.k8s.io", "scheduling.k8s.io"),
    *("coordination.k8s.io", "node.k8s.io", "discovery.k8s.io", "metrics.k8s.io"),
)
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
    """An object that a command works on. `obj` is None where only its name is needed; `source` is its file's name."""

    kind: Kind
    name: str
    namespace: str
    obj: Any
    source: str = ""


def kind_named(session: Session, word: str) -> Kind:
    """The kind that a word of the command line names.

    Raises
    ------
    CommandError
        There is none.
    """
    kind = session.served.find(word) or _in_other_version(session, word)
    if kind is None:
        raise error(f'the server doesn\'t have a resource type "{word}"')
    return kind


def _in_other_version(session: Session, word: str) -> Kind | None:
    """The kind that a word names by another group or version of it: `events.events.k8s.io`, `hpa.v1.autoscaling`."""
    name, _, rest = word.partition(".")
    kind = session.served.find(name)
    if kind is None:
        return None
    for other in kind.also:
        group, _, version = other.rpartition("/")
        if rest in (group, f"{version}.{group}"):
            return kind
    return None


def wanted(session: Session, words: list[str], *, default_kind: str = "") -> list[Wanted]:
    """What the words of a command line name.

    Raises
    ------
    CommandError
        They name nothing, or nothing that is.
    """
    if not words:
        raise CommandError(_NOTHING_NAMED)
    if any("/" in word for word in words):
        return [_slashed(session, word) for word in words]
    if default_kind:
        found, names = [kind_named(session, default_kind)], words
    else:
        found, names = [kind for word in words[0].split(",") for kind in _kinds(session, word)], words[1:]
    found = list(dict.fromkeys(found))
    return [Wanted(kind, name) for kind in found for name in (names or [""])]


def _kinds(session: Session, word: str) -> list[Kind]:
    """The kinds of a category such as `all`, or the one kind that a word names."""
    members = [kind for kind in session.served.all if word in kind.categories]
    return sorted(_once(members), key=discovery_order) if members else [kind_named(session, word)]


def _once(found: list[Kind]) -> list[Kind]:
    """Each resource once, in its first version."""
    return list({(kind.group, kind.plural): kind for kind in reversed(found)}.values())


def preferred(served: ServedKinds) -> list[Kind]:
    """Every kind in its preferred version, in the order in which discovery tells them."""
    return sorted(_once(list(served.all)), key=discovery_order)


def discovery_order(kind: Kind) -> tuple[int, str, str]:
    """Where a kind stands in discovery: by the priority of its group, then by name."""
    known = kind.group in _GROUPS
    return _GROUPS.index(kind.group) if known else len(_GROUPS), "" if known else kind.group, kind.plural


def _slashed(session: Session, word: str) -> Wanted:
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
    return Wanted(kind_named(session, type_), name)


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
                found.append(_found(want.kind, session.client.get(want.kind.resource, want.name, namespace)))
            else:
                scope = None if session.everywhere else namespace
                objects = session.client.list(want.kind.resource, scope, selector=selector, field_selector=fields)
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


def named(
    session: Session, *, default_kind: str = "", words: list[str] | None = None, empty_is_all: bool = False
) -> list[Found]:
    """The objects that a command works on, by name, selector, `--all` or `-f`; the first that is missing is refused.

    A type without a name is refused, unless `empty_is_all`.
    """
    words = session.words if words is None else words
    files = session.flags.get("filename") or session.flags.get("kustomize") or ()
    if files and words:
        raise error("when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well")
    if files:
        return [_found_of(session, manifest) for manifest in manifests(session)]
    asked = wanted(session, words, default_kind=default_kind)
    flags = session.flags
    chosen = flags.get("selector") or flags.get("field-selector") or flags.get("all") or empty_is_all
    if not chosen and not all(want.name for want in asked):
        raise error("resource(s) were provided, but no name was specified")
    if flags.get("all") and any(want.name for want in asked):
        raise error("setting 'all' parameter but found a non empty selector. ")
    found, refusals = find(session, asked)
    if refusals:
        raise refusals[0]
    return found


def of_manifests(session: Session) -> tuple[list[Found], list[ApiError]]:
    """The objects of `-f` and `-k`, and a refusal for each that cannot be had."""
    found, refusals = [], []
    for manifest in manifests(session):
        try:
            found.append(_found_of(session, manifest))
        except ApiError as refusal:
            refusals.append(refusal)
    return found, refusals


def _found_of(session: Session, manifest: Manifest) -> Found:
    kind = kind_of(session, manifest)
    namespace = namespace_of(session, manifest, kind)
    return _found(kind, session.client.get(kind.resource, manifest.name, namespace))
