"""Who sends a request: a pod, a machine, somebody outside, or anybody in the pod network."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple

from kubelab.api.errors import ApiError
from kubelab.language import say
from kubelab.network.dns.configuration import Configuration, of_namespace, of_pod
from kubelab.network.loss import NoSenderError, timed_out
from kubelab.network.sentences import Sentence

if TYPE_CHECKING:
    from kubelab.cluster import Cluster
    from kubelab.network.url import Url
    from kubelab.node.runtime import Sandbox

OUTSIDE_ADDRESS = "203.0.113.1"  # a client on the internet: https://www.rfc-editor.org/rfc/rfc5737
OUTSIDE = "outside"


class Sender(NamedTuple):
    """A client: its `name` for the journal, where it is, its address, and how it looks names up.

    `node` is empty outside. `place` and `label` are what the first hop says.
    """

    name: str
    node: str
    address: str
    namespace: str
    dns: Configuration
    place: str
    label: str | Sentence
    sandbox: Sandbox | None = None


def sender(cluster: Cluster, source: str | None, namespace: str, url: Url) -> Sender:
    """Who sends a request to this URL.

    `source` is `pod/NAME`, `pod/NAMESPACE/NAME`, a machine's name (a client on the machine's own network that asks the
    cluster's DNS) or `outside`. Without it the client is outside where the URL leads there: to a machine, to a name in
    `cluster.hosts`, to an address that is no pod's and no cluster IP. Any other URL means nothing outside, so it is
    sent from the pod network of the first worker that is up.

    Raises
    ------
    ValueError
        There is no such source.
    LostError
        No worker is up.
    """
    if source is None:
        return _outside("client") if _is_outside(cluster, url.host) else _anybody(cluster, namespace)
    if source == OUTSIDE:
        return _outside(OUTSIDE)
    if source in cluster.machines:
        address = cluster.overlay.machine_address(source)
        dns = of_namespace(namespace, cluster.overlay.dns)
        return Sender(source, source, address, namespace, dns, source, source)
    kind, slash, name = source.partition("/")
    if slash and kind in ("pod", "pods", "po"):
        home, slash, name = name.rpartition("/")
        return _pod(cluster, source, home or namespace, name)
    known = ", ".join(cluster.machines)
    raise ValueError(
        say(
            es=f"un origen es pod/NOMBRE, outside o una máquina ({known}), no {source!r}",
            en=f"a source is pod/NAME, outside or a machine ({known}), not {source!r}",
        )
    )


def in_pod(cluster: Cluster, node: str, sandbox: Sandbox) -> Sender:
    """A program in a pod as a client."""
    worker = cluster.workers[node].kubelet.workers.get(sandbox.uid)
    server = cluster.overlay.dns
    dns = of_pod(worker.pod, server) if worker is not None else of_namespace(sandbox.namespace, server)
    name = f"pod/{sandbox.name}"
    return Sender(name, node, sandbox.address, sandbox.namespace, dns, node, name, sandbox)


def _pod(cluster: Cluster, source: str, namespace: str, name: str) -> Sender:
    for node, worker in cluster.workers.items():
        sandbox = worker.runtime.find(namespace, name)
        if sandbox is not None:
            return in_pod(cluster, node, sandbox)._replace(name=source, label=source)
    running = [held.name for worker in cluster.workers.values() for held in worker.runtime.alive(namespace)]
    told = ", ".join(running) or Sentence("none"), name, namespace
    node = _node_without_power(cluster, namespace, name)
    raise NoSenderError(Sentence("no-sender-off", (*told, node)) if node else Sentence("no-sender", told))


def _node_without_power(cluster: Cluster, namespace: str, name: str) -> str:
    """Where the API server says that the pod is, if that machine is off."""
    try:
        node = cluster.api.get("pods", name, namespace).spec.nodeName or ""
    except ApiError:
        return ""
    return node if node in cluster.machines and not cluster.machines[node].powered else ""


def _outside(name: str) -> Sender:
    return Sender(name, "", OUTSIDE_ADDRESS, "default", Configuration(), OUTSIDE, OUTSIDE_ADDRESS)


def _anybody(cluster: Cluster, namespace: str) -> Sender:
    for name in cluster.workers:
        if cluster.machines[name].reachable:
            address = cluster.overlay.gateway(name)
            dns = of_namespace(namespace, cluster.overlay.dns)
            return Sender("client", name, address, namespace, dns, name, Sentence("pod-network"))
    raise timed_out(Sentence("no-worker"), "no-worker")


def _is_outside(cluster: Cluster, host: str) -> bool:
    if host == "localhost":  # the client's own machine
        return True
    if host in cluster.machines or host in cluster.hosts or cluster.overlay.machine_at(host) is not None:
        return True
    if not host.replace(".", "").isdigit():
        return False
    try:
        address = ip_address(host)
    except ValueError:
        return False
    ranges = cluster.overlay.ranges
    return not any(address in each for each in (ranges.pods, ranges.services))
