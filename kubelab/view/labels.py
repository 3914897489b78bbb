"""The words on the live view's controls, in the current language."""

from __future__ import annotations

from kubelab.language import text
from kubelab.view.amounts import number

LABELS: dict[str, dict[str, str]] = {
    "play": {"es": "Reproducir", "en": "Play"},
    "pause": {"es": "Pausa", "en": "Pause"},
    "step": {"es": "Paso", "en": "Step"},
    "back": {"es": "Atrás", "en": "Back"},
    "reset": {"es": "Empezar de nuevo", "en": "Start again"},
    "fork": {"es": "Seguir desde aquí (otra historia)", "en": "Another story from here"},
    "present": {"es": "Volver al presente", "en": "Back to the present"},
    "past": {"es": "Miras el pasado", "en": "You are looking at the past"},
    "early": {
        "es": "La vista se abrió en t = {time}: otra historia puede seguir desde ahí, no desde antes.",
        "en": "The view was opened at t = {time}: another story can go on from there, not from before.",
    },
    "away": {"es": "{name} (ahora no puede)", "en": "{name} (cannot now)"},
    "speed": {"es": "Velocidad", "en": "Speed"},
    "time": {"es": "Momento", "en": "Moment"},
    "waiting": {"es": "esperando al kernel…", "en": "waiting for the kernel…"},
    "nodes": {"es": "Nodos", "en": "Nodes"},
    "kill": {"es": "Apagar", "en": "Kill"},
    "revive": {"es": "Encender", "en": "Revive"},
    "cut": {"es": "Cortar la red", "en": "Cut network"},
    "heal": {"es": "Reconectar la red", "en": "Mend network"},
    "cordon": {"es": "Acordonar", "en": "Cordon"},
    "uncordon": {"es": "Desacordonar", "en": "Uncordon"},
    "replicas": {"es": "Réplicas", "en": "Replicas"},
    "deployment": {"es": "Deployment", "en": "Deployment"},
    "none": {"es": "ninguno aún", "en": "none yet"},
    "traffic": {"es": "Tráfico", "en": "Traffic"},
    "service": {"es": "Service", "en": "Service"},
    "target": {"es": "A dónde", "en": "Where to"},
    "source": {"es": "Desde dónde", "en": "Where from"},
    "rate": {"es": "Peticiones por segundo", "en": "Requests a second"},
    "once": {"es": "Una petición", "en": "One request"},
    "on": {"es": "Enviar tráfico", "en": "Send traffic"},
    "off": {"es": "Parar", "en": "Stop"},
    "answered": {"es": "{answered} de {sent} con respuesta", "en": "{answered} of {sent} answered"},
    "doors": {
        "es": "Nadie envía nada. Elige un Service o un Ingress en la imagen, o en la lista de arriba.",
        "en": "Nobody sends anything. Choose a Service or an Ingress in the picture, or in the list above.",
    },
    "hops": {"es": "El camino de la petición", "en": "The way of the request"},
    "why": {"es": "Por qué", "en": "Why"},
    "manifest": {"es": "Manifiesto", "en": "Manifest"},
    "apply": {"es": "Aplicar", "en": "Apply"},
    "line": {"es": "Línea", "en": "Line"},
    "pod": {"es": "Pod", "en": "Pod"},
    "pick": {"es": "Elige un pod en la imagen.", "en": "Choose a pod in the picture."},
    "describe": {"es": "Describir", "en": "Describe"},
    "delete": {"es": "Borrar", "en": "Delete"},
    "story": {"es": "Qué ha pasado", "en": "What has happened"},
    "point": {"es": ",", "en": "."},
    "booting": {"es": "Arrancando…", "en": "Booting…"},
    "example": {"es": "Cargar un ejemplo", "en": "Load an example"},
    "gone": {"es": "{name}: ya no está en la imagen", "en": "{name}: no longer in the picture"},
    "quiet": {"es": "Nada todavía: reproduce o cambia algo.", "en": "Nothing yet: play, or change something."},
}


# Something to apply, for who has nothing: the editor offers it while it is empty.
EXAMPLE = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: hello
spec:
  replicas: 2
  selector:
    matchLabels:
      app: hello
  template:
    metadata:
      labels:
        app: hello
    spec:
      containers:
      - name: web
        image: nginx:1.27
"""


def too_early(opened: float) -> str:
    """Why no other story begins before the view was there."""
    return text(LABELS["early"]).format(time=f"{number(opened, '.1f')} s")


def labels() -> dict[str, str]:
    """All of them, by what they are for."""
    return {name: text(both) for name, both in LABELS.items()} | {"manifestExample": EXAMPLE}
