"""What a pod calls itself: its host name, and the domain that it belongs to.

In Kubernetes
    pkg/kubelet/kubelet_pods.go, GeneratePodHostNameAndDomain; pkg/kubelet/util, GetNodenameForKernel.
    https://kubernetes.io/docs/concepts/workloads/pods/pod-hostname/

Left out
    A pod whose full name is longer than the kernel takes (64 characters) does not start in Kubernetes; here it gets the
    short one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lightkube.models import core_v1

DOMAIN = "cluster.local"  # --cluster-domain
LONGEST_LABEL, LONGEST_NAME = 63, 64


def host_name_of(pod: core_v1.Pod) -> str:
    """Its short name: `hostnameOverride`, else `hostname`, else the pod's name; the machine's in the host's network."""
    spec = pod.spec
    if spec.hostNetwork and spec.nodeName:
        return str(spec.nodeName)
    if spec.hostnameOverride:
        return str(spec.hostnameOverride)
    name = spec.hostname or pod.metadata.name or ""
    return name if len(name) <= LONGEST_LABEL else name[:LONGEST_LABEL].rstrip("-.")


def domain_of(pod: core_v1.Pod) -> str:
    """The domain of a pod with a `subdomain`: `db.default.svc.cluster.local`; empty without one."""
    spec = pod.spec
    if not spec.subdomain or spec.hostnameOverride or (spec.hostNetwork and spec.nodeName):
        return ""
    return f"{spec.subdomain}.{pod.metadata.namespace or 'default'}.svc.{DOMAIN}"


def kernel_name_of(pod: core_v1.Pod) -> str:
    """What `hostname` says: the short name, or, with `setHostnameAsFQDN`, the whole."""
    name, domain = host_name_of(pod), domain_of(pod)
    whole = f"{name}.{domain}"
    return whole if pod.spec.setHostnameAsFQDN and domain and len(whole) <= LONGEST_NAME else name
