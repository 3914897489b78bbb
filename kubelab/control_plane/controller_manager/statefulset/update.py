"""One step of a StatefulSet: the pods that are wanted first, then those that are too many, then those that are old.

In Kubernetes
    updateStatefulSet in pkg/controller/statefulset/stateful_set_control.go;
    https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees

Left out
    `maxUnavailable` of a rolling update: the feature gate MaxUnavailableStatefulSet is off by default in 1.36.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from lightkube.models import apps_v1, core_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import is_available, path_of
from kubelab.control_plane.controller_manager.statefulset import pods, volume_claims
from kubelab.control_plane.controller_manager.statefulset.identity import (
    has_identity,
    is_created,
    is_running_and_ready,
    is_terminating,
    is_unavailable,
    ordinal_of,
    ordinals_of,
    phase,
    revision_name,
    start_of,
)

if TYPE_CHECKING:
    from kubelab.control_plane.controller_manager.statefulset.controller import StatefulSetController


@dataclass
class Look:
    """One look at a StatefulSet: its two revisions with their templates, and its pods.

    `current` is what its pods were, or are to be below the partition; `update` what they are to become.
    """

    sts: apps_v1.StatefulSet
    current: apps_v1.ControllerRevision
    update: apps_v1.ControllerRevision
    current_template: core_v1.PodTemplateSpec
    update_template: core_v1.PodTemplateSpec
    collisions: int
    now: datetime
    replicas: list[core_v1.Pod] = field(default_factory=list)  # one for each ordinal; those that are missing, planned
    condemned: list[core_v1.Pod] = field(default_factory=list)  # the others, the highest ordinal first
    deleted_for_update: int = 0

    @property
    def in_order(self) -> bool:
        """Whether each pod waits for the one before it."""
        return self.sts.spec.podManagementPolicy != "Parallel"

    @property
    def partition(self) -> int | None:
        """The pods before this one stay at the current revision; None: there is no such number."""
        strategy = self.sts.spec.updateStrategy
        rolling = strategy.rollingUpdate if strategy is not None else None
        return (rolling.partition or 0) if rolling is not None else None

    @property
    def rolls(self) -> bool:
        """Whether old pods are replaced without being asked to."""
        strategy = self.sts.spec.updateStrategy
        return strategy is None or strategy.type != "OnDelete"

    def first_unavailable(self) -> core_v1.Pod | None:
        """The unavailable pod of the lowest place; the condemned come last."""
        return next((pod for pod in [*self.replicas, *reversed(self.condemned)] if self.unavailable(pod)), None)

    def unavailable(self, pod: core_v1.Pod) -> bool:
        """Whether nothing can be built on the pod."""
        return is_unavailable(self.sts, pod, self.now)


Step = Callable[["StatefulSetController", Look, core_v1.Pod], bool]


def sort_out(look: Look, held: list[core_v1.Pod]) -> None:
    """Put each pod where it belongs, and plan those that are missing."""
    places = {ordinal_of(pod): pod for pod in held}
    wanted = ordinals_of(look.sts)
    look.replicas = [places[ordinal] if ordinal in places else _planned(look, ordinal) for ordinal in wanted]
    look.condemned = sorted((pod for pod in held if ordinal_of(pod) not in wanted), key=ordinal_of, reverse=True)


def _planned(look: Look, ordinal: int) -> core_v1.Pod:
    sts, start = look.sts, start_of(look.sts)
    before = look.partition
    if before is None:
        before = ((sts.status.currentReplicas if sts.status else None) or 0) if look.rolls else 0
    if ordinal < start + before:
        return pods.planned(sts, look.current_template, look.current.metadata.name, ordinal)
    return pods.planned(sts, look.update_template, look.update.metadata.name, ordinal)


def take_step(controller: StatefulSetController, look: Look) -> None:
    """Do what can be done now; the pods' changes will bring the set here again.

    Raises
    ------
    ApiError
        Something was refused. What was done before that stays done.
    """
    if look.sts.metadata.deletionTimestamp is not None:
        return
    stages: tuple[tuple[list[core_v1.Pod], Step], ...] = (
        (look.replicas, _establish),
        (look.condemned, _set_owners),
        (look.condemned, _condemn),
    )
    for members, step in stages:
        if _stops(controller, look, members, step):
            return
    if look.rolls:
        _roll(controller, look)


def _stops(controller: StatefulSetController, look: Look, members: list[core_v1.Pod], step: Step) -> bool:
    """Take a step with each pod: in order, until one has to be waited for, or, if Parallel, in growing batches."""
    if look.in_order:
        return any(step(controller, look, pod) for pod in members)
    done, batch = 0, 1
    while done < len(members):
        failures = []
        for pod in members[done : done + batch]:
            try:
                step(controller, look, pod)
            except ApiError as refused:
                failures.append(refused)
        if failures:
            raise failures[0]
        done, batch = done + batch, batch * 2
    return False


def _establish(controller: StatefulSetController, look: Look, pod: core_v1.Pod) -> bool:
    """See that a wanted pod is there, runs and is available. True: it has to be waited for."""
    sts = look.sts
    if phase(pod) in ("Failed", "Succeeded"):
        if not is_terminating(pod):
            _delete(controller, look, pod)
        return True
    if not is_created(pod):
        if volume_claims.is_stale(controller, sts, pod):
            return True
        _note(controller, look, "creates", pod)
        pods.create(controller, sts, pod)
        if look.in_order:
            return True
    if phase(pod) == "Pending":
        volume_claims.make_missing(controller, sts, pod)
        volume_claims.set_owners(controller, sts, pod)
    if look.in_order and (is_terminating(pod) or not is_running_and_ready(pod) or look.unavailable(pod)):
        return True
    in_place = has_identity(sts, pod) and volume_claims.has_volumes(sts, pod)
    if not (in_place and volume_claims.have_owners(controller, sts, pod)):
        pods.put_right(controller, sts, pod)
    return False


def _set_owners(controller: StatefulSetController, look: Look, pod: core_v1.Pod) -> bool:
    """Let the claims of a pod that is too many go with it, if they are to."""
    if not volume_claims.have_owners(controller, look.sts, pod):
        volume_claims.set_owners(controller, look.sts, pod)
    return False


def _condemn(controller: StatefulSetController, look: Look, pod: core_v1.Pod) -> bool:
    """Delete a pod that is too many; in order, only when all that come before it are well."""
    if is_terminating(pod):
        return look.in_order
    well = is_running_and_ready(pod) and is_available(pod, look.sts.spec.minReadySeconds or 0, look.now)
    if look.in_order and not well and pod is not look.first_unavailable():
        return True
    _delete(controller, look, pod)
    return True


def _roll(controller: StatefulSetController, look: Look) -> None:
    """Delete the last pod that is not of the update revision, unless one after it is not available yet."""
    for pod in reversed(look.replicas[look.partition or 0 :]):
        if revision_name(pod) != look.update.metadata.name and not is_terminating(pod):
            try:
                _delete(controller, look, pod)
            except ApiError as refused:
                if refused.code != 404:
                    raise
            look.deleted_for_update += 1
            return
        if look.unavailable(pod):
            return


def _delete(controller: StatefulSetController, look: Look, pod: core_v1.Pod) -> None:
    _note(controller, look, "deletes", pod)
    pods.delete(controller, look.sts, pod)


def _note(controller: StatefulSetController, look: Look, what: str, pod: core_v1.Pod) -> None:
    """The journal says why: what is done to the pod follows from this."""
    has = sum(is_created(held) for held in [*look.replicas, *look.condemned])
    detail = {"has": has, "wants": look.sts.spec.replicas, what: pod.metadata.name}
    controller.note(path_of(look.sts), detail)
