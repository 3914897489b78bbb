"""`kubectl set`: one thing of a workload changed by a few words.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/set`, with a module for each thing.
"""
