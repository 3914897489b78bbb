"""The outside world's names: what the DNS outside of the cluster says."""

from __future__ import annotations

from collections import UserDict
from ipaddress import AddressValueError, IPv4Address

from kubelab.language import say


class Hosts(UserDict[str, str]):
    """Addresses by name, as one writes into `/etc/hosts`; what is no address is refused at once.

    In Kubernetes
        CoreDNS asks the name server of its machine for names that are not the cluster's.

    Left out
        IPv6, and more than one address for a name.

    Examples
    --------
    >>> Hosts({"shop.example.com": "198.51.100.1"})
    {'shop.example.com': '198.51.100.1'}
    """

    def __setitem__(self, name: str, address: str) -> None:
        if not isinstance(name, str) or not name or any(letter.isspace() for letter in name):
            raise ValueError(
                say(
                    es=f"un nombre es un texto como shop.example.com, no {name!r}",
                    en=f"a name is a text such as shop.example.com, not {name!r}",
                )
            )
        try:
            IPv4Address(address if isinstance(address, str) else "")
        except AddressValueError:
            raise ValueError(
                say(
                    es=f"{name}: una dirección es un texto como '198.51.100.1' (IPv4), no {address!r}",
                    en=f"{name}: an address is a text such as '198.51.100.1' (IPv4), not {address!r}",
                )
            ) from None
        super().__setitem__(name.lower(), address)
