"""ControllerRevisions: the templates that a StatefulSet or a DaemonSet has had, each under a number.

In Kubernetes
    pkg/controller/history/controller_history.go; getPatch in pkg/controller/statefulset and pkg/controller/daemon.
    https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#revision-history
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from lightkube.models import apps_v1, core_v1, meta_v1

from kubelab.api.objects import owned_by, to_dict
from kubelab.control_plane.controller_manager.deployment.revisions import SAFE
from kubelab.control_plane.controller_manager.owners import OwnerIndex

REVISION_HASH = "controller-revision-hash"  # of a pod: by which revision it was made
HASH = "controller.kubernetes.io/hash"
NAME_LENGTH = 223  # of the owner's name in the revision's
# Go's JSON escapes what could end a script in a page.
ESCAPES = ((b"<", b"\\u003c"), (b">", b"\\u003e"), (b"&", b"\\u0026"))


class History:
    """What a controller's cache holds of the revisions of its objects, and the template in each.

    A revision's template is one and the same value as long as the revision is there.
    """

    def __init__(self) -> None:
        self.index = OwnerIndex()
        self._templates: dict[str, tuple[Any, core_v1.PodTemplateSpec]] = {}

    def change(self, old: Any, new: Any) -> None:
        """Follow one change of a ControllerRevision."""
        self.index.change(old, new)
        if new is None:
            self._templates.pop(old.metadata.uid, None)

    def clear(self) -> None:
        """Forget everything."""
        self.index.clear()
        self._templates = {}

    def template(self, revision: apps_v1.ControllerRevision) -> core_v1.PodTemplateSpec:
        """The template that a revision keeps."""
        held = self._templates.get(revision.metadata.uid)
        if held is None or (held[0] is not revision.data and held[0] != revision.data):
            kept = {key: value for key, value in revision.data["spec"]["template"].items() if key != "$patch"}
            held = self._templates[revision.metadata.uid] = (
                revision.data,
                msgspec.convert(kept, core_v1.PodTemplateSpec),
            )
        return held[1]

    def holds(self, revision: apps_v1.ControllerRevision, template: core_v1.PodTemplateSpec) -> bool:
        """Whether it is the revision of this template."""
        return self.template(revision) == template


def in_order(revisions: Iterable[apps_v1.ControllerRevision]) -> list[apps_v1.ControllerRevision]:
    """By number; of the same number the older first, of the same second by name."""
    return sorted(
        revisions, key=lambda held: (held.revision, held.metadata.creationTimestamp, held.metadata.name or "")
    )


def patch_of(template: core_v1.PodTemplateSpec) -> dict[str, Any]:
    """What a revision keeps: the patch that gives an object this template again."""
    return {"spec": {"template": {"$patch": "replace", **to_dict(template)}}}


def revision_hash(data: dict[str, Any], collisions: int) -> str:
    """The hash of a StatefulSet's revision: FNV-1 of the patch as Go writes it, in safe characters.

    Examples
    --------
    >>> revision_hash({"spec": {"template": {"$patch": "replace"}}}, 0)
    '589f85db5b'
    """
    written = msgspec.json.encode(data, order="sorted")
    for char, escape in ESCAPES:
        written = written.replace(char, escape)
    number = 0x811C9DC5
    for byte in written + str(collisions).encode():
        number = ((number * 0x01000193) & 0xFFFFFFFF) ^ byte
    return "".join(SAFE[ord(digit) % len(SAFE)] for digit in str(number))


def revision_of(
    owner: Any, name: str, labels: dict[str, str], data: dict[str, Any], number: int
) -> apps_v1.ControllerRevision:
    """A new revision of the owner's template."""
    return apps_v1.ControllerRevision(
        metadata=meta_v1.ObjectMeta(
            name=f"{owner.metadata.name[:NAME_LENGTH]}-{name}",
            namespace=owner.metadata.namespace,
            labels={**(owner.spec.template.metadata.labels or {}), **labels},
            annotations=owner.metadata.annotations,
            ownerReferences=[owned_by(owner)],
        ),
        data=data,
        revision=number,
    )
