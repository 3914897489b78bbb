"""One running container, as somebody who went into it sees it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kubelab.clients.inside.surroundings import environment

if TYPE_CHECKING:
    from kubelab.client_go.client import Client
    from kubelab.cluster import Cluster
    from kubelab.node.runtime import Container

FOREVER = float("inf")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


class Inside:
    """The container `name` of a pod; `held` is its process in the runtime."""

    def __init__(self, cluster: Cluster, client: Client, pod: Any, name: str, held: Container) -> None:
        self.cluster, self.client, self.pod, self.name, self.held = cluster, client, pod, name, held
        specs = [*pod.spec.containers, *(pod.spec.initContainers or ())]
        self.spec = next(spec for spec in specs if spec.name == name)

    @property
    def age(self) -> float:
        """Seconds since the process began."""
        return self.cluster.clock.now - self.held.started

    def files(self) -> list[str]:
        """The files that the container's own program has made, and those that were made by hand."""
        return [path for path, since, until in self.held.behavior.files or () if since <= self.age < until]

    def has_file(self, path: str) -> bool:
        """Whether such a file is there."""
        return self.held.behavior.has_file(path, self.age)

    def write(self, *, add: list[str] | None = None, remove: list[str] | None = None) -> None:
        """Make files, or take them away; probes that look at them notice."""
        behavior, age = self.held.behavior, self.age
        kept = [
            (path, since, min(until, age) if path in (remove or ()) else until)
            for path, since, until in behavior.files or ()
        ]
        kept += [(path, age, FOREVER) for path in add or () if not self.has_file(path)]
        self.held.behavior = replace(behavior, files=tuple(kept))
        self.cluster.workers[self.pod.spec.nodeName].kubelet.behavior_changed(self.pod.metadata.uid, self.name)

    def expanded(self, word: str) -> str:
        """A word with the variables in it resolved."""
        if "$" not in word:
            return word
        known = environment(self.client, self.pod, self.spec)
        return _VARIABLE.sub(lambda found: known.get(found[1] or found[2], ""), word)
