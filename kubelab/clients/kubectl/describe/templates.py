"""Pod templates in a description, and what pods and templates share: volumes, tolerations, spreading.

In Kubernetes
    `DescribePodTemplate` in `k8s.io/kubectl/pkg/describe`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kubelab.api.selectors import format_selector
from kubelab.clients.kubectl.describe.containers import describe_containers
from kubelab.clients.kubectl.describe.volumes import add_volumes
from kubelab.clients.kubectl.describe.writer import Writer


def describe_template(template: Any) -> str:
    """A pod template by itself, its cells still separated by tabs."""
    writer = Writer(datetime.min)
    add_template(writer, template)
    return writer.raw()


def add_template(writer: Writer, template: Any) -> None:
    """Add a pod template."""
    writer.line("Pod Template:")
    spec, meta = template.spec, template.metadata
    writer.labels("  Labels", meta.labels if meta else None)
    if meta and meta.annotations:
        writer.annotations("  Annotations", meta.annotations)
    if spec.serviceAccountName:
        writer.field("Service Account", spec.serviceAccountName, 1)
    if spec.initContainers:
        describe_containers(writer, "Init Containers", spec.initContainers, [], "  ")
    describe_containers(writer, "Containers", spec.containers or [], [], "  ")
    add_volumes(writer, spec.volumes or [], "  ")
    add_spreading(writer, spec.topologySpreadConstraints or [], "  ")
    if spec.priorityClassName:
        writer.field("Priority Class Name", spec.priorityClassName, 1)
    writer.labels("  Node-Selectors", spec.nodeSelector)
    writer.fields("  Tolerations", toleration_lines(spec.tolerations or []))


def add_spreading(writer: Writer, constraints: list[Any], space: str = "") -> None:
    """Add topology spread constraints."""
    lines = []
    for held in sorted(constraints, key=_topology_key):
        text = f"{held.topologyKey}:{held.whenUnsatisfiable} when max skew {held.maxSkew} is exceeded"
        lines.append(f"{text} for selector {format_selector(held.labelSelector)}" if held.labelSelector else text)
    if lines:
        writer.fields("Topology Spread Constraints", lines, space)


def _topology_key(constraint: Any) -> str:
    return constraint.topologyKey


def toleration_lines(tolerations: list[Any]) -> list[str]:
    """Tolerations as descriptions have them: `node.kubernetes.io/not-ready:NoExecute op=Exists for 300s`."""
    lines = []
    for held in sorted(tolerations, key=_key):
        text = (held.key or "") + (f"={held.value}" if held.value else "") + (f":{held.effect}" if held.effect else "")
        if held.operator == "Exists" and not held.value:
            text += " op=Exists" if text else "op=Exists"
        if held.tolerationSeconds is not None:
            text += f" for {held.tolerationSeconds}s"
        lines.append(text)
    return lines


def _key(toleration: Any) -> str:
    return toleration.key or ""
