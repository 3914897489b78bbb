"""The container runtime of a worker: sandboxes, the containers in them, and the images on its disk."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kubelab.machine import Machine, Process
from kubelab.node import container_log, exec_world
from kubelab.node.behavior import Behavior
from kubelab.node.container_files import ContainerFiles, shown
from kubelab.node.exec_world import Ran
from kubelab.node.image_store import ImageStore
from kubelab.node.sandbox import REQUESTS_KEPT, START_ERROR, Container, Exit, Sandbox
from kubelab.node.volume_files import mounts_of

if TYPE_CHECKING:
    from lightkube.models import core_v1

    from kubelab.network.overlay import Overlay
    from kubelab.node.environment import Environment
    from kubelab.node.kubelet import Kubelet
    from kubelab.timings import Timings

SOON = 60.0  # a container that ends by itself this soon is waited for by `settle`
KILLED = 137  # 128 + SIGKILL
NOT_STARTED = 128  # containerd's code for a process that never was


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

    def start_container(
        self, uid: str, name: str, image: str, behavior: Behavior, attempt: int, environment: Environment | None = None
    ) -> Container:
        """Start a process in the pod's sandbox."""
        sandbox = self.sandboxes[uid]
        made = self._make(sandbox, name, image, behavior, attempt)
        made.environment = environment
        if environment is not None:
            made.mounts = mounts_of(environment.spec, environment.pod, environment.client, sandbox.volumes)
            made.behavior = behavior = shown(made, 0.0)
        if behavior.program and self.launcher is not None:
            made.program = self.launcher.launch(self, sandbox, made)
        self._listen(sandbox, made)
        if behavior.exit_after is not None:
            self._end_after(behavior.exit_after, uid, made)
        return made

    def fail_container(self, uid: str, name: str, image: str, behavior: Behavior, attempt: int, why: str) -> Container:
        """A process that cannot be started: it has ended before it began."""
        sandbox = self.sandboxes[uid]
        made = self._make(sandbox, name, image, behavior, attempt)
        made.exit = Exit(NOT_STARTED, START_ERROR, self.clock.now, why)
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

    def ended(self, uid: str, held: Container, code: int) -> None:
        """The process has come to its end by itself."""
        self._exit(uid, held.name, held.id, code, "Error" if code else "Completed")

    def changed(self, uid: str, held: Container, behavior: Behavior) -> None:
        """The process does otherwise from now on: whoever probes it looks again."""
        opens = behavior.listens and not held.behavior.listens
        held.behavior = behavior
        if opens:
            held.pages = behavior.paths
            held.behavior = shown(held, self.clock.now - held.started)
            self._listen(self.sandboxes[uid], held)
        if self.kubelet is not None:
            self.kubelet.behavior_changed(uid, held.name)

    def files_changed(self, uid: str, held: Container, behavior: Behavior) -> None:
        """A container behaves like this with the files that it has now; others may share them."""
        self.changed(uid, held, behavior)
        for other in self.sandboxes[uid].containers.values():
            shows = shown(other, self.clock.now - other.started)
            if other.running and (other is not held or shows is not held.behavior):
                self.changed(uid, other, shows)
            if other.process is not None:
                other.process.noticed()

    def exec_sync(self, uid: str, held: Container, command: Sequence[str]) -> Ran:
        """Run a command in a container, and wait for its end."""
        sandbox = self.sandboxes[uid]
        ran = exec_world.run(command, held, sandbox, self.clock.now - held.started)
        if ran.asks and self.launcher is not None:
            found: Ran = self.launcher.shells.run(self, sandbox, held, command)
            return found
        for path, text in ran.written:
            self._store(uid, held, path, text)
        return ran._replace(asks=False)

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

    def _store(self, uid: str, held: Container, path: str, text: str | None) -> None:
        files = ContainerFiles(held, self.clock.now - held.started)
        behavior = files.remove(path) if text is None else files.write(path, text)
        if behavior is not None:
            self.files_changed(uid, held, behavior)

    def _make(self, sandbox: Sandbox, name: str, image: str, behavior: Behavior, attempt: int) -> Container:
        """A container in the place of the one that was there; no more than one is remembered."""
        identity = f"containerd://{self.rng.getrandbits(256):064x}"
        made = Container(name, image, identity, behavior, attempt, self.clock, sandbox.generation)
        made.pod, made.previous = sandbox.name, sandbox.containers.get(name)
        if made.previous is not None:
            made.previous.previous = None
        sandbox.containers[name] = made
        return made

    def _listen(self, sandbox: Sandbox, held: Container) -> None:
        """See whether the process can have its ports, where others may have them."""
        if held.behavior.listens and (len(sandbox.containers) > 1 or sandbox.host_network):
            starts = held.started + held.behavior.starts_after
            self.clock.call_at(starts, self._bind, sandbox, held)

    def _bind(self, sandbox: Sandbox, held: Container) -> None:
        """The process asks for its ports: where another holds one of them, it fails."""
        if not held.running:
            return
        now, after_me = self.clock.now, False
        for other in self._neighbours(sandbox):
            after_me = after_me or other is held
            was_first = _asks_at(other) < _asks_at(held) or (_asks_at(other) == _asks_at(held) and not after_me)
            port = next((each for each in held.behavior.listens if other.listens(each, now)), None)
            if was_first and port is not None:
                age = now - held.started
                held.behavior = held.behavior.without_port(port, age)
                self._end_after((held.behavior.exit_after or age) - age, sandbox.uid, held)
                return

    def _neighbours(self, sandbox: Sandbox) -> list[Container]:
        """The containers that share a sandbox's network: its own, or those of all pods in the machine's network."""
        shared = [each for each in self.alive() if each.host_network] if sandbox.host_network else [sandbox]
        return [held for each in shared for held in each.containers.values()]

    def _end_after(self, delay: float, uid: str, held: Container) -> None:
        """The process ends by itself, as its behaviour says."""
        code = held.behavior.exit_code
        self._exit_later(delay, uid, held, code, "Error" if code else "Completed")

    def _exit_later(self, delay: float, uid: str, held: Container, code: int, reason: str) -> None:
        self.clock.call_later(delay, self._exit, uid, held.name, held.id, code, reason, quiet=delay > SOON)

    def _exit(self, uid: str, name: str, identity: str, code: int, reason: str) -> None:
        sandbox = self.sandboxes.get(uid)
        held = sandbox.containers.get(name) if sandbox is not None else None
        if held is None or held.id != identity or not held.running:
            return
        held.exit = Exit(code, reason, self.clock.now)
        for process in (held.program, held.process):
            if process is not None:
                process.stop()
        if self.running and self.kubelet is not None and self.kubelet.running:
            self.kubelet.container_exited(uid, name)

    def _take_network(self, sandbox: Sandbox) -> None:
        if sandbox.alive:
            sandbox.alive = False
            if not sandbox.host_network:
                self.by_address.pop(sandbox.address, None)
                self.overlay.release(self.machine.name, sandbox.address)


def _asks_at(container: Container) -> float:
    """When it asks for its ports."""
    return container.started + container.behavior.starts_after


__all__ = ["REQUESTS_KEPT", "Container", "Exit", "Runtime", "Sandbox"]
