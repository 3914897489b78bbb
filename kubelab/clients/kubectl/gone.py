"""What commands wait for that delete: that nothing stands under a name any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kubelab.api.errors import ApiError

if TYPE_CHECKING:
    from kubelab.cluster import Cluster


@dataclass(frozen=True)
class Gone:
    """That there is no such object any more."""

    resource: str
    name: str
    namespace: str | None

    def so(self, cluster: Cluster) -> bool:
        """Whether it is so."""
        try:
            cluster.api.get(self.resource, self.name, self.namespace)
        except ApiError as refusal:
            return refusal.code == 404
        return False
