"""Controllers by themselves, over a bare API server: no kubelets, no scheduler, only what the test does."""

from kubelab.api.objects import to_dict
from kubelab.client_go.client import Client
from kubelab.client_go.component import Component
from kubelab.timings import Timings


class Controllers(Component):
    """A controller manager with only the controllers that a test wants."""

    def __init__(self, bare, *kinds, timings=None):
        machine = bare.server.machine
        client = Client([bare.server], "kube-controller-manager", machine)
        super().__init__("kube-controller-manager", machine, client, bare.journal, timings or Timings())
        self.controllers = [kind(self) for kind in kinds]

    def on_stop(self):
        super().on_stop()
        for controller in self.controllers:
            controller.forget()


def running(bare, *kinds, timings=None):
    """These controllers, started."""
    manager = Controllers(bare, *kinds, timings=timings)
    manager.start()
    return manager


def after(bare, seconds):
    """Let time pass."""
    bare.clock.run(bare.clock.now + seconds)


def pod(name="web", namespace="default", node=None, **spec):
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "containers": [{"name": "web", "image": "nginx:1.27"}],
            **({"nodeName": node} if node else {}),
            **spec,
        },
    }


def config_map(name, namespace="default", owners=(), **meta):
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace, "ownerReferences": [*owners], **meta},
    }


def owner_ref(obj, **fields):
    plain = to_dict(obj)
    meta = plain["metadata"]
    return {
        "apiVersion": plain["apiVersion"],
        "kind": plain["kind"],
        "name": meta["name"],
        "uid": meta["uid"],
        **fields,
    }


def add_node(bare, name="worker-1", ready="True", labels=None, taints=()):
    """A Node whose kubelet once posted that it is well, and is never heard of again."""
    manifest = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels or {}}, "spec": {}}
    if taints:
        manifest["spec"]["taints"] = [*taints]
    made = bare.client.create(manifest)
    if ready is None:
        return made
    return post(bare, name, ready)


def post(bare, name, ready):
    """What a kubelet posts."""
    when = bare.clock.date.strftime("%Y-%m-%dT%H:%M:%SZ")
    fine = "True" if ready == "True" else "False"
    conditions = [
        {"type": "MemoryPressure", "status": "False", "lastHeartbeatTime": when, "lastTransitionTime": when},
        {"type": "DiskPressure", "status": "False", "lastHeartbeatTime": when, "lastTransitionTime": when},
        {"type": "PIDPressure", "status": "False", "lastHeartbeatTime": when, "lastTransitionTime": when},
        {"type": "Ready", "status": fine, "lastHeartbeatTime": when, "lastTransitionTime": when},
    ]
    return bare.client.patch("nodes", name, {"status": {"conditions": conditions}}, None, subresource="status")


def run_pod(bare, name, node, **spec):
    """A pod that its kubelet says is ready."""
    bare.client.create(pod(name, node=node, **spec))
    status = {
        "phase": "Running",
        "conditions": [{"type": "Ready", "status": "True"}, {"type": "ContainersReady", "status": "True"}],
    }
    return bare.client.patch("pods", name, {"status": status}, subresource="status")


def taints(bare, node):
    """Keys and effects of a node's taints."""
    held = bare.client.get("nodes", node, None).spec.taints or []
    return [(taint.key.removeprefix("node.kubernetes.io/"), taint.effect) for taint in held]


def conditions(obj):
    return {held.type: held.status for held in obj.status.conditions or ()}


def said(bare, kind=None):
    """The events so far: reason, whom about, message."""
    return [
        (event.reason, event.involvedObject.name, event.message)
        for event in sorted(bare.client.list("events"), key=lambda event: event.metadata.creationTimestamp)
        if kind is None or event.involvedObject.kind == kind
    ]
