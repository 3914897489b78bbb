"""`kubectl kustomize`, and `kubectl apply view-last-applied`: manifests to look at.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/kustomize`, `…/apply/apply_view_last_applied.go`.
"""

from __future__ import annotations

import json

from kubelab.api.strategic_diff import LAST_APPLIED
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.manifests import kustomization
from kubelab.clients.kubectl.resources import named
from kubelab.clients.kubectl.session import Session
from kubelab.clients.yaml_writer import to_yaml

VIEW_FLAGS = (*f.FILES, f.SELECTOR, f.switch("all"), f.text("output", "o", "yaml"))


def kustomize(session: Session) -> None:
    """Show the manifests that the kustomization in a folder makes."""
    if len(session.words) > 1:
        raise error("specify one path to kustomization.yaml")
    session.show(kustomization(session, session.words[0] if session.words else "."))


def view_last_applied(session: Session) -> None:
    """Show what was applied last, from the annotation of objects."""
    output = session.flags["output"]
    if output not in ("yaml", "json"):
        raise session.usage(f"Unexpected -o output mode: {output}, the flag 'output' must be one of yaml|json")
    for found in named(session):
        text = (found.obj.metadata.annotations or {}).get(LAST_APPLIED)
        if text is None:
            name = f"{found.kind.singular}.{found.kind.group}" if found.kind.group else found.kind.singular
            raise error(f"no last-applied-configuration annotation found on resource: {name}/{found.name}")
        content = json.loads(text)
        session.show(to_yaml(content) if output == "yaml" else json.dumps(content, indent=2) + "\n")
