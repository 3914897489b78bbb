"""Heartbeats without work: leases that are renewed by promise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from kubelab.api.annotations import RENEWED_BY_PROMISE
from kubelab.api.kinds import Kind, find
from kubelab.api.objects import key_of, replace

if TYPE_CHECKING:
    from kubelab.client_go.client import Client
    from kubelab.control_plane.api_server.writing import WritingServer

LEASE: Kind = find("leases")


@dataclass(frozen=True)
class Promise:
    """A client renews a lease at `since`, and every `period` seconds after, while it is connected."""

    namespace: str
    name: str
    since: float
    period: float

    def last_kept(self, now: float) -> float:
        """The instant of the last renewal."""
        return self.since + (now - self.since) // self.period * self.period


class Heartbeats:
    """The promises of one API server: a healthy node's lease costs nothing, and reads as if it were renewed all along.

    A promise that ends (process stopped, cable pulled, API server gone) is written down as the last renewal that it
    led to. From there on the lease ages as any other.

    In Kubernetes
        Each kubelet updates its Lease in kube-node-lease every 10 s:
        https://kubernetes.io/docs/concepts/architecture/leases/#node-heart-beats

    Left out
        The revisions that those updates would make. An annotation on the Lease says that it is under promise.
    """

    def __init__(self, server: WritingServer, period: float) -> None:
        self.server, self.period = server, period
        self._promises: dict[str, tuple[Promise, Client]] = {}

    def promise(self, namespace: str, name: str, client: Client) -> None:
        """From now on `client` renews the lease."""
        storage = self.server.storage
        lease = storage.get(LEASE, namespace, name)
        held = Promise(namespace, name, self.server.clock.now, self.period)
        self._promises[key_of(lease)] = (held, client)
        self._write(lease, held.since, client, promised=True)

    def broken(self, client: Client) -> None:
        """The client is gone: write down its last renewals."""
        for key, (held, holder) in list(self._promises.items()):
            if holder is client:
                del self._promises[key]
                self._settle(held, client)

    def stop(self) -> None:
        """The API server ends: every promise is settled as it stands."""
        promises, self._promises = self._promises, {}
        for held, client in promises.values():
            self._settle(held, client)

    def as_renewed(self, lease: Any) -> Any:
        """A lease as it reads now."""
        held = self._promises.get(key_of(lease))
        if held is None:
            return lease
        return replace(lease, spec=replace(lease.spec, renewTime=self._date(held[0].last_kept(self.server.clock.now))))

    def _settle(self, held: Promise, client: Client) -> None:
        if not self.server.storage.etcd.running:
            return
        lease = self.server.storage.find(LEASE, held.namespace, held.name)
        if lease is not None:
            self._write(lease, held.last_kept(self.server.clock.now), client, promised=False)

    def _write(self, lease: Any, renewed: float, client: Client, *, promised: bool) -> None:
        annotations = {
            key: text for key, text in (lease.metadata.annotations or {}).items() if key != RENEWED_BY_PROMISE
        }
        if promised:
            annotations[RENEWED_BY_PROMISE] = f"every {self.period:g} s"
        changed = replace(
            lease,
            metadata=replace(lease.metadata, annotations=annotations or None),
            spec=replace(lease.spec, renewTime=self._date(renewed)),
        )
        self.server.write(client, "renew", LEASE, lease, changed)

    def _date(self, now: float) -> datetime:
        return self.server.clock.start + timedelta(seconds=now)
