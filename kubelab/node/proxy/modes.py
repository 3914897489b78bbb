"""The modes that a kube-proxy can run in."""

from __future__ import annotations

from kubelab.language import say
from kubelab.node.proxy.iptables import Iptables
from kubelab.node.proxy.ipvs import Ipvs
from kubelab.node.proxy.mode import Mode
from kubelab.node.proxy.nftables import Nftables

MODES: dict[str, type[Mode]] = {mode.name: mode for mode in (Iptables, Ipvs, Nftables)}


def mode_of(name: str) -> type[Mode]:
    """The mode of that name (`--proxy-mode`).

    Raises
    ------
    ValueError
        There is none.

    Examples
    --------
    >>> mode_of("ipvs").tool
    'ipvsadm -Ln'
    """
    found = MODES.get(name)
    if found is None:
        known = ", ".join(MODES)
        raise ValueError(
            say(
                es=f"no hay modo de kube-proxy {name!r}: hay {known}",
                en=f"no kube-proxy mode {name!r}: there is {known}",
            )
        )
    return found
