"""Pod templates in a description, and what pods and templates share: volumes, tolerations, spreading.

In Kubernetes
    `DescribePodTemplate`, `describeVolumes` in `k8s.io/kubectl/pkg/describe`.
Left out
    Kinds of volumes that no lesson uses are named, without their settings.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kubelab.api.selectors import format_selector
from kubelab.clients.kubectl.describe.containers import describe_containers
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


def add_volumes(writer: Writer, volumes: list[Any], space: str = "") -> None:
    """Add volumes."""
    if not volumes:
        writer.line(f"{space}Volumes:\t<none>")
        return
    writer.line(f"{space}Volumes:")
    for volume in volumes:
        writer.line(f"{' ' if space else ''}{volume.name}:", 1)
        for name, value in _volume(volume):
            writer.field(name, value, 2)


def _volume(volume: Any) -> list[tuple[str, str]]:
    if volume.hostPath:
        kind = ("Type", "HostPath (bare host directory volume)")
        return [kind, ("Path", volume.hostPath.path), ("HostPathType", volume.hostPath.type or "")]
    if volume.emptyDir is not None:
        kind = ("Type", "EmptyDir (a temporary directory that shares a pod's lifetime)")
        size = volume.emptyDir.sizeLimit
        return [kind, ("Medium", volume.emptyDir.medium or ""), ("SizeLimit", str(size) if size else "<unset>")]
    if volume.secret:
        kind = ("Type", "Secret (a volume populated by a Secret)")
        return [kind, ("SecretName", volume.secret.secretName or ""), ("Optional", _bool(volume.secret.optional))]
    if volume.configMap:
        kind = ("Type", "ConfigMap (a volume populated by a ConfigMap)")
        return [kind, ("Name", volume.configMap.name or ""), ("Optional", _bool(volume.configMap.optional))]
    if volume.projected:
        return _projected(volume.projected)
    if volume.persistentVolumeClaim:
        claim = volume.persistentVolumeClaim
        kind = ("Type", "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)")
        return [kind, ("ClaimName", claim.claimName), ("ReadOnly", _bool(claim.readOnly))]
    if volume.nfs:
        kind = ("Type", "NFS (an NFS mount that lasts the lifetime of a pod)")
        nfs = volume.nfs
        return [kind, ("Server", nfs.server), ("Path", nfs.path), ("ReadOnly", _bool(nfs.readOnly))]
    used = [name for name in volume.__struct_fields__ if name != "name" and getattr(volume, name) is not None]
    return [("Type", used[0][0].upper() + used[0][1:] if used else "<unknown>")]


def _projected(projected: Any) -> list[tuple[str, str]]:
    lines = [("Type", "Projected (a volume that contains injected data from multiple sources)")]
    for source in projected.sources or ():
        if source.secret:
            lines += [("SecretName", source.secret.name or ""), ("Optional", _bool(source.secret.optional))]
        elif source.downwardAPI:
            lines.append(("DownwardAPI", "true"))
        elif source.configMap:
            lines += [("ConfigMapName", source.configMap.name or ""), ("Optional", _bool(source.configMap.optional))]
        elif source.serviceAccountToken:
            lines.append(("TokenExpirationSeconds", str(source.serviceAccountToken.expirationSeconds)))
    return lines


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


def _bool(value: bool | None) -> str:
    return "true" if value else "false"
