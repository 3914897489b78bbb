"""The taint eviction controller: pods leave a node that does not tolerate them any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lightkube.models import core_v1, meta_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import key_of, split_key
from kubelab.api.pod_conditions import disruption_target, with_condition
from kubelab.api.tolerations import tolerates
from kubelab.client_go.component import Component
from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.pods_by_node import PodsByNode

REASON = "TaintManagerEviction"
DISRUPTION = disruption_target("DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint")


@dataclass(frozen=True)
class Eviction:
    """A pod that is to go at the instant `due`, or, once it is `done`, was told to."""

    due: float
    done: bool = False


class TaintEvictionController(Controller):
    """Deletes the pods of nodes that have a NoExecute taint.

    A pod that does not tolerate the taint goes at once; one that tolerates it for `tolerationSeconds` goes then, unless
    the taint goes first; one that tolerates it for ever stays. The seconds count from when this controller saw the
    first taint that the pod tolerates so; another such taint later changes nothing about the plan. Every pod tolerates
    `not-ready` and `unreachable` for 300 s unless it says otherwise: that is why the pods of a dead node are replaced
    only five minutes after the node was found dead.

    In Kubernetes
        pkg/controller/tainteviction/taint_eviction.go;
        https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions
    """

    name = "taint-eviction-controller"
    watches = ("nodes", "pods")

    def __init__(self, manager: Component) -> None:
        super().__init__(manager)
        self.pods = PodsByNode()
        self._evictions: dict[str, Eviction] = {}  # by the pod's key

    def forget(self) -> None:
        """Lose the index and the evictions ahead: after a restart every toleration begins anew."""
        self.pods.clear()
        self._evictions = {}

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A node's NoExecute taints have changed, or a pod has come to a tainted node, changed its mind, or gone."""
        if kind == "nodes":
            before = no_execute(old) if old is not None else []
            after = no_execute(new) if new is not None else []
            if before != after:
                self.queue.add((new if new is not None else old).metadata.name)
            return
        self.pods.change(old, new)
        if new is None:
            if key_of(old) in self._evictions:
                self.queue.add(key_of(old))
        elif new.spec.nodeName and (
            old is None or old.spec.nodeName != new.spec.nodeName or old.spec.tolerations != new.spec.tolerations
        ):
            node = self.informer("nodes").get(new.spec.nodeName)
            if node is not None and no_execute(node):
                self.queue.add(key_of(new))

    def reconcile(self, key: str) -> None:
        """Decide about one pod (`namespace/name`), or about all pods of one node (its name)."""
        if "/" not in key:
            node = self.informer("nodes").get(key)
            if node is not None:
                for pod in self.pods.on(key):
                    self._decide(pod, no_execute(node))
            return
        pod = self.informer("pods").get(key)
        if pod is None or not pod.spec.nodeName:
            self._cancel(key)
            return
        node = self.informer("nodes").get(pod.spec.nodeName)
        if node is not None:
            self._decide(pod, no_execute(node))

    def _decide(self, pod: core_v1.Pod, taints: list[core_v1.Taint]) -> None:
        """Evict the pod, plan to, or give the plan up."""
        key, now = key_of(pod), self.clock.now
        held = self._evictions.get(key)
        if held is not None and not held.done and held.due <= now:
            self._evict(pod)
            return
        seconds = tolerated_for(pod.spec.tolerations or [], taints)
        if not seconds:
            self._cancel(key)
        if seconds == 0:
            self._evict(pod)
        elif seconds is not None:
            planned = self._evictions.setdefault(key, Eviction(now + seconds))
            if not planned.done:
                self.queue.add_after(key, planned.due - now)

    def _evict(self, pod: core_v1.Pod) -> None:
        """Say that the pod goes and why, then delete it. Its kubelet, if it hears of it, ends it gracefully."""
        namespace, name = pod.metadata.namespace, pod.metadata.name
        self._say(key_of(pod), f"Marking for deletion Pod {key_of(pod)}")
        try:
            latest = self.client.get("pods", name, namespace)
            marked = with_condition(latest, DISRUPTION, self.clock.date)
            if marked is not latest:
                self.client.update_status(marked)
            self.client.delete("pods", name, namespace, uid=pod.metadata.uid)
        except ApiError as refused:
            if refused.code != 404:
                raise
            self._evictions.pop(key_of(pod), None)
        else:
            self._evictions[key_of(pod)] = Eviction(self.clock.now, done=True)

    def _cancel(self, key: str) -> None:
        held = self._evictions.pop(key, None)
        if held is not None and not held.done:
            self._say(key, f"Cancelling deletion of Pod {key}")

    def _say(self, key: str, message: str) -> None:
        namespace, name = split_key(key)
        about = core_v1.Pod(metadata=meta_v1.ObjectMeta(name=name, namespace=namespace))  # no uid, as the real one
        self.recorder.event(about, "Normal", REASON, message)


def no_execute(node: core_v1.Node) -> list[core_v1.Taint]:
    """The node's taints that drive pods away."""
    return [taint for taint in (node.spec.taints if node.spec else None) or () if taint.effect == "NoExecute"]


def tolerated_for(tolerations: list[core_v1.Toleration], taints: list[core_v1.Taint]) -> int | None:
    """How many seconds a pod with these tolerations stays on a node with these taints; None is for ever.

    Examples
    --------
    >>> taint = core_v1.Taint(key="node.kubernetes.io/unreachable", effect="NoExecute")
    >>> stay = core_v1.Toleration(key="node.kubernetes.io/unreachable", operator="Exists", tolerationSeconds=300)
    >>> tolerated_for([stay], [taint]), tolerated_for([], [taint]), tolerated_for([], [])
    (300, 0, None)
    """
    used = []
    for taint in taints:
        matching = [toleration for toleration in tolerations if tolerates(toleration, taint)]
        if not matching:
            return 0
        used += matching
    limits = [held.tolerationSeconds for held in used if held.tolerationSeconds is not None]
    return max(min(limits), 0) if limits else None
