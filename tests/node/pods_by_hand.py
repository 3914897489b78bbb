from typing import Any

import kubelab as kl


class Hand:
    """A cluster whose scheduler is stopped: pods are bound by hand."""

    def __init__(self, **timings: Any) -> None:
        images = kl.WorkerSize(images=("nginx:1.27", "busybox:1.36"))
        self.cluster = kl.Cluster(workers=2, seed=1, size=images, timings=kl.Timings(**timings))
        self.cluster.stop("scheduler")
        self.api = self.cluster.api

    def pod(self, name="web", node="worker-1", image="nginx:1.27", annotations=None, spec=None, **container):
        self.api.create(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": name, "annotations": annotations or {}},
                "spec": {"containers": [{"name": "web", "image": image, **container}], **(spec or {})},
            }
        )
        return self.api.bind(name, "default", node)

    def get(self, name="web"):
        return self.api.get("pods", name)

    def gone(self, name="web"):
        return name not in [pod.metadata.name for pod in self.api.list("pods")]

    def state(self, name="web", container="web"):
        """The container's status: running, or the reason of its waiting or its end."""
        status = self.get(name).status
        held = next(
            c for c in [*(status.initContainerStatuses or ()), *status.containerStatuses] if c.name == container
        )
        if held.state.running:
            return "running"
        return held.state.waiting.reason if held.state.waiting else held.state.terminated.reason

    def status(self, name="web"):
        return self.get(name).status.containerStatuses[0]

    def conditions(self, name="web"):
        return {each.type: each.status for each in self.get(name).status.conditions}

    def condition(self, type_, name="web"):
        return next(each for each in self.get(name).status.conditions if each.type == type_)

    def events(self, name="web"):
        """Reasons of the pod's events, oldest first."""
        events = [e for e in self.api.list("events", "default") if e.involvedObject.name == name and e.source]
        return [(e.reason, e.message) for e in events if e.source.component == "kubelet"]

    def phases(self, seconds, name="web"):
        """What the pod goes through: (phase, container state) as it changes."""
        seen = []
        end = self.cluster.now + seconds
        while self.cluster.clock.next_due is not None and self.cluster.clock.next_due <= end:
            self.cluster.step()
            if self.gone(name):
                seen.append("gone")
                break
            now = (self.get(name).status.phase, self.state(name) if self.get(name).status.containerStatuses else "")
            if not seen or seen[-1] != now:
                seen.append(now)
        self.cluster.clock.run(max(end, self.cluster.now))
        return seen
