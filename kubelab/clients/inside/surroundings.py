"""What a container finds around it: environment variables and mounted files.

In Kubernetes
    pkg/kubelet/kubelet_pods.go: `makeEnvironmentVariables`, and the volumes of pkg/volume.

Left out
    Resource fields (`resourceFieldRef`), items' modes, and files that programs write themselves.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError

if TYPE_CHECKING:
    from kubelab.client_go.client import Client

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def environment(client: Client, pod: Any, container: Any) -> dict[str, str]:
    """The variables that the container was started with."""
    found = {"PATH": PATH, "HOSTNAME": pod.spec.hostname or pod.metadata.name}
    for source in container.envFrom or ():
        for reference, kind in ((source.configMapRef, "configmaps"), (source.secretRef, "secrets")):
            if reference is not None:
                texts = _texts(client, kind, reference.name, pod.metadata.namespace)
                found.update({f"{source.prefix or ''}{key}": text for key, text in texts.items()})
    for variable in container.env or ():
        text = variable.value or "" if variable.valueFrom is None else _referred(client, pod, variable.valueFrom)
        if text is not None:
            found[variable.name] = _expanded(text, found)
    if pod.spec.enableServiceLinks is not False:
        found.update(_services(client, pod.metadata.namespace))
    found["HOME"] = "/root"
    return found


def mounted_files(client: Client, pod: Any, container: Any) -> dict[str, str]:
    """The files of mounted ConfigMaps, Secrets and service account, and those that every container gets."""
    name, address = pod.spec.hostname or pod.metadata.name, (pod.status.podIP if pod.status else None) or ""
    namespace = pod.metadata.namespace
    found = {
        "/etc/hostname": f"{name}\n",
        "/etc/hosts": f"# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n{address}\t{name}\n",
        "/etc/resolv.conf": (
            f"search {namespace}.svc.cluster.local svc.cluster.local cluster.local\n"
            "nameserver 10.96.0.10\noptions ndots:5\n"
        ),
    }
    volumes = {volume.name: volume for volume in pod.spec.volumes or ()}
    for mount in container.volumeMounts or ():
        volume = volumes.get(mount.name)
        for path, text in _volume(client, pod, volume).items() if volume is not None else ():
            if mount.subPath is None:
                found[f"{mount.mountPath.rstrip('/')}/{path}"] = text
            elif mount.subPath == path:
                found[mount.mountPath] = text
    return found


def _volume(client: Client, pod: Any, volume: Any) -> dict[str, str]:
    namespace = pod.metadata.namespace
    if volume.configMap is not None:
        return _picked(_texts(client, "configmaps", volume.configMap.name, namespace), volume.configMap.items)
    if volume.secret is not None:
        return _picked(_texts(client, "secrets", volume.secret.secretName, namespace), volume.secret.items)
    found: dict[str, str] = {}
    for source in (volume.projected.sources if volume.projected is not None else None) or ():
        if source.configMap is not None:
            found.update(
                _picked(_texts(client, "configmaps", source.configMap.name, namespace), source.configMap.items)
            )
        elif source.secret is not None:
            found.update(_picked(_texts(client, "secrets", source.secret.name, namespace), source.secret.items))
        elif source.serviceAccountToken is not None:
            request = {"spec": {"expirationSeconds": source.serviceAccountToken.expirationSeconds or 3600}}
            token = client.create_token(pod.spec.serviceAccountName or "default", namespace, request)
            found[source.serviceAccountToken.path] = token.status.token
        for item in (source.downwardAPI.items if source.downwardAPI is not None else None) or ():
            if item.fieldRef is not None:
                found[item.path] = _field(pod, item.fieldRef.fieldPath)
    return found


def _picked(texts: dict[str, str], items: Any) -> dict[str, str]:
    return texts if not items else {item.path: texts[item.key] for item in items if item.key in texts}


def _texts(client: Client, kind: str, name: str, namespace: str) -> dict[str, str]:
    """The texts of a ConfigMap or a Secret; of one that is not there, none."""
    try:
        held = client.get(kind, name, namespace)
    except ApiError:
        return {}
    if kind == "configmaps":
        return dict(held.data or {})
    return {key: base64.b64decode(text).decode(errors="replace") for key, text in (held.data or {}).items()}


def _referred(client: Client, pod: Any, source: Any) -> str | None:
    namespace = pod.metadata.namespace
    for reference, kind in ((source.configMapKeyRef, "configmaps"), (source.secretKeyRef, "secrets")):
        if reference is not None:
            return _texts(client, kind, reference.name, namespace).get(reference.key)
    return _field(pod, source.fieldRef.fieldPath) if source.fieldRef is not None else None


def _field(pod: Any, path: str) -> str:
    if path.endswith("]"):
        part, _, key = path.removesuffix("]").partition("[")
        held = getattr(pod.metadata, part.removeprefix("metadata."), None) or {}
        return str(held.get(key.strip("'\""), ""))
    value: Any = pod
    for name in path.split("."):
        value = getattr(value, name, None)
    if isinstance(value, dict):
        return "\n".join(f'{key}="{text}"' for key, text in sorted(value.items()))
    return "" if value is None else str(value)


def _expanded(text: str, known: dict[str, str]) -> str:
    for name, value in known.items():
        text = text.replace(f"$({name})", value)
    return text


def _services(client: Client, namespace: str) -> dict[str, str]:
    """The variables of the namespace's Services, and of the API server's."""
    found: dict[str, str] = {}
    listed = client.list("services", namespace)
    if namespace != "default":
        listed = [*listed, *(held for held in client.list("services", "default") if held.metadata.name == "kubernetes")]
    for service in listed:
        address, ports = service.spec.clusterIP, service.spec.ports or ()
        if not address or address == "None" or not ports:
            continue
        prefix = service.metadata.name.upper().replace("-", "_")
        found[f"{prefix}_SERVICE_HOST"] = address
        found[f"{prefix}_SERVICE_PORT"] = str(ports[0].port)
        for port in ports:
            if port.name:
                found[f"{prefix}_SERVICE_PORT_{port.name.upper().replace('-', '_')}"] = str(port.port)
    return found
