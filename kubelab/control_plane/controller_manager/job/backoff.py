"""How long a Job waits until it replaces a pod that failed."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from lightkube.models import core_v1

from kubelab.control_plane.controller_manager.job.indexes import all_failures
from kubelab.control_plane.controller_manager.job.pods import finished_at
from kubelab.timings import Timings


class Backoff(NamedTuple):
    """How many pods failed since one succeeded, and when the last of them did.

    In Kubernetes
        backoffRecord in pkg/controller/job/backoff_utils.go;
        https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-backoff-failure-policy
    """

    failures: int = 0
    last: datetime | None = None

    def after(self, succeeded: list[core_v1.Pod], failed: list[core_v1.Pod]) -> Backoff:
        """The record after more pods have ended."""
        failures = sorted(finished_at(pod) for pod in failed)
        if not succeeded:
            return Backoff(self.failures + len(failures), failures[-1]) if failures else self
        success = max(finished_at(pod) for pod in succeeded)
        since = [moment for moment in failures if moment > success]
        return Backoff(len(since), since[-1] if since else None)

    def remaining(self, now: datetime, timings: Timings) -> float:
        """The seconds until a new pod may be made: 10, 20, 40 … from the last failure on."""
        if not self.failures or self.last is None:
            return 0.0
        delay = timings.job_backoff_initial
        for _ in range(1, self.failures):
            delay = min(delay * 2, timings.job_backoff_max)
            if delay >= timings.job_backoff_max:
                break
        return max(delay - (now - self.last).total_seconds(), 0.0)


def of_index(replaced: core_v1.Pod | None) -> Backoff:
    """The record of one index, which its last failed pod carries."""
    return Backoff() if replaced is None else Backoff(all_failures(replaced) + 1, finished_at(replaced))
