"""The names of custom resources: within a group nobody takes another's; Kubernetes's own groups need approval.

In Kubernetes
    k8s.io/apiextensions-apiserver/pkg/controller/status/naming_controller.go and
    pkg/controller/apiapproval/apiapproval_controller.go
"""

from __future__ import annotations

from urllib.parse import urlsplit

from lightkube.models import apiextensions_v1

from kubelab.api.objects import condition, replace

_Definition = apiextensions_v1.CustomResourceDefinition
_Names = apiextensions_v1.CustomResourceDefinitionNames

_APPROVED = "api-approved.kubernetes.io"
_PROTECTED = ("k8s.io", "kubernetes.io")
_ONE_BY_ONE = (("plural", "PluralConflict"), ("singular", "SingularConflict"))
_KINDS = (("kind", "KindConflict"), ("listKind", "ListKindConflict"))


def accepted(definition: _Definition, others: list[_Definition]) -> tuple[_Names, str, str, str] | None:
    """The names that the definition has now, and status, reason and message of NamesAccepted; None: as before."""
    wanted, held = definition.spec.names, definition.status.acceptedNames
    if wanted == held and condition(definition, "NamesAccepted") is not None:
        return None
    words, kinds = _taken(definition, others)
    names, verdict = held, ("True", "NoConflicts", "no conflicts found")
    for fields, taken in ((_ONE_BY_ONE, words), (_KINDS, kinds)):
        for field, reason in fields:
            name = getattr(wanted, field)
            if name != getattr(held, field) and name in taken:
                verdict = ("False", reason, f'"{name}" is already in use')
            else:
                names = replace(names, **{field: name})
    clashes = [
        f'"{name}" is already in use'
        for name in wanted.shortNames or ()
        if name not in (held.shortNames or ()) and name in words
    ]
    if clashes:
        message = clashes[0] if len(clashes) == 1 else f"[{', '.join(clashes)}]"
        verdict = ("False", "ShortNamesConflict", message)
    else:
        names = replace(names, shortNames=wanted.shortNames)
    return (replace(names, categories=wanted.categories), *verdict)


def _taken(definition: _Definition, others: list[_Definition]) -> tuple[list[str], list[str]]:
    """The names of resources and of kinds that the definitions of the group have, this one's own included."""
    words: list[str] = []
    kinds: list[str] = []
    for other in others:
        if other.spec.group == definition.spec.group and other.status is not None:
            names = other.status.acceptedNames
            words += [name for name in (names.plural, names.singular, *(names.shortNames or ())) if name]
            kinds += [name for name in (names.kind, names.listKind) if name]
    return words, kinds


def approval(definition: _Definition) -> tuple[str, str, str] | None:
    """Status, reason and message of the condition that Kubernetes's own groups have; None for other groups."""
    group = definition.spec.group
    if not any(group == domain or group.endswith(f".{domain}") for domain in _PROTECTED):
        return None
    said = (definition.metadata.annotations or {}).get(_APPROVED, "")
    must = f'protected groups must have approval annotation "{_APPROVED}"'
    see = "see https://github.com/kubernetes/enhancements/pull/1111"
    if not said:
        return "False", "MissingAnnotation", f"{must}, {see}"
    if said.startswith("unapproved"):
        return "False", "UnapprovedAnnotation", f'not approved: "{said}"'
    parts = urlsplit(said)
    if parts.scheme and parts.netloc:
        return "True", "ApprovedAnnotation", f"approved in {said}"
    return "False", "InvalidAnnotation", f'{must} with either a URL or a reason starting with "unapproved", {see}'
