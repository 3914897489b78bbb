"""The gate through which every request comes: who asks, and whether it is allowed.

In Kubernetes
    The filters before every handler: staging/src/k8s.io/apiserver/pkg/endpoints/filters/{authentication,authorization,
    impersonation}.go. https://kubernetes.io/docs/concepts/security/controlling-access/
"""

from __future__ import annotations

from kubelab.control_plane.api_server.authorization.attributes import Attributes, User
from kubelab.control_plane.api_server.authorization.rbac import Find, List, Rbac
from kubelab.control_plane.api_server.authorization.tokens import ServiceAccountTokens

ALWAYS = "AlwaysAllow"


class Gate:
    """Asks RBAC, when it is on (`rbac`); lets everybody pass when it is off. Members of `system:masters` always pass.

    `find` and `listed` read the cluster's roles, bindings and service accounts.
    """

    def __init__(self, find: Find, listed: List, tokens: ServiceAccountTokens, rbac: bool = False) -> None:
        self.rules, self.tokens, self.rbac = Rbac(find, listed), tokens, rbac

    def decide(self, user: User, wanted: Attributes) -> tuple[bool, str]:
        """Whether a user may do something, and why."""
        if not self.rbac:
            return True, ""
        if user.is_master:
            return (
                True,
                'RBAC: allowed by ClusterRoleBinding "cluster-admin" of ClusterRole "cluster-admin" to Group'
                ' "system:masters"',
            )
        return self.rules.decide(user, wanted)

    def check(self, user: User, wanted: Attributes) -> None:
        """Let a request pass.

        Raises
        ------
        ApiError
            403: no rule allows it.
        """
        if not self.rbac or user.is_master:
            return
        allowed, reason = self.rules.decide(user, wanted)
        if not allowed:
            raise wanted.refusal(user, reason)

    def check_impersonation(self, user: User, other: User) -> None:
        """Let a user act as another.

        Raises
        ------
        ApiError
            403: no rule allows it.
        """
        space, _, name = other.name.removeprefix("system:serviceaccount:").partition(":")
        if other.name.startswith("system:serviceaccount:") and name:
            self.check(user, Attributes("impersonate", "", "serviceaccounts", space, name))
        else:
            self.check(user, Attributes("impersonate", "", "users", "", other.name))
        for group in other.groups:
            if group != "system:authenticated":
                self.check(user, Attributes("impersonate", "", "groups", "", group))
