"""`kubectl run`: a pod from an image.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/run`.
Left out
    Its interactive flags.
"""

from __future__ import annotations

from typing import Any

from kubelab.api import formats
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.create.making import MAKING, sent, told
from kubelab.clients.kubectl.create.overrides import label_pairs, overridden, port_number
from kubelab.clients.kubectl.flags import error
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
    told(session, pod)


def _check(session: Session) -> None:
    flags = session.flags
    if "image" not in flags.given:
        raise error('required flag(s) "image" not set')
    if not session.words or flags.before_dashes == 0:
        raise session.usage("NAME is required for run")
    if not flags["image"]:
        raise error("--image is required")
    if any(flags[name] for name in ("stdin", "tty", "attach", "rm")):
        raise error("-i, -t, --attach and --rm are not available: there is no terminal to attach")
    if flags["expose"] and not flags["port"]:
        raise session.usage("--port must be set when exposing a service")
    if flags["restart"] not in ("Always", "OnFailure", "Never"):
        raise session.usage(f"invalid restart policy: {flags['restart']}")
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
