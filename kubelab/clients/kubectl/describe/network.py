"""`kubectl describe service`, `endpoints` and `endpointslice`.

In Kubernetes
    `describeService`, `describeEndpoints`, `describeEndpointSliceV1` in `k8s.io/kubectl/pkg/describe`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.selectors import format_labels
from kubelab.clients.kubectl.describe.events import add_events
from kubelab.clients.kubectl.describe.writer import Writer
from kubelab.clients.kubectl.session import Session

SERVICE_LABEL = "kubernetes.io/service-name"
_LISTED = 3


def describe_service(session: Session, service: Any) -> str:
    """A Service: its address, its ports, and the ready endpoints behind each."""
    writer, spec = Writer(session.now), service.spec
    writer.metadata(service)
    writer.field("Selector", format_labels(spec.selector))
    writer.field("Type", spec.type)
    if spec.ipFamilyPolicy:
        writer.field("IP Family Policy", spec.ipFamilyPolicy)
    writer.field("IP Families", ",".join(spec.ipFamilies or ()) or "<none>")
    writer.field("IP", spec.clusterIP or "")
    writer.field("IPs", ",".join(spec.clusterIPs or ()) or "<none>")
    for name, value in (
        ("External IPs", ",".join(spec.externalIPs or ())),
        ("Desired LoadBalancer IP", spec.loadBalancerIP),
        ("External Name", spec.externalName),
        ("LoadBalancer Ingress", _ingress(service)),
    ):
        if value:
            writer.field(name, value)
    selector = f"{SERVICE_LABEL}={service.metadata.name}"
    slices = session.client.list("endpointslices", service.metadata.namespace, selector=selector)
    for port in spec.ports or ():
        _port(writer, port, slices)
    writer.field("Session Affinity", spec.sessionAffinity or "")
    for name, value in (
        ("External Traffic Policy", spec.externalTrafficPolicy),
        ("Internal Traffic Policy", spec.internalTrafficPolicy),
        ("HealthCheck NodePort", spec.healthCheckNodePort),
        ("LoadBalancer Source Ranges", ",".join(spec.loadBalancerSourceRanges or ())),
        ("Traffic Distribution", spec.trafficDistribution),
    ):
        if value:
            writer.field(name, value)
    add_events(session, writer, service)
    return writer.text()


def _ingress(service: Any) -> str:
    balancer = service.status.loadBalancer if service.status else None
    shown = []
    for entry in (balancer.ingress if balancer else None) or ():
        mode = f" ({entry.ipMode})" if entry.ip and entry.ipMode else ""
        shown.append(f"{entry.ip}{mode}" if entry.ip else entry.hostname or "")
    return ", ".join(shown)


def _port(writer: Writer, port: Any, slices: list[Any]) -> None:
    name = port.name or "<unset>"
    writer.line(f"Port:\t{name}\t{port.port}/{port.protocol}")
    writer.field("TargetPort", f"{port.targetPort if port.targetPort is not None else port.port}/{port.protocol}")
    if port.appProtocol:
        writer.field("AppProtocol", port.appProtocol)
    if port.nodePort:
        writer.line(f"NodePort:\t{name}\t{port.nodePort}/{port.protocol}")
    writer.field("Endpoints", endpoints_of(slices, port.name or ""))


def endpoints_of(slices: list[Any], port_name: str) -> str:
    """The ready endpoints of a Service's port, the first three of them: `10.244.0.5:80,10.244.1.7:80`."""
    if not slices:
        return "<none>"
    addresses = []
    for held in slices:
        ready = [one for one in held.endpoints or () if one.conditions is None or one.conditions.ready is not False]
        if not held.ports:
            addresses += [one.addresses[0] for one in ready]
        for port in held.ports or ():
            if (port.name or "") == port_name:
                addresses += [f"{_bracketed(one.addresses[0])}:{port.port}" for one in ready]
    shown = ",".join(addresses[:_LISTED])
    more = len(addresses) - _LISTED
    return f"{shown} + {more} more..." if more > 0 else shown


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def describe_endpoints(session: Session, endpoints: Any) -> str:
    """Endpoints: the addresses behind a Service, as they were listed before there were EndpointSlices."""
    writer = Writer(session.now)
    writer.metadata(endpoints)
    writer.line("Subsets:")
    for subset in endpoints.subsets or ():
        for title, addresses in (("Addresses", subset.addresses), ("NotReadyAddresses", subset.notReadyAddresses)):
            writer.field(title, ",".join(address.ip for address in addresses or ()) or "<none>", 1)
        if subset.ports:
            writer.line("Ports:", 1)
            writer.columns(2, ["Name", "Port", "Protocol"], ["----", "----", "--------"])
        for port in subset.ports or ():
            writer.columns(2, [port.name or "<unset>", str(port.port), port.protocol or "TCP"])
        writer.line()
    add_events(session, writer, endpoints)
    return writer.text()


def describe_endpoint_slice(session: Session, held: Any) -> str:
    """An EndpointSlice: its ports, and each endpoint with its conditions."""
    writer = Writer(session.now)
    writer.metadata(held)
    writer.field("AddressType", held.addressType)
    if held.ports:
        writer.line("Ports:")
        writer.columns(1, ["Name", "Port", "Protocol"], ["----", "----", "--------"])
        for port in held.ports:
            number = "<unset>" if port.port is None else str(port.port)
            writer.columns(1, [port.name or "<unset>", number, port.protocol or "TCP"])
    else:
        writer.line("Ports: <unset>")
    writer.line("Endpoints:" if held.endpoints else "Endpoints: <none>")
    for endpoint in held.endpoints or ():
        writer.field("- Addresses", ", ".join(endpoint.addresses or ()) or "<none>", 1)
        writer.line("Conditions:", 2)
        ready = endpoint.conditions.ready if endpoint.conditions else None
        writer.field("Ready", "<unset>" if ready is None else str(ready).lower(), 3)
        writer.field("Hostname", endpoint.hostname or "<unset>", 2)
        if endpoint.targetRef:
            writer.field("TargetRef", f"{endpoint.targetRef.kind}/{endpoint.targetRef.name}", 2)
        writer.field("NodeName", endpoint.nodeName or "<unset>", 2)
        writer.field("Zone", endpoint.zone or "<unset>", 2)
    add_events(session, writer, held)
    return writer.text()
