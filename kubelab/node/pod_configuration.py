"""What a container needs of ConfigMaps and Secrets before it can be created."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.api.errors import ApiError

if TYPE_CHECKING:
    from lightkube.models import core_v1

    from kubelab.client_go.client import Client


def missing(pod: core_v1.Pod, spec: core_v1.Container, client: Client) -> str:
    """What is not there, in the kubelet's words; empty where nothing is missing.

    In Kubernetes
        pkg/kubelet/kubelet_pods.go, `makeEnvironmentVariables`.

    Left out
        Volumes made of ConfigMaps and Secrets: a missing one is not noticed.
    """
    if not spec.env and not spec.envFrom:
        return ""
    namespace = pod.metadata.namespace
    for source in spec.envFrom or ():
        for kind, reference in (("configmap", source.configMapRef), ("secret", source.secretRef)):
            if (
                reference is not None
                and not reference.optional
                and _data(client, kind, reference.name, namespace) is None
            ):
                return f'{kind} "{reference.name}" not found'
    for variable in spec.env or ():
        value = variable.valueFrom
        for kind, key in (
            ("configmap", value.configMapKeyRef if value is not None else None),
            ("secret", value.secretKeyRef if value is not None else None),
        ):
            if key is None or key.optional:
                continue
            data = _data(client, kind, key.name, namespace)
            if data is None:
                return f'{kind} "{key.name}" not found'
            if key.key not in data:
                where = "ConfigMap" if kind == "configmap" else "Secret"
                return f"couldn't find key {key.key} in {where} {namespace}/{key.name}"
    return ""


def _data(client: Client, kind: str, name: str, namespace: str) -> dict[str, str] | None:
    try:
        found = client.get(f"{kind}s", name, namespace)
    except ApiError as refused:
        return None if refused.code == 404 else {}
    return {**(found.data or {}), **(getattr(found, "binaryData", None) or {})}
