"""The past: the cluster's state as it was at a revision, to look at and not to touch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError
from kubelab.client_go.client import Client
from kubelab.clients.answers import Listing
from kubelab.language import say

if TYPE_CHECKING:
    from kubelab.cluster import Cluster


class PastClient(Client):
    """A client whose reads answer as they did at one revision. Everything else is refused: 405."""

    def __init__(self, client: Client, revision: int) -> None:
        super().__init__(client.servers, client.user, client.machine)
        self.revision = revision

    def get(self, kind: str, name: str, namespace: str | None = "default", *, revision: int | None = None) -> Any:
        """One object, as it was."""
        return super().get(kind, name, namespace, revision=revision or self.revision)

    def list(
        self,
        kind: str,
        namespace: str | None = None,
        *,
        selector: str = "",
        field_selector: str = "",
        revision: int | None = None,
    ) -> list[Any]:
        """All objects of a kind, as they were."""
        return super().list(
            kind, namespace, selector=selector, field_selector=field_selector, revision=revision or self.revision
        )

    def _refused(self, *_: Any, **__: Any) -> Any:
        raise ApiError(405, "MethodNotAllowed", "the past cannot be changed: fork the cluster to try something else")

    create = update = update_status = patch = apply = delete = bind = evict = finalize = keep_renewing = watch = (
        _refused
    )


class Past:
    """The cluster as it was at a revision.

    In Kubernetes
        etcd answers reads at a past revision until it is compacted (after 5 minutes by default; here never).

    Examples
    --------
    >>> from kubelab.cluster import Cluster
    >>> cluster = Cluster(workers=1)
    >>> before = cluster.etcd.revision
    >>> _ = cluster.api.delete("nodes", "worker-1", None)
    >>> len(cluster.at(before).get("nodes")), len(cluster.get("nodes"))
    (1, 0)
    """

    def __init__(self, cluster: Cluster, revision: int) -> None:
        if not 1 <= revision <= cluster.etcd.revision:
            newest = cluster.etcd.revision
            raise ValueError(
                say(
                    es=f"no hay revisión {revision}: van de la 1 a la {newest}",
                    en=f"there is no revision {revision}: they go from 1 to {newest}",
                )
            )
        self.cluster, self.revision = cluster, revision
        self.api = PastClient(cluster.api, revision)
        written = [entry.time for entry in cluster.journal if 0 < entry.revision <= revision]
        self.now = written[-1] if written else 0.0

    def get(self, kind: str, name: str | None = None, *, namespace: str | None = "default", selector: str = "") -> Any:
        """Objects of a kind as they were; with `name` the one object."""
        if name is not None:
            return self.api.get(kind, name, namespace)
        when = self.cluster.clock.date_at(self.now)
        found = self.api.list(kind, namespace, selector=selector)
        return Listing(self.cluster.api.kinds.find(kind), found, when)

    def __repr__(self) -> str:
        return say(
            es=f"Pasado: revisión {self.revision}, t={self.now:g} s",
            en=f"Past: revision {self.revision}, t={self.now:g} s",
        )
