"""What a Secret means when it says only half of it.

In Kubernetes
    `SetDefaults_Secret` in `pkg/apis/core/v1/defaults.go`, `Convert_v1_Secret_To_core_Secret` in `conversion.go`.
    https://kubernetes.io/docs/concepts/configuration/secret/
"""

from __future__ import annotations

import base64
from typing import Any


def secret(obj: dict[str, Any]) -> None:
    """Fill in a Secret: of no special type, and what was given as text kept with the rest, in base64."""
    obj.setdefault("type", "Opaque")
    plain = obj.pop("stringData", None)
    if plain:
        data = obj.setdefault("data", {})
        for key, value in plain.items():
            data[key] = base64.b64encode(value.encode("utf-8", "surrogatepass")).decode()
