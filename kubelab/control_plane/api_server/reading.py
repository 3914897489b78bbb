"""The reading half of the API server: get, list, watch."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from kubelab.api import kinds
from kubelab.api.errors import ApiError, not_found
from kubelab.api.field_selectors import FieldSelector, parse_fields
from kubelab.api.kinds import Kind
from kubelab.api.objects import key_of
from kubelab.api.selectors import parse
from kubelab.api.served_kinds import ServedKinds
from kubelab.control_plane.api_server.aggregation import Aggregation
from kubelab.control_plane.api_server.pods_on_nodes import PodsOnNodes
from kubelab.control_plane.api_server.storage import Storage
from kubelab.control_plane.api_server.watch import Watch, WatchEvent, WatchHub, event_of
from kubelab.control_plane.etcd import CompactedError, Etcd, StoppedError
from kubelab.journal import Journal
from kubelab.machine import Machine, Process
from kubelab.timings import Timings

EVENTS = kinds.find("events")


Objects = list[Any]


class Page(NamedTuple):
    """A part of a list: `after` is the key to go on from (empty: there is no more), `remaining` what comes after it."""

    objects: Objects
    revision: int
    after: str = ""
    remaining: int = 0


class ReadingServer(Process):
    """Answers get, list and watch from etcd.

    In Kubernetes
        staging/src/k8s.io/apiserver/pkg/endpoints/handlers/get.go
    """

    def __init__(self, machine: Machine, etcd: Etcd, journal: Journal, timings: Timings, rng: random.Random) -> None:
        super().__init__("kube-apiserver", machine, journal.clock)
        self.journal = journal
        self.kinds = ServedKinds()
        self.aggregation = Aggregation()
        self.storage = Storage(etcd, journal.clock, rng)
        self.hub = WatchHub(journal.clock, timings.watch_delay)
        self.pods_on_nodes = PodsOnNodes()
        self.event_ttl = timings.event_ttl

    @property
    def revision(self) -> int:
        """The newest revision of the cluster's state."""
        return self.storage.etcd.revision

    def get(self, kind: str, name: str, namespace: str | None = "default", *, revision: int | None = None) -> Any:
        """One object, now or at a revision."""
        elsewhere = self.aggregation.find(kind)
        if elsewhere is not None:
            return elsewhere[0].get(elsewhere[1], name, namespace)
        found = self._kind(kind)
        obj = self.storage.get(found, namespace if found.namespaced else None, name, revision)
        if found.builtin == "Lease" and revision is None:
            return self.as_it_reads(obj)
        if found is EVENTS and not self._fresh(obj):
            raise not_found(found.plural, found.group, name)
        return obj

    def list(
        self,
        kind: str,
        namespace: str | None = None,
        *,
        selector: str = "",
        field_selector: str = "",
        revision: int | None = None,
    ) -> Objects:
        """All objects of a kind that the selectors choose, in the order of their keys."""
        elsewhere = self.aggregation.find(kind)
        if elsewhere is not None:
            return elsewhere[0].list(elsewhere[1], namespace, selector, field_selector)
        found = self._kind(kind)
        labels, fields = parse(selector), parse_fields(found, field_selector)
        objects = self._candidates(found, namespace if found.namespaced else None, fields, revision)
        if selector:
            objects = [obj for obj in objects if labels.matches(obj.metadata.labels or {})]
        if field_selector:
            objects = [obj for obj in objects if fields.matches(obj)]
        if found.builtin == "Lease" and revision is None:
            objects = [self.as_it_reads(obj) for obj in objects]
        if found is EVENTS and revision is None:
            objects = [obj for obj in objects if self._fresh(obj)]
        return objects

    def page(
        self,
        kind: str,
        namespace: str | None = None,
        *,
        selector: str = "",
        field_selector: str = "",
        limit: int = 0,
        after: str = "",
        revision: int | None = None,
    ) -> Page:
        """At most `limit` objects (0: all) that come after a key, and the revision at which that was so."""
        if revision == self.revision:
            revision = None
        found = self.list(kind, namespace, selector=selector, field_selector=field_selector, revision=revision)
        if after:
            found = found[bisect_right(found, after, key=key_of) :]
        when = self.revision if revision is None else revision
        if not limit or len(found) <= limit:
            return Page(found, when)
        return Page(found[:limit], when, key_of(found[limit - 1]), len(found) - limit)

    def _candidates(self, kind: Kind, namespace: str | None, fields: FieldSelector, revision: int | None) -> Objects:
        """Objects among which are all that the field selector chooses: as few as can be found quickly."""
        name, node = fields.required("metadata.name"), fields.required("spec.nodeName")
        if revision is None and name is not None and (namespace or not kind.namespaced):
            one = self.storage.find(kind, namespace, name)
            return [] if one is None else [one]
        if revision is None and node and namespace is None and kind.builtin == "Pod":
            return self.pods_on_nodes.on_node(node, self.storage.list(kind, None) if self.pods_on_nodes.empty else ())
        return self.storage.list(kind, namespace, revision)

    def watch(
        self,
        kind: str,
        deliver: Callable[[WatchEvent], None],
        namespace: str | None = None,
        *,
        after: int | None = None,
        selector: str = "",
        field_selector: str = "",
        at_once: bool = False,
        ended: Callable[[], None] | None = None,
    ) -> Watch:
        """Tell `deliver` of every change after a revision (410 where that has been compacted), or from now on.

        `at_once` is for those who live outside of the cluster's time; `ended` is called when the server hangs up.
        """
        found = self._kind(kind)
        fields = parse_fields(found, field_selector) if field_selector else None
        labels = parse(selector) if selector else None
        space = namespace if found.namespaced else None
        watch = Watch(self.hub, found, deliver, space, fields, labels, at_once, ended)
        if after is not None and after < self.revision:
            try:
                for change in self.storage.etcd.changes(f"/registry/{found.resource}/", after):
                    watch.offer(event_of(change, self.clock.cause))
            except (CompactedError, StoppedError) as error:
                raise ApiError(410, "Expired", f"too old resource version: {after} ({error})") from None
        self.hub.add(watch)
        return watch

    def as_it_reads(self, lease: Any) -> Any:
        """A Lease as it reads now: `ApiServer` knows of renewals that were not written one by one."""
        return lease

    def _kind(self, name: str) -> Kind:
        found = self.kinds.find(name)
        if found is None:
            error = not_found(name, "", name)
            error.message = f'the server doesn\'t have a resource type "{name}"'
            raise error
        return found

    def _lookup(self, kind: str, namespace: str | None, name: str) -> Any:
        """What admission asks: an object, or None."""
        found = self.kinds.find(kind)
        return None if found is None else self.storage.find(found, namespace, name)

    def _services(self) -> Objects:
        return self.storage.list(kinds.find("services"), None)

    def _fresh(self, event: Any) -> bool:
        last = (event.series and event.series.lastObservedTime) or event.lastTimestamp or event.eventTime
        last = last or event.metadata.creationTimestamp
        return self.clock.date - last <= timedelta(seconds=self.event_ttl)
