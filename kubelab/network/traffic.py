"""Traffic: a load of requests over virtual time, and the record of what became of each."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from kubelab.clock import Call
from kubelab.language import say
from kubelab.network.load.clients import Clients
from kubelab.network.load.measures import Measures
from kubelab.network.load.numbers import MOST_ATTEMPTS
from kubelab.network.load.plan import Outcome, Start
from kubelab.network.load.record import Outage, Record, Sample
from kubelab.network.load.sending import Sending
from kubelab.network.loss import LostError, NoSenderError
from kubelab.network.request import told
from kubelab.network.sender import Sender, sender
from kubelab.network.trip import Trip
from kubelab.network.trip.trip import Open, Options
from kubelab.network.url import parsed

if TYPE_CHECKING:
    from kubelab.cluster import Cluster
    from kubelab.network.dice import Dice

HIGH = 100  # requests a second: from there on the journal keeps one entry for all of a second that end alike


class Traffic(Measures):
    """Sends `rate` requests a second to a URL while it runs, and remembers what became of all of them.

    They come from so many `clients`, in turn, each made from the same `source` as `request` understands it. With
    `keepalive` a client keeps its connection, and so its pod, until that breaks. A request that fails is sent again, up
    to `retries` times, as soon as its client knows: at once where it was refused, after the `timeout` where nothing
    came. Each client remembers for `dns_hold` seconds what the name stood for (None: for as long as the answer says).

    It is no reason for `settle` to wait: a cluster under a steady load can be at rest. Where nothing changes in the
    cluster the requests are reckoned, which changes nothing in their record; `arithmetic=False` sends each by itself.

    Left out
        Requests come at equal distances, and none waits for another.
    """

    def __init__(
        self,
        cluster: Cluster,
        url: str,
        rate: float,
        source: str | None = None,
        *,
        namespace: str = "default",
        timeout: float | None = None,
        clients: int = 1,
        keepalive: bool = False,
        retries: int = 0,
        dns_hold: float | None = 0.0,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        host: str = "",
        arithmetic: bool = True,
    ) -> None:
        _checked(rate, clients, retries, timeout)
        self.cluster, self.url, self.rate = cluster, url, float(rate)
        self.source, self.namespace, self.timeout = source, namespace, timeout
        self.clients, self.keepalive, self.retries, self.dns_hold = clients, keepalive, retries, dns_hold
        self._url = parsed(url)
        self._sender: tuple[int, Sender] | None = None
        with suppress(LostError):  # nobody is up: then nothing will be answered either
            sender(cluster, source, namespace, self._url)
        patience = cluster.timings.connect_timeout if timeout is None else timeout
        self._options = Options(patience, patience, method, tuple((headers or {}).items()), host)
        self._call: Call | None = None
        self._record = Record(self.rate)
        self._sending = Sending(
            cluster.clock,
            self._record,
            Clients(clients, keepalive, dns_hold, cluster.machines),
            self._walk,
            self._tell,
            seed=cluster.rng.getrandbits(64),
            retries=retries,
            arithmetic=arithmetic,
        )
        self._unsaid: dict[Any, list[Any]] = {}  # of this second, what is not yet in the journal

    # -- running

    @property
    def running(self) -> bool:
        """Whether requests are being sent."""
        return self._call is not None

    def start(self) -> Traffic:
        """Begin, with the first request at once."""
        if self._call is None:
            clock = self.cluster.clock
            self._record.stints.append((self._record.sent, clock.now))
            self._call = clock.call_later(0.0, self._turn, quiet=True, passive=True)
            if self.rate > HIGH:
                clock.before.append(self._until)
        return self

    def stop(self) -> Traffic:
        """Send no more; the record stays. What has not been answered by now is lost."""
        if self._call is not None:
            self._until(self.cluster.clock.now, inclusive=False)
            self._sending.give_up()
            self._say()
            self._call.cancel()
            self._call = None
            if self.rate > HIGH:
                self.cluster.clock.before.remove(self._until)
        return self

    def _until(self, instant: float, inclusive: bool) -> None:
        """Send what is due up to an instant at which something may change."""
        clock = self.cluster.clock
        now, cause = clock.now, clock.cause
        self._sending.until(instant, inclusive=inclusive)
        clock.now, clock.cause = now, cause

    def _turn(self) -> None:
        """It is time to send the next, or to say what became of those of a second."""
        clock = self.cluster.clock
        clock.cause = 0
        if self.rate > HIGH:
            self._until(clock.now, inclusive=False)
            self._say()
            began = self._record.stints[-1][1]
            due = began + round(clock.now - began) + 1
        else:
            self._until(clock.now, inclusive=True)
            due = self._sending.due
        self._call = clock.call_at(due, self._turn, quiet=True, passive=True)

    def _walk(self, start: Start, dice: Dice) -> Outcome:
        """One attempt on its way through the cluster."""
        cluster, version = self.cluster, self.cluster.clock.changes
        try:
            if self._sender is None or self._sender[0] != version:
                self._sender = version, sender(cluster, self.source, self.namespace, self._url)
        except NoSenderError as gone:  # the pod that sent them is no more
            return Outcome(False, "", "", gone.reason, 0.0)
        except LostError as lost:
            return Outcome(False, "", "", lost.reason, self._options.timeout, lost.code)
        trip = Trip(cluster, self._url, self._sender[1], self._options, dice, start.answer)
        answer = trip.go(self.url, start.connection)
        stays = Open(trip.node, trip.sandbox, trip.container) if answer.status and trip.container is not None else None
        return Outcome(
            answer.ok, answer.pod, answer.node, answer.reason, answer.latency, answer.code, trip.until,
            tuple(trip.answered), told(answer), stays, trip.answer if start.answer is None else None,
        )  # fmt: skip

    def _tell(self, outcome: Outcome, many: int, last: bool) -> None:
        """The journal gets one entry for each attempt, or, at a high rate, for all of a second that end alike."""
        if outcome.detail is None:
            return
        if self.rate <= HIGH:
            verb = "request" if last else "attempt"
            self.cluster.journal.record(self.source or "client", verb, self.url, detail=outcome.detail)
        elif last:
            detail = outcome.detail
            what = (*(detail[name] for name in ("status", "error", "pod", "latency")), str(detail["path"]))
            self._unsaid.setdefault(what, [detail, 0])[1] += many

    def _say(self) -> None:
        for what in sorted(self._unsaid):
            detail, many = self._unsaid[what]
            self.cluster.journal.record(self.source or "client", "request", self.url, detail={**detail, "count": many})
        self._unsaid = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> Traffic:
        twin = Traffic.__new__(Traffic)
        memo[id(self)] = twin
        for name, value in self.__dict__.items():
            twin.__dict__[name] = None if name == "_sender" else deepcopy(value, memo)
        return twin

    def __repr__(self) -> str:
        share = f"{100 * self.answered / self.sent:.1f} %" if self.sent else say(es="nada aún", en="nothing yet")
        url, comma = self.url[:36], share.replace(".", ",")
        running, stopped = say(es="en marcha", en="running"), say(es="parado", en="stopped")
        state = running if self.running else stopped
        return say(
            es=f"Tráfico: {self.sent} peticiones a {url}, {self.failed} perdidas, {comma} con respuesta, {state}",
            en=f"Traffic: {self.sent} requests to {url}, {self.failed} lost, {share} answered, {state}",
        )


def _checked(rate: float, clients: int, retries: int, timeout: float | None) -> None:
    if timeout is not None and not timeout > 0:
        raise ValueError(
            say(
                es=f"un timeout son más de 0 segundos, no {timeout!r}",
                en=f"a timeout is more than 0 seconds, not {timeout!r}",
            )
        )
    if not 0 < rate <= 10_000:
        raise ValueError(
            say(
                es=f"el ritmo va de más de 0 a 10 000 peticiones por segundo, no {rate!r}",
                en=f"a rate is more than 0 and at most 10,000 requests a second, not {rate!r}",
            )
        )
    if not 1 <= clients <= 10_000:
        raise ValueError(
            say(es=f"los clientes van de 1 a 10 000, no {clients!r}", en=f"clients are 1 to 10,000, not {clients!r}")
        )
    if not 0 <= retries < MOST_ATTEMPTS:
        most = MOST_ATTEMPTS - 1
        raise ValueError(
            say(es=f"los reintentos van de 0 a {most}, no {retries!r}", en=f"retries are 0 to {most}, not {retries!r}")
        )


__all__ = ["Outage", "Sample", "Traffic"]
