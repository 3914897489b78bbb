"""Pods as a manifest says them, and the fields of them that are faulty."""

from kubelab.api.decoding import decode
from kubelab.api.defaults.pod import pod as fill_in
from kubelab.api.kinds import find
from kubelab.api.validation.pod import pod


def made(metadata=None, **spec):
    spec.setdefault("containers", [{"name": "web", "image": "nginx"}])
    meta = {"name": "web", "namespace": "default", **(metadata or {})}
    obj, _ = decode({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec}, find("Pod"))
    fill_in(obj)
    obj["spec"].setdefault("serviceAccountName", "default")
    return obj


def faults(metadata=None, **spec):
    """The faulty fields of a pod, below `spec.`, in order and each once."""
    fields = [cause.field for cause in pod(made(metadata, **spec))]
    return [field.removeprefix("spec.") for field in dict.fromkeys(fields)]


def container_faults(**fields):
    found = faults(containers=[{"name": "web", "image": "nginx", **fields}])
    return [field.removeprefix("containers[0].") for field in found]


def volume_faults(**source):
    return [field.removeprefix("volumes[0].") for field in faults(volumes=[{"name": "data", **source}])]
