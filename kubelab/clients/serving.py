"""Serving: how a cluster becomes something that real kubectl can talk to. What it needs is an extra of kubelab."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kubelab.arguments import check_options
from kubelab.language import LANGUAGES, say

if TYPE_CHECKING:
    from kubelab.clients.http.server import Server
    from kubelab.cluster import Cluster

NEEDS = ("aiohttp", "cryptography")
AGE = 60.0  # seconds that a cluster has been running when it is served for the first time
PORT = 8001


def serve(cluster: Cluster, **options: Any) -> Server:
    """Serve a cluster; the options are those of `Server`.

    Raises
    ------
    ModuleNotFoundError
        What it takes is not installed.
    OSError
        The port is taken.
    """
    try:
        from kubelab.clients.http.server import Server
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in NEEDS:
            raise
        raise ModuleNotFoundError(
            say(
                es=f"para servir un clúster falta {missing.name}: pip install 'kubelab[serve]'",
                en=f"serving a cluster needs {missing.name}: pip install 'kubelab[serve]'",
            ),
            name=missing.name,
        ) from None
    check_options(Server.__init__, "cluster.serve", options)
    return Server(cluster, **options)


# of each flag: how it is read, and what is said of it in Spanish and in English
_FLAGS: tuple[tuple[str, dict[str, Any], str, str], ...] = (
    ("port", {"type": int, "default": PORT}, "puerto (0: uno libre)", "port (0: any that is free)"),
    ("host", {"default": "127.0.0.1"}, "dirección en la que escucha", "address to listen on"),
    ("token", {}, "token de los clientes (si no, uno nuevo)", "token that clients must show (otherwise one is made)"),
    ("workers", {"type": int, "default": 3}, "cuántos workers", "worker nodes"),
    ("speed", {"type": float, "default": 1.0}, "segundos virtuales por segundo", "virtual seconds a second"),
    ("seed", {"type": int, "default": 1}, "decide todo lo que es azar", "decides all that is random"),
    (
        "kubeconfig",
        {"type": Path},
        "dónde dejar el kubeconfig (si no, temporal)",
        "where to write the kubeconfig",
    ),
    ("rbac", {"action": "store_true"}, "permite solo lo que digan los roles", "allow only what roles allow"),
    ("storage", {"action": "store_true"}, "con una StorageClass y quien la atiende", "with a default StorageClass"),
    ("cloud", {"action": "store_true"}, "con una nube para los LoadBalancer", "with a cloud for LoadBalancers"),
    ("lang", {"choices": LANGUAGES}, "idioma (si no, el de tu sistema)", "language (otherwise your system's)"),
)


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What can be said after `kubelab serve`."""
    for name, how, es, en in _FLAGS:
        default = say(es="; por omisión: %(default)s", en="; default: %(default)s") if "default" in how else ""
        command.add_argument(f"--{name}", help=say(es=es, en=en) + default, **how)


def run(said: argparse.Namespace) -> int:
    """Serve a new cluster until Ctrl-C."""
    from kubelab.cluster import Cluster

    try:
        if said.speed <= 0:
            raise ValueError(say(es="--speed es más que 0", en="--speed is more than 0"))
        start = datetime.now(UTC) - timedelta(seconds=AGE)
        options = {"rbac": said.rbac, "storage": said.storage, "cloud": said.cloud}
        cluster = Cluster(workers=said.workers, seed=said.seed, start=start, **options)
        cluster.run(until=AGE)
        server = serve(
            cluster, host=said.host, port=said.port, token=said.token, speed=said.speed, path=said.kubeconfig
        )
    except (OSError, ModuleNotFoundError, ValueError) as refused:
        reason = refused.strerror if isinstance(refused, OSError) else refused
        print(f"kubelab serve: {reason or refused}", file=sys.stderr)
        return 1
    with server:
        _greet(server, said)
        _wait()
    return 0


def _greet(server: Server, said: argparse.Namespace) -> None:
    print(
        say(
            es=f"# clúster con {said.workers} workers en {server.url}, velocidad {server.speed:g}; Ctrl-C lo para",
            en=f"# cluster of {said.workers} workers at {server.url}, speed {server.speed:g}; Ctrl-C ends it",
        )
    )
    if said.token is None:
        print(f"# token: {server.token}")
    print(f"export KUBECONFIG={server.kubeconfig.resolve()}", flush=True)


def _wait() -> None:
    """Until the user, or the system, ends it."""
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    over.wait()
