"""What a decision about a request is made from: who asks, and for what."""

from __future__ import annotations

from dataclasses import dataclass

from kubelab.api.errors import ApiError

MASTERS = "system:masters"
AUTHENTICATED, UNAUTHENTICATED = "system:authenticated", "system:unauthenticated"
ANONYMOUS = "system:anonymous"
SERVICE_ACCOUNTS = "system:serviceaccounts"


@dataclass(frozen=True, slots=True)
class User:
    """Who asks: a name and the groups it belongs to.

    In Kubernetes
        `user.Info`. There are no User objects: a certificate or a token says who somebody is.
        https://kubernetes.io/docs/reference/access-authn-authz/authentication/
    """

    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""

    @property
    def is_master(self) -> bool:
        """Whether no rule is asked about this user."""
        return MASTERS in self.groups


ADMIN = User("kubernetes-admin", (MASTERS, AUTHENTICATED))
NOBODY = User(ANONYMOUS, (UNAUTHENTICATED,))


@dataclass(frozen=True, slots=True)
class Attributes:
    """What is asked for: a verb on a resource, or, with `path`, on a URL that is no resource.

    `resource` is the plural, with `/subresource` where there is one. Empty `namespace` is the whole cluster.
    """

    verb: str
    group: str = ""
    resource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""

    def refusal(self, user: User, reason: str = "") -> ApiError:
        """403, in the words of the API server."""
        if self.path:
            text = f'forbidden: User "{user.name}" cannot {self.verb} path "{self.path}"'
            return ApiError(403, "Forbidden", text + (f": {reason}" if reason else ""))
        resource, _, subresource = self.resource.partition("/")
        qualified = f"{resource}.{self.group}" if self.group else resource
        named = f'{qualified} "{self.name}"' if self.name else qualified
        whole = f"{resource}/{subresource}" if subresource else resource
        where = f'in the namespace "{self.namespace}"' if self.namespace else "at the cluster scope"
        text = (
            f'{named} is forbidden: User "{user.name}" cannot {self.verb} resource "{whole}" '
            f'in API group "{self.group}" {where}'
        )
        text += f": {reason}" if reason else ""
        return ApiError(403, "Forbidden", text, kind=resource, group=self.group, name=self.name)
