"""`kubectl rollout`: status, history, undo, pause, resume and restart of Deployments, StatefulSets and DaemonSets.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/rollout` and `…/pkg/polymorphichelpers`.
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-back-a-deployment
"""
