"""The kinds that one API server serves: those that come with every cluster, and those that its users defined.

In Kubernetes
    What discovery tells: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api . Custom kinds
    come and go with their CustomResourceDefinitions:
    https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/custom-resources/
"""

from __future__ import annotations

from collections.abc import Iterable

from kubelab.api import kinds
from kubelab.api.kinds import KINDS, Kind


class ServedKinds:
    """Finds a kind by the words people use, by what a manifest says, or by what a URL says.

    A word that two kinds share means the one that comes with the cluster.
    """

    def __init__(self) -> None:
        self._custom: tuple[Kind, ...] = ()

    @property
    def all(self) -> tuple[Kind, ...]:
        """Every stored kind; a custom kind once for each version that is served."""
        return KINDS + self._custom

    def define(self, custom: Iterable[Kind]) -> None:
        """Serve these custom kinds, and no custom kinds but these; storage versions come before others."""
        self._custom = tuple(custom)

    def find(self, word: str) -> Kind | None:
        """The kind that a word names: plural, singular, short name, with or without version and group, any case."""
        found = kinds.find(word)
        if found is not None or not self._custom:
            return found
        word = word.lower()
        for kind in self._custom:
            name, _, rest = word.partition(".")
            if name in (kind.plural, kind.singular, *kind.short_names) and rest in (
                *("", kind.group),
                f"{kind.version}.{kind.group}",
            ):
                return kind
        return None

    def by_type(self, api_version: str, name: str) -> Kind | None:
        """The kind that a manifest's `apiVersion` and `kind` name, or None."""
        found = kinds.by_type(api_version, name)
        if found is not None:
            return found
        return next((kind for kind in self._custom if (kind.api_version, kind.name) == (api_version, name)), None)

    def by_path(self, api_version: str, plural: str) -> Kind | None:
        """The kind that a URL names: `/apis/apps/v1/…/deployments`."""
        for kind in self.all:
            if kind.plural == plural and api_version in (kind.api_version, *kind.also):
                return kind
        return None
