"""What a kubelet keeps in mind of one container of a pod."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lightkube.models import core_v1

if TYPE_CHECKING:
    from kubelab.node.behavior import Behavior
    from kubelab.node.prober import Prober
    from kubelab.node.runtime import Container

INIT, SIDECAR, MAIN = "init", "sidecar", "main"


class ContainerRecord:
    """A container as its manifest wants it, and how far the kubelet has come with it.

    `role` is init, sidecar (an init container that is restarted always) or main. `waiting` is the reason and message
    of what it waits for, `blocked` the instant until which it is not tried again. `ready` and `started` are what its
    probes say. `fixed` are the parts of its status that never change.
    """

    __slots__ = (
        "behavior", "blocked", "counted", "fixed", "has_image", "probers", "ready", "role", "spec", "started", "told",
        "waiting",
    )  # fmt: skip

    def __init__(self, spec: core_v1.Container, role: str, told: core_v1.ContainerStatus | None) -> None:
        self.spec, self.role = spec, role
        self.told = told  # what the API server knew of it when this kubelet began
        self.behavior: Behavior | None = None
        self.waiting: tuple[str, str] | None = None
        self.blocked = 0.0
        self.counted = ""  # the ended container whose restart has been granted
        self.has_image = False
        self.ready = False
        self.started = False
        self.probers: dict[str, Prober] = {}
        self.fixed = (spec.resources, _mounts(spec))

    @property
    def name(self) -> str:
        """The container's name."""
        return self.spec.name

    @property
    def path(self) -> str:
        """How events name it."""
        return f"spec.{'containers' if self.role == MAIN else 'initContainers'}{{{self.spec.name}}}"

    def should_restart(self, container: Container, policy: str) -> bool:
        """Whether the ended container is to be started again; `policy` is the pod's restartPolicy.

        In Kubernetes
            https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
        """
        code = container.exit.code if container.exit is not None else 0
        for rule in self.spec.restartPolicyRules or ():
            codes = rule.exitCodes
            if codes is not None and (code in (codes.values or ())) == (codes.operator == "In"):
                return rule.action == "Restart"
        own = self.spec.restartPolicy
        policy = own or policy
        if self.role == INIT and policy == "Always":
            policy = "OnFailure"
        return policy == "Always" or (policy == "OnFailure" and code != 0)

    def reset(self) -> None:
        """A new process: nothing is known of it yet."""
        self.stop_probers()
        self.waiting, self.blocked, self.has_image = None, 0.0, False
        self.ready = self.started = False

    def stop_probers(self, *kinds: str) -> None:
        """Probe no more; `kinds` are those that end (all by default)."""
        for kind in kinds or ("readiness", "liveness", "startup"):
            held = self.probers.pop(kind, None)
            if held is not None:
                held.stop()


def _mounts(spec: core_v1.Container) -> list[core_v1.VolumeMountStatus] | None:
    if not spec.volumeMounts:
        return None
    return [
        core_v1.VolumeMountStatus(
            mountPath=mount.mountPath,
            name=mount.name,
            readOnly=mount.readOnly or None,
            recursiveReadOnly="Disabled" if mount.readOnly else None,
        )
        for mount in spec.volumeMounts
    ]
