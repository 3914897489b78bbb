"""docs/kinds.md says which kinds live here and which are only kept; this test makes it from the code."""

from __future__ import annotations

import os
from pathlib import Path

from kubelab.api.kinds import KINDS, Kind
from kubelab.api.virtual_kinds import REVIEWS
from kubelab.control_plane.controller_manager.registry import CONTROLLERS

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "kinds.md"
HEAD = """# The kinds: which live here, and which are only kept

Every kind below is served whole: all its fields, its defaults, its validation, its columns in `kubectl get`. A kind
*lives* when some part of the cluster acts on its objects. One that is only *kept* is read, checked, stored and given
back, and nothing follows from it. This table is made from the code by `tests/test_kinds_page.py`
(`KUBELAB_UPDATE=1` writes it).

| kind | apiVersion | short | lives by |
| --- | --- | --- | --- |
"""
# Parts that are no controllers: who acts on a kind, and the module in which that is to be seen.
PARTS = {
    "Pod": [("kube-scheduler", "control_plane/scheduler/scheduler.py"), ("kubelet", "node/kubelet.py")],
    "Node": [("kubelet", "node/node_status.py"), ("kube-scheduler", "control_plane/scheduler/cache.py")],
    "Lease": [("kubelet", "node/kubelet.py")],
    "Service": [
        ("kube-proxy", "node/service_rules.py"),
        ("cluster DNS", "network/dns/zone.py"),
        ("service-controller", "control_plane/cloud_controller_manager/service.py"),
    ],
    "Ingress": [("ingress-nginx", "network/ingress/controller.py")],
    "EndpointSlice": [("kube-proxy", "node/service_rules.py")],
    "ConfigMap": [("kubelet", "node/pod_configuration.py")],
    "Secret": [("kubelet", "node/pod_configuration.py")],
    "ServiceAccount": [("admission", "control_plane/api_server/admission_plugins/service_account.py")],
    "LimitRange": [("admission", "control_plane/api_server/admission_plugins/limit_ranger.py")],
    "ResourceQuota": [("admission", "control_plane/api_server/admission_plugins/resource_quota.py")],
    "PriorityClass": [
        ("admission", "control_plane/api_server/admission_plugins/priority.py"),
        ("kube-scheduler", "control_plane/scheduler/preemption.py"),
    ],
    "RuntimeClass": [("admission", "control_plane/api_server/admission_plugins/runtime_class.py")],
    "IngressClass": [
        ("admission", "control_plane/api_server/admission_plugins/default_classes.py"),
        ("ingress-nginx", "network/ingress/configuration.py"),
    ],
    "StorageClass": [("local-path-provisioner", "control_plane/local_path_provisioner.py")],
    "Role": [("RBAC", "control_plane/api_server/authorization/rbac.py")],
    "RoleBinding": [("RBAC", "control_plane/api_server/authorization/rbac.py")],
    "ClusterRoleBinding": [("RBAC", "control_plane/api_server/authorization/rbac.py")],
    "ClusterRole": [("RBAC", "control_plane/api_server/authorization/rbac.py")],
    "CustomResourceDefinition": [("API server", "control_plane/api_server/custom_resources.py")],
    "ControllerRevision": [("StatefulSets and DaemonSets", "control_plane/controller_manager/history.py")],
    "Event": [("every part", "client_go/events.py")],
}


def lives_by(kind: Kind) -> list[str]:
    """The controllers that reconcile the kind, and the parts that act on it."""
    controllers = [each.name for each in CONTROLLERS if each.watches[0] == kind.plural and len(each.watches) < 20]
    if kind.name in ("Namespace", "ResourceQuota"):
        own = [each.name for each in CONTROLLERS if each.watches[0] == kind.plural]
        controllers = [name for name in own if name != "garbage-collector-controller"]
    return [*[who for who, _ in PARTS.get(kind.name, ())], *controllers]


def row(kind: Kind) -> str:
    versions = "<br>".join(f"`{version}`" for version in (kind.api_version, *kind.also))
    return f"| {kind.name} | {versions} | {', '.join(kind.short_names)} | {', '.join(lives_by(kind)) or '*(kept)*'} |"


def page() -> str:
    rows = "\n".join(row(kind) for kind in sorted(KINDS, key=lambda kind: (kind.group, kind.name)))
    asked = "\n".join(f"- {kind.name} (`{kind.api_version}`)" for kind in REVIEWS)
    return (
        f"{HEAD}{rows}\n\nCustom kinds, brought by a CustomResourceDefinition, are served like these, and kept.\n\n"
        f"## Kinds that are answered and not kept\n\n{asked}\n"
    )


def test_the_page_says_what_the_code_does():
    if os.environ.get("KUBELAB_UPDATE"):
        PAGE.write_text(page())
    assert PAGE.read_text() == page(), "the kinds have changed: run with KUBELAB_UPDATE=1"


def test_every_part_that_is_named_is_there():
    for kind, parts in PARTS.items():
        for _, module in parts:
            assert (ROOT / "kubelab" / module).exists(), f"{module}, by which {kind} lives, is not there"
