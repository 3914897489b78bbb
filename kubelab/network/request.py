"""One request, hop by hop: name, rule, translation, tunnel, node, pod, container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kubelab.language import say
from kubelab.network.dns import resolve
from kubelab.network.response import Hop, Response

if TYPE_CHECKING:
    from kubelab.cluster import Cluster
    from kubelab.node.kube_proxy import Translation
    from kubelab.node.runtime import Container, Sandbox

API_PORT = 6443
OUTSIDE = "203.0.113.1"  # a client on the internet: https://www.rfc-editor.org/rfc/rfc5737


class LostError(Exception):
    """The request goes no further: why, and how long its sender waits until it knows."""

    def __init__(self, error: str, wait: float = 0.0) -> None:
        super().__init__(error)
        self.error, self.wait = error, wait


def send(
    cluster: Cluster, url: str, source: str | None = None, *, namespace: str = "default", timeout: float | None = None
) -> Response:
    """Send one request now, and see what becomes of it. Time does not pass; `latency` says how much would.

    `source` is `"pod/name"` or a node's name. Without it the request comes from outside where `url` names a node (its
    NodePorts); a Service's name or address it can only reach from inside, so then a client in the pod network of the
    first worker that is up sends it. `timeout` is how long the sender waits for an answer.

    Raises
    ------
    ValueError
        The URL or the source makes no sense.
    """
    return Trip(cluster, url, source, namespace, timeout).go()


class Trip:
    """A request on its way.

    In Kubernetes
        https://kubernetes.io/docs/reference/networking/virtual-ips/ ; the hops are those that a packet takes with
        kube-proxy in iptables mode and an overlay network.

    Left out
        Connections that are kept open, TLS, load on the links. The whole way is gone at the instant of sending.
    """

    def __init__(self, cluster: Cluster, url: str, source: str | None, namespace: str, timeout: float | None) -> None:
        self.cluster, self.url, self.source = cluster, url, source or "client"
        self.timings = cluster.timings
        self.timeout = self.timings.connect_timeout if timeout is None else timeout
        self.host, self.port, self.path = parsed(url)
        self.node, self.address, self.namespace = sender(cluster, source, namespace)
        self.inside = source is not None
        self.hops: list[Hop] = []
        self.time = 0.0
        self.pod = self.at = ""

    def go(self) -> Response:
        """Go all the way."""
        status, body, error = 0, "", ""
        try:
            self._enter()
            status, body = self._travel(self._resolved())
            error = "" if status < 400 else f"HTTP {status}"
        except LostError as lost:
            error = lost.error
            self.time += lost.wait
        answer = Response(self.url, status, body, error, tuple(self.hops), self.time, self.pod, self.at)
        detail = {
            "status": status, "error": error, "pod": self.pod, "node": self.at, "latency": round(self.time, 6),
            "path": [[hop.kind, hop.place] for hop in self.hops],
        }  # fmt: skip
        self.cluster.journal.record(self.source, "request", self.url, detail=detail)
        return answer

    # -- the way there

    def _enter(self) -> None:
        """The sender's own place: its node, outside, or, for names that mean nothing outside, the first worker."""
        machine = self._named_machine()
        if self.inside:
            self._hop("client", self.node, self.source)
        elif machine is not None:
            self._hop("client", "outside", self.address)
            self._cross(None, machine)
            self.node = machine
            self._hop("node", machine, f"port {self.port}")
        else:
            self.node = self._first_worker()
            self.inside = True
            self._hop("client", self.node, "in the pod network")

    def _named_machine(self) -> str | None:
        """The machine that the URL names, by its name or its address."""
        return self.host if self.host in self.cluster.machines else self.cluster.overlay.machine_at(self.host)

    def _resolved(self) -> str:
        """The address that the host of the URL stands for."""
        overlay, host = self.cluster.overlay, self.host
        if host in self.cluster.machines:
            return overlay.machine_address(host)
        if host.replace(".", "").isdigit():
            return host
        if not self.cluster.machines[self.node].reachable:
            raise LostError(f"DNS lookup of {host} timed out: {self.node} is cut off", self.timeout)
        self._pass(2 * self.timings.hop_between_nodes)
        found = resolve(overlay.rules, host, self.namespace) if overlay.rules is not None else None
        self._hop("dns", "cluster DNS", f"{host} → {', '.join(found) if found else 'NXDOMAIN'}")
        if not found:
            raise LostError(f"could not resolve host {host}: NXDOMAIN")
        return found[0] if len(found) == 1 else found[self.cluster.rng.randrange(len(found))]

    def _travel(self, address: str) -> tuple[int, str]:
        """Through the rules of the node where the request is, to a pod."""
        changed = self._translated(address, self.cluster.overlay.machine_at(address))
        if changed is None:
            return self._deliver(address, self.port)
        if not changed.address:
            self._hop("rule", self.node, changed.refusal)
            if changed.dropped:
                raise LostError(f"timed out: {changed.refusal}", self.timeout)
            raise LostError(f"connection refused: {changed.refusal}")
        self._hop("rule", self.node, f"service {changed.service} → {changed.address}:{changed.port}")
        return self._deliver(changed.address, changed.port)

    def _translated(self, address: str, machine: str | None) -> Translation | None:
        """What the kube-proxy rules of the node where the packet is now make of it."""
        worker = self.cluster.workers.get(self.node)
        if worker is None:
            return None
        if machine is not None:
            where = self.cluster.workers.get(machine) if machine != self.node else worker
            return where.kube_proxy.translate_node_port(self.port, self.address) if where is not None else None
        return worker.kube_proxy.translate(address, self.port, self.address)

    def _deliver(self, address: str, port: int) -> tuple[int, str]:
        """Over the network to the machine that has the address, and into its pod."""
        overlay = self.cluster.overlay
        target = overlay.node_of(address)
        if target is None or target not in self.cluster.machines:
            raise LostError(f"timed out: nothing has the address {address}", self.timeout)
        if target != self.node:
            self._hop("tunnel", f"{self.node} → {target}", f"to {address}:{port}")
        self._cross(self.node, target)
        self.at = target
        if overlay.machine_at(address) is not None:
            return self._at_machine(target, port)
        worker = self.cluster.workers.get(target)
        sandbox = worker.runtime.by_address.get(address) if worker is not None else None
        if sandbox is None:
            raise LostError(f"timed out: no pod on {target} has the address {address}", self.timeout)
        return self._at_pod(sandbox, port)

    def _at_machine(self, name: str, port: int) -> tuple[int, str]:
        """A port of the machine itself: a pod in its network, a port given to a pod, or the API server."""
        machine = self.cluster.machines[name]
        server = machine.processes.get("kube-apiserver")
        if server is not None and port == API_PORT and server.running:
            self._hop("node", name, "kube-apiserver")
            self._pass(self._way(name))
            return (200, "ok") if self.path in ("/livez", "/readyz", "/healthz") else (403, "Forbidden")
        worker = self.cluster.workers.get(name)
        now = self.cluster.clock.now
        for sandbox in worker.runtime.alive() if worker is not None else ():
            if sandbox.host_network and sandbox.listener(port, now) is not None:
                return self._at_pod(sandbox, port)
            if port in sandbox.ports:
                return self._at_pod(sandbox, sandbox.ports[port])
        raise LostError(f"connection refused: nothing listens on port {port} of {name}")

    def _at_pod(self, sandbox: Sandbox, port: int) -> tuple[int, str]:
        self.pod = sandbox.name
        where = f"{sandbox.namespace}/{sandbox.name}"
        self._hop("pod", where, f"{sandbox.address}:{port}")
        container = sandbox.listener(port, self.cluster.clock.now)
        if container is None:
            raise LostError(f"connection refused: nothing listens on port {port} of pod {where}")
        return self._at_container(sandbox, container)

    def _at_container(self, sandbox: Sandbox, container: Container) -> tuple[int, str]:
        behavior, now = container.behavior, self.cluster.clock.now
        status = behavior.http_status(self.path, now - container.started)
        self._hop("container", f"{sandbox.namespace}/{sandbox.name}/{container.name}", f"GET {self.path}: {status}")
        if behavior.latency > self.timeout:
            raise LostError(f"timed out: pod {sandbox.name} needs {behavior.latency:g} s to answer", self.timeout)
        container.requests.append((now, f'{self.address} - "GET {self.path} HTTP/1.1" {status}'))
        self._pass(behavior.latency + self._way(self.at))
        if not 200 <= status < 400:
            return status, f"{status} from {sandbox.name}"
        return status, behavior.body.replace("{pod}", sandbox.name)

    # -- time and distance

    def _cross(self, source: str | None, target: str) -> None:
        """One packet from machine to machine (None: from outside)."""
        there = self.cluster.machines[target]
        if not there.powered:
            raise LostError(f"timed out: {target} does not answer", self.timeout)
        if source != target and not (there.connected and (source is None or self.cluster.machines[source].reachable)):
            lost = target if not there.connected else source
            raise LostError(f"timed out: {lost} is cut off", self.timeout)
        self._pass(self._way(target, source))

    def _way(self, target: str, source: str | None = None) -> float:
        same = target == (source or self.node)
        return self.timings.hop_same_node if same else self.timings.hop_between_nodes

    def _pass(self, seconds: float) -> None:
        self.time += seconds

    def _hop(self, kind: str, place: str, detail: str) -> None:
        self.hops.append(Hop(kind, place, detail, self.time))

    def _first_worker(self) -> str:
        for name in self.cluster.workers:
            if self.cluster.machines[name].reachable:
                return name
        raise LostError("timed out: no worker is up", self.timeout)


def parsed(url: str) -> tuple[str, int, str]:
    """Host, port and path of a URL; `http://` may be left out.

    Examples
    --------
    >>> parsed("http://web.shop:8080/cart"), parsed("web")
    (('web.shop', 8080, '/cart'), ('web', 80, '/'))
    """
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(
            say(
                es=f"hace falta una URL como http://web o http://172.18.0.3:30080, no {url!r}",
                en=f"a URL such as http://web or http://172.18.0.3:30080 is wanted, not {url!r}",
            )
        )
    try:
        port = parts.port
    except ValueError:
        raise ValueError(
            say(es=f"{url!r} no tiene un puerto válido, de 1 a 65535", en=f"{url!r} has no good port: 1 to 65535 are")
        ) from None
    return parts.hostname, port or (443 if parts.scheme == "https" else 80), parts.path or "/"


def sender(cluster: Cluster, source: str | None, namespace: str) -> tuple[str, str, str]:
    """Node, address and namespace of the sender."""
    if source is None:
        return "", OUTSIDE, namespace
    if source in cluster.machines:
        return source, cluster.overlay.machine_address(source), namespace
    kind, slash, name = source.partition("/")
    if slash and kind in ("pod", "pods", "po"):
        for node, worker in cluster.workers.items():
            sandbox: Any = worker.runtime.find(namespace, name)
            if sandbox is not None:
                return node, sandbox.address, namespace
        running = [held.name for worker in cluster.workers.values() for held in worker.runtime.alive(namespace)]
        raise ValueError(f"no pod {name!r} runs in namespace {namespace!r}: there is {', '.join(running) or 'none'}")
    known = ", ".join(cluster.machines)
    raise ValueError(f"a source is pod/NAME or a machine ({known}), not {source!r}")
