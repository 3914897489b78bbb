"""What a name server says."""

from __future__ import annotations

from typing import NamedTuple

NXDOMAIN = "NXDOMAIN"
TTL = 30.0  # seconds: `ttl 30` of the kubernetes plugin in the Corefile that kubeadm installs


class Target(NamedTuple):
    """Where an SRV record points: a name and a port; the lower priority first, the higher weight more often."""

    priority: int
    weight: int
    port: int
    name: str


class Answer(NamedTuple):
    """The records of one name: `addresses` (A), `aliases` (the CNAMEs on the way), `targets` (SRV) or `pointers` (PTR).

    `name` is the full name that was found, or the last that was tried. `error` is `NXDOMAIN` where there is no such
    name. A name can exist and have no records of the sort that was asked for. `ttl` is in seconds.
    """

    name: str
    addresses: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()
    ttl: float = TTL
    error: str = ""
    tried: tuple[str, ...] = ()
    pointers: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        """Whether there is such a name."""
        return not self.error
