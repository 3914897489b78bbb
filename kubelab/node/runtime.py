"""The container runtime of a worker: sandboxes, the containers in them, and the images on its disk."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from kubelab.machine import Machine, Process
from kubelab.node import container_log
from kubelab.node.behavior import Behavior
from kubelab.node.image_store import ImageStore
from kubelab.node.usage import Load

if TYPE_CHECKING:
    from lightkube.models import core_v1

    from kubelab.clock import Clock
    from kubelab.network.overlay import Overlay
    from kubelab.node.kubelet import Kubelet
    from kubelab.timings import Timings

SOON = 60.0  # a container that ends by itself this soon is waited for by `settle`
REQUESTS_KEPT = 1000  # lines of its access log
KILLED = 137  # 128 + SIGKILL


class Exit(NamedTuple):
    """How and when a process ended."""

    code: int
    reason: str
    at: float


class Container:
    """One process in a sandbox, running or ended. `attempt` counts its restarts, `previous` is the one before it."""

    __slots__ = (
        "attempt", "behavior", "clock", "exit", "id", "image", "load", "name", "previous", "program", "requests",
        "sandbox", "started",
    )  # fmt: skip

    def __init__(
        self, name: str, image: str, identity: str, behavior: Behavior, attempt: int, clock: Clock, sandbox: int
    ) -> None:
        self.name, self.image, self.id, self.behavior = name, image, identity, behavior
        self.attempt, self.clock, self.started, self.sandbox = attempt, clock, clock.now, sandbox
        self.exit: Exit | None = None
        self.previous: Container | None = None
        self.requests: deque[tuple[float, str]] = deque(maxlen=REQUESTS_KEPT)
        self.load = Load()
        self.program: Any = None  # what hands requests on: `network/program.py`

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self.exit is None

    @property
    def started_at(self) -> datetime:
        """When the process started, in whole seconds."""
        return self.clock.date_at(self.started)

    @property
    def finished_at(self) -> datetime | None:
        """When it ended."""
        return None if self.exit is None else self.clock.date_at(self.exit.at)

    def answer(self, line: str) -> None:
        """A request was answered: the line goes to the access log."""
        self.requests.append((self.clock.now, line))
        self.load.count(self.clock.now)

    def answer_many(self, last: Iterable[tuple[float, str]], seconds: Iterable[tuple[int, int]]) -> None:
        """Many requests were answered: the last of them with their lines, and how many in each second."""
        self.requests.extend(last)
        for second, many in seconds:
            self.load.count(second, many)

    def next_stage(self, now: float) -> float:
        """When, after `now`, it will by itself do otherwise than now."""
        stages = () if self.exit is not None else self.behavior.stages()
        return next((at for stage in stages if (at := self.started + stage) > now), float("inf"))

    def listens(self, port: int, now: float) -> bool:
        """Whether the process takes connections to the port."""
        return self.exit is None and self.behavior.listening(port, now - self.started)


class Sandbox:
    """A pod's surroundings on its node: one network address that all its containers share."""

    __slots__ = ("address", "alive", "containers", "generation", "host_network", "name", "namespace", "ports", "uid")

    def __init__(self, uid: str, namespace: str, name: str, host_network: bool) -> None:
        self.uid, self.namespace, self.name, self.host_network = uid, namespace, name, host_network
        self.address = ""
        self.alive = False
        self.generation = 0
        self.ports: dict[int, int] = {}  # host port -> container port
        self.containers: dict[str, Container] = {}

    def listener(self, port: int, now: float) -> Container | None:
        """The container that takes connections to the port."""
        return next((held for held in self.containers.values() if held.listens(port, now)), None)


class Runtime(Process):
    """Runs containers. They run on while the runtime itself or the kubelet is stopped, and end with the machine.

    What was pulled and what is known of ended containers survives a reboot, as on a disk.

    In Kubernetes
        containerd behind the Container Runtime Interface: https://kubernetes.io/docs/concepts/containers/cri/

    Left out
        Containers use processor time and memory (`usage.py`), and nothing is throttled or killed for using too much.
        While the runtime is stopped nothing new starts, but the Node does not become NotReady for it.
    """

    def __init__(
        self, machine: Machine, overlay: Overlay, rng: random.Random, timings: Timings, images: tuple[str, ...] = ()
    ) -> None:
        super().__init__("containerd", machine, machine.clock)
        self.overlay, self.rng, self.timings = overlay, rng, timings
        self.kubelet: Kubelet | None = None
        self.launcher: Any = None  # starts the programs of containers that ask the API server: `network/programs.py`
        self.images = ImageStore(images)
        self.boots = 1
        self.sandboxes: dict[str, Sandbox] = {}
        self.by_address: dict[str, Sandbox] = {}

    def on_start(self) -> None:
        """The kubelet can go on."""
        if self.kubelet is not None:
            self.kubelet.resync()

    def on_stop(self) -> None:
        """Containers do not notice, unless the power is gone."""
        if self.machine.powered:
            return
        self.boots += 1
        for sandbox in self.sandboxes.values():
            for held in sandbox.containers.values():
                if held.running:
                    held.exit = Exit(255, "Unknown", self.clock.now)
            self._take_network(sandbox)

    # -- what the kubelet asks for

    def run_sandbox(self, pod: core_v1.Pod) -> Sandbox | None:
        """Make the pod's surroundings; None where the node has no address left."""
        uid = pod.metadata.uid
        sandbox = self.sandboxes.get(uid)
        if sandbox is None:
            host = bool(pod.spec.hostNetwork)
            sandbox = self.sandboxes[uid] = Sandbox(uid, pod.metadata.namespace, pod.metadata.name, host)
        node = self.machine.name
        address = self.overlay.machine_address(node) if sandbox.host_network else self.overlay.allocate(node)
        if address is None:
            return None
        sandbox.address, sandbox.alive = address, True
        sandbox.generation += 1
        if not sandbox.host_network:
            self.by_address[address] = sandbox
            for container in pod.spec.containers:
                for port in container.ports or ():
                    if port.hostPort:
                        sandbox.ports[port.hostPort] = port.containerPort
        return sandbox

    def start_container(self, uid: str, name: str, image: str, behavior: Behavior, attempt: int) -> Container:
        """Start a process in the pod's sandbox."""
        sandbox = self.sandboxes[uid]
        identity = f"containerd://{self.rng.getrandbits(256):064x}"
        made = Container(name, image, identity, behavior, attempt, self.clock, sandbox.generation)
        made.previous = sandbox.containers.get(name)
        if made.previous is not None:
            made.previous.previous = None
        sandbox.containers[name] = made
        if behavior.program and self.launcher is not None:
            made.program = self.launcher.launch(self, sandbox, made)
        if behavior.exit_after is not None:
            reason = "Error" if behavior.exit_code else "Completed"
            self._exit_later(behavior.exit_after, uid, made, behavior.exit_code, reason)
        return made

    def stop_container(self, uid: str, name: str, grace: float) -> None:
        """SIGTERM, and SIGKILL when the grace is over."""
        held = self.sandboxes[uid].containers[name]
        heeds = self.timings.container_stop if held.behavior.stops_after is None else held.behavior.stops_after
        if held.behavior.ignores_sigterm or heeds > grace:
            self._exit_later(grace, uid, held, KILLED, "Error")
        else:
            code = held.behavior.sigterm_exit
            self._exit_later(heeds, uid, held, code, "Error" if code else "Completed")

    def kill(self, uid: str, name: str) -> None:
        """SIGKILL."""
        self._exit(uid, name, self.sandboxes[uid].containers[name].id, KILLED, "Error")

    def stop_sandbox(self, uid: str) -> None:
        """Take the pod's network away; its ended containers can still be asked for."""
        sandbox = self.sandboxes.get(uid)
        if sandbox is not None:
            self._take_network(sandbox)

    def remove_sandbox(self, uid: str) -> None:
        """Forget the pod."""
        self.stop_sandbox(uid)
        self.sandboxes.pop(uid, None)

    # -- what others want to know

    def find(self, namespace: str, name: str) -> Sandbox | None:
        """The sandbox of the pod of that name that is alive."""
        return next((held for held in self.alive(namespace) if held.name == name), None)

    def alive(self, namespace: str | None = None) -> list[Sandbox]:
        """The sandboxes that are alive."""
        return [held for held in self.sandboxes.values() if held.alive and namespace in (None, held.namespace)]

    def logs(self, uid: str, container: str, previous: bool = False) -> list[str]:
        """What a container has written so far: its own lines, and one for each request that it answered.

        Raises
        ------
        KeyError
            There is no such container here, or it has not run before.
        """
        return [text for _, text in self.log_entries(uid, container, previous)]

    def log_entries(self, uid: str, container: str, previous: bool = False) -> list[tuple[float, str]]:
        """The lines of `logs`, each with the instant at which it was written."""
        held: Any = self.sandboxes[uid].containers[container]
        if previous:
            held = held.previous
        if held is None:
            raise KeyError(container)
        return container_log.entries(held, self.clock.now)

    # -- inside

    def _exit_later(self, delay: float, uid: str, held: Container, code: int, reason: str) -> None:
        self.clock.call_later(delay, self._exit, uid, held.name, held.id, code, reason, quiet=delay > SOON)

    def _exit(self, uid: str, name: str, identity: str, code: int, reason: str) -> None:
        sandbox = self.sandboxes.get(uid)
        held = sandbox.containers.get(name) if sandbox is not None else None
        if held is None or held.id != identity or not held.running:
            return
        held.exit = Exit(code, reason, self.clock.now)
        if held.program is not None:
            held.program.stop()
        if self.running and self.kubelet is not None and self.kubelet.running:
            self.kubelet.container_exited(uid, name)

    def _take_network(self, sandbox: Sandbox) -> None:
        if sandbox.alive:
            sandbox.alive = False
            if not sandbox.host_network:
                self.by_address.pop(sandbox.address, None)
                self.overlay.release(self.machine.name, sandbox.address)
