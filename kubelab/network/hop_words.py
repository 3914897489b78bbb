"""The words for hops: what happened at a station, in both languages.

Addresses, names and commands need none: most hops say nothing else.
"""

from __future__ import annotations

HOPS: dict[str, dict[str, str]] = {
    "pod-network": {"es": "en la red de pods", "en": "in the pod network"},
    "open-connection": {"es": "por una conexión abierta", "en": "over an open connection"},
    "to": {"es": "a {0}:{1}", "en": "to {0}:{1}"},
    "port": {"es": "puerto {0}", "en": "port {0}"},
    "certificate": {"es": "certificado: {0}", "en": "certificate: {0}"},
    "judged": {"es": "{0}: {1}", "en": "{0}: {1}"},
    # what an ingress controller says
    "by-https": {"es": "{0} se sirve por HTTPS", "en": "{0} is served by HTTPS"},
    "no-rule": {"es": "ninguna regla para {0}{1}: 404", "en": "no rule for {0}{1}: 404"},
    "no-backend": {
        "es": "service {0} no tiene endpoints para el puerto {1}: 503",
        "en": "service {0} has no endpoints for port {1}: 503",
    },
}
