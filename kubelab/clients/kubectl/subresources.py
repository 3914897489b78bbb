"""`--subresource`: a part of an object that is read and written by itself.

In Kubernetes
    https://kubernetes.io/docs/reference/kubectl/conventions/#subresources
"""

from __future__ import annotations

from dataclasses import replace

from lightkube.models import autoscaling_v1

from kubelab.api.errors import ApiError
from kubelab.api.kinds import Kind
from kubelab.clients.kubectl.resources import Found
from kubelab.clients.kubectl.session import Session

SCALE = Kind("Scale", "scales", "autoscaling", "v1", True, autoscaling_v1.Scale)


def part_of(session: Session, found: Found, name: str) -> Found:
    """A part of an object in its place: its scale; its status is shown with all the rest.

    Raises
    ------
    ApiError
        404: it has no such part.
    """
    if name == "scale" and "scale" in found.kind.subresources:
        obj = session.client.get_scale(found.kind.resource, found.name, found.namespace)
        return replace(found, kind=SCALE, obj=obj)
    if name and name not in found.kind.subresources:
        raise ApiError(404, "NotFound", "the server could not find the requested resource")
    return found
