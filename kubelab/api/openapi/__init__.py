"""OpenAPI: the description of every kind that is served, as clients ask for it.

In Kubernetes
    https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-interface-definition
"""
