"""The resolver: what a client does to turn a name into an address.

In Kubernetes
    The C library in every container asks the name servers of `/etc/resolv.conf`, for one full name after the other;
    CoreDNS answers for the cluster's zone and asks the machine's own name server for all other names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kubelab.network.dns.answer import NXDOMAIN, Answer
from kubelab.network.dns.configuration import Configuration, of_namespace
from kubelab.network.dns.zone import Zone
from kubelab.network.ranges import ranges

if TYPE_CHECKING:
    from kubelab.node.service_rules import ServiceRules

_MOST_ALIASES = 8


class Resolver:
    """Looks names up, in the cluster's zone and outside.

    `outside` is the rest of the world's DNS: addresses by name.
    """

    def __init__(self, zone: Zone, outside: Mapping[str, str]) -> None:
        self.zone, self.outside = zone, outside

    def ask(self, name: str, how: Configuration) -> Answer:
        """The first of the client's full names that there is; the last refusal where there is none."""
        known = how.known(name)
        if known is not None:
            return Answer(name, (known,))
        tried: list[str] = []
        for full in how.names(name):
            tried.append(full)
            answer = self._follow(full, how.in_cluster)
            if answer.error != NXDOMAIN:
                return answer._replace(tried=tuple(tried))
        return Answer(tried[-1], error=NXDOMAIN, tried=tuple(tried))

    def _follow(self, name: str, in_cluster: bool) -> Answer:
        """The records of a full name, aliases followed to where they lead."""
        aliases: list[str] = []
        while len(aliases) <= _MOST_ALIASES:
            answer = self._lookup(name, in_cluster)
            if not answer.aliases or not answer.found:
                return answer._replace(aliases=tuple(aliases))
            name = answer.aliases[0]
            aliases.append(name)
        return Answer(name, aliases=tuple(aliases), error="SERVFAIL")

    def _lookup(self, name: str, in_cluster: bool) -> Answer:
        if in_cluster and self.zone.holds(name):
            return self.zone.lookup(name)
        address = self.outside.get(name.lower())
        return Answer(name, (address,)) if address else Answer(name, error=NXDOMAIN)


def resolve(rules: ServiceRules, name: str, namespace: str = "default") -> list[str] | None:
    """The addresses that a name stands for, as a pod of the namespace asks; None where there is no such name."""
    answer = Resolver(Zone(rules), {}).ask(name, of_namespace(namespace, ranges().dns))
    return list(answer.addresses) if answer.found else None
