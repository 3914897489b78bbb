"""Authorization: whether this user may do this.

In Kubernetes
    https://kubernetes.io/docs/reference/access-authn-authz/authorization/
"""
