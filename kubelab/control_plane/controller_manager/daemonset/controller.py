"""The controller itself: which DaemonSet to look at, making and deleting its pods, its status."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from lightkube.models import apps_v1, core_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import (
    condition,
    controller_of,
    is_available,
    is_ready,
    key_of,
    path_of,
    replace,
)
from kubelab.api.selectors import from_object
from kubelab.client_go.component import Component
from kubelab.control_plane.controller_manager.claims import claim
from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.daemonset.backoff import FailedPodsBackoff
from kubelab.control_plane.controller_manager.daemonset.blueprint import Blueprint, is_updated
from kubelab.control_plane.controller_manager.daemonset.placement import by_node, eldest_first, place
from kubelab.control_plane.controller_manager.daemonset.revisions import clean_up, construct, hash_of
from kubelab.control_plane.controller_manager.daemonset.rolling import roll
from kubelab.control_plane.controller_manager.daemonset.sizes import is_rolling
from kubelab.control_plane.controller_manager.expectations import Expectations
from kubelab.control_plane.controller_manager.history import History
from kubelab.control_plane.controller_manager.owners import OwnerIndex
from kubelab.control_plane.controller_manager.pod_control import create_pods, delete_pod

BURST = 250  # pods made or deleted in one turn


@dataclass
class Look:
    """One look at a DaemonSet: the nodes, its pods on each, and the hash of its present template."""

    key: str
    ds: apps_v1.DaemonSet
    revision: str
    blueprint: Blueprint
    nodes: list[core_v1.Node]
    on_node: dict[str, list[core_v1.Pod]]
    now: datetime

    @cached_property
    def fitting(self) -> dict[str, core_v1.Node]:
        """The nodes that should have a pod, by name."""
        return {node.metadata.name: node for node in self.nodes if self.blueprint.fits(node)[0]}


class DaemonSetController(Controller):
    """Gives every node that should have one a pod of each DaemonSet.

    In Kubernetes
        pkg/controller/daemon; https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/

    Left out
        Where the status is told right after pods were made, the cache of a real controller mostly shows them already.
        Here that takes `watch_delay`, and the status waits for it.
    """

    name = "daemonset-controller"
    watches = ("daemonsets", "controllerrevisions", "nodes", "pods")

    def __init__(self, manager: Component) -> None:
        super().__init__(manager)
        self.expectations = Expectations()
        self.backoff = FailedPodsBackoff()
        self.pods = OwnerIndex()
        self.history = History()
        self._blueprints: dict[str, Blueprint] = {}

    def forget(self) -> None:
        """Lose what was expected, indexed and drawn."""
        for held in (self.expectations, self.backoff, self.pods, self.history):
            held.clear()
        self._blueprints = {}

    def relisted(self) -> None:
        """After a lost connection the caches are as fresh as can be."""
        self.expectations.clear()

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A DaemonSet is looked at when it, its pods or its history change, or a node begins or ceases to suit it."""
        match kind:
            case "daemonsets":
                self.queue.add(key_of(new if new is not None else old))
            case "controllerrevisions":
                self.history.change(old, new)
                if old is not None or controller_of(new) is None:
                    self._on_owned(old, new)
            case "pods":
                self.pods.change(old, new)
                self._observe(old, new)
                self._on_owned(old, new)
            case "nodes":
                if new is not None:
                    self._on_node(old, new)

    def _observe(self, old: Any, new: Any) -> None:
        pod = new if new is not None else old
        owner = controller_of(pod)
        if owner is None or owner.kind != "DaemonSet":
            return
        key = f"{pod.metadata.namespace}/{owner.name}"
        if old is None:
            self.expectations.seen(key, pod.metadata.uid, "created")
        if new is None or new.metadata.deletionTimestamp is not None:
            self.expectations.seen(key, pod.metadata.uid, "created")
            self.expectations.seen(key, pod.metadata.uid, "deleted")

    def _on_owned(self, old: Any, new: Any) -> None:
        """The owner looks at what it has or had; an orphan is looked at by all that would have it."""
        namespace = (new if new is not None else old).metadata.namespace
        owners = [owner for held in (old, new) if held is not None and (owner := controller_of(held)) is not None]
        for name in dict.fromkeys(owner.name for owner in owners if owner.kind == "DaemonSet"):
            self.queue.add(f"{namespace}/{name}")
        if new is not None and controller_of(new) is None:
            for ds in self.informer("daemonsets"):
                if ds.metadata.namespace == namespace and from_object(ds.spec.selector).matches(new.metadata.labels):
                    self.queue.add(key_of(ds))

    def _on_node(self, old: core_v1.Node | None, new: core_v1.Node) -> None:
        if old is not None and old.metadata.labels == new.metadata.labels and old.spec.taints == new.spec.taints:
            return
        for ds in self.informer("daemonsets"):
            blueprint = self._blueprint(key_of(ds), ds)
            before = blueprint.fits(old) if old is not None else (False, False)
            if blueprint.fits(new) != before:
                self.queue.add(key_of(ds))

    def _blueprint(self, key: str, ds: apps_v1.DaemonSet) -> Blueprint:
        held = self._blueprints.get(key)
        if held is None or held.template != ds.spec.template:
            held = self._blueprints[key] = Blueprint(ds.spec.template)
        return held

    def reconcile(self, key: str) -> None:
        """Bring the DaemonSet's pods to where they should be, and its status to what is."""
        ds = self.informer("daemonsets").get(key)
        if ds is None:
            self.expectations.forget(key)
            self.backoff.forget(key)
            self._blueprints.pop(key, None)
            return
        if ds.metadata.deletionTimestamp is not None:
            return  # its history may be gone already: nothing can be said of its pods
        selector = from_object(ds.spec.selector)
        pods = claim(self, ds, selector, self.pods)
        current, old = construct(self, ds, selector, pods)
        look = Look(
            key,
            ds,
            hash_of(current),
            self._blueprint(key, ds),
            list(self.informer("nodes")),
            by_node(pods),
            self.clock.micro_date,
        )
        if not self.expectations.fulfilled(key):
            self._report(look, processed=False)
            return
        failure = self._manage(look)
        if failure is None:
            clean_up(self, ds, old, pods)
        if failure is not None or self.expectations.fulfilled(key):
            self._report(look, processed=True)
        if failure is not None:
            raise failure
        self._come_back(look)

    def _manage(self, look: Look) -> ApiError | None:
        failure = self._sync(look, *place(self, look))
        if failure is None and self.expectations.fulfilled(look.key) and is_rolling(look.ds):
            failure = self._sync(look, *roll(look))
        return failure

    def _sync(self, look: Look, needing: list[str], leaving: list[core_v1.Pod]) -> ApiError | None:
        """Make pods on nodes, delete others."""
        if not needing and not leaving:
            return None
        key, ds = look.key, look.ds
        counts = {"has": len(look.on_node), "wants": len(look.fitting)}
        self.note(path_of(ds), {**counts, "creates": len(needing), "deletes": len(leaving)})
        pods = [look.blueprint.pod(ds, node, look.revision) for node in needing[:BURST]]
        failures = [create_pods(self, key, ds, pods)]
        failures += [delete_pod(self, key, ds, pod) for pod in leaving[:BURST]]
        return next((failure for failure in failures if failure is not None), None)

    # -- status

    def _report(self, look: Look, *, processed: bool) -> None:
        """Count, node by node; the eldest pod speaks for its node."""
        ds = look.ds
        held = ds.status or apps_v1.DaemonSetStatus(0, 0, 0, 0)
        fitting = look.fitting
        eldest = [eldest_first(look.on_node[name])[0] for name in fitting if name in look.on_node]
        ready = [pod for pod in eldest if is_ready(pod)]
        available = [pod for pod in ready if is_available(pod, ds.spec.minReadySeconds or 0, look.now)]
        status = replace(
            held,
            desiredNumberScheduled=len(fitting),
            currentNumberScheduled=len(eldest),
            numberMisscheduled=sum(
                node.metadata.name in look.on_node for node in look.nodes if node.metadata.name not in fitting
            ),
            numberReady=len(ready),
            numberAvailable=len(available) or None,
            numberUnavailable=len(fitting) - len(available) or None,
            updatedNumberScheduled=sum(is_updated(ds, pod, look.revision) for pod in eldest) or None,
        )
        if processed:
            status = replace(status, observedGeneration=ds.metadata.generation)
        if status != held or ds.status is None:
            self.client.update_status(replace(ds, status=status))

    def _come_back(self, look: Look) -> None:
        """Look again when the next ready pod has been so for minReadySeconds."""
        seconds = look.ds.spec.minReadySeconds or 0
        waits = [
            seconds - (look.now - condition(pod, "Ready").lastTransitionTime).total_seconds()
            for pods in look.on_node.values()
            for pod in pods
            if is_ready(pod) and not is_available(pod, seconds, look.now)
        ]
        if waits:
            self.queue.add_after(look.key, min(waits))
