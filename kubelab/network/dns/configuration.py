"""How a client looks names up: its `/etc/resolv.conf` and its `/etc/hosts`.

In Kubernetes
    The kubelet writes both for every pod: pkg/kubelet/network/dns/dns.go.
    https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-s-dns-policy
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kubelab.network.dns.zone import DOMAIN

if TYPE_CHECKING:
    from lightkube.models import core_v1

CLUSTER_DNS = "10.96.0.10"
NODE_RESOLVER = "node"  # stands for whatever name server the machine itself uses


class Configuration(NamedTuple):
    """The name servers asked, the search domains, the dots that make a name look complete, and the known hosts."""

    servers: tuple[str, ...] = (NODE_RESOLVER,)
    searches: tuple[str, ...] = ()
    ndots: int = 1
    hosts: tuple[tuple[str, str], ...] = ()

    @property
    def in_cluster(self) -> bool:
        """Whether the cluster's names mean anything here."""
        return CLUSTER_DNS in self.servers

    def names(self, name: str) -> list[str]:
        """The full names to try, in order, as the C library does.

        Examples
        --------
        >>> of_namespace("shop").names("web")[:2]
        ['web.shop.svc.cluster.local', 'web.svc.cluster.local']
        >>> of_namespace("shop").names("web.")
        ['web']
        """
        if name.endswith("."):
            return [name.rstrip(".")]
        searched = [f"{name}.{domain}" for domain in self.searches]
        return [name, *searched] if name.count(".") >= self.ndots else [*searched, name]

    def known(self, name: str) -> str | None:
        """The address that `/etc/hosts` gives a name."""
        return next((address for host, address in self.hosts if host == name), None)

    def resolv_conf(self) -> str:
        """The file, as `cat /etc/resolv.conf` shows it."""
        lines = [f"search {' '.join(self.searches)}"] if self.searches else []
        lines += [f"nameserver {server}" for server in self.servers if server != NODE_RESOLVER]
        return "\n".join([*lines, f"options ndots:{self.ndots}", ""])


def of_namespace(namespace: str) -> Configuration:
    """What a pod of the namespace gets that says nothing about DNS."""
    searches = (f"{namespace}.svc.{DOMAIN}", f"svc.{DOMAIN}", DOMAIN)
    return Configuration((CLUSTER_DNS,), searches, 5)


def of_pod(pod: core_v1.Pod) -> Configuration:
    """What this pod gets, from its `dnsPolicy`, `dnsConfig`, `hostNetwork` and `hostAliases`."""
    spec, meta = pod.spec, pod.metadata
    policy = spec.dnsPolicy or "ClusterFirst"
    if policy == "ClusterFirst" and spec.hostNetwork:
        policy = "Default"
    held = of_namespace(meta.namespace or "default") if policy.startswith("ClusterFirst") else Configuration()
    if policy == "None":
        held = Configuration(())
    wanted = spec.dnsConfig
    if wanted is not None:
        dots = [option.value for option in wanted.options or () if option.name == "ndots" and option.value]
        held = held._replace(
            servers=(*held.servers, *(server for server in wanted.nameservers or () if server not in held.servers)),
            searches=(*held.searches, *(domain for domain in wanted.searches or () if domain not in held.searches)),
            ndots=int(dots[0]) if dots and dots[0].isdigit() else held.ndots,
        )
    status = pod.status
    own = [(spec.hostname or meta.name or "", status.podIP)] if status is not None and status.podIP else []
    if own and spec.subdomain:
        own.insert(0, (f"{own[0][0]}.{spec.subdomain}.{meta.namespace}.svc.{DOMAIN}", own[0][1]))
    aliases = [(name, alias.ip) for alias in spec.hostAliases or () for name in alias.hostnames or ()]
    return held._replace(hosts=(("localhost", "127.0.0.1"), *own, *aliases))
