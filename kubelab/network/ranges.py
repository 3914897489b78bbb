"""The ranges of addresses of a cluster: for its machines, its pods and its Services."""

from __future__ import annotations

import ipaddress
from typing import NamedTuple

from kubelab.api.addresses import parse_cidr
from kubelab.language import say

MACHINES = ipaddress.IPv4Network("172.18.0.0/16")
PODS = "10.244.0.0/16"
SERVICES = "10.96.0.0/12"
NODE_MASK = 24  # --node-cidr-mask-size
_ROOMY = (PODS, "10.244.0.0/14", "10.128.0.0/9")
_LONGEST_SERVICES = 28  # room for the API server's own address and the DNS's


class Ranges(NamedTuple):
    """Three ranges that share no address. Each node gets a /24 of `pods`.

    In Kubernetes
        `--cluster-cidr` and `--service-cluster-ip-range`; kubeadm calls them podSubnet and serviceSubnet:
        https://kubernetes.io/docs/concepts/cluster-administration/networking/#kubernetes-ip-address-ranges

    Left out
        IPv6, dual stack, and a node's share of another size than 256 addresses.
    """

    pods: ipaddress.IPv4Network
    services: ipaddress.IPv4Network
    machines: ipaddress.IPv4Network = MACHINES

    @property
    def dns(self) -> str:
        """The address of the cluster's DNS: the tenth of the Services', as kubeadm has it.

        Examples
        --------
        >>> ranges().dns, ranges(service_cidr="10.50.0.0/16").dns
        ('10.96.0.10', '10.50.0.10')
        """
        return str(self.services[10])

    @property
    def nodes(self) -> int:
        """How many nodes get a share."""
        return int(self.pods.num_addresses >> (32 - NODE_MASK))


def ranges(pod_cidr: str = PODS, service_cidr: str = SERVICES) -> Ranges:
    """The ranges of a cluster.

    Raises
    ------
    ValueError
        One of them is no range or too small, or two of them share addresses.

    Examples
    --------
    >>> ranges().nodes, ranges("10.0.0.0/20").nodes
    (256, 16)
    """
    found = Ranges(
        _read("pod_cidr", pod_cidr, NODE_MASK, PODS), _read("service_cidr", service_cidr, _LONGEST_SERVICES, SERVICES)
    )
    machines = say(es="las máquinas", en="the machines")
    named = (("pod_cidr", found.pods), ("service_cidr", found.services), (machines, found.machines))
    for (one, first), (other, second) in ((named[0], named[1]), (named[0], named[2]), (named[1], named[2])):
        if first.overlaps(second):
            raise ValueError(
                say(
                    es=f"los rangos se solapan: {one} {first} y {other} {second}",
                    en=f"the ranges overlap: {one} {first} and {other} {second}",
                )
            )
    return found


def roomy(machines: int) -> str:
    """The usual range of pod addresses, or a larger one that begins beside it, for so many machines.

    Examples
    --------
    >>> roomy(4), roomy(1001)
    ('10.244.0.0/16', '10.244.0.0/14')
    """
    return next((cidr for cidr in _ROOMY if ranges(cidr).nodes >= machines), _ROOMY[-1])


def _read(name: str, cidr: str, longest: int, example: str) -> ipaddress.IPv4Network:
    found = parse_cidr(cidr) if isinstance(cidr, str) else None
    if not isinstance(found, ipaddress.IPv4Network):
        raise ValueError(
            say(
                es=f"{name} es un rango IPv4 como {example}, no {cidr!r}",
                en=f"{name} is an IPv4 range such as {example}, not {cidr!r}",
            )
        )
    if found.prefixlen > longest:
        raise ValueError(
            say(
                es=f"{name} {found} es demasiado pequeño: como mucho /{longest}",
                en=f"{name} {found} is too small: /{longest} at the most",
            )
        )
    return found
