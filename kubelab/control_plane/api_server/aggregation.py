"""The aggregation layer: kinds that another server answers for, behind the same door.

In Kubernetes
    kube-aggregator, with an APIService a group: https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/apiserver-aggregation/

Left out
    APIService objects do not decide it; the only such server is the metrics server.
"""

from __future__ import annotations

from typing import Any, Protocol

from kubelab.api.kinds import Kind


class Extension(Protocol):
    """A server that answers for some kinds; it keeps nothing, so there is nothing to write or to watch."""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds."""

    def get(self, kind: Kind, name: str, namespace: str | None) -> Any:
        """One object."""

    def list(self, kind: Kind, namespace: str | None, selector: str, field_selector: str) -> list[Any]:
        """All objects that the selectors choose."""


class Aggregation:
    """Which extension answers for which kind."""

    def __init__(self) -> None:
        self.extensions: list[Extension] = []

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Every kind that is answered for elsewhere."""
        return tuple(kind for extension in self.extensions for kind in extension.kinds)

    def find(self, word: str) -> tuple[Extension, Kind] | None:
        """Who answers for a kind, named with its group: `pods.metrics.k8s.io`."""
        for extension in self.extensions:
            for kind in extension.kinds:
                if word in (kind.qualified, f"{kind.plural}.{kind.version}.{kind.group}"):
                    return extension, kind
        return None
