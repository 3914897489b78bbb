"""What an EndpointSlice means when it says only half of it.

In Kubernetes
    `SetDefaults_EndpointPort` in `pkg/apis/discovery/v1/defaults.go`.
"""

from __future__ import annotations

from typing import Any


def endpointslice(obj: dict[str, Any]) -> None:
    """Fill in an EndpointSlice: ports without a name, over TCP."""
    for port in obj.get("ports") or ():
        port.setdefault("name", "")
        port.setdefault("protocol", "TCP")
