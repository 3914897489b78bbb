"""Names that changed, put right wherever other objects use them.

In Kubernetes
    kustomize's name reference transformer, with the fields of `…/builtinpluginconsts/namereference.go`.
"""

from __future__ import annotations

from kubelab.clients.kustomize.resource import POD_SPECS, Resource, places

# What the pods of any kind refer to, by the path within their spec.
_IN_PODS: dict[str, tuple[str, ...]] = {
    "ConfigMap": (
        *("volumes/configMap/name", "volumes/projected/sources/configMap/name"),
        *(f"{part}/env/valueFrom/configMapKeyRef/name" for part in ("containers", "initContainers")),
        *(f"{part}/envFrom/configMapRef/name" for part in ("containers", "initContainers")),
    ),
    "Secret": (
        *("volumes/secret/secretName", "volumes/projected/sources/secret/name", "imagePullSecrets/name"),
        *(f"{part}/env/valueFrom/secretKeyRef/name" for part in ("containers", "initContainers")),
        *(f"{part}/envFrom/secretRef/name" for part in ("containers", "initContainers")),
    ),
    "ServiceAccount": ("serviceAccountName",),
    "PersistentVolumeClaim": ("volumes/persistentVolumeClaim/claimName",),
    "PriorityClass": ("priorityClassName",),
}
# What other kinds refer to: the kind meant, and where its name stands.
_ELSEWHERE: dict[str, tuple[tuple[str, str], ...]] = {
    "Ingress": (
        ("Service", "spec/rules/http/paths/backend/service/name"),
        ("Service", "spec/defaultBackend/service/name"),
        ("Secret", "spec/tls/secretName"),
        ("IngressClass", "spec/ingressClassName"),
    ),
    "StatefulSet": (
        ("Service", "spec/serviceName"),
        ("StorageClass", "spec/volumeClaimTemplates/spec/storageClassName"),
    ),
    "ServiceAccount": (("Secret", "imagePullSecrets/name"),),
    "PersistentVolumeClaim": (("PersistentVolume", "spec/volumeName"), ("StorageClass", "spec/storageClassName")),
    "PersistentVolume": (("StorageClass", "spec/storageClassName"),),
    "Role": (("ConfigMap", "rules/resourceNames"), ("Secret", "rules/resourceNames")),
    "ClusterRole": (("ConfigMap", "rules/resourceNames"), ("Secret", "rules/resourceNames")),
    "APIService": (("Service", "spec/service/name"),),
}


def fix(resources: list[Resource]) -> None:
    """Let every object call the others by the names they have now."""
    for held in resources:
        if held.kind in POD_SPECS:
            for kind, paths in _IN_PODS.items():
                for path in paths:
                    _fix_path(resources, held, kind, f"{POD_SPECS[held.kind]}/{path}")
        for kind, path in _ELSEWHERE.get(held.kind, ()):
            _fix_path(resources, held, kind, path)
        _fix_typed(resources, held)


def _fix_path(resources: list[Resource], held: Resource, kind: str, path: str) -> None:
    for holder, key in places(held.content, path):
        value = holder[key]
        if isinstance(value, list):
            holder[key] = [_now(resources, held, kind, name) or name for name in value]
        elif isinstance(value, str):
            holder[key] = _now(resources, held, kind, value) or value


def _fix_typed(resources: list[Resource], held: Resource) -> None:
    """References that say themselves of which kind they are: a binding's role and subjects, an autoscaler's target."""
    content = held.content
    references = [content.get("roleRef"), (content.get("spec") or {}).get("scaleTargetRef")]
    for reference in references:
        if held.kind in ("RoleBinding", "ClusterRoleBinding", "HorizontalPodAutoscaler") and reference:
            reference["name"] = _now(resources, held, reference["kind"], reference["name"]) or reference["name"]
    if held.kind in ("RoleBinding", "ClusterRoleBinding"):
        accounts = [other for other in resources if other.kind == "ServiceAccount"]
        for subject in content.get("subjects") or ():
            namespace = subject.get("namespace") or "default"
            near = [other for other in accounts if namespace in (other.namespace, *other.namespaces)]
            found = _meant(near, held, subject.get("kind", ""), subject.get("name", ""))
            if found:
                subject["name"] = found.name
                if found.metadata.get("namespace"):
                    subject["namespace"] = found.metadata["namespace"]


def _now(resources: list[Resource], held: Resource, kind: str, name: str) -> str:
    found = _meant(resources, held, kind, name)
    return found.name if found else ""


def _meant(resources: list[Resource], held: Resource, kind: str, name: str) -> Resource | None:
    """The object that a name meant: of several, one that got the same prefixes, and one in the same namespace."""
    candidates = [other for other in resources if other.kind == kind and other.was_called(name)]
    for narrower in (
        [other for other in candidates if other.added == held.added],
        [other for other in candidates if other.namespace == held.namespace],
    ):
        if len(candidates) > 1 and narrower:
            candidates = [other for other in candidates if other in narrower]
    return candidates[0] if candidates else None
