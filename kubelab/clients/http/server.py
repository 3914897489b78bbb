"""The server: a cluster that real clients can talk to, in a thread of its own."""

from __future__ import annotations

import asyncio
import atexit
import secrets
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kubelab.client_go.client import Client
from kubelab.clients.calendar import is_far_from_today
from kubelab.clients.http.access import Access
from kubelab.clients.http.certificate import Certificate
from kubelab.clients.http.dispatch import Dispatcher
from kubelab.clients.http.environment import point_elsewhere, point_to
from kubelab.clients.http.guard import LOOPBACK, Guard
from kubelab.clients.http.kubeconfig import kubeconfig, write_kubeconfig
from kubelab.clients.http.listener import Listener, bound
from kubelab.clients.http.pace import Pace
from kubelab.clients.http.protocol import Protocol
from kubelab.clients.http.taking_turns import take_turns
from kubelab.clients.turn import TURN
from kubelab.language import say

if TYPE_CHECKING:
    from kubelab.cluster import Cluster

FASTEST = 100_000.0
_GOODBYE = 2.0  # seconds that connections have to end


class Server:
    """A cluster on a port: `.url`, `.token`, `.kubeconfig` (a path), `.stop()`.

    kubectl finds it by its kubeconfig: `export KUBECONFIG=…` in a terminal. In a notebook `KUBECONFIG` is set while it
    runs, so that `!kubectl get nodes` just works and never reaches another cluster; `stop` puts back what was there
    before, or the cluster that is still served. `environment` says whether that shall be done elsewhere too, or not.

    Left out
        kubectl reckons some ages by itself (`describe`, `top`), by the computer's calendar. A cluster has that only if
        it was made with `start="now"`, and only while `speed` is 1; `get` shows the cluster's own ages always.
    """

    def __init__(
        self,
        cluster: Cluster,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        speed: float = 1.0,
        token: str | None = None,
        path: str | Path | None = None,
        environment: bool | None = None,
    ) -> None:
        if isinstance(speed, bool) or not isinstance(speed, int | float) or not 0 <= speed <= FASTEST:
            raise ValueError(
                say(
                    es=f"la velocidad va de 0 (el tiempo se para) a {FASTEST:,.0f} segundos por segundo, no {speed!r}",
                    en=f"a speed is from 0 (time stands) to {FASTEST:,.0f} virtual seconds a second, not {speed!r}",
                )
            )
        self.cluster, self.host, self.token = cluster, host, token or secrets.token_urlsafe(24)
        self._socket = bound(host, port)
        self.port: int = self._socket.getsockname()[1]
        self._chosen = port != 0
        names = (*LOOPBACK, host) if host not in ("0.0.0.0", "::") else LOOPBACK
        self._certificate = Certificate(names)
        self.kubeconfig = Path(path) if path is not None else _private_path()
        write_kubeconfig(self.kubeconfig, kubeconfig(self.url, self.token, self._certificate.authority))
        self._is_ours = path is None
        self.pace = Pace(cluster.clock, speed)
        with TURN:
            self.access = Access(self.token, Client(cluster.api_servers, "kube-apiserver"))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._started = threading.Event()
        self._fault: BaseException | None = None
        self.running = True
        take_turns(cluster)
        TURN.begin_serving()
        self._thread = threading.Thread(target=self._run, name=f"kubelab serve :{self.port}", daemon=True)
        self._thread.start()
        self._started.wait()
        atexit.register(self.stop)
        self._environment = _in_a_notebook() if environment is None else environment
        if self._environment:
            point_to(str(self.kubeconfig))

    @property
    def url(self) -> str:
        """Where clients find it."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "") else "::1" if self.host == "::" else self.host
        return f"https://[{host}]:{self.port}" if ":" in host else f"https://{host}:{self.port}"

    @property
    def speed(self) -> float:
        """Virtual seconds that pass in a second on the wall."""
        return self.pace.speed

    def stop(self) -> None:
        """Hang up. The cluster goes on as it did before it was served."""
        if not self.running:
            return
        self.running = False
        atexit.unregister(self.stop)
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(_GOODBYE + 3.0)
        TURN.end_serving()
        if self._environment:
            point_elsewhere(str(self.kubeconfig))
        if self._is_ours:
            self.kubeconfig.unlink(missing_ok=True)
            self.kubeconfig.parent.rmdir()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __deepcopy__(self, memo: dict[int, Any]) -> None:
        """A fork of the cluster is not served."""

    def __repr__(self) -> str:
        if not self.running:
            return say(es="Servidor: parado", en="Server: stopped")
        if self._chosen:
            where = {"es": f"en {self.url}", "en": f"at {self.url}"}
        else:
            where = {"es": f"en un puerto libre de {self.host}", "en": f"on a free port of {self.host}"}
        speed = f"{self.pace.speed:g}"
        date = self.cluster.clock.date
        day = f"{date:%Y-%m-%d}" if is_far_from_today(date) else ""
        told = {"es": f", su calendario dice {day}" if day else "", "en": f", its calendar says {day}" if day else ""}
        return say(
            es=f"Servidor: {where['es']}, velocidad {speed}{told['es']}",
            en=f"Server: {where['en']}, speed {speed}{told['en']}",
        )

    # -- in the thread

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self._started.set()

    async def _serve(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        dispatcher = Dispatcher(self.cluster, self.access)
        protocol = Protocol(dispatcher, Guard(self.host))
        listener = Listener(self._socket, protocol, self._certificate.context())
        accepting = asyncio.create_task(listener.run())
        with TURN:
            TURN.before.append(self.pace.catch_up)
            TURN.after.append(self._rearm)
        self._started.set()
        try:
            with TURN:
                pass  # from here on time passes
            await self._stopping.wait()
        finally:
            with TURN:
                TURN.before.remove(self.pace.catch_up)
                TURN.after.remove(self._rearm)
            if self._alarm is not None:
                self._alarm.cancel()
            accepting.cancel()
            await asyncio.gather(accepting, return_exceptions=True)
            self._socket.close()
            await protocol.hang_up(_GOODBYE)

    def _rearm(self) -> None:
        """Somebody has had the cluster: the next call may now be due at another instant."""
        self._loop.call_soon_threadsafe(self._set_alarm, self.pace.wait())

    def _set_alarm(self, seconds: float | None) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = None if seconds is None else self._loop.call_later(seconds, self._take_a_turn)

    def _take_a_turn(self) -> None:
        with TURN:
            pass  # whose beginning catches up with the wall


def _in_a_notebook() -> bool:
    if "IPython" not in sys.modules:
        return False
    from IPython.core.getipython import get_ipython

    return get_ipython() is not None


def _private_path() -> Path:
    return Path(tempfile.mkdtemp(prefix="kubelab-")) / "kubeconfig"
