"""Manifests given to admission without a cluster."""

import random

import pytest

from kubelab.api import kinds
from kubelab.api.errors import ApiError
from kubelab.control_plane.api_server.admission import admit

LABELS = {"app": "web"}


def template(restart="Always", **spec):
    containers = [{"name": "web", "image": "nginx"}]
    return {"metadata": {"labels": LABELS}, "spec": {"containers": containers, "restartPolicy": restart, **spec}}


def new(kind, *, old=None, subresource="", meta=None, **fields):
    manifest = {"metadata": {"name": "web", **(meta or {})}, **fields}
    return admit(manifest, kinds.find(kind), old=old, subresource=subresource, rng=random.Random(1))[0]


def stored(kind, **fields):
    """An object as it lies in etcd, more or less."""
    obj = new(kind, **fields)
    obj["metadata"] = {"uid": "1-2-3", **obj["metadata"], "creationTimestamp": "2026-01-01T00:00:00Z"}
    return obj


def refused(kind, **fields):
    with pytest.raises(ApiError) as caught:
        new(kind, **fields)
    return caught.value


def faults(kind, **fields):
    """The fields at fault, each once; none when it is admitted."""
    try:
        new(kind, **fields)
    except ApiError as error:
        if error.code != 422:
            raise
        return list(dict.fromkeys(cause.field for cause in error.causes))
    return []
