"""Addresses and ranges of addresses, read as Kubernetes reads them.

In Kubernetes
    `k8s.io/utils/net`: `ParseIPSloppy` and `ParseCIDRSloppy`, kept lenient since the first releases.
"""

from __future__ import annotations

import ipaddress
import re

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_IPV4 = re.compile(r"\d{1,20}(\.\d{1,20}){3}", re.ASCII)


def parse_ip(value: str) -> IPAddress | None:
    """An address as Kubernetes reads it: leading zeros in IPv4 are allowed, IPv4 within IPv6 counts as IPv4."""
    if _IPV4.fullmatch(value):
        octets = [int(octet) for octet in value.split(".")]
        return ipaddress.IPv4Address(bytes(octets)) if max(octets) < 256 else None
    try:
        address = ipaddress.IPv6Address(value)
    except ValueError:
        return None
    return None if "%" in value else address.ipv4_mapped or address


def parse_cidr(value: str) -> IPNetwork | None:
    """A range of addresses such as `10.244.0.0/16`; bits after the prefix are let pass, as Kubernetes does."""
    text, slash, bits = value.partition("/")
    address = parse_ip(text)
    if address is None or not slash or not bits.isascii() or not bits.isdigit() or len(bits) > 3:
        return None
    length = int(bits) - (96 if ":" in text and address.version == 4 else 0)
    return ipaddress.ip_network((address, length), strict=False) if 0 <= length <= address.max_prefixlen else None


_SPECIAL = (
    ("0.0.0.0/32", "::/128", "may not be unspecified (0.0.0.0 or ::)"),
    ("127.0.0.0/8", "::1/128", "may not be in the loopback range (127.0.0.0/8, ::1/128)"),
    ("169.254.0.0/16", "fe80::/10", "may not be in the link-local range (169.254.0.0/16, fe80::/10)"),
    ("224.0.0.0/24", "ff02::/16", "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"),
)
_SPECIAL_RANGES = tuple((ipaddress.ip_network(text), message) for *ranges, message in _SPECIAL for text in ranges)


def special_range(value: str) -> str | None:
    """Why an address can be nothing's own, or None.

    Examples
    --------
    >>> special_range("10.1.2.3"), special_range("127.0.0.1")
    (None, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')
    """
    address = parse_ip(value)
    for network, message in _SPECIAL_RANGES:
        if address is not None and address.version == network.version and address in network:
            return message
    return None
