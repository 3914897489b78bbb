"""The files that every container gets from its kubelet: its name, its hosts, its name servers.

In Kubernetes
    pkg/kubelet/kubelet_pods.go, `ensureHostsFile`, and pkg/kubelet/network/dns.
"""

from __future__ import annotations

from typing import Any

from kubelab.network.dns.configuration import of_pod
from kubelab.node.host_name import kernel_name_of


def given_files(pod: Any, dns: str) -> dict[str, str]:
    """These files; `dns` is the address of the cluster's DNS."""
    names = of_pod(pod, dns)
    return {
        "/etc/hostname": f"{kernel_name_of(pod)}\n",
        "/etc/hosts": names.etc_hosts(),
        "/etc/resolv.conf": names.resolv_conf(),
    }
