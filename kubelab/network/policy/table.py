"""The rules of a node's policy agent as a table that people can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubelab.network.policy.agent import PolicyAgent
    from kubelab.network.policy.rules import Peer, PortRange, Rule

HEADER = ("POD", "DIRECTION", "POLICY", "PEER", "PORTS")


def table(agent: PolicyAgent) -> str:
    """A row for each rule about each pod of the agent's node; pods that nothing isolates have none.

    A policy without rules for a direction lets nobody through, which is a row too.
    """
    rows, view = [HEADER], agent.view
    for sandbox in agent.runtime.alive() if view is not None else ():
        if sandbox.host_network or view is None:
            continue
        for direction in ("ingress", "egress"):
            for policy in view.isolating(sandbox.namespace, sandbox.uid, sandbox.name, direction):
                for peers, ports in [_written(rule) for rule in policy.rules(direction) or ()] or [("<none>", "")]:
                    rows.append((f"{sandbox.namespace}/{sandbox.name}", direction, policy.key, peers, ports))
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    lines = ("   ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)) for row in rows)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _written(rule: Rule) -> tuple[str, str]:
    peers = "<any>" if rule.peers is None else " | ".join(map(_peer, rule.peers))
    return peers, "<any>" if rule.ports is None else ",".join(map(_port, rule.ports))


def _peer(peer: Peer) -> str:
    if peer.block is not None:
        without = "".join(f" except {each}" for each in peer.block.outside)
        return f"{peer.block.inside}{without}"
    words = []
    if peer.namespaces is not None:
        words.append(f"namespaces {peer.namespaces if not peer.namespaces.empty else '<all>'}")
    if peer.pods is not None:
        words.append(f"pods {peer.pods if not peer.pods.empty else '<all>'}")
    return " ".join(words)


def _port(port: PortRange) -> str:
    if port.name:
        return f"{port.name}/{port.protocol}"
    if port == type(port)(port.protocol):
        return port.protocol
    last = f"-{port.last}" if port.last != port.first else ""
    return f"{port.first}{last}/{port.protocol}"
