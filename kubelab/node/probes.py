"""Probes: what a kubelet would find if it asked a container now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.node import scripts
from kubelab.node.shell import Foreseen, foreseen

if TYPE_CHECKING:
    from lightkube.models import core_v1

    from kubelab.node.runtime import Container

PATIENCE = 1.0  # the timeout where the manifest says none


def failure(probe: core_v1.Probe, spec: core_v1.Container, container: Container, address: str, age: float) -> str:
    """Why the probe of a container of that age fails, in the kubelet's words; empty where it succeeds.

    In Kubernetes
        pkg/probe: http, tcp, exec, grpc. https://kubernetes.io/docs/concepts/workloads/pods/probes/
    """
    timeout = float(probe.timeoutSeconds or PATIENCE)
    if probe.httpGet is not None:
        return _http(probe.httpGet, timeout, spec, container, address, age)
    if probe.tcpSocket is not None:
        port = port_number(probe.tcpSocket.port, spec)
        return _refused(container, port, probe.tcpSocket.host or address, age)
    if probe.exec is not None:
        return _exec(probe.exec.command or [], timeout, container, age)
    if probe.grpc is not None:
        return _grpc(probe.grpc.port, timeout, container, address, age)
    return ""


def port_number(port: int | str, spec: core_v1.Container) -> int:
    """A port of the container by its number or its name; 0 where no port has that name."""
    if isinstance(port, int):
        return port
    if port.isdigit():
        return int(port)
    return next((held.containerPort for held in spec.ports or () if held.name == port), 0)


def hook_seconds(hook: core_v1.LifecycleHandler | None) -> float:
    """How long a lifecycle hook takes: `sleep`, or an exec whose script sleeps; others take no time."""
    if hook is None:
        return 0.0
    if hook.sleep is not None:
        return float(hook.sleep.seconds)
    if hook.exec is not None:
        return _run(hook.exec.command or [], []).time
    return 0.0


def _http(
    get: core_v1.HTTPGetAction, timeout: float, spec: core_v1.Container, container: Container, address: str, age: float
) -> str:
    port, host = port_number(get.port, spec), get.host or address
    path = get.path or "/"
    url = f'Get "{(get.scheme or "HTTP").lower()}://{host}:{port}{path if path.startswith("/") else "/" + path}"'
    refused = _refused(container, port, host, age)
    if refused:
        return f"{url}: {refused}"
    if container.behavior.latency > timeout:
        return f"{url}: context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
    status = container.behavior.http_status(path, age)
    return "" if 200 <= status < 400 else f"HTTP probe failed with statuscode: {status}"


def _refused(container: Container, port: int, host: str, age: float) -> str:
    behavior = container.behavior
    taken = behavior.listening(port, age) and not behavior.loopback  # the kubelet asks from outside the pod
    return "" if taken else f"dial tcp {host}:{port}: connect: connection refused"


def _grpc(port: int, timeout: float, container: Container, address: str, age: float) -> str:
    behavior = container.behavior
    if not behavior.listening(port, age) or behavior.loopback or behavior.latency > timeout:
        where = f'"{address}:{port}" within {timeout:g}s'
        return f"timeout: failed to connect service {where}: context deadline exceeded"
    return "" if behavior.http_status("", age) in (200, 404) else 'service unhealthy (responded with "NOT_SERVING")'


def _exec(command: list[str], timeout: float, container: Container, age: float) -> str:
    behavior = container.behavior
    if behavior.files is None or behavior.hanging(age):
        # nobody knows the program: what is asked in it succeeds while it is well
        well = age >= max(behavior.starts_after, behavior.ready_after) and not behavior.hanging(age)
        return "" if well else f"command {' '.join(command)!r} failed"
    done = _run(command, [path for path, _, _ in behavior.files if behavior.has_file(path, age)])
    if done.time > timeout:
        return f'command timed out: "{" ".join(command)}" timed out after {timeout:g}s'
    return "\n".join(text for _, text in done.lines) or "command failed" if done.code else ""


def _run(command: list[str], held: list[str]) -> Foreseen:
    return foreseen(scripts.quoted(command), held=held)
