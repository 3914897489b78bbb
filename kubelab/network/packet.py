"""A packet, and what the rules of a node make of it."""

from __future__ import annotations

from typing import NamedTuple

from kubelab.network.sentences import Sentence


class Packet(NamedTuple):
    """The first packet of a connection: where it comes from and where it wants to go, addresses as text.

    Examples
    --------
    >>> Packet("10.244.1.2", "10.96.0.10", 53, "UDP")
    Packet(source='10.244.1.2', destination='10.96.0.10', port=53, protocol='UDP', source_port=0)
    """

    source: str
    destination: str
    port: int
    protocol: str = "TCP"
    source_port: int = 0


class Translation(NamedTuple):
    """What the rules make of a packet that is for a Service: where it goes instead.

    `service` is the Service's `namespace/name`, `port_name` the name of its port. Where the packet goes nowhere
    `address` is empty and `reason` says why; `dropped` is without an answer, otherwise the connection is refused.
    With `masquerade` it goes on under the node's own address. `chain` names the rules that it went through.
    """

    service: str
    port_name: str
    address: str
    port: int
    masquerade: bool = False
    reason: Sentence | None = None
    dropped: bool = False
    chain: tuple[str, ...] = ()

    @property
    def refusal(self) -> str:
        """The reason in words; empty where the packet goes on."""
        return str(self.reason) if self.reason else ""
