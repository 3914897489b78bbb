"""The history of a DaemonSet: a ControllerRevision for each template that it has had.

In Kubernetes
    constructHistory and cleanupHistory in pkg/controller/daemon/update.go
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lightkube.models import apps_v1, core_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import path_of, replace, with_meta
from kubelab.api.selectors import LabelSelector
from kubelab.control_plane.controller_manager.claims import claim
from kubelab.control_plane.controller_manager.deployment.revisions import template_hash
from kubelab.control_plane.controller_manager.history import REVISION_HASH, in_order, patch_of, revision_of

if TYPE_CHECKING:
    from kubelab.control_plane.controller_manager.daemonset.controller import DaemonSetController

Revision = apps_v1.ControllerRevision


def hash_of(revision: Revision) -> str:
    """What the pods of a revision carry as their label."""
    return (revision.metadata.labels or {}).get(REVISION_HASH, "")


def construct(
    controller: DaemonSetController, ds: apps_v1.DaemonSet, selector: LabelSelector, pods: list[core_v1.Pod]
) -> tuple[Revision, list[Revision]]:
    """The revision of the DaemonSet's template, made if there is none, and the older ones."""
    revisions = [
        _labelled(controller, revision) for revision in claim(controller, ds, selector, controller.history.index)
    ]
    template = ds.spec.template
    same = in_order(revision for revision in revisions if controller.history.holds(revision, template))
    old = in_order(revision for revision in revisions if not controller.history.holds(revision, template))
    number = old[-1].revision + 1 if old else 1
    if not same:
        return _snapshot(controller, ds, number), old
    current = same[-1]
    if len(same) > 1:
        _keep_only(controller, current, same, pods)
    if current.revision < number:
        current = controller.client.update(replace(current, revision=number))
    return current, old


def _labelled(controller: DaemonSetController, revision: Revision) -> Revision:
    """A revision that was made by hand has no hash: its name stands for it."""
    if hash_of(revision):
        return revision
    labels = {**(revision.metadata.labels or {}), REVISION_HASH: revision.metadata.name}
    labelled: Revision = controller.client.update(with_meta(revision, labels=labels))
    return labelled


def _keep_only(
    controller: DaemonSetController, current: Revision, same: list[Revision], pods: list[core_v1.Pod]
) -> None:
    """Of several revisions of one template the last stays, and the pods of the others become its own."""
    for pod in pods:
        if (pod.metadata.labels or {}).get(REVISION_HASH) != hash_of(current):
            labels = {REVISION_HASH: hash_of(current)}
            patch = {"metadata": {"labels": labels}}
            controller.client.patch("pods", pod.metadata.name, patch, pod.metadata.namespace, patch_type="merge")
    for revision in same:
        if revision is not current:
            controller.client.delete("controllerrevisions", revision.metadata.name, revision.metadata.namespace)


def _snapshot(controller: DaemonSetController, ds: apps_v1.DaemonSet, number: int) -> Revision:
    data = patch_of(ds.spec.template)
    collisions = ds.status.collisionCount if ds.status is not None else None
    name = template_hash(ds.spec.template, collisions)
    wanted = revision_of(ds, name, {REVISION_HASH: name}, data, number)
    controller.note(path_of(ds), {"template": "new", "revision": wanted.metadata.name})
    made: Revision
    try:
        made = controller.client.create(wanted)
    except ApiError as refused:
        if refused.reason != "AlreadyExists":
            raise
        made = controller.client.get("controllerrevisions", wanted.metadata.name, ds.metadata.namespace)
        if made.data != data:
            _count_collision(controller, ds, collisions)
            raise
    return made


def _count_collision(controller: DaemonSetController, ds: apps_v1.DaemonSet, seen: int | None) -> None:
    """The name is taken by another template: the next one will have another hash."""
    latest = controller.client.get("daemonsets", ds.metadata.name, ds.metadata.namespace)
    if latest.status.collisionCount == seen:
        controller.client.update_status(replace(latest, status=replace(latest.status, collisionCount=(seen or 0) + 1)))


def clean_up(
    controller: DaemonSetController, ds: apps_v1.DaemonSet, old: list[Revision], pods: list[core_v1.Pod]
) -> None:
    """Delete the oldest revisions beyond revisionHistoryLimit that no pod is of."""
    limit = ds.spec.revisionHistoryLimit
    if limit is None:
        return
    live = [(pod.metadata.labels or {}).get(REVISION_HASH) for pod in pods]
    past = [revision for revision in old if hash_of(revision) not in live]
    for revision in past[: max(len(old) - limit, 0)]:
        controller.client.delete("controllerrevisions", revision.metadata.name, revision.metadata.namespace)
