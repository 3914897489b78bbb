"""The files that a container finds: those of its volumes, and those that every container gets.

In Kubernetes
    pkg/volume/configmap, secret, projected and downwardapi; pkg/kubelet/kubelet_pods.go, `ensureHostsFile`.

Left out
    Resource fields (`resourceFieldRef`), items' modes, and that a change of a mounted ConfigMap takes a minute to come.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError
from kubelab.network.dns.configuration import of_pod
from kubelab.node.environment import field
from kubelab.node.host_name import kernel_name_of

if TYPE_CHECKING:
    from kubelab.client_go.client import Client


def mounted_files(client: Client, pod: Any, container: Any, dns: str, under: str = "/") -> dict[str, str]:
    """The files of mounted ConfigMaps, Secrets and service account, and those of every container.

    `dns` is the address of the cluster's DNS. Volumes that cannot hold the path `under` are not looked into.
    """
    names = of_pod(pod, dns)
    found = {
        "/etc/hostname": f"{kernel_name_of(pod)}\n",
        "/etc/hosts": names.etc_hosts(),
        "/etc/resolv.conf": names.resolv_conf(),
    }
    volumes = {volume.name: volume for volume in pod.spec.volumes or ()}
    for mount in container.volumeMounts or ():
        volume, place = volumes.get(mount.name), mount.mountPath.rstrip("/")
        if volume is None or not (under.startswith(place) or place.startswith(under.rstrip("/"))):
            continue
        for path, text in _volume(client, pod, volume).items():
            if mount.subPath is None:
                found[f"{place}/{path}"] = text
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
    if volume.downwardAPI is not None:
        found |= _fields(pod, volume.downwardAPI)
    for source in (volume.projected.sources if volume.projected is not None else None) or ():
        if source.configMap is not None:
            found |= _picked(_texts(client, "configmaps", source.configMap.name, namespace), source.configMap.items)
        elif source.secret is not None:
            found |= _picked(_texts(client, "secrets", source.secret.name, namespace), source.secret.items)
        elif source.serviceAccountToken is not None:
            request = {"spec": {"expirationSeconds": source.serviceAccountToken.expirationSeconds or 3600}}
            token = client.create_token(pod.spec.serviceAccountName or "default", namespace, request)
            found[source.serviceAccountToken.path] = token.status.token
        elif source.downwardAPI is not None:
            found |= _fields(pod, source.downwardAPI)
    return found


def _fields(pod: Any, source: Any) -> dict[str, str]:
    return {item.path: field(pod, item.fieldRef.fieldPath) for item in source.items or () if item.fieldRef is not None}


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
