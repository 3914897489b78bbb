"""The names of kube-proxy's chains in nftables: readable, and with a hash in front to find them by."""

from __future__ import annotations

from base64 import b32encode
from hashlib import sha256

from kubelab.node.proxy.endpoints import Endpoint
from kubelab.node.proxy.service_port import ServicePort


def digest(text: str) -> str:
    """The eight characters that come before a name.

    Examples
    --------
    >>> digest("ns1/svc1/tcp/p80")
    'ULMVA6XW'
    """
    return b32encode(sha256(text.encode()).digest())[:8].decode()


def chain_of(port: ServicePort, kind: str) -> str:
    """A chain of a Service's port: service (all endpoints), local (this node's), external, firewall."""
    name = _name(port)
    return f"{kind}-{digest(name)}-{name}"


def endpoint_name(port: ServicePort, endpoint: Endpoint) -> str:
    """An endpoint in the names of its chain and of its affinity set."""
    name = f"{_name(port)}__{endpoint.address}/{endpoint.port}"
    return f"{digest(name)}-{name}"


def _name(port: ServicePort) -> str:
    return f"{port.key}/{port.protocol.lower()}/{port.port_name}"
