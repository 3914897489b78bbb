"""Serving: how a cluster becomes something that real kubectl can talk to. What it needs is an extra of kubelab."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kubelab.language import LANGUAGES, say, use

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
    return Server(cluster, **options)


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What can be said after `kubelab serve`."""
    command.add_argument("--port", type=int, default=PORT, help="port (0: any that is free; default: %(default)s)")
    command.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    command.add_argument("--token", help="token that clients must show (default: one is made)")
    command.add_argument("--workers", type=int, default=3, help="worker nodes (default: %(default)s)")
    command.add_argument("--speed", type=float, default=1.0, help="virtual seconds a second (default: %(default)g)")
    command.add_argument("--seed", type=int, default=1, help="decides all that is random (default: %(default)s)")
    command.add_argument("--kubeconfig", type=Path, help="where to write the kubeconfig (default: a temporary file)")
    command.add_argument("--rbac", action="store_true", help="allow only what roles allow")
    command.add_argument("--storage", action="store_true", help="with a default StorageClass and who provisions for it")
    command.add_argument("--cloud", action="store_true", help="with a cloud that gives LoadBalancers an address")
    command.add_argument("--lang", choices=LANGUAGES, help="language of what is printed")


def run(said: argparse.Namespace) -> int:
    """Serve a new cluster until Ctrl-C."""
    from kubelab.cluster import Cluster

    if said.lang:
        use(said.lang)
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
    except (OSError, ModuleNotFoundError, OverflowError, ValueError) as refused:
        print(f"kubelab serve: {refused}", file=sys.stderr)
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
