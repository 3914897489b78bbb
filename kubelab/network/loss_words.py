"""The words for losses: why a request got no good answer, in both languages, whole and in brief.

`connection refused`, `timed out` and `could not resolve host` are the system's own words, the same in every language.
"""

from __future__ import annotations

Both = dict[str, str]
Catalogue = dict[str, Both]

LOSSES: Catalogue = {
    # how the client notices
    "timed out": {"es": "timed out: {0}", "en": "timed out: {0}"},
    "refused": {"es": "connection refused: {0}", "en": "connection refused: {0}"},
    "no-name": {"es": "could not resolve host {0}: {1}", "en": "could not resolve host {0}: {1}"},
    "unresolved": {"es": "could not resolve host {0}: {1}", "en": "could not resolve host {0}: {1}"},
    "dns-silent": {"es": "DNS timed out al buscar {0}: {1}", "en": "DNS lookup of {0} timed out: {1}"},
    "reset": {"es": "connection reset: la corta {0}", "en": "connection reset by {0}"},
    "empty": {
        "es": "empty reply: el pod {0} cierra la conexión sin contestar",
        "en": "empty reply: pod {0} closed the connection",
    },
    "http": {"es": "HTTP {0}", "en": "HTTP {0}"},
    "plain-http": {
        "es": "TLS: el puerto {0} del pod {1} habla HTTP sin cifrar",
        "en": "TLS: port {0} of pod {1} speaks plain HTTP",
    },
    "untrusted": {
        "es": "TLS: nadie conocido ha firmado el certificado",
        "en": "TLS: nobody known has signed the certificate",
    },
    "stopped": {"es": "el tráfico se paró", "en": "the load was stopped"},
    "no-sender": {
        "es": "ningún pod '{1}' se ejecuta en el namespace '{2}': hay {0}",
        "en": "no pod '{1}' runs in namespace '{2}': there is {0}",
    },
    "no-sender-off": {
        "es": "ningún pod '{1}' se ejecuta en el namespace '{2}': su nodo {3} no tiene corriente (hay {0})",
        "en": "no pod '{1}' runs in namespace '{2}': its node {3} has no power (there is {0})",
    },
    "none": {"es": "ninguno", "en": "none"},
    "no-worker": {"es": "ningún nodo está en pie", "en": "no worker is up"},
    # machines and links
    "down": {"es": "{0} no responde", "en": "{0} does not answer"},
    "cut": {"es": "{0} está aislado", "en": "{0} is cut off"},
    "link-cut": {"es": "el enlace entre {0} y {1} está cortado", "en": "the link between {0} and {1} is cut"},
    "link-slow": {"es": "el enlace entre {0} y {1} es lento", "en": "the link between {0} and {1} is slow"},
    "link-lossy": {
        "es": "el enlace entre {0} y {1} pierde paquetes",
        "en": "the link between {0} and {1} loses packets",
    },
    "off": {"es": "{0} no tiene corriente", "en": "{0} has no power"},
    "late": {"es": "la respuesta llega demasiado tarde", "en": "the answer comes too late"},
    # addresses and ports
    "no-address": {"es": "nadie tiene la dirección {0}", "en": "nothing has the address {0}"},
    "no-address-outside": {"es": "nadie fuera tiene la dirección {0}", "en": "nothing outside has the address {0}"},
    "no-pod": {"es": "ningún pod de {0} tiene la dirección {1}", "en": "no pod on {0} has the address {1}"},
    "no-listener": {
        "es": "nadie escucha en el puerto {0} del pod {1}",
        "en": "nothing listens on port {0} of pod {1}",
    },
    "no-port-of-node": {"es": "nadie escucha en el puerto {0} de {1}", "en": "nothing listens on port {0} of {1}"},
    "no-port-at-home": {
        "es": "nadie escucha en el puerto {0} de la máquina del propio cliente",
        "en": "nothing listens on port {0} of the client's own machine",
    },
    "no-http-at-dns": {
        "es": "{0} es el DNS del clúster, que no habla HTTP",
        "en": "{0} is the cluster's DNS, which speaks no HTTP",
    },
    "closed-by": {"es": "empty reply: {0}", "en": "empty reply: {0}"},
    # Services and their load balancers
    "no-endpoints": {"es": "service {0} no tiene endpoints listos", "en": "service {0} has no ready endpoints"},
    "no-endpoints-here": {
        "es": "service {0} no tiene endpoints listos en {1}",
        "en": "service {0} has no ready endpoints on {1}",
    },
    "no-port": {"es": "service {0} no tiene el puerto {1}", "en": "service {0} has no port {1}"},
    "barred": {
        "es": "service {0} no acepta paquetes de {1}: no está en sus loadBalancerSourceRanges",
        "en": "service {0} takes no packets from {1}: it is in none of its loadBalancerSourceRanges",
    },
    "balancer-no-port": {
        "es": "el balanceador de {0} no tiene el puerto {1}",
        "en": "the load balancer of {0} has no port {1}",
    },
    "balancer-bars": {
        "es": "el balanceador de {0} no acepta paquetes de {1}",
        "en": "the load balancer of {0} takes no packets from {1}",
    },
    "balancer-empty": {"es": "el balanceador de {0} no tiene nodos", "en": "the load balancer of {0} has no nodes"},
    # NetworkPolicies: the word, the policies, who, whom, port and protocol
    "policy-ingress": {
        "es": "{0} {1}: ninguna regla deja que {2} llegue al pod {3} por el puerto {4} ({5})",
        "en": "{0} {1}: no rule lets {2} reach pod {3} on port {4} ({5})",
    },
    "policy-egress": {
        "es": "{0} {1}: ninguna regla deja que el pod {2} llegue a {3} por el puerto {4} ({5})",
        "en": "{0} {1}: no rule lets pod {2} reach {3} on port {4} ({5})",
    },
    # programs
    "slow-pod": {"es": "el pod {0} necesita {1} s para contestar", "en": "pod {0} needs {1} s to answer"},
    "silent-behind": {
        "es": "quien está detrás del pod {0} no contesta",
        "en": "what is behind pod {0} does not answer",
    },
}

BRIEF: Catalogue = {
    "http": {"es": "error {0}", "en": "error {0}"},
    "no-name": {"es": "el nombre {0} no existe", "en": "there is no name {0}"},
    "reset": {"es": "conexión cortada", "en": "connection reset"},
    "empty": {"es": "cierra sin contestar", "en": "closes without an answer"},
    "plain-http": {"es": "el puerto {0} no habla TLS", "en": "port {0} speaks no TLS"},
    "untrusted": {"es": "certificado sin firma conocida", "en": "nobody known has signed it"},
    "no-sender-off": {"es": "{3} no tiene corriente", "en": "{3} has no power"},
    "no-port-at-home": {"es": "nadie escucha en el puerto {0}", "en": "nobody listens on port {0}"},
    "no-http-at-dns": {"es": "el DNS no habla HTTP", "en": "the DNS speaks no HTTP"},
    "no-sender": {"es": "el pod {1} ya no se ejecuta", "en": "pod {1} does not run any more"},
    "no-worker": {"es": "ningún nodo funciona", "en": "no node is up"},
    "down": {"es": "{0} no contesta", "en": "{0} does not answer"},
    "cut": {"es": "{0} no tiene red", "en": "{0} is cut off"},
    "link-cut": {"es": "enlace {0} – {1} cortado", "en": "link {0} – {1} is cut"},
    "link-slow": {"es": "enlace {0} – {1} lento", "en": "link {0} – {1} is slow"},
    "link-lossy": {"es": "se pierde entre {0} y {1}", "en": "lost between {0} and {1}"},
    "late": {"es": "tarda demasiado", "en": "too slow"},
    "no-address": {"es": "nadie tiene la dirección {0}", "en": "nobody has the address {0}"},
    "no-address-outside": {"es": "nadie tiene la dirección {0}", "en": "nobody has the address {0}"},
    "no-pod": {"es": "ese pod ya no está en {0}", "en": "that pod is gone from {0}"},
    "no-listener": {"es": "nadie escucha en el puerto {0}", "en": "nobody listens on port {0}"},
    "no-port-of-node": {"es": "nadie escucha en el puerto {0}", "en": "nobody listens on port {0}"},
    "no-endpoints": {"es": "{0} no tiene endpoints", "en": "{0} has no endpoints"},
    "no-endpoints-here": {"es": "{0} no tiene endpoints en {1}", "en": "{0} has no endpoints on {1}"},
    "no-port": {"es": "{0} no tiene el puerto {1}", "en": "{0} has no port {1}"},
    "balancer-empty": {"es": "el balanceador no tiene nodos", "en": "the balancer has none"},
    "policy-ingress": {"es": "lo prohíbe la NetworkPolicy {1}", "en": "NetworkPolicy {1} forbids it"},
    "policy-egress": {"es": "lo prohíbe la NetworkPolicy {1}", "en": "NetworkPolicy {1} forbids it"},
    "slow-pod": {"es": "tarda demasiado", "en": "too slow"},
    "silent-behind": {"es": "quien está detrás no contesta", "en": "no answer from behind"},
}
