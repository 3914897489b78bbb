"""Field sets that were written when a type was another: parts that used to be owned piece by piece and now are not.

In Kubernetes
    `typed/reconcile_schema.go` of `sigs.k8s.io/structured-merge-diff`. Only a change to atomic is followed; what was
    atomic and no longer is stays as it was.
"""

from __future__ import annotations

from kubelab.api.managed_fields.elements import FIELD, Path
from kubelab.api.managed_fields.field_set import FieldSet
from kubelab.api.managed_fields.types import DEDUCED, UNTYPED, Type


def follow_schema(of: Type, owned: FieldSet) -> FieldSet:
    """The set with every atomic part as one field; the very same set where there is nothing to follow."""
    whole = FieldSet()
    _find(of, owned, (), False, whole)
    return owned.without(whole).union(whole) if whole else owned


def _find(of: Type, owned: FieldSet, path: Path, named: bool, whole: FieldSet) -> None:
    """Note in `whole` the atomic parts below which something is owned."""
    if of.mapping is not None:
        mapping = of.mapping
        if not mapping.fields and mapping.element in (DEDUCED, UNTYPED):
            return
        if mapping.atomic:
            if path and owned and not named:
                whole.insert(path)
            return
    elif of.scalar is not None or of.listing is None:
        return
    elif not of.listing.associative:
        if path and not named:
            whole.insert(path)
        return
    for element in {**owned.children, **owned.members}:
        held = _held(of, element)
        if held is not None:
            rest = owned.below(element)
            _find(held, rest, (*path, element), element in owned.members and not rest, whole)


def _held(of: Type, element: str) -> Type | None:
    if of.mapping is not None:
        return of.mapping.of(element[2:]) if element.startswith(FIELD) else of.mapping.element
    return of.listing.element if of.listing is not None else None
