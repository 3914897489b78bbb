"""Custom resources: kinds that a user defines by a schema.

In Kubernetes
    https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
"""
