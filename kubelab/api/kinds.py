"""The kinds that the API server serves: names, group and version, scope, and the vocabulary of each.

The vocabulary (every field that Kubernetes 1.36 knows, with its documentation) is lightkube's models: msgspec
Structs under Kubernetes's own field names. kubelab treats them as immutable values.

In Kubernetes
    Discovery: `kubectl api-resources`. Reference: https://kubernetes.io/docs/reference/using-api/api-concepts/
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from lightkube.models import apps_v1, coordination_v1, core_v1, discovery_v1


@dataclass(frozen=True)
class Kind:
    """One kind of object: `Kind("Pod", "pods", …)`.

    `storage` is the prefix of its objects' keys in etcd. `group` is empty for the core group.
    """

    name: str
    plural: str
    group: str
    version: str
    namespaced: bool
    model: type[msgspec.Struct]
    short_names: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()

    @property
    def api_version(self) -> str:
        """What a manifest of this kind says in `apiVersion`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def singular(self) -> str:
        """The name that kubectl prints: `pod`."""
        return self.name.lower()

    @property
    def qualified(self) -> str:
        """The plural with its group, as error messages name it: `deployments.apps`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


KINDS: tuple[Kind, ...] = (
    Kind("Namespace", "namespaces", "", "v1", False, core_v1.Namespace, ("ns",), ("status", "finalize")),
    Kind("Node", "nodes", "", "v1", False, core_v1.Node, ("no",), ("status",)),
    Kind("Pod", "pods", "", "v1", True, core_v1.Pod, ("po",), ("status", "binding", "eviction", "log")),
    Kind("Deployment", "deployments", "apps", "v1", True, apps_v1.Deployment, ("deploy",), ("status", "scale")),
    Kind("ReplicaSet", "replicasets", "apps", "v1", True, apps_v1.ReplicaSet, ("rs",), ("status", "scale")),
    Kind("Service", "services", "", "v1", True, core_v1.Service, ("svc",), ("status",)),
    Kind("EndpointSlice", "endpointslices", "discovery.k8s.io", "v1", True, discovery_v1.EndpointSlice),
    Kind("ConfigMap", "configmaps", "", "v1", True, core_v1.ConfigMap, ("cm",)),
    Kind("Secret", "secrets", "", "v1", True, core_v1.Secret),
    Kind("ServiceAccount", "serviceaccounts", "", "v1", True, core_v1.ServiceAccount, ("sa",)),
    Kind("Lease", "leases", "coordination.k8s.io", "v1", True, coordination_v1.Lease),
    Kind("Event", "events", "", "v1", True, core_v1.Event, ("ev",)),
)

_BY_NAME: dict[str, Kind] = {}
for _kind in KINDS:
    for _word in (_kind.plural, _kind.singular, *_kind.short_names):
        _BY_NAME[_word] = _kind
        if _kind.group:
            _BY_NAME[f"{_word}.{_kind.group}"] = _kind
_BY_MODEL: dict[type, Kind] = {kind.model: kind for kind in KINDS}
_BY_TYPE: dict[tuple[str, str], Kind] = {(kind.api_version, kind.name): kind for kind in KINDS}


def find(name: str) -> Kind | None:
    """The kind that a word names, as kubectl understands words: plural, singular, short name, any case.

    Examples
    --------
    >>> find("po").name, find("Deployment").plural, find("deployments.apps").group
    ('Pod', 'deployments', 'apps')
    >>> find("podz") is None
    True
    """
    return _BY_NAME.get(name.lower())


def by_type(api_version: str, name: str) -> Kind | None:
    """The kind that a manifest's `apiVersion` and `kind` name, or None."""
    return _BY_TYPE.get((api_version, name))


def kind_of(obj: msgspec.Struct) -> Kind:
    """The kind of an object.

    Raises
    ------
    KeyError
        The object is not of a served kind (a part of one, say).
    """
    return _BY_MODEL[type(obj)]
