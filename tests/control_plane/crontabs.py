"""A definition for tests, and objects of the kind that it makes."""

from __future__ import annotations

from typing import Any

import pytest

import kubelab as kl

NAME = "crontabs.stable.example.com"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "spec": {
            "type": "object",
            "required": ["cronSpec"],
            "properties": {
                "cronSpec": {"type": "string", "minLength": 1},
                "image": {"type": "string", "default": "busybox"},
                "replicas": {"type": "integer", "minimum": 1, "maximum": 10, "default": 1},
            },
        },
        "status": {
            "type": "object",
            "properties": {"replicas": {"type": "integer"}, "labelSelector": {"type": "string"}},
        },
    },
}
COLUMNS = [
    {"name": "Spec", "type": "string", "jsonPath": ".spec.cronSpec"},
    {"name": "Replicas", "type": "integer", "jsonPath": ".spec.replicas"},
    {"name": "Image", "type": "string", "jsonPath": ".spec.image", "priority": 1},
    {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
]
SCALE = {
    "specReplicasPath": ".spec.replicas",
    "statusReplicasPath": ".status.replicas",
    "labelSelectorPath": ".status.labelSelector",
}


def definition(scope: str = "Namespaced", **version: Any) -> dict[str, Any]:
    """The definition of crontabs; what is given goes into its one version."""
    names = {"plural": "crontabs", "kind": "CronTab", "shortNames": ["ct"]}
    one = {
        "name": "v1",
        "served": True,
        "storage": True,
        "subresources": {"status": {}, "scale": SCALE},
        "additionalPrinterColumns": COLUMNS,
        "schema": {"openAPIV3Schema": SCHEMA},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": NAME},
        "spec": {"group": "stable.example.com", "scope": scope, "names": names, "versions": [{**one, **version}]},
    }


def crontab(name: str = "nightly", version: str = "v1", **spec: Any) -> dict[str, Any]:
    """A crontab."""
    return {
        "apiVersion": f"stable.example.com/{version}",
        "kind": "CronTab",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"cronSpec": "* * * * */5", **spec},
    }


def with_crontabs(**version: Any) -> kl.Cluster:
    """A cluster that serves crontabs."""
    cluster = kl.Cluster(workers=0, seed=1)
    cluster.api.create(definition(**version))
    cluster.run(1)
    return cluster


def conditions(cluster: kl.Cluster, name: str = NAME) -> dict[str, tuple[str, str]]:
    found = cluster.api.get("crd", name, None)
    return {held.type: (held.status, held.reason) for held in found.status.conditions}


def refused(call: Any, *args: Any, **options: Any) -> kl.ApiError:
    with pytest.raises(kl.ApiError) as caught:
        call(*args, **options)
    return caught.value
