"""The kubeconfig: which cluster kubectl talks to, as whom, and in which namespace when none is said.

In Kubernetes
    `~/.kube/config`. https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

CLUSTER = "kubelab"
SERVER = "https://master:6443"
ADMIN_TOKEN = "kubelab-admin"
PLACE = "~/.kube/config"
_SECRETS = ("token", "password", "client-key-data")
Entry = dict[str, str]


@dataclass
class Kubeconfig:
    """Clusters, users, and contexts, which bring together one of each and a namespace. One context is the current."""

    clusters: dict[str, Entry] = field(default_factory=dict)
    users: dict[str, Entry] = field(default_factory=dict)
    contexts: dict[str, Entry] = field(default_factory=dict)
    current: str = CLUSTER

    def context(self, name: str) -> Entry:
        """A context, or the current one, or nothing where there is none."""
        return self.contexts.get(name or self.current, {})

    def to_dict(self, *, raw: bool = False) -> dict[str, Any]:
        """The file as `kubectl config view` shows it, with its secrets only if they are asked for."""
        users = {
            name: {key: text if raw or key not in _SECRETS else "REDACTED" for key, text in held.items()}
            for name, held in self.users.items()
        }
        contexts = {name: {"cluster": "", "user": "", **held} for name, held in self.contexts.items()}
        return {
            "apiVersion": "v1",
            "clusters": _listed("cluster", self.clusters),
            "contexts": _listed("context", contexts),
            "current-context": self.current,
            "kind": "Config",
            "users": _listed("user", users),
        }


def _listed(word: str, held: dict[str, Entry]) -> list[dict[str, Any]]:
    return [{word: dict(entry), "name": name} for name, entry in sorted(held.items())]


def kubeconfig_of(cluster: Any) -> Kubeconfig:
    """The kubeconfig for a cluster; it goes along when the cluster is forked."""
    held: Kubeconfig | None = vars(cluster).get("kubeconfig")
    if held is None:
        held = Kubeconfig(
            {CLUSTER: {"server": SERVER}},
            {CLUSTER: {"token": ADMIN_TOKEN}},
            {CLUSTER: {"cluster": CLUSTER, "user": CLUSTER, "namespace": "default"}},
        )
        vars(cluster)["kubeconfig"] = held
    return held
