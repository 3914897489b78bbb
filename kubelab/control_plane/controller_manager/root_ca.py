"""The root CA certificate publisher: every namespace holds the certificate by which pods know the API server."""

from __future__ import annotations

from typing import Any

from lightkube.models import core_v1, meta_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import replace, with_meta
from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.service_account import is_open

CONFIG_MAP = "kube-root-ca.crt"
DESCRIBED_BY = "kubernetes.io/description"
DESCRIPTION = (
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the"
    " internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes"
    " clusters."
)
# What stands in a certificate's place: the base64 text reads "kubelab: there is nobody to be authenticated here".
CERTIFICATE = """-----BEGIN CERTIFICATE-----
a3ViZWxhYjogdGhlcmUgaXMgbm9ib2R5IHRvIGJlIGF1dGhlbnRpY2F0ZWQgaGVyZQ==
-----END CERTIFICATE-----
"""


class RootCaController(Controller):
    """Keeps the ConfigMap `kube-root-ca.crt` in every active namespace. Every pod mounts it beside its token.

    In Kubernetes
        pkg/controller/certificates/rootcacertpublisher/publisher.go

    Left out
        A real certificate: nothing is encrypted here, and the text says so.
    """

    name = "root-ca-certificate-publisher-controller"
    watches = ("namespaces", "configmaps")

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A namespace has come or changed, or somebody touched its ConfigMap."""
        if kind == "namespaces":
            if new is not None:
                self.queue.add(new.metadata.name)
        elif old is not None and old.metadata.name == CONFIG_MAP:
            self.queue.add(old.metadata.namespace)

    def reconcile(self, key: str) -> None:
        """Make the ConfigMap, or put right what it says."""
        if not is_open(self.informer("namespaces").get(key)):
            return
        data = {"ca.crt": CERTIFICATE}
        held = self.informer("configmaps").get(f"{key}/{CONFIG_MAP}")
        if held is None:
            meta = meta_v1.ObjectMeta(name=CONFIG_MAP, namespace=key, annotations={DESCRIBED_BY: DESCRIPTION})
            try:
                self.client.create(core_v1.ConfigMap(metadata=meta, data=data))
            except ApiError as refused:
                if refused.reason != "AlreadyExists":
                    raise
            return
        annotations = held.metadata.annotations or {}
        if held.data != data or not annotations.get(DESCRIBED_BY):
            changed = with_meta(held, annotations={**annotations, DESCRIBED_BY: DESCRIPTION})
            self.client.update(replace(changed, data=data))
