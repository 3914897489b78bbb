"""One look at a Job: what its pods say, and whether the Job is over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from lightkube.models import batch_v1, core_v1

from kubelab.api.objects import is_active, is_ready, replace
from kubelab.control_plane.controller_manager.job.backoff import Backoff
from kubelab.control_plane.controller_manager.job.indexes import (
    Indexes,
    all_failures,
    failures,
    has_limit_per_index,
    index_of,
    indexes_of,
    is_indexed,
    is_valid,
)
from kubelab.control_plane.controller_manager.job.pods import (
    finished_at,
    is_failed,
    is_terminating,
    is_tracked,
    restarts,
)
from kubelab.control_plane.controller_manager.job.policies import enough, judge

NO_FAILURES, NONE = Backoff(), Indexes()


@dataclass
class JobSync:
    """What one turn of the controller knows of a Job, and what it finds out and decides.

    `job` becomes the newer version each time the status is written. `released` are the pods whose finalizer was taken
    away, though the cache does not show it yet. `finished` is the condition by which the Job is to end.

    In Kubernetes
        syncJobCtx in pkg/controller/job/job_controller.go
    """

    job: batch_v1.Job
    pods: list[core_v1.Pod]
    released: tuple[str, ...]
    now: datetime
    active: list[core_v1.Pod] = field(default_factory=list)
    counts_active: int = 0
    ready: int = 0
    terminating: int = 0
    succeeded: int = 0
    failed: int = 0
    finished: batch_v1.JobCondition | None = None
    backoff: Backoff = NO_FAILURES
    succeeded_before: Indexes = NONE
    succeeded_indexes: Indexes = NONE
    failed_indexes: Indexes | None = None
    replaceable: dict[int, core_v1.Pod] = field(default_factory=dict)  # by index: kept until it has a successor

    def __post_init__(self) -> None:
        self.active = [pod for pod in self.pods if is_active(pod)]
        self.counts_active = len(self.active)
        self.ready = sum(1 for pod in self.active if is_ready(pod))
        self.terminating = sum(1 for pod in self.pods if is_terminating(pod))

    @property
    def uncounted(self) -> batch_v1.UncountedTerminatedPods:
        """The pods that are over and not in the counts yet, as the status has them."""
        return self.job.status.uncountedTerminatedPods or batch_v1.UncountedTerminatedPods()

    def waits_for(self, pod: core_v1.Pod) -> bool:
        """Whether the pod is still to be counted."""
        return is_tracked(pod) and pod.metadata.uid not in self.released

    def count(self, backoff: Backoff) -> None:
        """How many pods have ended, and how many of them are new."""
        held, status = self.uncounted, self.job.status
        done = [pod for pod in self._new(held.succeeded) if pod.status.phase == "Succeeded"]
        lost = [pod for pod in self._new(held.failed) if is_failed(pod, self.job)]
        counted = sum(1 for pod in lost if judge(self.job.spec.podFailurePolicy, pod).counts)
        self.succeeded = (status.succeeded or 0) + len(done) + len(held.succeeded or ())
        self.failed = (status.failed or 0) + counted + len(held.failed or ())
        self.backoff = backoff.after(done, lost)

    def _new(self, uids: list[str] | None) -> list[core_v1.Pod]:
        known = uids or ()
        return [
            pod
            for pod in self.pods
            if self.waits_for(pod)
            and pod.metadata.uid not in known
            and (not is_indexed(self.job) or is_valid(pod, self.job))
        ]

    def condition(self, type_: str, reason: str | None = None, message: str | None = None) -> batch_v1.JobCondition:
        """A condition that is true from now on."""
        moment = self.now.replace(microsecond=0)
        return batch_v1.JobCondition(
            type=type_,
            status="True",
            reason=reason,
            message=message,
            lastProbeTime=moment,
            lastTransitionTime=moment,
        )

    def has(self, type_: str) -> batch_v1.JobCondition | None:
        """The condition of that type, if it is true."""
        held = next((held for held in self.job.status.conditions or () if held.type == type_), None)
        return held if held is not None and held.status == "True" else None

    # -- is it over?

    def judge(self) -> None:
        """Find the condition by which the Job ends, if it does, other than by its completions.

        What an earlier turn has found stands. Failure is looked for before success.
        """
        self.finished = self.has("SuccessCriteriaMet") or self._failed_before() or self._fails_by_policy()
        if self.finished is None:
            self.finished = self._fails_by_limit()
        if is_indexed(self.job):
            self._judge_indexes()

    def _failed_before(self) -> batch_v1.JobCondition | None:
        target = self.has("FailureTarget")
        return None if target is None else self.condition("Failed", target.reason, target.message)

    def _fails_by_policy(self) -> batch_v1.JobCondition | None:
        policy = self.job.spec.podFailurePolicy
        if policy is None:
            return None
        verdicts = (judge(policy, pod).job_fails for pod in self.pods if is_failed(pod, self.job))
        message = next((message for message in verdicts if message is not None), None)
        return None if message is None else self.condition("FailureTarget", "PodFailurePolicy", message)

    def _fails_by_limit(self) -> batch_v1.JobCondition | None:
        spec = self.job.spec
        again = restarts(self.pods) if spec.template.spec.restartPolicy == "OnFailure" else 0
        if self.failed > spec.backoffLimit or again >= max(spec.backoffLimit, 1):
            message = "Job has reached the specified backoff limit"
            return self.condition("FailureTarget", "BackoffLimitExceeded", message)
        if (left := self.seconds_left) is not None and left <= 0:
            message = "Job was active longer than specified deadline"
            return self.condition("FailureTarget", "DeadlineExceeded", message)
        return None

    @property
    def seconds_left(self) -> float | None:
        """Until the Job's deadline; None where there is none, or it does not run down."""
        spec, since = self.job.spec, self.job.status.startTime
        if spec.activeDeadlineSeconds is None or spec.suspend or since is None:
            return None
        return spec.activeDeadlineSeconds - (self.now - since).total_seconds()

    def _judge_indexes(self) -> None:
        job, spec = self.job, self.job.spec
        self.succeeded_before = Indexes.parsed(job.status.completedIndexes, spec.completions)
        done = [pod for pod in self.pods if pod.status.phase == "Succeeded" and is_tracked(pod) and is_valid(pod, job)]
        self.succeeded_indexes = self.succeeded_before | indexes_of(done)
        self.succeeded = self.succeeded_indexes.total
        if has_limit_per_index(job):
            lost = [pod for pod in self.pods if is_valid(pod, job) and is_tracked(pod) and self._index_fails(pod)]
            self.failed_indexes = Indexes.parsed(job.status.failedIndexes, spec.completions) | indexes_of(lost)
            total = self.failed_indexes.total
            if self.finished is None and spec.maxFailedIndexes is not None and total > spec.maxFailedIndexes:
                message = "Job has exceeded the specified maximal number of failed indexes"
                self.finished = self.condition("FailureTarget", "MaxFailedIndexesExceeded", message)
            elif self.finished is None and total and total + self.succeeded >= spec.completions:
                self.finished = self.condition("FailureTarget", "FailedIndexes", "Job has failed indexes")
            self._find_replaceable(self.failed_indexes)
        if self.finished is None:
            message = enough(spec.successPolicy, spec.completions, self.succeeded_indexes)
            if message is not None:
                self.finished = self.condition("SuccessCriteriaMet", "SuccessPolicy", message)

    def _index_fails(self, pod: core_v1.Pod) -> bool:
        if not is_failed(pod, self.job):
            return False
        verdict = judge(self.job.spec.podFailurePolicy, pod)
        return verdict.action == "FailIndex" or (verdict.counts and failures(pod) >= self.job.spec.backoffLimitPerIndex)

    def _find_replaceable(self, failed: Indexes) -> None:
        """The last failed pod of each index that goes on: its successor is told from it how often that index failed."""
        taken = self.succeeded_indexes | failed | indexes_of(self.active)
        for pod in self._new(None):
            index = index_of(pod)
            if index in taken or not is_failed(pod, self.job):
                continue
            held = self.replaceable.get(index)
            if held is None or (all_failures(held) <= all_failures(pod) and finished_at(pod) >= finished_at(held)):
                self.replaceable[index] = pod

    # -- what becomes of the status

    def set_status(self, **fields: object) -> None:
        """Change the status that will be written."""
        self.job = replace(self.job, status=replace(self.job.status, **fields))

    def ensure(self, type_: str, status: str, reason: str | None, message: str | None) -> bool:
        """Have this condition; whether that changed anything. What never was true does not become false."""
        conditions = list(self.job.status.conditions or ())
        wanted = replace(self.condition(type_, reason, message), status=status)
        for number, held in enumerate(conditions):
            if held.type == type_:
                if (held.status, held.reason, held.message) == (status, reason, message):
                    return False
                conditions[number] = wanted
                break
        else:
            if status == "False":
                return False
            conditions.append(wanted)
        self.set_status(conditions=conditions)
        return True
