"""kustomize: manifests made from other manifests, without templates.

`build(folder)` reads the folder's `kustomization.yaml` and answers the YAML that `kubectl kustomize folder` prints.

In Kubernetes
    https://kubernetes.io/docs/tasks/manage-kubernetes-objects/kustomization/ , which kubectl carries within it.
Left out
    `replacements`, `vars`, `helmCharts`, plugins, configurations of transformers, and what lies on the network.
"""

from kubelab.clients.kustomize.build import Built, build
from kubelab.clients.kustomize.kustomization import KustomizeError

__all__ = ["Built", "KustomizeError", "build"]
