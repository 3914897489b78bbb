"""Losses: why a request got no good answer, in the few words that have room in a picture."""

from __future__ import annotations

import re

from kubelab.language import text

# What the network says, and how a picture says it. The first that fits.
WORDS: tuple[tuple[str, dict[str, str]], ...] = (
    (r"^HTTP (\d+)", {"es": "error {0}", "en": "error {0}"}),
    (r"NetworkPolicy (\S+?):", {"es": "lo prohíbe la NetworkPolicy {0}", "en": "NetworkPolicy {0} forbids it"}),
    (r"what is behind pod \S+ does not answer", {"es": "quien está detrás no contesta", "en": "no answer from behind"}),
    (r"timed out: (\S+) does not answer", {"es": "{0} no contesta", "en": "{0} does not answer"}),
    (r"(\S+) is cut off", {"es": "{0} no tiene red", "en": "{0} is cut off"}),
    (r"link between (\S+) and (\S+) is cut", {"es": "enlace {0} – {1} cortado", "en": "link {0} – {1} is cut"}),
    (r"(?:link|lost) between (\S+) and (\S+)", {"es": "se pierde entre {0} y {1}", "en": "lost between {0} and {1}"}),
    (r"service (\S+) has no (?:ready )?endpoints", {"es": "{0} no tiene endpoints", "en": "{0} has no endpoints"}),
    (r"nothing listens on port (\d+)", {"es": "nadie escucha en el puerto {0}", "en": "nobody listens on port {0}"}),
    (r"resolve host (\S+): NXDOMAIN", {"es": "el nombre {0} no existe", "en": "there is no name {0}"}),
    (r"no pod on (\S+) has the address", {"es": "ese pod ya no está en {0}", "en": "that pod is gone from {0}"}),
    (r"has the address (\S+)", {"es": "nadie tiene la dirección {0}", "en": "nobody has the address {0}"}),
    (r"load balancer of (\S+) has no nodes", {"es": "el balanceador no tiene nodos", "en": "the balancer has none"}),
    (r"no worker is up", {"es": "ningún nodo funciona", "en": "no node is up"}),
    (r"connection reset", {"es": "conexión cortada", "en": "connection reset"}),
    (r"empty reply", {"es": "cierra sin contestar", "en": "closes without an answer"}),
    (r"needs \S+ s to answer|comes too late", {"es": "tarda demasiado", "en": "too slow"}),
)
_LOST_AT = re.compile(r"timed out: (\S+) (?:does not answer|is cut off)")
_LOST_BEHIND = re.compile(r"what is behind pod (\S+) does not answer")
_LOST_BETWEEN = re.compile(r"between (\S+) and (\S+)")


def loss_words(error: str) -> str:
    """An error of the network in a few words of the current language."""
    for pattern, both in WORDS:
        found = re.search(pattern, error)
        if found:
            parts = sorted(part.removeprefix("default/") for part in found.groups())  # a link has no direction
            return text(both).format(*parts)
    return error.partition(": ")[2] or error


def machine_of(error: str) -> str:
    """The machine that does not answer, or is cut off; empty where the error tells of none."""
    found = _LOST_AT.search(error)
    return found[1] if found else ""


def link_of(error: str) -> tuple[str, str] | None:
    """The two ends of the link on which packets get lost."""
    found = _LOST_BETWEEN.search(error)
    return (found[1], found[2]) if found else None


def proxy_of(error: str) -> str:
    """The pod that waited for somebody behind it until the client had lost patience."""
    found = _LOST_BEHIND.search(error)
    return found[1] if found else ""
