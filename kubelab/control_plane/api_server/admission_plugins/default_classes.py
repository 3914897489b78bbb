"""DefaultStorageClass and DefaultIngressClass: who does not say which class, gets the cluster's.

In Kubernetes
    `plugin/pkg/admission/storage/storageclass/setdefault/admission.go`,
    `plugin/pkg/admission/network/defaultingressclass/admission.go`.
    https://kubernetes.io/docs/concepts/storage/storage-classes/#default-storageclass
"""

from __future__ import annotations

from typing import Any

from kubelab.api.annotations import BETA_STORAGE_CLASS
from kubelab.api.storage import annotation, default_class
from kubelab.control_plane.api_server.admission_plugins.request import Request

_IS_DEFAULT_INGRESS_CLASS = "ingressclass.kubernetes.io/is-default-class"
_OLD_INGRESS_CLASS = "kubernetes.io/ingress.class"


def default_storage_class(obj: dict[str, Any], request: Request) -> None:
    """Gives a claim that says nothing about its class the default one, if there is one."""
    if request.kind.builtin != "PersistentVolumeClaim" or "storageClassName" in obj["spec"]:
        return
    if BETA_STORAGE_CLASS not in obj["metadata"].get("annotations", {}):
        found = default_class(request.list("StorageClass"))
        if found is not None:
            obj["spec"]["storageClassName"] = found.metadata.name


def default_ingress_class(obj: dict[str, Any], request: Request) -> None:
    """Gives an Ingress that says nothing about its class the default one, if there is one."""
    if request.kind.builtin != "Ingress" or "ingressClassName" in obj["spec"]:
        return
    if _OLD_INGRESS_CLASS not in obj["metadata"].get("annotations", {}):
        marked = [
            each for each in request.list("IngressClass") if annotation(each, _IS_DEFAULT_INGRESS_CLASS) == "true"
        ]
        if marked:  # the newest; of those equally new, the first by name
            newest = max(each.metadata.creationTimestamp for each in marked)
            found = next(each for each in marked if each.metadata.creationTimestamp == newest)
            obj["spec"]["ingressClassName"] = found.metadata.name
