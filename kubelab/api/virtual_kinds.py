"""Kinds that are answered and not kept: questions to the API server.

In Kubernetes
    `authorization.k8s.io` and `authentication.k8s.io`: a review is created, and its answer comes back in its status.
"""

from __future__ import annotations

from typing import Any

from lightkube.models import authentication_v1, authorization_v1

from kubelab.api.kinds import Kind

_CREATE = ("create",)
_AUTHORIZATION, _AUTHENTICATION = "authorization.k8s.io", "authentication.k8s.io"

REVIEWS: tuple[Kind, ...] = (
    Kind(
        *("SelfSubjectAccessReview", "selfsubjectaccessreviews", _AUTHORIZATION, "v1", False),
        authorization_v1.SelfSubjectAccessReview,
        verbs=_CREATE,
    ),
    Kind(
        *("SubjectAccessReview", "subjectaccessreviews", _AUTHORIZATION, "v1", False),
        authorization_v1.SubjectAccessReview,
        verbs=_CREATE,
    ),
    Kind(
        *("LocalSubjectAccessReview", "localsubjectaccessreviews", _AUTHORIZATION, "v1", True),
        authorization_v1.LocalSubjectAccessReview,
        verbs=_CREATE,
    ),
    Kind(
        *("SelfSubjectRulesReview", "selfsubjectrulesreviews", _AUTHORIZATION, "v1", False),
        authorization_v1.SelfSubjectRulesReview,
        verbs=_CREATE,
    ),
    Kind(
        *("SelfSubjectReview", "selfsubjectreviews", _AUTHENTICATION, "v1", False),
        authentication_v1.SelfSubjectReview,
        verbs=_CREATE,
    ),
    Kind(
        *("TokenReview", "tokenreviews", _AUTHENTICATION, "v1", False),
        authentication_v1.TokenReview,
        verbs=_CREATE,
    ),
)

_BY_TYPE = {(kind.api_version, kind.name): kind for kind in REVIEWS}


def review_of(manifest: Any) -> Kind | None:
    """The kind of review that a manifest is, or None."""
    if not isinstance(manifest, dict):
        return None
    said = manifest.get("apiVersion"), manifest.get("kind")
    return _BY_TYPE.get(said) if all(isinstance(word, str) for word in said) else None
