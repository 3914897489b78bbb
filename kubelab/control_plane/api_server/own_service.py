"""The Service `kubernetes`: how pods reach the API server, which makes it again when somebody deletes it.

In Kubernetes
    pkg/controlplane/controller/kubernetesservice: a loop of the API server itself, every 10 s.

Left out
    What somebody changes in them is not put right, only what is gone is made again.
"""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Any

from kubelab.api import kinds
from kubelab.api.errors import ApiError
from kubelab.api.objects import to_dict
from kubelab.control_plane.api_server.authorization.attributes import ADMIN
from kubelab.control_plane.etcd import Change

if TYPE_CHECKING:
    from kubelab.control_plane.api_server.server import ApiServer

PERIOD = 10.0
_KINDS = (kinds.find("services"), kinds.find("endpointslices"))
_KEYS = tuple(f"/registry/{kind.resource}/default/kubernetes" for kind in _KINDS)
_KEPT = ("name", "namespace", "labels")


class OwnService:
    """Remembers the Service and its endpoints as they were made at first, and makes them again."""

    user = agent = "kube-apiserver"  # as whom it writes
    identity = ADMIN

    def __init__(self, server: Any) -> None:
        self.server: ApiServer = server
        self.warnings: list[str] = []
        self._manifests: dict[str, dict[str, Any]] = {}  # by key in etcd
        self._due = False

    def on_change(self, change: Change) -> None:
        """Etcd has committed something: perhaps that one of the two was made, or is gone."""
        if change.now.key not in _KEYS:
            return
        if change.now.value is None:
            self._look_at_the_next_turn()
        elif change.now.key not in self._manifests:
            made = to_dict(change.now.value)
            made["metadata"] = {name: made["metadata"][name] for name in _KEPT if name in made["metadata"]}
            made.pop("status", None)
            self._manifests[change.now.key] = made

    def start(self) -> None:
        """The API server has just started: what is gone is made again soon."""
        self._due = False
        if self._manifests:
            self._look_at_the_next_turn()

    def _look_at_the_next_turn(self) -> None:
        now = self.server.clock.now
        if not self._due:
            self._due = True
            self.server.later((floor(now / PERIOD) + 1) * PERIOD - now, self._make_again)

    def _make_again(self) -> None:
        self._due = False
        try:
            for kind, key in zip(_KINDS, _KEYS, strict=True):
                if key in self._manifests and self.server.storage.find(kind, "default", "kubernetes") is None:
                    self.server.create(dict(self._manifests[key]), self, namespace="default")  # type: ignore[arg-type]
        except ApiError:
            self._look_at_the_next_turn()  # somebody has its address, or there is no etcd
