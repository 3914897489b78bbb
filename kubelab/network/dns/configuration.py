"""How a client looks names up: its `/etc/resolv.conf` and its `/etc/hosts`.

In Kubernetes
    The kubelet writes both for every pod: pkg/kubelet/network/dns/dns.go.
    https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-s-dns-policy

Left out
    The event `DNSConfigForming` where something is cut off, and the search domains of the machine itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from kubelab.network.ranges import MACHINES
from kubelab.node.host_name import DOMAIN, domain_of, host_name_of

if TYPE_CHECKING:
    from lightkube.models import core_v1

NODE_RESOLVER = str(MACHINES[1])  # the name server that machines ask: it knows the world outside, not the cluster
CLUSTER_OPTIONS = (("ndots", "5"),)
MOST_SERVERS, MOST_SEARCHES, LONGEST_SEARCHES = 3, 32, 2048
LOCALHOST = ("127.0.0.1", ("localhost",))
_FEWEST_DOTS, _MOST_DOTS = 1, 15  # of the C library

Line = tuple[str, tuple[str, ...]]  # of /etc/hosts: an address and its names


class Configuration(NamedTuple):
    """The name servers asked, the search domains, the options, and the lines of `/etc/hosts`.

    `cluster` is the address of the cluster's DNS; empty where there is no cluster around.
    """

    servers: tuple[str, ...] = (NODE_RESOLVER,)
    searches: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    hosts: tuple[Line, ...] = ()
    cluster: str = ""

    @property
    def in_cluster(self) -> bool:
        """Whether the cluster's names mean anything here: the first name server is asked, others while it is silent."""
        return bool(self.cluster) and self.servers[:1] == (self.cluster,)

    @property
    def ndots(self) -> int:
        """So many dots make a name look complete."""
        said = dict(self.options).get("ndots", "")
        return min(int(said), _MOST_DOTS) if said.isdigit() else _FEWEST_DOTS

    def names(self, name: str) -> list[str]:
        """The full names to try, in order, as the C library does.

        Examples
        --------
        >>> of_namespace("shop", "10.96.0.10").names("web")[:2]
        ['web.shop.svc.cluster.local', 'web.svc.cluster.local']
        >>> of_namespace("shop", "10.96.0.10").names("web.")
        ['web']
        """
        if name.endswith("."):
            return [name.rstrip(".")]
        searched = [f"{name}.{domain}" for domain in self.searches]
        return [name, *searched] if name.count(".") >= self.ndots else [*searched, name]

    def known(self, name: str) -> str | None:
        """The address that `/etc/hosts` gives a name."""
        return next((address for address, names in self.hosts if name in names), None)

    def etc_hosts(self) -> str:
        """The file, as `cat /etc/hosts` shows it."""
        lines = ["# Kubernetes-managed hosts file.", *("\t".join((address, *names)) for address, names in self.hosts)]
        return "".join(f"{line}\n" for line in lines)

    def resolv_conf(self) -> str:
        """The file, as `cat /etc/resolv.conf` shows it."""
        lines = [f"search {' '.join(self.searches)}"] if self.searches else []
        lines += [f"nameserver {server}" for server in self.servers]
        if self.options:
            lines.append("options " + " ".join(f"{name}:{value}" if value else name for name, value in self.options))
        return "".join(f"{line}\n" for line in lines)


def of_namespace(namespace: str, dns: str) -> Configuration:
    """What a pod of the namespace gets that says nothing about DNS; `dns` is the address of the cluster's."""
    searches = (f"{namespace}.svc.{DOMAIN}", f"svc.{DOMAIN}", DOMAIN)
    return Configuration((dns,), searches, CLUSTER_OPTIONS, (), dns)


def of_pod(pod: core_v1.Pod, dns: str) -> Configuration:
    """What this pod gets, from its `dnsPolicy`, `dnsConfig`, `hostNetwork` and `hostAliases`."""
    spec = pod.spec
    policy = spec.dnsPolicy or "ClusterFirst"
    if policy == "ClusterFirst" and spec.hostNetwork:
        policy = "Default"
    if policy.startswith("ClusterFirst"):
        held = of_namespace(pod.metadata.namespace or "default", dns)
    else:
        held = Configuration(() if policy == "None" else (NODE_RESOLVER,), cluster=dns)
    wanted = spec.dnsConfig
    if wanted is not None:
        said = {option.name: option.value or "" for option in wanted.options or () if option.name}
        held = held._replace(
            servers=_each_once((*held.servers, *(wanted.nameservers or ())))[:MOST_SERVERS],
            searches=_within_limits(_each_once((*held.searches, *(wanted.searches or ())))),
            options=tuple({**dict(held.options), **said}.items()),
        )
    return held._replace(hosts=_hosts(pod))


def _hosts(pod: core_v1.Pod) -> tuple[Line, ...]:
    """The lines of the pod's `/etc/hosts`; in the host's network the name there is the machine's."""
    address = pod.status.podIP if pod.status is not None else None
    name, domain = host_name_of(pod), domain_of(pod)
    own = [(address, (f"{name}.{domain}", name) if domain else (name,))] if address else []
    aliases = [(alias.ip, tuple(alias.hostnames or ())) for alias in pod.spec.hostAliases or ()]
    return (LOCALHOST, *own, *aliases)


def _each_once(listed: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(listed))


def _within_limits(searches: tuple[str, ...]) -> tuple[str, ...]:
    """The search domains that a resolver takes: not too many, and not too long altogether."""
    kept = searches[:MOST_SEARCHES]
    while len(" ".join(kept)) > LONGEST_SEARCHES:
        kept = kept[:-1]
    return kept
