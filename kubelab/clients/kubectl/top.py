"""`kubectl top`: how much processor time and memory nodes and pods use.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/top` and `…/pkg/metricsutil`, which ask the metrics server.
    https://kubernetes.io/docs/tasks/debug/debug-cluster/resource-usage-monitoring/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kubelab.api.errors import ApiError
from kubelab.api.metrics import GROUP
from kubelab.api.quantity import quantity
from kubelab.clients.go_sort import go_sorted
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.session import Session
from kubelab.clients.tabwriter import align

_COMMON = (f.SELECTOR, f.switch("no-headers"), f.text("sort-by"), f.switch("use-protocol-buffers", default=True))
NODE_FLAGS = (*_COMMON, f.switch("show-capacity"))
POD_FLAGS = (*_COMMON, f.FIELD_SELECTOR, f.ALL_NAMESPACES, f.switch("containers"), f.switch("sum"))
_MEGA, _MILLI = 2**20 * 10**9, 10**6
_LATE = 120.0  # seconds after which a pod without metrics is worth an error
Usage = tuple[int, int]  # processor time and memory, in billionths


def top_node(session: Session) -> None:
    """Show what nodes use, and which share of them that is."""
    flags = session.flags
    names = _name(session)
    if names and flags["selector"]:
        raise error("only one of NAME or --selector can be provided")
    metrics = _metrics(session, "nodes", None, names)
    if not metrics:
        raise error("metrics not available yet")
    nodes = [session.client.get("nodes", name, None) for name in names]
    nodes = nodes or session.client.list("nodes", None, selector=flags["selector"])
    room = {}
    for node in nodes:
        held = node.status.capacity if flags["show-capacity"] else node.status.allocatable
        room[node.metadata.name] = _usage([held or {}])
    rows = []
    for metric, used in _ranked(session, [(metric, _usage([metric.usage])) for metric in metrics], _node_name):
        there = room.pop(metric.metadata.name, None)
        shares = [f"{part * 100 // whole if whole else 0}%" for part, whole in zip(used, there or (), strict=False)]
        cpu, memory = _shown(used)
        rows.append([metric.metadata.name, cpu, *shares[:1], memory, *shares[1:]])
    rows += [[name, *["<unknown>"] * 4] for name in room]
    _print(session, ["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"], rows)


def top_pod(session: Session) -> None:
    """Show what pods use, together or container by container."""
    flags = session.flags
    names = _name(session)
    if names and (flags["selector"] or flags["field-selector"]):
        raise error("only one of NAME or selector can be provided")
    metrics = _metrics(session, "pods", None if session.everywhere else session.namespace, names)
    if not metrics:
        _explain_nothing(session)
        session.say(
            "No resources found" if session.everywhere else f"No resources found in {session.namespace} namespace."
        )
        return
    total, rows = (0, 0), []
    pods = [(metric, _usage(held.usage for held in metric.containers)) for metric in metrics]
    for metric, used in _ranked(session, pods, _pod_name):
        total = (total[0] + used[0], total[1] + used[1])
        head = [metric.metadata.namespace] if session.everywhere else []
        if not flags["containers"]:
            rows.append([*head, metric.metadata.name, *_shown(used)])
            continue
        held = [(container, _usage([container.usage])) for container in metric.containers]
        for container, part in _ranked(session, held, _container_name):
            rows.append([*head, metric.metadata.name, container.name, *_shown(part)])
    headings = [*(["NAMESPACE"] if session.everywhere else []), *(["POD"] if flags["containers"] else [])]
    headings += ["NAME", "CPU(cores)", "MEMORY(bytes)"]
    if flags["sum"]:
        width = len(headings) if not flags["no-headers"] else 3
        rows.append([""] * (width - 2) + ["________", "________"])
        rows.append([""] * (width - 2) + _shown(total))
    _print(session, headings, rows)


def _name(session: Session) -> list[str]:
    if session.flags["sort-by"] not in ("", "cpu", "memory"):
        raise error("--sort-by accepts only cpu or memory")
    if len(session.words) > 1:
        raise session.usage(f"{session.path.removeprefix('kubectl top ')} [NAME | -l label]")
    return session.words


def _metrics(session: Session, kind: str, namespace: str | None, names: list[str]) -> list[Any]:
    client, flags = session.client, session.flags
    if GROUP not in [held.group for held in client.extensions]:
        raise error("Metrics API not available")
    if names:
        return [client.get(f"{kind}.{GROUP}", names[0], namespace)]
    fields = flags.get("field-selector") or ""
    return client.list(f"{kind}.{GROUP}", namespace, selector=flags["selector"], field_selector=fields)


def _explain_nothing(session: Session) -> None:
    """Pods that have just been made have no metrics yet; those that are older should."""
    try:
        scope = None if session.everywhere else session.namespace
        flags = session.flags
        pods = session.client.list(
            "pods", scope, selector=flags["selector"], field_selector=flags.get("field-selector") or ""
        )
    except ApiError:
        return
    for pod in pods:
        age = (session.now - pod.metadata.creationTimestamp).total_seconds()
        if age > _LATE:
            name = f"{pod.metadata.namespace}/{pod.metadata.name}"
            raise error(f"Metrics not available for pod {name}, age: {f.go_duration(age)}")
    if pods:
        raise error("metrics not available yet")


def _usage(amounts: Iterable[dict[str, str]]) -> Usage:
    cpu = memory = 0
    for held in amounts:
        cpu += quantity(held.get("cpu", "0")).nano
        memory += quantity(held.get("memory", "0")).nano
    return cpu, memory


def _shown(used: Usage) -> list[str]:
    return [f"{-(-used[0] // _MILLI)}m", f"{used[1] // _MEGA}Mi"]


def _ranked(session: Session, held: list[tuple[Any, Usage]], name: Any) -> list[tuple[Any, Usage]]:
    """In the order of `--sort-by`, the largest first; without it by name."""
    by_name = sorted(held, key=name)
    wanted = session.flags["sort-by"]
    if not wanted:
        return by_name
    return go_sorted(by_name, _uses_more_cpu if wanted == "cpu" else _uses_more_memory)


def _uses_more_cpu(one: tuple[Any, Usage], other: tuple[Any, Usage]) -> bool:
    return -(-one[1][0] // _MILLI) > -(-other[1][0] // _MILLI)


def _uses_more_memory(one: tuple[Any, Usage], other: tuple[Any, Usage]) -> bool:
    return one[1][1] > other[1][1]


def _node_name(pair: tuple[Any, Usage]) -> str:
    return pair[0].metadata.name


def _pod_name(pair: tuple[Any, Usage]) -> tuple[str, str]:
    return pair[0].metadata.namespace, pair[0].metadata.name


def _container_name(pair: tuple[Any, Usage]) -> str:
    return pair[0].name


def _print(session: Session, headings: list[str], rows: list[list[str]]) -> None:
    """Rows whose last cell has a column of its own too, as the real one has them."""
    lines = rows if session.flags["no-headers"] else [headings, *rows]
    session.show(align("".join("\t".join([*line, ""]) + "\n" for line in lines), padding=3, min_width=6))
