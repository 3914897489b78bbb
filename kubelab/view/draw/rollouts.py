"""Rollouts: when a new version of a Deployment began, as a moment to be marked on a figure of time."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

from kubelab.language import say
from kubelab.view.history import spans


class Rollout(NamedTuple):
    """A Deployment got another template."""

    time: float
    deployment: str

    @property
    def words(self) -> str:
        """What happened, in the current language."""
        return say(es=f"nueva versión de {self.deployment}", en=f"new version of {self.deployment}")


def rollouts(cluster: Any, families: Collection[str], start: float, end: float) -> list[Rollout]:
    """The new versions between two instants of Deployments that ReplicaSets of these names belong to, oldest first."""
    owners = [family.rpartition("-")[0] for family in families]
    return sorted(
        Rollout(after.start, key.rpartition("/")[2])
        for key, lane in spans(cluster, "deployments", _template).items()
        if key.rpartition("/")[2] in owners
        for _, after in pairwise(lane)
        if start <= after.start <= end
    )


def _template(deployment: Any) -> str:
    return msgspec.json.encode(deployment.spec.template).decode()
