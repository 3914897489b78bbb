"""The service account controller: a `default` ServiceAccount in every namespace, for pods that name no other."""

from __future__ import annotations

from typing import Any

from lightkube.models import core_v1, meta_v1

from kubelab.api.errors import ApiError
from kubelab.control_plane.controller_manager.controller import Controller

DEFAULT = "default"


class ServiceAccountController(Controller):
    """Makes the ServiceAccount `default` in every active namespace, again whenever somebody deletes it.

    In Kubernetes
        pkg/controller/serviceaccount/serviceaccounts_controller.go

    Left out
        Tokens: nobody checks who a pod is.
    """

    name = "serviceaccount-controller"
    watches = ("namespaces", "serviceaccounts")

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A namespace has come or changed, or its account is gone."""
        if kind == "namespaces":
            if new is not None:
                self.queue.add(new.metadata.name)
        elif new is None and old.metadata.name == DEFAULT:
            self.queue.add(old.metadata.namespace)

    def reconcile(self, key: str) -> None:
        """Make the account where it is missing."""
        if not is_open(self.informer("namespaces").get(key)):
            return
        if self.informer("serviceaccounts").get(f"{key}/{DEFAULT}") is not None:
            return
        account = core_v1.ServiceAccount(metadata=meta_v1.ObjectMeta(name=DEFAULT, namespace=key))
        try:
            self.client.create(account)
        except ApiError as refused:
            if refused.reason != "AlreadyExists":
                raise


def is_open(namespace: core_v1.Namespace | None) -> bool:
    """Whether something can be made in the namespace: it is there, and not on its way out."""
    return namespace is not None and namespace.metadata.deletionTimestamp is None
