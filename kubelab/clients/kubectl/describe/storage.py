"""`kubectl describe` of PersistentVolumes, PersistentVolumeClaims and StorageClasses.

In Kubernetes
    `describePersistentVolume`, `describePersistentVolumeClaim`, `describeStorageClass` in
    `k8s.io/kubectl/pkg/describe`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.selectors import format_labels
from kubelab.clients.kubectl.describe.events import add_events
from kubelab.clients.kubectl.describe.volumes import add_source
from kubelab.clients.kubectl.describe.writer import Writer, date
from kubelab.clients.kubectl.session import Session

_BETA_CLASS = "volume.beta.kubernetes.io/storage-class"
_DEFAULTS = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")
_SHORT_MODES = {"ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"}


def class_of(obj: Any) -> str:
    """The StorageClass of a volume or of a claim."""
    annotated = (obj.metadata.annotations or {}).get(_BETA_CLASS) if obj.metadata else None
    return annotated if annotated is not None else obj.spec.storageClassName or ""


def _modes(modes: list[str] | None) -> str:
    return ",".join(short for mode, short in _SHORT_MODES.items() if mode in (modes or ()))


def _phase(writer: Writer, obj: Any) -> str:
    if obj.metadata.deletionTimestamp is not None:
        return f"Terminating (lasts {writer.age(obj.metadata.deletionTimestamp)})"
    return (obj.status.phase if obj.status else None) or ""


def _finalizers(obj: Any) -> str:
    return f"[{' '.join(obj.metadata.finalizers or ())}]"


def describe_persistent_volume(session: Session, volume: Any) -> str:
    """A PersistentVolume: what it is made of, and who has it."""
    writer, spec = Writer(session.now), volume.spec
    writer.metadata(volume, namespaced=False)
    writer.field("Finalizers", _finalizers(volume))
    writer.field("StorageClass", class_of(volume))
    writer.field("Status", _phase(writer, volume))
    claim = spec.claimRef
    writer.field("Claim", f"{claim.namespace or ''}/{claim.name or ''}" if claim else "")
    writer.field("Reclaim Policy", spec.persistentVolumeReclaimPolicy or "")
    writer.field("Access Modes", _modes(spec.accessModes))
    if spec.volumeMode is not None:
        writer.field("VolumeMode", spec.volumeMode)
    writer.field("Capacity", (spec.capacity or {}).get("storage", "0"))
    _node_affinity(writer, spec.nodeAffinity)
    writer.field("Message", (volume.status.message if volume.status else None) or "")
    writer.line("Source:")
    add_source(writer, spec)
    add_events(session, writer, volume)
    return writer.text()


def _node_affinity(writer: Writer, affinity: Any) -> None:
    if affinity is None or affinity.required is None:
        writer.field("Node Affinity", "<none>")
        return
    writer.field("Node Affinity", "")
    terms = affinity.required.nodeSelectorTerms or ()
    writer.field("Required Terms", "" if terms else "<none>", 1)
    for i, term in enumerate(terms):
        texts = []
        for held in term.matchExpressions or ():
            values = f" [{', '.join(held.values)}]" if held.values else ""
            texts.append(f"{held.key} {held.operator.lower()}{values}")
        for j, text in enumerate(texts or ["<none>"]):
            writer.line(f"Term {i}:\t{text}" if j == 0 else f"\t{text}", 2)


def describe_persistent_volume_claim(session: Session, claim: Any) -> str:
    """A PersistentVolumeClaim: what it asks for, what it has got, and which pods use it."""
    writer, meta, spec, status = Writer(session.now), claim.metadata, claim.spec, claim.status
    writer.field("Name", meta.name)
    writer.field("Namespace", meta.namespace)
    writer.field("StorageClass", class_of(claim))
    writer.field("Status", _phase(writer, claim))
    writer.field("Volume", spec.volumeName or "")
    writer.labels("Labels", meta.labels)
    writer.annotations("Annotations", meta.annotations)
    writer.field("Finalizers", _finalizers(claim))
    bound = bool(spec.volumeName)
    capacity = ((status.capacity if status else None) or {}).get("storage", "0")
    writer.field("Capacity", capacity if bound else "")
    writer.field("Access Modes", _modes(status.accessModes if status else None) if bound else "")
    if spec.volumeMode is not None:
        writer.field("VolumeMode", spec.volumeMode)
    if spec.dataSource is not None:
        writer.line("DataSource:")
        if spec.dataSource.apiGroup is not None:
            writer.field("APIGroup", spec.dataSource.apiGroup, 1)
        writer.field("Kind", spec.dataSource.kind, 1)
        writer.field("Name", spec.dataSource.name, 1)
    writer.fields("Used By", _users(session, claim))
    _conditions(writer, (status.conditions if status else None) or [])
    add_events(session, writer, claim)
    return writer.text()


def _users(session: Session, claim: Any) -> list[str]:
    """The pods that mount a claim, and those that own it."""
    owners = [owner.uid for owner in claim.metadata.ownerReferences or () if owner.kind == "Pod"]
    names = []
    for pod in session.client.list("pods", claim.metadata.namespace):
        claims = [volume.persistentVolumeClaim for volume in pod.spec.volumes or ()]
        mounted = [held for held in claims if held and held.claimName == claim.metadata.name]
        names += [pod.metadata.name] * (len(mounted) or (pod.metadata.uid in owners))
    return sorted(names)


def _conditions(writer: Writer, conditions: list[Any]) -> None:
    if not conditions:
        return
    titles = ["Type", "Status", "LastProbeTime", "LastTransitionTime", "Reason", "Message"]
    dashes = ["----", "------", "-----------------", "------------------", "------", "-------"]
    writer.line("Conditions:")
    writer.columns(1, titles, dashes)
    for held in conditions:
        times = [f"{date(held.lastProbeTime)} ", f"{date(held.lastTransitionTime)} "]
        writer.columns(1, [f"{held.type} ", f"{held.status} ", *times, f"{held.reason or ''} ", held.message or ""])


def describe_storage_class(session: Session, storage_class: Any) -> str:
    """A StorageClass: who makes its volumes, and how."""
    writer, meta = Writer(session.now), storage_class.metadata
    annotations = meta.annotations or {}
    writer.field("Name", meta.name)
    writer.field("IsDefaultClass", "Yes" if "true" in [annotations.get(key) for key in _DEFAULTS] else "No")
    writer.field("Annotations", format_labels(annotations))
    writer.field("Provisioner", storage_class.provisioner)
    writer.field("Parameters", format_labels(storage_class.parameters))
    expansion = storage_class.allowVolumeExpansion
    writer.field("AllowVolumeExpansion", "<unset>" if expansion is None else expansion)
    options = storage_class.mountOptions or []
    writer.line("MountOptions:" if options else "MountOptions:\t<none>")
    for option in options:
        writer.line(option, 1)
    if storage_class.reclaimPolicy is not None:
        writer.field("ReclaimPolicy", storage_class.reclaimPolicy)
    if storage_class.volumeBindingMode is not None:
        writer.field("VolumeBindingMode", storage_class.volumeBindingMode)
    if storage_class.allowedTopologies:
        writer.field("AllowedTopologies", "")
        for i, term in enumerate(storage_class.allowedTopologies):
            texts = [f"{held.key} in [{', '.join(held.values)}]" for held in term.matchLabelExpressions or ()]
            for j, text in enumerate(texts or ["<none>"]):
                writer.line(f"Term {i}:\t{text}" if j == 0 else f"\t{text}", 1)
    add_events(session, writer, storage_class)
    return writer.text()
