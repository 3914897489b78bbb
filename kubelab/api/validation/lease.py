"""What a Lease may say: who holds it, and for how long.

In Kubernetes
    `ValidateLeaseSpec` in `pkg/apis/coordination/validation/validation.go`.
    https://kubernetes.io/docs/concepts/architecture/leases/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.validation.names import not_negative, qualified


def lease(obj: dict[str, Any], old: dict[str, Any] | None) -> Iterator[Cause]:
    """A Lease: it lasts, and has been passed on a number of times that can be counted."""
    spec = obj["spec"]
    duration, strategy = spec.get("leaseDurationSeconds"), spec.get("strategy")
    if duration is not None and duration <= 0:
        yield Cause.invalid("spec.leaseDurationSeconds", duration, "must be greater than 0")
    yield from not_negative(spec.get("leaseTransitions"), "spec.leaseTransitions")
    if strategy is not None:
        if "/" in strategy:
            yield from qualified(strategy, "spec.strategy.strategy")
        elif strategy != "OldestEmulationVersion":
            yield Cause.not_supported("spec.strategy.strategy", strategy, ["OldestEmulationVersion"])
    if spec.get("preferredHolder") and not strategy:
        yield Cause.forbidden("spec.preferredHolder", "may only be specified if `strategy` is defined")
