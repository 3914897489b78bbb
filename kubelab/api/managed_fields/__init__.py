"""Managed fields: who has set which field of an object, and what becomes of it when they apply again.

    elements → field_set → types → (typed walks) → updater → managers

In Kubernetes
    https://kubernetes.io/docs/reference/using-api/server-side-apply/ . The algorithms are those of
    `sigs.k8s.io/structured-merge-diff`; what the API server makes of them is in
    `k8s.io/apimachinery/pkg/util/managedfields`.
"""
