"""Reviews: what the API server answers when it is asked who somebody is and what they may do.

In Kubernetes
    https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access . `kubectl auth can-i`
    and `kubectl auth whoami` ask so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from lightkube.models import authentication_v1, authorization_v1

from kubelab.api.decoding import decode
from kubelab.api.errors import Cause, bad_request, invalid
from kubelab.api.kinds import Kind
from kubelab.api.objects import replace
from kubelab.control_plane.api_server.authorization.attributes import Attributes, User
from kubelab.control_plane.api_server.authorization.gate import Gate


def answer(kind: Kind, asked: dict[str, Any], namespace: str | None, user: User, gate: Gate) -> Any:
    """The review with its status.

    Raises
    ------
    ApiError
        400: it cannot be read; 422: it does not say what it is about.
    """
    obj, _ = decode(asked if kind.name == "SelfSubjectReview" else {"spec": {}, **asked}, kind)
    review = msgspec.convert(obj, kind.model)
    return replace(review, status=_ANSWERS[kind.name](review, namespace, user, gate))


def _self_access(review: Any, namespace: str | None, user: User, gate: Gate) -> Any:
    return _access(review.spec, "SelfSubjectAccessReview", user, gate)


def _access_of(review: Any, namespace: str | None, user: User, gate: Gate) -> Any:
    spec = review.spec
    if not spec.user and not spec.groups:
        fault = Cause.invalid("spec.user", "", "at least one of user or group must be specified")
        raise invalid("SubjectAccessReview", "authorization.k8s.io", "", [fault])
    return _access(spec, review.kind, User(spec.user or "", tuple(spec.groups or ())), gate)


def _local_access(review: Any, namespace: str | None, user: User, gate: Gate) -> Any:
    wanted = review.spec.resourceAttributes
    if wanted is None or (wanted.namespace or "") != (namespace or ""):
        raise bad_request("spec.resourceAttributes.namespace must match namespace: " + (namespace or ""))
    return _access_of(review, namespace, user, gate)


def _access(spec: Any, kind: str, user: User, gate: Gate) -> Any:
    wanted, path = spec.resourceAttributes, spec.nonResourceAttributes
    if (wanted is None) == (path is None):
        detail = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
        fault = Cause.invalid("spec.resourceAttributes", None, detail)
        raise invalid(kind, "authorization.k8s.io", "", [fault])
    if wanted is not None:
        resource = f"{wanted.resource or ''}/{wanted.subresource}" if wanted.subresource else wanted.resource or ""
        attributes = Attributes(
            wanted.verb or "", wanted.group or "", resource, wanted.namespace or "", wanted.name or ""
        )
    else:
        attributes = Attributes(path.verb or "", path=path.path or "")
    allowed, reason = gate.decide(user, attributes)
    return authorization_v1.SubjectAccessReviewStatus(allowed=allowed, reason=reason or None)


def _self_rules(review: Any, namespace: str | None, user: User, gate: Gate) -> Any:
    resources, paths = [], []
    everything = not gate.rbac or user.is_master
    if everything:
        resources.append(authorization_v1.ResourceRule(verbs=["*"], apiGroups=["*"], resources=["*"]))
        paths.append(authorization_v1.NonResourceRule(verbs=["*"], nonResourceURLs=["*"]))
    else:
        for rules, _ in gate.rules.grants(user, review.spec.namespace or "default"):
            for rule in rules or ():
                if rule.nonResourceURLs:
                    held = authorization_v1.NonResourceRule(verbs=rule.verbs, nonResourceURLs=rule.nonResourceURLs)
                    paths.append(held)
                else:
                    resources.append(
                        authorization_v1.ResourceRule(
                            verbs=rule.verbs,
                            apiGroups=rule.apiGroups,
                            resources=rule.resources,
                            resourceNames=rule.resourceNames,
                        )
                    )
    return authorization_v1.SubjectRulesReviewStatus(incomplete=False, nonResourceRules=paths, resourceRules=resources)


def _info(user: User) -> Any:
    return authentication_v1.UserInfo(username=user.name, groups=list(user.groups) or None, uid=user.uid or None)


def _self(review: Any, namespace: str | None, user: User, gate: Gate) -> Any:
    return authentication_v1.SelfSubjectReviewStatus(userInfo=_info(user))


def _token(review: Any, namespace: str | None, user: User, gate: Gate) -> Any:
    held = gate.tokens.user_of(review.spec.token)
    if held is None:
        return authentication_v1.TokenReviewStatus(authenticated=False, error="invalid bearer token")
    return authentication_v1.TokenReviewStatus(authenticated=True, user=_info(held))


_ANSWERS: dict[str, Callable[[Any, str | None, User, Gate], Any]] = {
    "SelfSubjectAccessReview": _self_access,
    "SubjectAccessReview": _access_of,
    "LocalSubjectAccessReview": _local_access,
    "SelfSubjectRulesReview": _self_rules,
    "SelfSubjectReview": _self,
    "TokenReview": _token,
}
