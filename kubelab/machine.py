"""Machines, and the processes that run on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kubelab.clock import Call, Clock

if TYPE_CHECKING:
    from kubelab.client_go.client import Client


class Machine:
    """A server: it has power or not, and a network cable or not. Processes run on it while it has power.

    In Kubernetes
        A master (control plane machine) or a worker. A worker shows itself to the API as a Node; the machine is the
        thing itself, which can be dead long before its Node says so.
    """

    def __init__(self, name: str, role: str, clock: Clock) -> None:
        self.name, self.role, self.clock = name, role, clock
        self.powered = True
        self.connected = True
        self.apart: dict[str, bool] = {}  # the machines between which and this one the network is cut, by name
        self.processes: dict[str, Process] = {}
        self.programs: dict[str, Process] = {}  # in containers, those that are clients of the API server themselves

    @property
    def everything(self) -> tuple[Process, ...]:
        """All processes, those in containers too."""
        return (*self.processes.values(), *self.programs.values())

    @property
    def reachable(self) -> bool:
        """Whether packets from other machines arrive."""
        return self.powered and self.connected

    def reaches(self, other: Machine) -> bool:
        """Whether packets from here arrive at another machine, and its answers here."""
        return self is other or (self.reachable and other.reachable and other.name not in self.apart)

    def power_off(self) -> None:
        """Pull the plug: every process ends without a word."""
        self.powered = False
        for process in self.everything:
            process.halt()

    def power_on(self) -> None:
        """Boot: every process that was not stopped on purpose starts afresh."""
        self.powered = True
        for process in self.processes.values():
            if process.wanted:
                process.launch()

    def cut(self) -> None:
        """Pull the network cable: processes run on, and reach nothing."""
        self.connected = False
        for process in self.everything:
            if process.running:
                process.disconnected()

    def heal(self) -> None:
        """Put the network cable back."""
        self.connected = True
        for process in self.everything:
            if process.running:
                process.later(process.reconnect_delay, process.reconnected)

    def part(self, other: Machine) -> None:
        """Cut the network between this machine and another: processes lose what they reached over there."""
        reaching = [process for process in self._clients(other) if process.reaches_api]
        self.apart[other.name] = other.apart[self.name] = True
        for process in reaching:
            if not process.reaches_api:
                process.disconnected()

    def join(self, other: Machine) -> None:
        """Let packets through to another machine again."""
        lost = [process for process in self._clients(other) if not process.reaches_api]
        self.apart.pop(other.name, None)
        other.apart.pop(self.name, None)
        for process in lost:
            if process.reaches_api:
                process.later(process.reconnect_delay, process.reconnected)

    def _clients(self, other: Machine) -> list[Process]:
        running = (*self.everything, *other.everything)
        return [process for process in running if process.running and process.client is not None]

    def __repr__(self) -> str:
        state = "powered off" if not self.powered else "cut off" if not self.connected else "up"
        return f"Machine: {self.name}, {self.role}, {state}"


class Process:
    """A program running on a machine: it can be stopped, die with its machine, and start again knowing nothing.

    A subclass says what to do in `on_start` (usually: start informers) and `on_stop`. `later` queues a call that is
    forgotten if the process ends before it is due.

    In Kubernetes
        A binary: kube-apiserver, kube-scheduler, kubelet, … `start` and `stop` are what systemd does.
    """

    reconnect_delay = 1.0

    def __init__(self, name: str, machine: Machine, clock: Clock, client: Client | None = None) -> None:
        self.name, self.machine, self.clock, self.client = name, machine, clock, client
        self.wanted = False
        self.running = False
        self.started = 0.0  # when it last began to run
        self.incarnation = 0
        machine.processes[name] = self

    def start(self) -> None:
        """Start the process, and again whenever its machine boots."""
        self.wanted = True
        if self.machine.powered and not self.running:
            self.launch()

    def stop(self) -> None:
        """Stop the process until somebody starts it."""
        self.wanted = False
        self.halt()

    def launch(self) -> None:
        """Begin to run, from nothing."""
        if not self.running:
            self.running, self.started = True, self.clock.now
            self.on_start()

    def halt(self) -> None:
        """End at once: what was queued is forgotten."""
        if self.running:
            self.running = False
            self.incarnation += 1
            if self.client is not None:
                self.client.hang_up()
            self.on_stop()

    def later(self, delay: float, method: Callable[..., Any], *args: Any, quiet: bool = False) -> Call:
        """Queue a call of this process for `delay` seconds from now; it is forgotten if the process ends before."""
        return self.clock.call_later(delay, self._if_alive, self.incarnation, method, args, quiet=quiet)

    def _if_alive(self, incarnation: int, method: Callable[..., Any], args: tuple[Any, ...]) -> None:
        if incarnation == self.incarnation and self.running:
            method(*args)

    @property
    def reaches_api(self) -> bool:
        """Whether an API server answers it."""
        return self.client is not None and self.client.reachable

    def on_start(self) -> None:
        """What the process does when it starts."""

    def on_stop(self) -> None:
        """What is to be forgotten when it ends."""

    def disconnected(self) -> None:
        """The connection to the API server is lost."""
        if self.client is not None:
            self.client.hang_up()

    def reconnected(self) -> None:
        """The API server can be reached again."""

    def __repr__(self) -> str:
        return f"Process: {self.name} on {self.machine.name}, {'running' if self.running else 'stopped'}"
