"""Faults: what can break in a cluster, and be mended."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from kubelab.language import say
from kubelab.near_names import NearNames
from kubelab.network.links import Quality, pair

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
    "calico": "calico-node",
}


class Faults(NearNames):
    """Breaks machines, cables, processes and containers, and mends them.

    Each fault is one entry of the journal, by `fault`, and the cause of what follows from it. Breaking what is broken
    already, or mending what is whole, does nothing.

    In Kubernetes
        What happens to clusters. Tools such as Chaos Mesh do the same on purpose.

    Left out
        Slow disks, a full disk, clocks that disagree.
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

    def cut(self, node: str, other: str | None = None) -> None:
        """Pull a machine's network cable: it runs on, and reaches nobody. With `other`: cut the link to it."""
        machine = self._machine(node)
        if other is not None:
            self._cut_link(machine, self._far_end(machine, other))
        elif machine.connected:
            before = self._record("cut", f"nodes/{node}")
            machine.cut()
            self._tell_others(machine, "disconnected", 0.0)
            self.cluster.clock.cause = before

    def slow(self, node: str, other: str, seconds: float) -> None:
        """Make each packet between two machines take that much longer, one way."""
        if not _is_number(seconds) or seconds < 0:
            raise ValueError(
                say(
                    es=f"un enlace se retrasa en segundos, 0 o más, no {seconds!r}",
                    en=f"a link is late by seconds, 0 or more, not {seconds!r}",
                )
            )
        self._change_link("slow", node, other, {"seconds": seconds})

    def lose(self, node: str, other: str, share: float) -> None:
        """Let a share of the packets between two machines get lost: 0.1 is one in ten."""
        if not _is_number(share) or not 0 <= share < 1:
            raise ValueError(
                say(
                    es=f"un enlace pierde una parte de 0 a menos de 1, no {share!r}; cortarlo es cut",
                    en=f"a link loses a share from 0 to less than 1, not {share!r}; to lose all, cut it",
                )
            )
        self._change_link("lose", node, other, {"share": share})

    def heal(self, node: str, other: str | None = None) -> None:
        """Put a machine's network cable back, and mend all its links. With `other`, mend the link between the two."""
        machine = self._machine(node)
        ends = [self._far_end(machine, other)] if other is not None else self._broken_links(machine)
        if other is None and not machine.connected:
            before = self._record("heal", f"nodes/{node}")
            machine.heal()
            self._tell_others(machine, "reconnected", self.cluster.timings.reconnect_delay)
            self.cluster.clock.cause = before
        for end in ends:
            if end in self._broken_links(machine):
                before = self._record("heal", _link(node, end.name))
                self.cluster.overlay.links.set_quality(node, end.name, Quality())
                machine.join(end)
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
            for process in machine.everything:
                if machine is not lost and process.running:
                    process.later(delay, getattr(process, what))

    def _cut_link(self, machine: Machine, other: Machine) -> None:
        if other.name not in machine.apart:
            before = self._record("cut", _link(machine.name, other.name))
            machine.part(other)
            self.cluster.clock.cause = before

    def _change_link(self, verb: str, node: str, other: str, change: dict[str, float]) -> None:
        """Make a link slow or lossy; what else is wrong with it stays."""
        self._far_end(self._machine(node), other)
        links = self.cluster.overlay.links
        quality = links.quality(node, other)._replace(**change)
        if quality != links.quality(node, other):
            before = self._record(verb, _link(node, other), change)
            links.set_quality(node, other, quality)
            self.cluster.clock.cause = before

    def _broken_links(self, machine: Machine) -> list[Machine]:
        """The machines to which the link is cut, slow or lossy."""
        broken = [held for held in self.cluster.overlay.links.broken() if machine.name in held]
        return [self.cluster.machines[one if other == machine.name else other] for one, other in broken]

    def _far_end(self, machine: Machine, other: str) -> Machine:
        found = self._machine(other)
        if found is machine:
            raise ValueError(
                say(
                    es=f"un enlace une dos máquinas distintas, no {other} consigo misma",
                    en=f"a link joins two machines, not {other} and itself",
                )
            )
        return found

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


def _link(one: str, other: str) -> str:
    return "links/" + "/".join(pair(one, other))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _listed(names: Any) -> str:
    return ", ".join(names) or say(es="ninguno", en="none")
