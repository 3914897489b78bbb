"""The environment that a container is started with: its manifest's variables, and those of the Services there are.

In Kubernetes
    pkg/kubelet/kubelet_pods.go, `makeEnvironmentVariables`, and pkg/kubelet/envvars.
    https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError
from kubelab.node.host_name import kernel_name_of

if TYPE_CHECKING:
    from kubelab.client_go.client import Client

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
HOME_NAMESPACE, API_SERVICE = "default", "kubernetes"
_REFERENCE = re.compile(r"\$\$|\$\(([^)]*)\)")


class Environment:
    """What a container's process finds in its environment. It never changes: other values need another container.

    Nobody reads it in most containers, so it is put together when somebody does, from the cluster as the kubelet knew
    it when the container started: at `revision` (0: no API server had ever answered).

    Left out
        `resourceFieldRef` and `fileKeyRef`, and the variables of images.
    """

    __slots__ = ("_found", "addresses", "client", "pod", "revision", "spec")

    def __init__(self, client: Client, pod: Any, spec: Any, revision: int, addresses: tuple[str, str]) -> None:
        self.client, self.pod, self.spec, self.revision = client, pod, spec, revision
        self.addresses = addresses  # of the pod and of its machine
        self._found: dict[str, str] | None = None

    @property
    def hostname(self) -> str:
        """The name that the machine in the container goes by."""
        return kernel_name_of(self.pod)

    def variables(self) -> dict[str, str]:
        """All variables, by name."""
        if self._found is None:
            self._found = {"PATH": PATH, "HOSTNAME": self.hostname, **self._own(), "HOME": "/root"}
        return self._found

    def _own(self) -> dict[str, str]:
        services = service_variables(self._services())
        found: dict[str, str] = {}
        for source in self.spec.envFrom or ():
            for reference, kind in ((source.configMapRef, "configmaps"), (source.secretRef, "secrets")):
                texts = self._texts(kind, reference.name) if reference is not None else {}
                found.update({f"{source.prefix or ''}{key}": text for key, text in texts.items()})
        for variable in self.spec.env or ():
            if variable.valueFrom is None:
                found[variable.name] = expanded(variable.value or "", {**services, **found})
                continue
            text = self._referred(variable.valueFrom)
            if text is not None:
                found[variable.name] = text
        return {**found, **{name: text for name, text in services.items() if name not in found}}

    def _services(self) -> list[Any]:
        """The Services whose variables it gets: those of its namespace, unless it wants none, and the API server's."""
        namespace, links = self.pod.metadata.namespace, self.pod.spec.enableServiceLinks is not False
        home = [self._read("services", API_SERVICE, HOME_NAMESPACE)]
        try:
            own = self.client.list("services", namespace, revision=self.revision) if links and self.revision else []
        except ApiError:
            own = []
        names = [service.metadata.name for service in own]
        return [*(each for each in home if each is not None and API_SERVICE not in names), *own]

    def _read(self, kind: str, name: str, namespace: str) -> Any:
        try:
            return self.client.get(kind, name, namespace, revision=self.revision) if self.revision else None
        except ApiError:
            return None

    def _texts(self, kind: str, name: str) -> dict[str, str]:
        """The texts of a ConfigMap or a Secret; of one that was not there, none."""
        held = self._read(kind, name, self.pod.metadata.namespace)
        if held is None:
            return {}
        if kind == "configmaps":
            return dict(held.data or {})
        return {key: base64.b64decode(text).decode(errors="replace") for key, text in (held.data or {}).items()}

    def _referred(self, source: Any) -> str | None:
        for reference, kind in ((source.configMapKeyRef, "configmaps"), (source.secretKeyRef, "secrets")):
            if reference is not None:
                return self._texts(kind, reference.name).get(reference.key)
        if source.fieldRef is None:
            return None
        address, host = self.addresses
        known = {"status.podIP": address, "status.podIPs": address, "status.hostIP": host, "status.hostIPs": host}
        path = source.fieldRef.fieldPath
        return known[path] if path in known else field(self.pod, path)


def service_variables(services: Iterable[Any]) -> dict[str, str]:
    """The variables of Services: their own, and those that Docker's links once made of them.

    In Kubernetes
        https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
    """
    found: dict[str, str] = {}
    for service in services:
        address, ports = service.spec.clusterIP, service.spec.ports or ()
        if not address or address == "None" or not ports:
            continue
        prefix = _variable_name(service.metadata.name)
        found[f"{prefix}_SERVICE_HOST"] = address
        found[f"{prefix}_SERVICE_PORT"] = str(ports[0].port)
        for port in ports:
            if port.name:
                found[f"{prefix}_SERVICE_PORT_{_variable_name(port.name)}"] = str(port.port)
        for number, port in enumerate(ports):
            protocol = (port.protocol or "TCP").lower()
            url, link = f"{protocol}://{address}:{port.port}", f"{prefix}_PORT_{port.port}_{protocol.upper()}"
            if number == 0:
                found[f"{prefix}_PORT"] = url
            found |= {link: url, f"{link}_PROTO": protocol, f"{link}_PORT": str(port.port), f"{link}_ADDR": address}
    return found


def expanded(text: str, known: Mapping[str, str]) -> str:
    """A text with its `$(NAME)` filled in; `$$` is a dollar, and names that nobody knows stay as they are.

    Examples
    --------
    >>> expanded("http://$(HOST)/$(PATH) $$(HOST)", {"HOST": "shop"})
    'http://shop/$(PATH) $(HOST)'
    """
    return (
        _REFERENCE.sub(lambda met: "$" if met[0] == "$$" else known.get(met[1], met[0]), text) if "$" in text else text
    )


def field(pod: Any, path: str) -> str:
    """A field of a pod as the downward API writes it: `metadata.name`, `metadata.labels['app']`, `metadata.labels`."""
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


def _variable_name(name: str) -> str:
    return name.upper().replace("-", "_")
