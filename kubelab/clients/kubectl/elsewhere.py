"""What the real kubectl can do and this one cannot: refused by name, with what does the same here."""

from __future__ import annotations

from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.language import say

# (in Spanish, in English): why not, and what to do instead
ELSEWHERE = {
    "attach": (
        "no hay terminal que conectar: kubectl logs POD enseña lo que escribe, kubectl exec POD -- ORDEN entra en él",
        "there is no terminal to attach: kubectl logs POD shows what it writes, kubectl exec POD -- COMMAND goes in",
    ),
    "certificate": ("aquí nadie firma certificados", "certificates are not signed here"),
    "completion": ("no hay shell que completar", "there is no shell here"),
    "cp": (
        "los contenedores solo tienen los ficheros que les montas: kubectl exec POD -- cat /RUTA enseña uno, "
        "un ConfigMap montado lo pone",
        "containers have only the files that are mounted: kubectl exec POD -- cat /PATH shows one, "
        "a mounted ConfigMap puts one there",
    ),
    "debug": (
        "no hay terminal que conectar: prueba kubectl run tmp --image=busybox --rm -i --restart=Never -- ORDEN, "
        'o cluster.why("pod/…")',
        "there is no terminal to attach: try kubectl run tmp --image=busybox --rm -i --restart=Never -- COMMAND, "
        'or cluster.why("pod/…")',
    ),
    "plugin": ("aquí no hay plugins", "there are no plugins here"),
    "port-forward": (
        "no hay ningún puerto de tu ordenador: pide con %curl http://SERVICIO o cluster.request; "
        "el kubectl de verdad sí puede, con cluster.serve()",
        "there is no port of your computer: ask by %curl http://SERVICE or cluster.request; "
        "the real kubectl can, with cluster.serve()",
    ),
    "proxy": (
        "usa cluster.serve(), o kubelab serve en un terminal",
        "use cluster.serve(), or kubelab serve in a terminal",
    ),
}


def elsewhere(name: str) -> CommandError:
    """The refusal of such a command."""
    es, en = ELSEWHERE[name]
    return missing(f"kubectl {name}", es=es, en=en)


def missing(what: str, *, es: str = "", en: str = "") -> CommandError:
    """The refusal of a command or a flag that the real kubectl has: why, or what does the same here."""
    return error(
        say(
            es=f"{what} no está disponible" + (f": {es}" if es else ""),
            en=f"{what} is not available" + (f": {en}" if en else ""),
        )
    )
