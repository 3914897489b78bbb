"""Conversion: an object of a custom kind as another version of the kind has it, or the same version since it changed.

In Kubernetes
    The strategy None: only the apiVersion is written anew; the schema of the version asked for prunes and fills in.
    https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/
Left out
    Conversion webhooks. Objects lie in etcd in the version in which they were last written.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.custom.defaulting import fill_in
from kubelab.api.custom.model import custom_value
from kubelab.api.custom.pruning import prune, prune_nulls
from kubelab.api.custom.served_version import served_version
from kubelab.api.kinds import Kind
from kubelab.api.objects import to_dict


def as_version(kind: Kind, obj: Any) -> Any:
    """The object as `kind` has it: the very same where it is already so."""
    if not kind.custom or isinstance(obj, kind.model):
        return obj
    plain, schema = to_dict(obj), served_version(kind).schema
    plain["apiVersion"] = kind.api_version
    prune(plain, schema, root=True)
    prune_nulls(plain, schema)
    fill_in(plain, schema)
    return custom_value(kind, plain)
