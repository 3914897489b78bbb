"""NetworkPolicies in force: which packets may pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kubelab.client_go.client import Client
from kubelab.client_go.informer import Informer
from kubelab.network.policy.view import NAMESPACE, POD, View
from kubelab.network.sentences import Sentence

if TYPE_CHECKING:
    from kubelab.journal import Journal
    from kubelab.network.packet import Packet
    from kubelab.network.policy.agent import PolicyAgent
    from kubelab.node.runtime import Sandbox
    from kubelab.timings import Timings

AGENT = "calico-node"
MOST_KEPT = 10_000  # verdicts that are remembered until something changes


class Verdict(NamedTuple):
    """Whether a packet may pass. `policy` names the NetworkPolicy that lets it, or those that do not; `reason` says it.

    `policy` is empty where none isolates the pod. What may not pass is dropped without an answer.
    """

    allowed: bool
    policy: str = ""
    reason: Sentence | None = None

    @property
    def why(self) -> str:
        """The reason in words."""
        return str(self.reason) if self.reason else ""


ALLOWED = Verdict(True)


class Policies:
    """The NetworkPolicies of the cluster, as the agents of its nodes know and enforce them.

    Agents that listen share one live view; one that stops or is cut off keeps the view of that moment. While there is
    no NetworkPolicy nobody listens to pods, and a packet costs nothing here.

    Only the first packet of a connection is asked about: replies pass, and so does all that follows. `dns` is the
    address of the cluster's DNS.

    In Kubernetes
        https://kubernetes.io/docs/concepts/services-networking/network-policies/ ; here as Calico's Felix enforces
        them: where the packet is dropped, its sender waits in vain.

    Left out
        The milliseconds that Felix needs for its rules. A pod of which a stopped agent has never heard is judged as one
        without labels (Calico lets none of its packets pass).
    """

    def __init__(self, dns: str = "") -> None:
        self.live = View(dns)
        self.agents: dict[str, PolicyAgent] = {}
        self.journal: Journal | None = None
        self.reconnect_delay = 1.0
        self._informers: dict[str, Informer] = {}
        self._kept: View | None = None

    def join(self, agent: PolicyAgent, journal: Journal, timings: Timings) -> None:
        """A node's agent is there; the first of them brings the connection that all share."""
        self.agents[agent.machine.name] = agent
        if self.journal is None:
            self.journal, self.reconnect_delay = journal, timings.reconnect_delay
            client = Client(agent.client.servers, AGENT)
            for kind in ("networkpolicies", POD, NAMESPACE):
                informer = self._informers[kind] = Informer(client, kind)
                informer.handlers.append(self)

    def listen(self) -> bool:
        """Make sure that changes arrive; False while no API server answers."""
        policies = self._informers["networkpolicies"]
        return (policies.watching or policies.start()) and self._listen_to_pods()

    def verdict(self, node: str, packet: Packet, direction: str) -> Verdict:
        """Whether the agent of a node lets a packet reach (`ingress`) or leave (`egress`) a pod of its node.

        The packet is as the node's filter sees it: its destination is already that of the pod behind a Service; its
        source is still the client's where this node masquerades it, and a node's address where another one did.
        """
        agent = self.agents.get(node)
        view = agent.view if agent is not None else None
        if agent is None or view is None or not view.policies:
            return ALLOWED
        mine, other = packet.source, packet.destination
        if direction == "ingress":
            mine, other = other, mine
        sandbox = agent.runtime.by_address.get(mine)
        if sandbox is None or mine == other or other in agent.addresses:
            return ALLOWED  # no pod of this node's; a pod and itself; a pod and its own node
        asked = sandbox.uid, direction, other, packet.port, packet.protocol
        found = view.judged.get(asked)
        if found is None:
            if len(view.judged) >= MOST_KEPT:
                view.judged.clear()
            found = view.judged[asked] = _judged(view, sandbox, packet, direction)
        return found

    def text(self, node: str) -> str:
        """What the node's agent enforces for the pods of its node, as a table."""
        from kubelab.network.policy.table import table

        return table(self.agents[node])

    def frozen(self) -> View:
        """The view as it is now, for those who will hear of no change any more."""
        if self._kept is None or self._kept.number != self.live.number:
            self._kept = self.live.frozen()
        return self._kept

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A policy, a pod or a namespace has changed."""
        meta = (old if new is None else new).metadata
        if kind == POD:
            self.live.set_pod(f"{meta.namespace}/{meta.name}", old, new)
        elif kind == NAMESPACE:
            self.live.set_namespace(meta.name, new)
        else:
            self.live.set_policy(meta.namespace, meta.name, new)
            assert self.journal is not None
            self.journal.record(AGENT, "sync", f"networkpolicies/{meta.namespace}/{meta.name}")
            self._listen_to_pods_later()

    def _listen_to_pods(self) -> bool:
        """Hear of pods and namespaces for as long as a policy needs them."""
        informers = [self._informers[kind] for kind in (NAMESPACE, POD)]
        if not self.live.policies:
            if self.live.pods or self.live.namespaces:
                self.live.forget_pods()
            for informer in informers:
                informer.forget()
            return True
        return all(informer.watching or informer.start() for informer in informers)

    def _listen_to_pods_later(self) -> None:
        if not self._listen_to_pods() and self.journal is not None:
            self.journal.clock.call_later(self.reconnect_delay, self._listen_to_pods_later, quiet=True)


def _judged(view: View, sandbox: Sandbox, packet: Packet, direction: str) -> Verdict:
    """What the policies say of a packet to or from a pod."""
    who = sandbox.namespace, sandbox.uid, sandbox.name
    isolating = view.isolating(*who, direction)
    if not isolating:
        return ALLOWED
    if direction == "ingress":
        far, target = view.subject(packet.source), view.own(packet.destination, *who)
    else:
        far = target = view.subject(packet.destination)
    for policy in isolating:
        if any(rule.allows(packet, far, target) for rule in policy.rules(direction) or ()):
            return Verdict(True, policy.key)
    return _refused(packet, ", ".join(policy.key for policy in isolating), direction, f"{who[0]}/{who[2]}")


def _refused(packet: Packet, names: str, direction: str, pod: str) -> Verdict:
    word = "NetworkPolicy" if "," not in names else "NetworkPolicies"
    ends = (packet.source, pod) if direction == "ingress" else (pod, packet.destination)
    reason = Sentence(f"policy-{direction}", (word, names, *ends, packet.port, packet.protocol))
    return Verdict(False, names, reason)
