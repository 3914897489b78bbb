"""Probes: what a kubelet would find if it asked a container now."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from kubelab.node import exec_world, scripts
from kubelab.node.shell import foreseen

if TYPE_CHECKING:
    from lightkube.models import core_v1

    from kubelab.node.exec_world import Ran
    from kubelab.node.runtime import Container, Sandbox

PATIENCE = 1.0  # the timeout where the manifest says none


class Answer(NamedTuple):
    """What comes of a probe: whether all is `well`, and if not, `why`, in the kubelet's words.

    One that `errored` could not be asked: it counts neither way. Of one that `asks` the network nobody knows the answer
    before it is time.
    """

    why: str = ""
    well: bool = False
    errored: bool = False
    asks: bool = False


WELL = Answer(well=True)


def answer(
    probe: core_v1.Probe, spec: core_v1.Container, container: Container, sandbox: Sandbox | None, age: float
) -> Answer:
    """What the probe of a container of that age finds.

    In Kubernetes
        pkg/probe: http, tcp, exec, grpc. https://kubernetes.io/docs/concepts/workloads/pods/probes/
    """
    timeout = float(probe.timeoutSeconds or PATIENCE)
    address = sandbox.address if sandbox is not None else ""
    if probe.exec is not None:
        ran = exec_world.run(probe.exec.command or [], container, sandbox, age)
        return of_exec(probe, container, ran)
    for action in (probe.httpGet, probe.tcpSocket):
        if action is not None and not port_number(action.port, spec):
            return Answer(f'strconv.Atoi: parsing "{action.port}": invalid syntax', errored=True)
    if probe.httpGet is not None:
        return _unless(_http(probe.httpGet, timeout, spec, container, address, age))
    if probe.tcpSocket is not None:
        port = port_number(probe.tcpSocket.port, spec)
        return _unless(_refused(container, port, probe.tcpSocket.host or address, age))
    if probe.grpc is not None:
        return _unless(_grpc(probe.grpc.port, timeout, container, address, age))
    return WELL


def of_exec(probe: core_v1.Probe, container: Container, ran: Ran) -> Answer:
    """What an `exec` probe makes of how its command ended.

    In Kubernetes
        pkg/probe/exec: what it wrote, on both streams, is what is said. An answer that never came is an error.
    """
    command, timeout = probe.exec.command or [], float(probe.timeoutSeconds or PATIENCE)
    if ran.missing:
        identity = hashlib.sha256(f"{container.id} {command}".encode()).hexdigest()
        return Answer(
            "rpc error: code = Unknown desc = failed to exec in container: failed to start exec "
            f'"{identity}": OCI runtime exec failed: exec failed: unable to start container process: {ran.missing}',
            errored=True,
        )
    if ran.asks:
        return Answer(asks=True)
    if ran.seconds > timeout:
        return Answer(f'command timed out: "{" ".join(command)}" timed out after {timeout:g}s')
    return Answer(ran.said.rstrip("\n")) if ran.code else WELL


def _unless(why: str) -> Answer:
    return Answer(why) if why else WELL


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
        return foreseen(scripts.quoted(hook.exec.command or [])).time
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
    status = container.http_status(path, age)
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
