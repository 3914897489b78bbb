"""`kubectl run`: a pod from an image.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/run`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api import formats
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.attached import Attached, is_a_shell, no_terminal
from kubelab.clients.kubectl.create.making import MAKING, sent, told
from kubelab.clients.kubectl.create.overrides import label_pairs, overridden, port_number
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.gone import Gone
from kubelab.clients.kubectl.session import Session

FLAGS = (
    *(*MAKING, f.text("image"), f.text("port"), f.several("env"), f.text("labels", "l"), f.several("annotations")),
    *(f.text("restart", default="Always"), f.switch("command"), f.switch("expose"), f.text("image-pull-policy")),
    *(f.switch("rm"), f.switch("stdin", "i"), f.switch("tty", "t"), f.switch("quiet", "q"), f.switch("attach")),
    *(f.switch("privileged"), f.switch("leave-stdin-open"), f.duration("pod-running-timeout", 60.0)),
    *(f.text("overrides"), f.text("override-type", default="merge")),
)


def run(session: Session) -> None:
    """`kubectl run web --image=nginx`: one pod, with nobody to look after it."""
    flags = session.flags
    _check(session)
    name = session.words[0]
    labels = label_pairs(flags["labels"])
    pod = sent(session, overridden(session, _pod(session, name, labels or {"run": name})), failed=None)
    if flags["expose"]:
        told(session, sent(session, _service(session, name, labels), failed=None))
        if flags["output"] == "yaml":
            session.show("---\n")
    if flags["attach"]:
        _attach(session, pod.obj)
    else:
        told(session, pod)


def _attach(session: Session, pod: Any) -> None:
    """Show what the pod's command writes, until it ends; with `--rm` nothing is left."""
    meta, flags = pod.metadata, session.flags
    try:
        attached = Attached(session, pod)
        outcome = attached.run()
    finally:
        if flags["rm"]:
            for kind in ("pods", "services") if flags["expose"] else ("pods",):
                session.client.delete(kind, meta.name, meta.namespace)
                if not flags["quiet"]:
                    session.say(f'{kind[:-1]} "{meta.name}" deleted from {meta.namespace} namespace')
            session.wait_until(Gone("pods", meta.name, meta.namespace).so)  # whoever types the next line is slower
    if outcome is not None and outcome.code and flags["restart"] == "Never":
        raise CommandError(f"pod {meta.namespace}/{meta.name} terminated {attached.ending}")


def _check(session: Session) -> None:
    flags = session.flags
    if "image" not in flags.given:
        raise error('required flag(s) "image" not set')
    if not session.words or flags.before_dashes == 0:
        raise session.usage("NAME is required for run")
    if not flags["image"]:
        raise error("--image is required")
    if flags["tty"] and not flags["stdin"]:
        raise error("-i/--stdin is required for containers with -t/--tty=true")
    if flags["expose"] and not flags["port"]:
        raise session.usage("--port must be set when exposing a service")
    if flags["restart"] not in ("Always", "OnFailure", "Never"):
        raise session.usage(f"invalid restart policy: {flags['restart']}")
    if "attach" not in flags.given:
        flags["attach"] = flags["stdin"]
    if flags["rm"] and not flags["attach"]:
        raise error("--rm should only be used for attached containers")
    if flags["attach"] and flags.dry_run != "none":
        raise error(
            "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)"
        )
    if flags["stdin"] and is_a_shell(flags["image"], session.words[1:]) and not session.stdin.strip():
        raise no_terminal(f"kubectl run {session.words[0]} --image={flags['image']} --rm -i --restart=Never")
    if flags["image-pull-policy"] not in ("", "Always", "IfNotPresent", "Never"):
        raise session.usage(f"invalid image pull policy: {flags['image-pull-policy']}")


def _pod(session: Session, name: str, labels: dict[str, str]) -> dict[str, Any]:
    flags, arguments = session.flags, session.words[1:]
    container: dict[str, Any] = {"name": name, "image": flags["image"], "resources": {}}
    if arguments:
        container["command" if flags["command"] else "args"] = arguments
    if flags["port"]:
        container["ports"] = [{"containerPort": port_number(flags["port"])}]
    if flags["env"]:
        container["env"] = [_variable(word) for word in flags["env"]]
    if flags["image-pull-policy"]:
        container["imagePullPolicy"] = flags["image-pull-policy"]
    if flags["stdin"]:
        container |= {"stdin": True} | ({} if flags["leave-stdin-open"] else {"stdinOnce": True})
    if flags["tty"]:
        container["tty"] = True
    if flags["privileged"]:
        container["securityContext"] = {"privileged": True}
    metadata: dict[str, Any] = {"name": name, "labels": labels}
    if flags["annotations"]:
        metadata["annotations"] = label_pairs(",".join(flags["annotations"]))
    spec = {"containers": [container], "dnsPolicy": "ClusterFirst", "restartPolicy": flags["restart"]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": {}}


def _variable(word: str) -> dict[str, str]:
    name, equals, value = word.partition("=")
    if not equals or formats.env_var_name(name):
        raise error(f"invalid env: {word}")
    return {"name": name, "value": value}


def _service(session: Session, name: str, labels: dict[str, str]) -> dict[str, Any]:
    number = port_number(session.flags["port"])
    metadata = {"name": name} | ({"labels": labels} if labels else {})
    ports = [{"port": number, "protocol": "TCP", "targetPort": number}]
    spec = {"selector": labels or {"run": name}, "ports": ports}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec, "status": {"loadBalancer": {}}}
