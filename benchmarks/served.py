"""What it costs to be served over HTTP: requests a second, and how long the slowest hundredth takes.

The server is a process of its own, with 5,000 pods; the client is this one. Both share the machine.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

SERVER = """
import sys, time
import kubelab as kl
cluster = kl.Cluster(workers=0, seed=1)
spec = {"containers": [{"name": "web", "image": "nginx:1.27"}]}
for number in range(5000):
    meta = {"name": f"web-{number:04}", "labels": {"app": "web"}}
    cluster.api.create({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec})
cluster.settle()
with cluster.serve(token="benchmark", environment=False) as server:
    print(server.port, flush=True)
    sys.stdin.read()
"""
PODS = "/api/v1/namespaces/default/pods"
WATCHES, WRITERS, CHANGES, SECONDS = 100, 16, 1000, 4


def percentile(seconds: list[float], share: float) -> float:
    """The time within which that share of the requests was answered."""
    return sorted(seconds)[min(int(len(seconds) * share), len(seconds) - 1)]


async def rate(ask: Callable[[int], Awaitable[Any]], requests: int, clients: int) -> str:
    """`requests` requests by `clients` clients at once: how many a second, and p50 and p99."""
    seconds: list[float] = []

    async def client(first: int) -> None:
        for number in range(first, requests, clients):
            start = time.perf_counter()
            await ask(number)
            seconds.append(time.perf_counter() - start)

    start = time.perf_counter()
    await asyncio.gather(*(client(first) for first in range(clients)))
    total = time.perf_counter() - start
    p50, p99 = percentile(seconds, 0.5) * 1e3, percentile(seconds, 0.99) * 1e3
    return f"{requests / total:,.0f} a second, p50 {p50:.1f} ms, p99 {p99:.1f} ms"


async def measure(port: int) -> list[tuple[str, str]]:
    """All rows."""
    import aiohttp

    headers = {"Authorization": "Bearer benchmark"}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers, connector=connector) as session:

        async def get(number: int) -> None:
            async with session.get(f"{PODS}/web-{number % 5000:04}") as answer:
                await answer.read()

        async def listed(number: int) -> None:
            async with session.get(PODS) as answer:
                await answer.read()

        async def create(number: int) -> None:
            body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"c-{number}"}, "data": {"a": "b"}}
            async with session.post("/api/v1/namespaces/default/configmaps", json=body) as answer:
                assert answer.status == 201, await answer.text()

        rows = [
            ("get a pod, 16 clients", await rate(get, 4000, 16)),
            ("list 5,000 pods, 1 client", await rate(listed, 6, 1)),
            ("create a ConfigMap, 16 clients", await rate(create, 2000, 16)),
        ]
        rows.append((f"{WATCHES} watches, {CHANGES:,} changes a second", await watched(session)))
        return rows


async def watched(session: Any) -> str:
    """Many watches on one kind while it is written a thousand times a second: what arrives, and how late."""
    path = "/api/v1/namespaces/default/secrets"
    late: list[float] = []
    arrived = 0

    async def watch() -> None:
        nonlocal arrived
        async with session.get(f"{path}?watch=true") as answer:
            async for line in answer.content:
                arrived += 1
                if arrived % 50 == 0:  # reading every line of all of them would measure the reader
                    sent = json.loads(line)["object"]["metadata"]
                    late.append(time.time() - float(sent["annotations"]["sent"]))

    watches = [asyncio.create_task(watch()) for _ in range(WATCHES)]
    await asyncio.sleep(1)
    start = time.perf_counter()

    async def writer(first: int) -> None:
        for number in range(first, CHANGES * SECONDS, WRITERS):
            await asyncio.sleep(max(0.0, start + number / CHANGES - time.perf_counter()))
            meta = {"name": f"s-{number}", "annotations": {"sent": str(time.time())}}
            async with session.post(path, json={"apiVersion": "v1", "kind": "Secret", "metadata": meta}) as answer:
                assert answer.status == 201, await answer.text()

    await asyncio.gather(*(writer(first) for first in range(WRITERS)))
    written = time.perf_counter() - start
    for _ in range(100):
        if arrived >= WATCHES * CHANGES * SECONDS:
            break
        await asyncio.sleep(0.1)
    total = time.perf_counter() - start
    ended = sum(task.done() for task in watches)
    for task in watches:
        task.cancel()
    done = CHANGES * SECONDS / written
    return (
        f"{done:,.0f} changes and {arrived / total:,.0f} events a second, p50 {percentile(late, 0.5) * 1e3:.0f} ms, "
        f"p99 {percentile(late, 0.99) * 1e3:.0f} ms late, {WATCHES - ended} of {WATCHES} watches kept up"
    )


def served() -> list[tuple[str, str]]:
    """The rows, with a server that is started for them and ended afterwards."""
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        return asyncio.run(measure(int(server.stdout.readline())))
    finally:
        server.stdin.close()
        server.wait(timeout=20)


if __name__ == "__main__":
    for what, figure in served():
        print(f"{what:<42} {figure}")
