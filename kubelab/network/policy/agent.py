"""The policy agent of a node: enforces NetworkPolicies on its pods' packets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.client_go.client import Client
from kubelab.client_go.component import Component
from kubelab.network.policy.policies import AGENT

if TYPE_CHECKING:
    from kubelab.journal import Journal
    from kubelab.machine import Machine
    from kubelab.network.overlay import Overlay
    from kubelab.network.policy.view import View
    from kubelab.node.runtime import Runtime
    from kubelab.timings import Timings


class PolicyAgent(Component):
    """Writes the rules of the NetworkPolicies that it knows of into its node's kernel.

    The rules lie in the kernel: they stay, and age, when the agent stops or is cut off, and are gone when the machine
    loses power. The pods of its own node it knows from their sandboxes, so that no packet of a new pod slips through.

    In Kubernetes
        Calico's Felix, in the container `calico-node` of each node:
        https://docs.tigera.io/calico/latest/reference/architecture/overview#felix

    Left out
        It is no pod of the cluster.
    """

    def __init__(
        self,
        machine: Machine,
        client: Client,
        overlay: Overlay,
        runtime: Runtime,
        journal: Journal,
        timings: Timings,
    ) -> None:
        super().__init__(AGENT, machine, client, journal, timings)
        self.policies, self.runtime = overlay.policies, runtime
        self.addresses = overlay.machine_address(machine.name), overlay.gateway(machine.name)  # the node's own
        self._listening = False
        self._kept: View | None = None  # the rules in the kernel while nobody writes any
        self._boot = 0  # the boot of the machine in which they were written
        self.policies.join(self, journal, timings)

    @property
    def view(self) -> View | None:
        """What its rules are made of; None where a boot has wiped them."""
        if self._boot != self.runtime.boots:
            return None
        return self.policies.live if self._listening else self._kept

    def on_start(self) -> None:
        """List what there is, write the rules, listen."""
        self._listen()

    def on_stop(self) -> None:
        """The rules stay as they are."""
        self._keep()

    def disconnected(self) -> None:
        """Nothing more is heard of."""
        super().disconnected()
        self._keep()

    def reconnected(self) -> None:
        """List again, and write the rules anew."""
        self._listen()

    def _keep(self) -> None:
        if self._listening:
            self._kept, self._listening = self.policies.frozen(), False

    def _listen(self) -> None:
        if not self.client.reachable:
            return
        if not self.policies.listen():
            self.later(self.reconnect_delay, self._listen, quiet=True)
        else:
            self._boot, self._kept, self._listening = self.runtime.boots, None, True
