"""Informers of custom kinds: they come and go with their definitions."""

from __future__ import annotations

from typing import Any

from kubelab.api.custom.served_version import bare_kind, is_established
from kubelab.api.kinds import Kind
from kubelab.client_go.component import Component
from kubelab.client_go.informer import Handler
from kubelab.control_plane.controller_manager.ticks import Ticks

DEFINITIONS = "customresourcedefinitions"


class CustomInformers:
    """Lets one controller hear of all objects of custom kinds.

    New kinds are looked for every 30 s; one whose definition has gone is dropped at once. What is followed depends on
    the definitions there are, and on nothing remembered.

    In Kubernetes
        `GarbageCollector.Sync` in pkg/controller/garbagecollector asks discovery for the kinds that can be deleted.

    Left out
        The looks that would find no new kind.
    """

    def __init__(self, manager: Component, handler: Handler) -> None:
        self.manager, self.handler = manager, handler
        self.definitions = manager.informer(DEFINITIONS)
        self.definitions.handlers.append(self)
        self._ticks = Ticks(manager, manager.timings.discovery_sync)
        self._followed: list[str] = []
        self._looking = False

    def kinds(self) -> list[Kind]:
        """The custom kinds that are served."""
        return [bare_kind(definition) for definition in self.definitions if is_established(definition)]

    def find(self, api_version: str, name: str) -> Kind | None:
        """The custom kind of these names, or None."""
        group, _, version = api_version.partition("/")
        for definition in self.definitions:
            spec = definition.spec
            named = is_established(definition) and (spec.group, definition.status.acceptedNames.kind) == (group, name)
            if named and any(each.served and each.name == version for each in spec.versions):
                return bare_kind(definition)
        return None

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A definition has appeared, changed or gone."""
        name = (new if new is not None else old).metadata.name
        if new is None or not is_established(new) or (old is not None and old.metadata.uid != new.metadata.uid):
            self._drop(name)
        if new is not None and is_established(new) and name not in self._followed and not self._looking:
            self._looking = True
            self.manager.later(max(self._ticks.upcoming() - self.manager.clock.now, 0.0), self._look)

    def forget(self) -> None:
        """The process has ended: the definitions will be listed afresh."""
        for name in self._followed:
            self._leave(name)
        self._followed, self._looking = [], False

    def _look(self) -> None:
        """Follow the kinds that have become established."""
        self._looking = False
        for definition in list(self.definitions):
            name = definition.metadata.name
            if not is_established(definition) or name in self._followed:
                continue
            self._followed.append(name)
            informer = self.manager.informer(name)
            if informer.watching:
                for obj in list(informer):
                    self.handler.on_change(name, None, obj)
            informer.handlers.append(self.handler)
            if not informer.watching:
                informer.start()

    def _drop(self, name: str) -> None:
        if name not in self._followed:
            return
        self._followed.remove(name)
        known = list(self.manager.informer(name))
        self._leave(name)
        for obj in known:
            self.handler.on_change(name, obj, None)

    def _leave(self, name: str) -> None:
        """Hear of a kind no more; when nobody does, its informer ends."""
        informer = self.manager.informers.get(name)
        if informer is None:
            return
        informer.handlers = [handler for handler in informer.handlers if handler is not self.handler]
        if not informer.handlers:
            informer.forget()
            del self.manager.informers[name]
