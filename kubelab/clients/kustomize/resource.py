"""One object on its way through a kustomization: its content, and every name that it has had.

In Kubernetes
    `sigs.k8s.io/kustomize/api/resource.Resource`.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kubelab.clients.kustomize.kustomization import KustomizeError

# Kinds whose objects belong to no namespace.
CLUSTER_WIDE = (
    *("Namespace", "Node", "PersistentVolume", "StorageClass", "PriorityClass", "IngressClass", "RuntimeClass"),
    *("ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "APIService", "CSIDriver", "CSINode"),
    *("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "PodSecurityPolicy", "VolumeAttachment"),
)
POD_SPECS = {
    "Pod": "spec",
    "PodTemplate": "template/spec",
    "CronJob": "spec/jobTemplate/spec/template/spec",
    **dict.fromkeys(
        ("Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job", "ReplicationController"), "spec/template/spec"
    ),
}
"""Where the pods of each kind are described."""


@dataclass
class Resource:
    """An object; `names` and `namespaces` are those it had before, `added` the prefixes and suffixes it got."""

    content: dict[str, Any]
    names: list[str] = field(default_factory=list)
    namespaces: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    needs_hash: bool = False
    behavior: str = ""

    def __post_init__(self) -> None:
        content = self.content
        metadata = content.get("metadata")
        if not content.get("kind") or not content.get("apiVersion"):
            raise KustomizeError(f"Object 'Kind' or 'apiVersion' is missing in {content}")
        if not isinstance(metadata, dict) or not metadata.get("name"):
            raise KustomizeError(f"missing metadata.name in object {content['kind']}")
        if not self.names:
            self.names.append(metadata["name"])
            self.namespaces.append(metadata.get("namespace") or "default")

    @property
    def kind(self) -> str:
        """Its kind."""
        return self.content["kind"]

    @property
    def group(self) -> str:
        """Its API group, empty for the core."""
        version = str(self.content["apiVersion"])
        return version.rpartition("/")[0]

    @property
    def version(self) -> str:
        """Its version within the group."""
        return str(self.content["apiVersion"]).rpartition("/")[2]

    @property
    def metadata(self) -> dict[str, Any]:
        """Its metadata."""
        return self.content["metadata"]

    @property
    def name(self) -> str:
        """Its name as it is now."""
        return self.metadata["name"]

    @property
    def namespace(self) -> str:
        """Its namespace as it is now, `default` where it says none."""
        return self.metadata.get("namespace") or "default"

    @property
    def namespaced(self) -> bool:
        """Whether objects of its kind belong to a namespace."""
        return self.kind not in CLUSTER_WIDE

    def rename(self, name: str) -> None:
        """Give it another name, and remember the one before."""
        if self.name not in self.names:
            self.names.append(self.name)
        self.metadata["name"] = name

    def move(self, namespace: str) -> None:
        """Put it into another namespace, and remember the one before."""
        self.namespaces.append(self.namespace)
        self.metadata["namespace"] = namespace

    def was_called(self, name: str) -> bool:
        """Whether it has or had this name."""
        return name == self.name or name in self.names

    def is_like(self, other: Resource) -> bool:
        """Whether both are the same object: kind, namespace and first name."""
        same = (self.group, self.kind, self.names[0]) == (other.group, other.kind, other.names[0])
        return same and (not self.namespaced or self.namespace == other.namespace)

    def copied(self) -> Resource:
        """Another one like it, to change."""
        return copy.deepcopy(self)


def selected(resources: list[Resource], target: dict[str, Any]) -> list[Resource]:
    """The resources that a patch's target means.

    Group, version, kind, name and namespace are regular expressions; labels and annotations are chosen by selectors.
    """
    return [held for held in resources if _fits(held, target)]


def _fits(held: Resource, target: dict[str, Any]) -> bool:
    for field_name, values in (
        ("group", [held.group]),
        ("version", [held.version]),
        ("kind", [held.kind]),
        ("name", [held.name, *held.names]),
        ("namespace", [held.metadata.get("namespace") or ""]),
    ):
        wanted = target.get(field_name)
        if wanted and not any(re.fullmatch(str(wanted), value) for value in values):
            return False
    return all(
        _matches(target.get(selector), held.metadata.get(field_name) or {})
        for selector, field_name in (("labelSelector", "labels"), ("annotationSelector", "annotations"))
    )


def _matches(selector: str | None, held: dict[str, str]) -> bool:
    from kubelab.api import selectors

    return selector is None or selectors.parse(selector).matches({key: str(text) for key, text in held.items()})


def places(content: Any, path: str, *, create: bool = False) -> Iterator[tuple[dict[str, Any], str]]:
    """Where a path such as `spec/containers/image` leads: the objects that hold its last key, lists gone through.

    With `create`, objects on the way that are missing are made.
    """
    yield from _places(content, path.split("/"), create)


def _places(content: Any, keys: list[str], create: bool) -> Iterator[tuple[dict[str, Any], str]]:
    if isinstance(content, list):
        for item in content:
            yield from _places(item, keys, create)
    elif isinstance(content, dict):
        if len(keys) == 1:
            if create or keys[0] in content:
                yield content, keys[0]
            return
        if content.get(keys[0]) is None and create:
            content[keys[0]] = {}
        if content.get(keys[0]) is not None:
            yield from _places(content[keys[0]], keys[1:], create)
