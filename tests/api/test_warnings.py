"""What the API server says beside a yes."""

from __future__ import annotations

from typing import Any

from kubelab.api.kinds import find
from kubelab.control_plane.api_server.admission import admit

BACKEND = {"defaultBackend": {"service": {"name": "shop", "port": {"number": 80}}}}


def warned(kind: str, annotations: dict[str, str] | None = None, **content: Any) -> list[str]:
    meta = {"name": content.pop("name", "one"), "annotations": annotations or {}}
    return admit({"metadata": meta, **content}, find(kind))[1]


def test_endpoints_are_on_their_way_out() -> None:
    assert warned("endpoints") == ["v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"]


def test_the_class_of_an_ingress_has_a_field_of_its_own() -> None:
    note = {"kubernetes.io/ingress.class": "nginx"}
    assert warned("ingress", note, spec=BACKEND) == [
        "annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead"
    ]
    assert warned("ingress", note, spec={**BACKEND, "ingressClassName": "nginx"}) == []


def test_a_format_that_nobody_knows_is_said() -> None:
    text = {"type": "string", "format": "shirt-size"}
    day = {"type": "string", "format": "date"}
    schema = {"type": "object", "properties": {"size": text, "day": day}}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    spec = {
        "group": "example.com",
        "scope": "Cluster",
        "names": {"plural": "shirts", "kind": "Shirt"},
        "versions": [version],
    }
    assert warned("crd", name="shirts.example.com", spec=spec) == ['unrecognized format "shirt-size"']
