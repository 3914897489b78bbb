"""`kubectl set image`.

In Kubernetes
    `set_image.go` in `k8s.io/kubectl/pkg/cmd/set`.
"""

from __future__ import annotations

from typing import Any

from kubelab.clients.kubectl.change import CHOICE, split
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.resources import Found, named
from kubelab.clients.kubectl.session import Session
from kubelab.clients.kubectl.set.pod_specs import change_pods, check_choice

FLAGS = CHOICE


def set_image(session: Session) -> None:
    """Set the images of containers: `container=image`, `*=image` for all."""
    names, changes = split(session.words)
    pairs = dict(word.split("=", 1) for word in changes if "=" in word)
    check_choice(session, names)
    if not pairs:
        raise error("at least one image update is required")
    if "*" in pairs and len(pairs) > 1:
        raise error(
            "all containers are already specified by *, but saw more than one container_name=container_image pairs"
        )
    change_pods(session, named(session, words=names), _Images(pairs).set, "image updated", _FAILED)


_FAILED = "failed to patch image update to pod template:"


class _Images:
    """The images to set, by the name of their container."""

    def __init__(self, pairs: dict[str, str]) -> None:
        self.pairs = pairs

    def set(self, item: Found, spec: dict[str, Any]) -> list[str]:
        """Set them in the pods of an object; what is said of those that are not there."""
        missing = []
        held = [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]
        for name, image in self.pairs.items():
            fits = [container for container in held if name in ("*", container["name"])]
            if not fits:
                missing.append(f'error: unable to find container named "{name}"')
            for container in fits:
                container["image"] = image
        return missing
