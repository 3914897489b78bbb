"""Sums roles up: a ClusterRole with an `aggregationRule` holds the rules of all that its selectors choose.

In Kubernetes
    `pkg/controller/clusterroleaggregation`.
    https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles
"""

from __future__ import annotations

from typing import Any

from kubelab.api.objects import key_of, replace
from kubelab.api.selectors import from_object
from kubelab.control_plane.controller_manager.controller import Controller


class ClusterRoleAggregationController(Controller):
    """Writes the sum into every ClusterRole that asks for one; a change of any ClusterRole may change any sum."""

    name = "clusterrole-aggregation-controller"
    watches = ("clusterroles",)

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """Some role has changed: all sums are looked at again."""
        for role in self.informer("clusterroles"):
            if role.aggregationRule is not None:
                self.queue.add(key_of(role))

    def reconcile(self, key: str) -> None:
        """Write the rules of the chosen roles, in the order of their names, each rule once."""
        role = self.informer("clusterroles").get(key)
        if role is None or role.aggregationRule is None:
            return
        rules: list[Any] = []
        for selector in role.aggregationRule.clusterRoleSelectors or ():
            chosen = from_object(selector)
            for other in sorted(self.informer("clusterroles"), key=key_of):
                if other.metadata.name == role.metadata.name or not chosen.matches(other.metadata.labels or {}):
                    continue
                rules += [rule for rule in other.rules or () if rule not in rules]
        if rules != (role.rules or []):
            self.client.update(replace(role, rules=rules))
