"""What `kubectl get` shows: the columns of each kind and the cells of each object.

The API server makes these tables, so every client shows the same. Columns of `wide` come with `-o wide` only.

In Kubernetes
    `pkg/printers/internalversion/printers.go`.
    https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from kubelab.api.custom.columns import custom_printer
from kubelab.api.duration import since
from kubelab.api.kinds import Kind
from kubelab.api.pod_rows import pod_row
from kubelab.api.printer import Cell, Printer
from kubelab.api.selectors import format_labels
from kubelab.api.tables_extensions import PRINTERS_EXTENSIONS
from kubelab.api.tables_network import PRINTERS_NETWORK
from kubelab.api.tables_policy import PRINTERS_POLICY
from kubelab.api.tables_rbac import PRINTERS_RBAC
from kubelab.api.tables_storage import PRINTERS_STORAGE
from kubelab.api.tables_workloads import PRINTERS_WORKLOADS

_ROLE_PREFIX, _ROLE_LABEL = "node-role.kubernetes.io/", "kubernetes.io/role"
_LISTED = 3
_LOAD_BALANCER_WIDTH = 16


def table(kind: Kind, objects: Iterable[Any], now: datetime, wide: bool = False) -> tuple[list[str], list[list[Cell]]]:
    """The columns and rows of some objects of one kind."""
    printer = printer_of(kind)
    places = printer.shown(wide)
    rows = []
    for obj in objects:
        cells = printer.row(obj, now, wide)
        rows.append([cells[i] for i in places])
    return [printer.columns[i].lstrip("*") for i in places], rows


def printer_of(kind: Kind) -> Printer:
    """How the objects of a kind are shown."""
    return custom_printer(kind) if kind.custom else PRINTERS.get(kind.name) or _ANY


def _name(obj: Any) -> str:
    return obj.metadata.name or ""


def _age(obj: Any, now: datetime) -> str:
    return since(obj.metadata.creationTimestamp, now)


def _any_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    return [_name(obj), _age(obj, now)]


def _service_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    spec = obj.spec
    address = (spec.clusterIPs or [spec.clusterIP or "<none>"])[0]
    ports = ",".join(
        f"{port.port}:{port.nodePort}/{port.protocol}" if port.nodePort else f"{port.port}/{port.protocol}"
        for port in spec.ports or []
    )
    cells = [_name(obj), spec.type, address, external_address(obj, wide), ports or "<none>", _age(obj, now)]
    return [*cells, format_labels(spec.selector)]


def external_address(service: Any, wide: bool) -> str:
    """How a Service is reached from outside the cluster, as its table says it."""
    spec, given = service.spec, service.spec.externalIPs or []
    if spec.type in ("ClusterIP", "NodePort"):
        return ",".join(given) or "<none>"
    if spec.type == "ExternalName":
        return spec.externalName or ""
    if spec.type != "LoadBalancer":
        return "<unknown>"
    balancer = service.status.loadBalancer if service.status else None
    entries = (balancer.ingress if balancer else None) or []
    addresses = ",".join(sorted({entry.ip or entry.hostname for entry in entries if entry.ip or entry.hostname}))
    if not wide and len(addresses) > _LOAD_BALANCER_WIDTH:
        addresses = f"{addresses[: _LOAD_BALANCER_WIDTH - 3]}..."
    return ",".join([*([addresses] if addresses else []), *given]) or "<pending>"


def _listed(words: Sequence[str]) -> str:
    shown = ",".join(words[:_LISTED])
    if len(words) > _LISTED:
        return f"{shown} + {len(words) - _LISTED} more..."
    return shown or "<unset>"


def _endpoint_slice_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    ports = [
        "*" if port.port is None and port.name is None else str(port.port or port.name) for port in obj.ports or []
    ]
    addresses = [address for endpoint in obj.endpoints or [] for address in endpoint.addresses or []]
    return [_name(obj), obj.addressType, _listed(ports), _listed(addresses), _age(obj, now)]


def node_roles(node: Any) -> str:
    """The roles of a node, from its labels, or `<none>`."""
    roles = []
    for label, value in (node.metadata.labels or {}).items():
        role = label.removeprefix(_ROLE_PREFIX) if label.startswith(_ROLE_PREFIX) else ""
        role = value if label == _ROLE_LABEL else role
        if role:
            roles.append(role)
    return ",".join(sorted(dict.fromkeys(roles))) or "<none>"


def _node_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    status = obj.status
    ready = [condition for condition in (status.conditions if status else None) or [] if condition.type == "Ready"]
    states = ["Ready" if condition.status == "True" else "NotReady" for condition in ready[-1:]] or ["Unknown"]
    if obj.spec and obj.spec.unschedulable:
        states.append("SchedulingDisabled")
    info = status.nodeInfo if status else None
    version = info.kubeletVersion if info else ""
    cells: list[Cell] = [_name(obj), ",".join(states), node_roles(obj), _age(obj, now), version]
    cells += [_node_address(obj, "InternalIP"), _node_address(obj, "ExternalIP")]
    if info is None:
        return [*cells, "<unknown>", "<unknown>", "<unknown>"]
    kernel = (
        f"{info.kernelVersion} ({info.architecture})"
        if info.kernelVersion and info.architecture
        else info.kernelVersion
    )
    return [*cells, info.osImage or "<unknown>", kernel or "<unknown>", info.containerRuntimeVersion or "<unknown>"]


def _node_address(node: Any, kind: str) -> str:
    addresses = (node.status.addresses if node.status else None) or []
    return next((entry.address for entry in addresses if entry.type == kind), "<none>")


def _namespace_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    return [_name(obj), (obj.status.phase if obj.status else None) or "", _age(obj, now)]


def _config_map_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    return [_name(obj), len(obj.data or {}) + len(obj.binaryData or {}), _age(obj, now)]


def _secret_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    return [_name(obj), obj.type or "", len(obj.data or {}), _age(obj, now)]


def _service_account_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    return [_name(obj), len(obj.secrets or []), _age(obj, now)]


def _lease_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    return [_name(obj), (obj.spec.holderIdentity if obj.spec else None) or "", _age(obj, now)]


def event_times(event: Any, now: datetime) -> tuple[str, str, int]:
    """When an event was last seen, when first, and how often."""
    first = since(event.firstTimestamp or event.eventTime, now)
    last = since(event.lastTimestamp, now) if event.lastTimestamp else first
    if event.series:
        return since(event.series.lastObservedTime, now), first, event.series.count or 0
    return last, first, event.count or 1


def event_source(event: Any) -> str:
    """Who reported an event: the component, and the host it runs on where that is known."""
    source = event.source
    component = (source.component if source else None) or event.reportingComponent or ""
    host = (source.host if source else None) or event.reportingInstance or ""
    return f"{component}, {host}" if host else component


def _event_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    last, first, count = event_times(obj, now)
    about = obj.involvedObject
    target = (about.kind or "").lower() + (f"/{about.name}" if about.name else "")
    cells: list[Cell] = [last, obj.type or "", obj.reason or "", target, about.fieldPath or "", event_source(obj)]
    return [*cells, (obj.message or "").strip(), first, count, _name(obj)]


_ANY = Printer(("Name", "Age"), _any_row)

PRINTERS: dict[str, Printer] = {
    "Pod": Printer(
        ("Name", "Ready", "Status", "Restarts", "Age", "*IP", "*Node", "*Nominated Node", "*Readiness Gates"), pod_row
    ),
    "Service": Printer(("Name", "Type", "Cluster-IP", "External-IP", "Port(s)", "Age", "*Selector"), _service_row),
    "EndpointSlice": Printer(("Name", "AddressType", "Ports", "Endpoints", "Age"), _endpoint_slice_row),
    "Node": Printer(
        (
            *("Name", "Status", "Roles", "Age", "Version"),
            *("*Internal-IP", "*External-IP", "*OS-Image", "*Kernel-Version", "*Container-Runtime"),
        ),
        _node_row,
    ),
    "Namespace": Printer(("Name", "Status", "Age"), _namespace_row),
    "ConfigMap": Printer(("Name", "Data", "Age"), _config_map_row),
    "Secret": Printer(("Name", "Type", "Data", "Age"), _secret_row),
    "ServiceAccount": Printer(("Name", "Secrets", "Age"), _service_account_row),
    "Lease": Printer(("Name", "Holder", "Age"), _lease_row),
    "Event": Printer(
        (
            *("Last Seen", "Type", "Reason", "Object", "*Subobject", "*Source"),
            *("Message", "*First Seen", "*Count", "*Name"),
        ),
        _event_row,
    ),
    **PRINTERS_EXTENSIONS,
    **PRINTERS_NETWORK,
    **PRINTERS_POLICY,
    **PRINTERS_RBAC,
    **PRINTERS_STORAGE,
    **PRINTERS_WORKLOADS,
}
