"""`kubectl describe` of rules about pods: PodDisruptionBudget, PriorityClass, NetworkPolicy.

In Kubernetes
    `describePodDisruptionBudgetV1`, `describePriorityClass`, `describeNetworkPolicy` in `k8s.io/kubectl/pkg/describe`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.selectors import format_labels, format_selector
from kubelab.clients.kubectl.describe.events import add_events
from kubelab.clients.kubectl.describe.workloads import count
from kubelab.clients.kubectl.describe.writer import Writer
from kubelab.clients.kubectl.session import Session


def describe_pod_disruption_budget(session: Session, budget: Any) -> str:
    """A PodDisruptionBudget: how many pods may be taken away now."""
    writer, spec, status = Writer(session.now), budget.spec, budget.status
    writer.field("Name", budget.metadata.name)
    writer.field("Namespace", budget.metadata.namespace)
    if spec.minAvailable is not None:
        writer.field("Min available", spec.minAvailable)
    elif spec.maxUnavailable is not None:
        writer.field("Max unavailable", spec.maxUnavailable)
    writer.field("Selector", "<unset>" if spec.selector is None else format_selector(spec.selector))
    writer.line("Status:")
    for title, name in (
        ("Allowed disruptions", "disruptionsAllowed"),
        ("Current", "currentHealthy"),
        ("Desired", "desiredHealthy"),
        ("Total", "expectedPods"),
    ):
        writer.field(title, count(status, name), 2)
    add_events(session, writer, budget)
    return writer.text()


def describe_priority_class(session: Session, priority_class: Any) -> str:
    """A PriorityClass: which pods go before which."""
    writer = Writer(session.now)
    writer.field("Name", priority_class.metadata.name)
    writer.field("Value", priority_class.value)
    writer.field("GlobalDefault", str(bool(priority_class.globalDefault)).lower())
    writer.field("PreemptionPolicy", priority_class.preemptionPolicy or "")
    writer.field("Description", priority_class.description or "")
    writer.field("Annotations", format_labels(priority_class.metadata.annotations))
    add_events(session, writer, priority_class)
    return writer.text()


def describe_network_policy(session: Session, policy: Any) -> str:
    """A NetworkPolicy: who may talk to the pods that it selects, and to whom they may talk."""
    writer, meta, spec = Writer(session.now), policy.metadata, policy.spec
    writer.field("Name", meta.name)
    writer.field("Namespace", meta.namespace)
    writer.field("Created on", f"{meta.creationTimestamp:%Y-%m-%d %H:%M:%S +0000 UTC}")
    writer.labels("Labels", meta.labels)
    writer.annotations("Annotations", meta.annotations)
    writer.line("Spec:")
    selector = format_selector(spec.podSelector) if spec.podSelector is not None else "<none>"
    if selector == "<none>":
        selector = "<none> (Allowing the specific traffic to all pods in this namespace)"
    writer.line(f"PodSelector:     {selector}", 1)
    types = spec.policyTypes or []
    for type_, direction, rules in (("Ingress", "ingress", spec.ingress), ("Egress", "egress", spec.egress)):
        if type_ in types:
            writer.line(f"Allowing {direction} traffic:", 1)
            _rules(writer, direction, rules or [])
        else:
            writer.line(f"Not affecting {direction} traffic", 1)
    writer.line(f"Policy Types: {', '.join(types) or '<none>'}", 1)
    return writer.text()


def _rules(writer: Writer, direction: str, rules: list[Any]) -> None:
    if not rules:
        writer.line(f"<none> (Selected pods are isolated for {direction} connectivity)", 2)
    word, field, end = ("From", "from_", "source") if direction == "ingress" else ("To", "to", "destination")
    for i, rule in enumerate(rules):
        if not rule.ports:
            writer.line("To Port: <any> (traffic allowed to all ports)", 2)
        for port in rule.ports or ():
            number = "<nil>" if port.port is None else port.port
            if port.endPort is None:
                writer.line(f"To Port: {number}/{port.protocol or 'TCP'}", 2)
            else:
                writer.line(f"To Port Range: {number}-{port.endPort}/{port.protocol or 'TCP'}", 2)
        peers = getattr(rule, field, None) or []
        if not peers:
            writer.line(f"{word}: <any> (traffic not restricted by {end})", 2)
        for peer in peers:
            writer.line(f"{word}:", 2)
            _peer(writer, peer)
        if i < len(rules) - 1:
            writer.line("----------", 2)


def _peer(writer: Writer, peer: Any) -> None:
    if peer.namespaceSelector is not None:
        writer.line(f"NamespaceSelector: {format_selector(peer.namespaceSelector)}", 3)
    if peer.podSelector is not None:
        writer.line(f"PodSelector: {format_selector(peer.podSelector)}", 3)
    if peer.podSelector is None and peer.namespaceSelector is None and peer.ipBlock is not None:
        writer.line("IPBlock:", 3)
        writer.line(f"CIDR: {peer.ipBlock.cidr}", 4)
        writer.line(f"Except: {', '.join(peer.ipBlock.except_ or ())}", 4)
