"""Containers in a description: their images, ports, states, resources, probes, environment and mounts.

In Kubernetes
    `describeContainers` in `k8s.io/kubectl/pkg/describe`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.quantity import quantity
from kubelab.clients.kubectl.describe.writer import Writer, date


def describe_containers(
    writer: Writer, label: str, containers: list[Any], statuses: list[Any], space: str = "", pod: Any = None
) -> None:
    """Add containers; those of a template have no statuses."""
    held = {status.name: status for status in statuses}
    writer.line(f"{space}{label}:{'' if containers else ' <none>'}")
    for container in containers:
        status = held.get(container.name)
        writer.line(f"{' ' if space else ''}{container.name}:", 1)
        _basics(writer, container, status)
        _command(writer, "Command", container.command)
        _command(writer, "Args", container.args)
        if status is not None:
            _states(writer, status)
        describe_resources(writer, container.resources, 2)
        for name, probe in (
            ("Liveness", container.livenessProbe),
            ("Readiness", container.readinessProbe),
            ("Startup", container.startupProbe),
        ):
            if probe:
                writer.field(name, probe_text(probe), 2)
        _environment(writer, container, pod)
        _mounts(writer, container)


def _basics(writer: Writer, container: Any, status: Any) -> None:
    if status is not None:
        writer.field("Container ID", status.containerID or "", 2)
    writer.field("Image", container.image or "", 2)
    if status is not None:
        writer.field("Image ID", status.imageID or "", 2)
    for title, number in (("Port", "containerPort"), ("Host Port", "hostPort")):
        ports = [
            f"{getattr(port, number) or 0}/{port.protocol or 'TCP'}" + (f" ({port.name})" if port.name else "")
            for port in container.ports or ()
        ]
        writer.field(f"{title}s" if len(ports) > 1 else title, ", ".join(ports) or "<none>", 2)
    seccomp = container.securityContext.seccompProfile if container.securityContext else None
    if seccomp:
        writer.field("SeccompProfile", seccomp.type, 2)


def _command(writer: Writer, title: str, words: list[str] | None) -> None:
    if words:
        writer.line(f"{title}:", 2)
        for word in words:
            for part in word.split("\n"):
                writer.line(part, 3)


def _states(writer: Writer, status: Any) -> None:
    _state(writer, "State", status.state)
    if status.lastState and status.lastState.terminated:
        _state(writer, "Last State", status.lastState)
    writer.field("Ready", bool(status.ready), 2)
    writer.field("Restart Count", status.restartCount or 0, 2)


def _state(writer: Writer, name: str, state: Any) -> None:
    if state and state.running:
        writer.field(name, "Running", 2)
        writer.field("Started", date(state.running.startedAt), 3)
    elif state and state.terminated:
        ended = state.terminated
        writer.field(name, "Terminated", 2)
        if ended.reason:
            writer.field("Reason", ended.reason, 3)
        if ended.message:
            writer.field("Message", ended.message, 3)
        writer.field("Exit Code", ended.exitCode or 0, 3)
        if ended.signal:
            writer.field("Signal", ended.signal, 3)
        writer.field("Started", date(ended.startedAt), 3)
        writer.field("Finished", date(ended.finishedAt), 3)
    else:
        writer.field(name, "Waiting", 2)
        if state and state.waiting and state.waiting.reason:
            writer.field("Reason", state.waiting.reason, 3)


def describe_resources(writer: Writer, resources: Any, level: int) -> None:
    """Add limits and requests."""
    for title, amounts in (("Limits", resources and resources.limits), ("Requests", resources and resources.requests)):
        if amounts:
            writer.line(f"{title}:", level)
            for name, quantity in sorted(amounts.items()):
                writer.field(name, quantity, level + 1)


def probe_text(probe: Any) -> str:
    """A probe in one line."""
    attributes = (
        f"delay={probe.initialDelaySeconds or 0}s timeout={probe.timeoutSeconds or 0}s "
        f"period={probe.periodSeconds or 0}s "
        f"#success={probe.successThreshold or 0} #failure={probe.failureThreshold or 0}"
    )
    if probe.exec:
        return f"exec [{' '.join(probe.exec.command or ())}] {attributes}"
    if probe.httpGet:
        get = probe.httpGet
        path = get.path if not get.path or get.path.startswith("/") else f"/{get.path}"
        return f"http-get {(get.scheme or 'HTTP').lower()}://{get.host or ''}:{get.port}{path or ''} {attributes}"
    if probe.tcpSocket:
        return f"tcp-socket {probe.tcpSocket.host or ''}:{probe.tcpSocket.port} {attributes}"
    if probe.grpc:
        return f"grpc <pod>:{probe.grpc.port} {probe.grpc.service or ''} {attributes}"
    return f"unknown {attributes}"


def _environment(writer: Writer, container: Any, pod: Any) -> None:
    if container.envFrom:
        writer.line("Environment Variables from:", 2)
    for source in container.envFrom or ():
        reference, kind = (source.configMapRef, "ConfigMap") if source.configMapRef else (source.secretRef, "Secret")
        prefix = f" with prefix '{source.prefix}'" if source.prefix else ""
        optional = _bool(reference and reference.optional)
        writer.columns(3, [(reference and reference.name) or "", f"{kind}{prefix}", f"Optional: {optional}"])
    writer.line("Environment:" + ("" if container.env else "\t<none>"), 2)
    for variable in container.env or ():
        if variable.valueFrom is None:
            first, *rest = (variable.value or "").split("\n")
            writer.field(variable.name, first, 3)
            for part in rest:
                writer.line(f"\t{part}", 3)
        else:
            writer.field(variable.name, _reference(variable.valueFrom, container, pod), 3)


def _reference(source: Any, container: Any, pod: Any) -> str:
    if source.fieldRef:
        return f"{_field_of(pod, source.fieldRef.fieldPath)} ({source.fieldRef.apiVersion}:{source.fieldRef.fieldPath})"
    if source.resourceFieldRef:
        return _amount_of(container, source.resourceFieldRef)
    if source.secretKeyRef:
        key = source.secretKeyRef
        return f"<set to the key '{key.key}' in secret '{key.name}'>\tOptional: {_bool(key.optional)}"
    key = source.configMapKeyRef
    return f"<set to the key '{key.key}' of config map '{key.name}'>\tOptional: {_bool(key.optional)}" if key else ""


def _amount_of(container: Any, reference: Any) -> str:
    """What a variable takes from its container's resources, as a number of divisors, rounded up."""
    name = reference.resource
    part, _, resource = name.partition(".")
    amounts = (getattr(container.resources, part, None) if container.resources else None) or {}
    divisor = quantity(reference.divisor or "1").nano or quantity("1").nano
    value = -(-quantity(amounts.get(resource, "0")).nano // divisor)
    unlimited = value == 0 and name in ("limits.cpu", "limits.memory")
    return f"{'node allocatable' if unlimited else value} ({name})"


def _field_of(pod: Any, path: str) -> str:
    """What a variable takes from its pod, as far as kubectl knows; nothing for a template, which has no pod yet."""
    known = {"metadata.name": "name", "metadata.namespace": "namespace"}
    return getattr(pod.metadata, known[path]) or "" if pod is not None and path in known else ""


def _mounts(writer: Writer, container: Any) -> None:
    mounts = sorted(container.volumeMounts or (), key=_mount_path)
    writer.line("Mounts:" + ("" if mounts else "\t<none>"), 2)
    for mount in mounts:
        flags = "ro" if mount.readOnly else "rw"
        flags += f',path="{mount.subPath}"' if mount.subPath else ""
        writer.line(f"{mount.mountPath} from {mount.name} ({flags})", 3)
    if container.volumeDevices:
        writer.line("Devices:" + ("" if mounts else "\t<none>"), 2)
        for device in container.volumeDevices:
            writer.line(f"{device.devicePath} from {device.name}", 3)


def _mount_path(mount: Any) -> str:
    return mount.mountPath


def _bool(value: bool | None) -> str:
    return "true" if value else "false"
