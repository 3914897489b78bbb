"""What Go's types say about reviews and token requests, beyond the vocabulary.

In Kubernetes
    `k8s.io/api/authorization/v1/types.go` and `k8s.io/api/authentication/v1/types.go`. How to read the rows: see
    `go_types`.
"""

from __future__ import annotations

GO_TYPES_REVIEWS: dict[str, str] = {
    "LocalSubjectAccessReview": "metadata:ObjectMeta spec:SubjectAccessReviewSpec status:SubjectAccessReviewStatus",
    "SelfSubjectAccessReview": "metadata:ObjectMeta spec:SelfSubjectAccessReviewSpec status:SubjectAccessReviewStatus",
    "SelfSubjectReview": "metadata:ObjectMeta status:SelfSubjectReviewStatus",
    "SelfSubjectReviewStatus": "userInfo:UserInfo",
    "SelfSubjectRulesReview": "metadata:ObjectMeta spec:SelfSubjectRulesReviewSpec status:SubjectRulesReviewStatus",
    "SubjectAccessReview": "metadata:ObjectMeta spec:SubjectAccessReviewSpec status:SubjectAccessReviewStatus",
    "TokenRequest": "metadata:ObjectMeta spec:TokenRequestSpec status:TokenRequestStatus",
    "TokenRequestSpec": "audiences:[]string! expirationSeconds:*int64",
    "TokenReview": "metadata:ObjectMeta spec:TokenReviewSpec status:TokenReviewStatus",
    "TokenReviewSpec": "token:string",
    "TokenReviewStatus": "user:UserInfo",
}
