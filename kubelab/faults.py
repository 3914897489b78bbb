"""Faults: what can break in a cluster, and be mended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.language import say

if TYPE_CHECKING:
    from kubelab.cluster import Cluster
    from kubelab.machine import Machine, Process

SHORT_NAMES = {
    "scheduler": "kube-scheduler",
    "controller-manager": "kube-controller-manager",
    "api-server": "kube-apiserver",
    "apiserver": "kube-apiserver",
    "proxy": "kube-proxy",
    "runtime": "containerd",
}


class Faults:
    """Breaks machines, cables, processes and containers, and mends them.

    Each fault is one entry of the journal, by `fault`, and the cause of what follows from it. Breaking what is broken
    already, or mending what is whole, does nothing.

    In Kubernetes
        What happens to clusters. Tools such as Chaos Mesh do the same on purpose.

    Left out
        Slow disks, lossy or slow links, a full disk, clocks that disagree.
    """

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def kill(self, node: str) -> None:
        """Pull a machine's plug: everything on it ends without a word."""
        machine = self._machine(node)
        if machine.powered:
            before = self._record("kill", f"nodes/{node}")
            machine.power_off()
            self.cluster.clock.cause = before

    def revive(self, node: str) -> None:
        """Press a machine's power button: after its boot time everything that should run on it starts."""
        machine = self._machine(node)
        if not machine.powered:
            before = self._record("revive", f"nodes/{node}")
            self.cluster.clock.call_later(self.cluster.timings.node_boot, self._boot, node)
            self.cluster.clock.cause = before

    def cut(self, node: str) -> None:
        """Pull a machine's network cable: it runs on, and reaches nobody."""
        machine = self._machine(node)
        if machine.connected:
            before = self._record("cut", f"nodes/{node}")
            machine.cut()
            self._tell_others(machine, "disconnected", 0.0)
            self.cluster.clock.cause = before

    def heal(self, node: str) -> None:
        """Put a machine's network cable back."""
        machine = self._machine(node)
        if not machine.connected:
            before = self._record("heal", f"nodes/{node}")
            machine.heal()
            self._tell_others(machine, "reconnected", self.cluster.timings.reconnect_delay)
            self.cluster.clock.cause = before

    def kill_container(self, pod: str, container: str | None = None, namespace: str = "default") -> None:
        """Kill a container's process (SIGKILL); without a name the first container that runs."""
        for worker in self.cluster.workers.values():
            sandbox = worker.runtime.find(namespace, pod.removeprefix("pod/"))
            if sandbox is None:
                continue
            running = [name for name, held in sandbox.containers.items() if held.running]
            name = container or next(iter(running), None)
            if name not in running:
                raise ValueError(
                    say(
                        es=f"el pod {pod!r} no ejecuta ningún contenedor {name!r}: hay {_listed(running)}",
                        en=f"pod {pod!r} runs no container {name!r}: there is {_listed(running)}",
                    )
                )
            before = self._record("kill", f"pods/{namespace}/{sandbox.name}", {"container": name})
            worker.runtime.kill(sandbox.uid, name)
            self.cluster.clock.cause = before
            return
        pods = [held.name for worker in self.cluster.workers.values() for held in worker.runtime.alive(namespace)]
        raise ValueError(
            say(
                es=f"ningún pod {pod!r} se ejecuta en el namespace {namespace!r}: hay {_listed(pods)}",
                en=f"no pod {pod!r} runs in namespace {namespace!r}: there is {_listed(pods)}",
            )
        )

    def stop(self, process: str, node: str | None = None) -> None:
        """Stop a process until somebody starts it; without a node, on every machine that has it."""
        for found in self._processes(process, node):
            if found.wanted or found.running:
                before = self._record("stop", f"processes/{found.machine.name}/{found.name}")
                found.stop()
                self.cluster.clock.cause = before

    def start(self, process: str, node: str | None = None) -> None:
        """Start a process that was stopped; without a node, on every machine that has it."""
        for found in self._processes(process, node):
            if not found.wanted:
                before = self._record("start", f"processes/{found.machine.name}/{found.name}")
                found.start()
                self.cluster.clock.cause = before

    def _boot(self, node: str) -> None:
        machine = self._machine(node)
        if not machine.powered:
            machine.power_on()

    def _tell_others(self, lost: Machine, what: str, delay: float) -> None:
        """A master that is cut off is lost to every other machine too."""
        if lost.role != "master":
            return
        for machine in self.cluster.machines.values():
            for process in machine.processes.values():
                if machine is not lost and process.running:
                    process.later(delay, getattr(process, what))

    def _machine(self, node: str) -> Machine:
        found = self.cluster.machines.get(node)
        if found is None:
            raise ValueError(
                say(
                    es=f"no hay máquina {node!r}: hay {_listed(self.cluster.machines)}",
                    en=f"no machine {node!r}: there is {_listed(self.cluster.machines)}",
                )
            )
        return found

    def _processes(self, name: str, node: str | None) -> list[Process]:
        machines = list(self.cluster.machines.values()) if node is None else [self._machine(node)]
        name = SHORT_NAMES.get(name, name)
        found = [machine.processes[name] for machine in machines if name in machine.processes]
        if not found:
            known = dict.fromkeys(known for machine in machines for known in machine.processes)
            where = "" if node is None else say(es=f" en {node}", en=f" on {node}")
            raise ValueError(
                say(
                    es=f"no hay proceso {name!r}{where}: hay {_listed(known)}",
                    en=f"no process {name!r}{where}: there is {_listed(known)}",
                )
            )
        return found

    def _record(self, verb: str, obj: str, detail: Any = None) -> int:
        """Enter the fault in the journal as the cause of what happens now; answers the cause before."""
        clock = self.cluster.clock
        before, clock.cause = clock.cause, 0
        clock.cause = self.cluster.journal.record("fault", verb, obj, detail=detail).number
        return before


def _listed(names: Any) -> str:
    return ", ".join(names) or say(es="ninguno", en="none")
