"""The walk of one request over all stations, there and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kubelab.network.loss import REFUSED, RESET, SILENT, UNRESOLVED, LostError
from kubelab.network.program import Reply
from kubelab.network.response import Hop, Response
from kubelab.network.sentences import Sentence
from kubelab.network.trip import link, machine, name, pod, policy, program, rules

if TYPE_CHECKING:
    from kubelab.cluster import Cluster
    from kubelab.network.dice import Dice
    from kubelab.network.dns.answer import Answer
    from kubelab.network.sender import Sender
    from kubelab.network.url import Url
    from kubelab.node.runtime import Container, Sandbox

RESOLVER_PATIENCE = 10.0  # of the C library, which asks twice: man resolv.conf, `timeout` and `attempts`
_FIRST_PORT, _PORTS = 32768, 28232  # net.ipv4.ip_local_port_range


class Options(NamedTuple):
    """How a client asks: its patience in seconds, method, headers, and what it insists on.

    `host` is the header Host where it is not the URL's; `resolved` is the address where the name is not looked up. With
    `connects` it asks for nothing: it only makes a connection.
    """

    timeout: float
    connect_timeout: float
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    host: str = ""
    verify: bool = False
    resolved: str = ""
    connects: bool = False


class Open(NamedTuple):
    """A connection that stands: where it ends."""

    node: str
    sandbox: Sandbox
    container: Container


class Trip:
    """A request on its way, and the packet that it is at this moment.

    `node` is the machine where the packet is (empty: outside); `source`, `destination` and their ports are what the
    packet says now; `time` is in seconds since the client began, `sent` when its first packet to the target left.
    `answered` collects who answered, with the lines of their logs. `until` is the instant from which on the same
    request might end otherwise though nothing else happens.

    In Kubernetes
        https://kubernetes.io/docs/reference/networking/virtual-ips/ ; the hops are those that a packet takes with
        kube-proxy and an overlay network.

    Left out
        The size of requests and answers, load on the links, HTTP/2. A client tries one of a name's addresses, where
        curl tries the next as well. The whole way is gone at the instant of sending.
    """

    __slots__ = (
        "address", "answer", "answered", "arrives", "at", "began", "client_port", "cluster", "connect", "container",
        "depth", "destination", "dice", "hops", "lookup", "masqueraded", "namespace", "node", "now", "options", "pod",
        "port", "sandbox", "sender", "sent", "service", "source", "time", "trouble", "until", "url",
    )  # fmt: skip

    def __init__(
        self, cluster: Cluster, url: Url, sender: Sender, options: Options, dice: Dice, answer: Answer | None = None
    ) -> None:
        self.cluster, self.url, self.sender, self.options, self.dice = cluster, url, sender, options, dice
        self.now = cluster.clock.now
        self.node, self.source, self.destination, self.port = sender.node, sender.address, url.host, url.port
        self.client_port = _FIRST_PORT + 2 * len(cluster.journal) % _PORTS
        self.answer = answer  # what the client remembers of the name, or has been told
        self.hops: list[Hop] = []
        self.answered: list[tuple[Container, str]] = []
        self.began = self.time = self.sent = self.lookup = self.connect = 0.0
        self.address = self.pod = self.at = self.namespace = self.service = ""
        self.masqueraded = ""  # the node that has put its own address in the client's place
        self.arrives = 1.0  # the probability that a packet does not get lost on the way
        self.trouble: tuple[str, ...] = ()  # the link that is slow or loses packets
        self.depth = 0
        self.until = float("inf")
        self.sandbox: Sandbox | None = None
        self.container: Container | None = None

    def go(self, text: str, connection: Open | None = None) -> Response:
        """Go all the way, and answer what came of it; `text` is the URL as the client wrote it."""
        reply, lost = Reply(0), None
        try:
            self.hop("client", self.sender.place, self.sender.label)
            machine.has_power(self)
            reply = self.ask() if connection is None else self._ask_again(connection)
        except LostError as met:
            lost = self.noticed(met)
        if not self.dice.plans:
            for container, line in self.answered:
                container.answer(line)
        return self.response(text, reply, lost)

    def response(self, text: str, reply: Reply, lost: LostError | None, first_hop: int = 0) -> Response:
        """What has come of it so far, as its client sees it."""
        reason, code, cause, about = None, 0, "", ""
        if lost is not None:
            reason, code, cause, about = lost.reason, lost.code, lost.cause, lost.about
        if reply.status >= 400:
            reason = Sentence("http", (reply.status,))
            cause, about = "http", reply.about or f"pods/{self.namespace}/{self.pod}"
        return Response(
            text, reply.status, reply.body, reason, tuple(self.hops[first_hop:]), self.time, self.pod, self.at, code,
            cause, about, self.service, reply.headers, self.lookup, self.connect, self.sender.namespace,
            self.options.method, self.address, self.options.host or self.url.host, reply.behind,
        )  # fmt: skip

    def noticed(self, lost: LostError) -> LostError:
        """How the client notices that nothing comes: after silence it has waited for as long as it is willing to.

        Who asks a name server that is silent gives up sooner, and takes it for a name that nobody knows.
        """
        if lost.code != SILENT:
            return lost
        patience = self.options.timeout if self.connect else self.options.connect_timeout
        unnamed = not self.address and patience > RESOLVER_PATIENCE
        self.time = self.began + (RESOLVER_PATIENCE if unnamed else patience)
        return LostError(lost.reason, UNRESOLVED, lost.cause, lost.about) if unnamed else lost

    def ask(self) -> Reply:
        """Resolve the name, connect, ask, and hear the answer."""
        self.destination = self.address = name.resolved(self)
        self.lookup = self.sent = self.time
        self._reach()
        way = self.time - self.sent
        link.exchange(self, way, self.options.connect_timeout)
        self.connect = self.time
        if self.options.connects:
            return Reply(0)
        program.handshake(self, way)
        return self._answered(way)

    def _ask_again(self, connection: Open) -> Reply:
        """Over a connection that stands packets go where they went before, whatever the rules say now."""
        sandbox = connection.sandbox
        self.connect = self.sent = self.time
        self.destination = self.address = sandbox.address
        if connection.node != self.node:
            self.hop("tunnel", f"{self.node or 'outside'} → {connection.node}", Sentence("open-connection"))
        link.cross(self, connection.node)
        self.node = self.at = connection.node
        pod.found(self, sandbox, connection.container)
        if connection.container.exit is not None:
            raise LostError(Sentence("reset", (self.at,)), RESET, "reset", f"pods/{self.namespace}/{self.pod}")
        way, self.time = self.time - self.sent, self.sent
        return self._answered(way)

    def _answered(self, way: float) -> Reply:
        """The request goes there, and the answer comes back."""
        self.time += way
        reply = machine.answer(self) if self.container is None else program.answer(self)
        link.exchange(self, way, self.options.timeout)
        return reply

    def _reach(self) -> None:
        """To the socket that takes the connection."""
        sandbox = self.sender.sandbox
        if sandbox is not None and self.destination.startswith("127."):
            pod.enter_own(self, sandbox)
            return
        if self.destination.startswith("127.") and not self.node:
            raise self.refused(Sentence("no-port-at-home", (self.port,)), "own-machine", self.url.host)
        if not self.node:
            machine.enter_from_outside(self)
        else:
            machine.go_to_its_ports(self)
        rules.translate(self)
        if self.destination.startswith("127."):
            self.destination = self.cluster.overlay.machine_address(self.node)
        policy.leave(self)
        machine.not_the_dns(self)
        link.deliver(self)

    # -- what the stations do with it

    def hop(self, kind: str, place: str, said: str | Sentence) -> None:
        """Note a station."""
        source, destination = f"{self.source}:{self.client_port}", f"{self.destination}:{self.port}"
        self.hops.append(Hop(kind, place, said, self.time, source, destination))

    def refused(self, why: Sentence, cause: str, about: str) -> LostError:
        """A connection that is refused: the client learns of it after the way back."""
        self.time += self.time - self.sent
        return LostError(Sentence("refused", (why,)), REFUSED, cause, about)
