"""Field sets: which fields somebody owns.

In Kubernetes
    `fieldpath/set.go` of `sigs.k8s.io/structured-merge-diff`; FieldsV1, in which a set is written, is described in
    https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/#System
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from kubelab.api.managed_fields.elements import FIELD, KEY, Path, canonical, order

if TYPE_CHECKING:
    from kubelab.api.managed_fields.types import Type

_SELF = "."
_MOST_LEVELS = 200


class FieldSet:
    """A set of paths, as a tree: `members` end here, `children` lead further. A step can do both.

    To own an object's part is not to own what is in it: the paths of a set do not imply each other.

    Examples
    --------
    >>> FieldSet.of([("f:spec", "f:replicas")]).to_json()
    {'f:spec': {'f:replicas': {}}}
    """

    __slots__ = ("children", "members")

    def __init__(self, members: dict[str, None] | None = None, children: dict[str, FieldSet] | None = None) -> None:
        self.members: dict[str, None] = {} if members is None else members
        self.children: dict[str, FieldSet] = {} if children is None else children

    @classmethod
    def of(cls, paths: Iterable[Path]) -> FieldSet:
        """The set of these paths."""
        made = cls()
        for path in paths:
            made.insert(path)
        return made

    def insert(self, path: Path) -> None:
        """Add a path while the set is being made; the empty path is nobody's."""
        if path:
            self.at(path[:-1]).members[path[-1]] = None

    def at(self, path: Path) -> FieldSet:
        """The set beyond a path, there to be filled while the set is being made."""
        held = self
        for element in path:
            below = held.children.get(element)
            if below is None:
                below = held.children[element] = FieldSet()
            held = below
        return held

    def __contains__(self, path: Path) -> bool:
        held: FieldSet | None = self
        for element in path[:-1]:
            held = held.children.get(element) if held else None
        return bool(path) and held is not None and path[-1] in held.members

    def __bool__(self) -> bool:
        return bool(self.members) or any(self.children.values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FieldSet) and self.members == other.members and self.children == other.children

    __hash__ = None

    def __iter__(self) -> Iterator[Path]:
        """Every path, in the order in which Kubernetes names them."""
        return self._paths(())

    def _paths(self, before: Path) -> Iterator[Path]:
        for element in sorted(self.members, key=order):
            yield (*before, element)
        for element in sorted(self.children, key=order):
            yield from self.children[element]._paths((*before, element))

    def below(self, element: str) -> FieldSet:
        """What the set holds beyond a step."""
        return self.children.get(element) or NOTHING

    def union(self, other: FieldSet) -> FieldSet:
        """What is in either."""
        children = dict(self.children)
        for element, theirs in other.children.items():
            mine = children.get(element)
            children[element] = theirs if mine is None else mine.union(theirs)
        return FieldSet({**self.members, **other.members}, children)

    def intersection(self, other: FieldSet) -> FieldSet:
        """What is in both."""
        common = {
            element: mine.intersection(other.children[element])
            for element, mine in self.children.items()
            if element in other.children
        }
        return FieldSet(
            {element: None for element in self.members if element in other.members},
            {element: rest for element, rest in common.items() if rest},
        )

    def difference(self, other: FieldSet) -> FieldSet:
        """What is here and not there; who loses a part keeps what is in it."""
        if not other.members and not other.children:
            return self
        children = {}
        for element, mine in self.children.items():
            theirs = other.children.get(element)
            rest = mine if theirs is None else mine.difference(theirs)
            if theirs is None or rest:
                children[element] = rest
        return FieldSet({element: None for element in self.members if element not in other.members}, children)

    def without(self, other: FieldSet) -> FieldSet:
        """What is here and not there, nor in any part that is there."""
        children = {}
        for element, mine in self.children.items():
            if element in other.members:
                continue
            theirs = other.children.get(element)
            rest = mine if theirs is None else mine.without(theirs)
            if theirs is None or rest:
                children[element] = rest
        return FieldSet({element: None for element in self.members if element not in other.members}, children)

    def leaves(self) -> FieldSet:
        """The paths that no other path of the set goes beyond."""
        return FieldSet(
            {element: None for element in self.members if element not in self.children},
            {element: rest.leaves() for element, rest in self.children.items()},
        )

    def with_named_fields(self, of: Type | None) -> FieldSet:
        """The set and every named field on the way to what is in it; the keys of maps are no named fields."""
        members, children = dict(self.members), {}
        mapping, listing = (of.mapping, of.listing) if of else (None, None)
        for element, rest in self.children.items():
            held = None
            if element.startswith(FIELD) and mapping is not None:
                held = mapping.fields.get(element[2:])
                if held is not None:
                    members[element] = None
                held = held or mapping.element
            elif element.startswith(KEY) and listing is not None:
                held = listing.element
            children[element] = rest.with_named_fields(held)
        return FieldSet(members, children)

    def to_json(self) -> dict[str, Any]:
        """The set as FieldsV1."""
        written: dict[str, Any] = {}
        for element in sorted({**self.members, **self.children}, key=order):
            rest = self.children.get(element)
            inner = rest.to_json() if rest is not None else {}
            written[element] = {_SELF: {}, **inner} if inner and element in self.members else inner
        return written

    @classmethod
    def from_json(cls, written: Any, _level: int = 0) -> FieldSet:
        """The set that FieldsV1 says.

        Raises
        ------
        ValueError
            It is no FieldsV1.
        """
        if not isinstance(written, dict) or _level > _MOST_LEVELS:
            raise ValueError("managed fields are objects in objects")
        made = cls()
        for word, inner in written.items():
            element = canonical(word) if word != _SELF else None
            if element is None:
                continue
            rest = cls.from_json(inner, _level + 1)
            if rest:
                made.children[element] = rest
            if not rest or (isinstance(inner, dict) and _SELF in inner):
                made.members[element] = None
        return made

    def __repr__(self) -> str:
        return f"FieldSet({self.to_json()})"


NOTHING = FieldSet()
"""The empty set; nobody changes it."""
