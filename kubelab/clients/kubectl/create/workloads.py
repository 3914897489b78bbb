"""`kubectl create deployment`, `job` and `cronjob`.

In Kubernetes
    `create_deployment.go`, `create_job.go`, `create_cronjob.go` in `k8s.io/kubectl/pkg/cmd/create`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.objects import to_dict
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.create.making import MAKING, command, make, one_name
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.resources import named
from kubelab.clients.kubectl.session import Session

DEPLOYMENT = (*MAKING, f.words("image"), f.Flag("replicas", "r", "int", 1), f.number("port", -1))
JOB = (*MAKING, f.text("image"), f.text("from"))
CRON_JOB = (*MAKING, f.text("image"), f.text("schedule"), f.text("restart"))
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"


def deployment(session: Session) -> None:
    """`kubectl create deployment web --image=nginx --replicas=3 --port=80 -- nginx -g 'daemon off;'`."""
    require(session, "image")
    name, flags, words = one_name(session), session.flags, command(session)
    if len(flags["image"]) > 1 and words:
        raise error("cannot specify multiple --image options and command")
    labels = {"app": name}
    containers: list[dict[str, Any]] = []
    for image in flags["image"]:
        held = {"name": _container_name(session, image), "image": image, "resources": {}}
        containers.append({**held, "command": words} if words else held)
    if flags["port"] >= 0:
        containers[0]["ports"] = [{"containerPort": flags["port"]}]
    spec = {
        "replicas": flags["replicas"],
        "selector": {"matchLabels": labels},
        "strategy": {},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
    }
    content = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "labels": labels}}
    make(session, {**content, "spec": spec, "status": {}})


def _container_name(session: Session, image: str) -> str:
    """The last part of an image's name; one with dots or underscores gets a few random letters behind it."""
    name = image.rpartition("/")[2].partition(":")[0].partition("@")[0]
    if "_" in name or "." in name:
        letters = "".join(session.cluster.rng.choice(_LETTERS) for _ in range(5))
        return f"{name.replace('_', '-').replace('.', '-')}-{letters}"
    return name


def job(session: Session) -> None:
    """`kubectl create job once --image=busybox -- date`, or `--from=cronjob/nightly`."""
    name, flags, words = one_name(session), session.flags, command(session)
    if bool(flags["image"]) == bool(flags["from"]):
        raise error("either --image or --from must be specified")
    if flags["from"]:
        if words:
            raise error("cannot specify --from and command")
        make(session, _from_cron_job(session, name))
        return
    content = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}}
    make(session, {**content, "spec": _job_spec(name, flags["image"], words, "Never"), "status": {}})


def _job_spec(name: str, image: str, words: list[str], restart: str) -> dict[str, Any]:
    container: dict[str, Any] = {"name": name, "image": image, "resources": {}}
    container |= {"command": words} if words else {}
    return {"template": {"metadata": {}, "spec": {"containers": [container], "restartPolicy": restart}}}


def _from_cron_job(session: Session, name: str) -> dict[str, Any]:
    found = named(session, words=[session.flags["from"]])
    if len(found) != 1:
        raise error("from must be an existing cronjob")
    if found[0].kind.name != "CronJob":
        raise error(f"unknown object type *{found[0].kind.version}.{found[0].kind.name}")
    source = to_dict(found[0].obj)
    template = source["spec"]["jobTemplate"]
    held = template.get("metadata") or {}
    owner = {"apiVersion": "batch/v1", "controller": True, "kind": "CronJob", "name": found[0].name}
    metadata: dict[str, Any] = {
        "annotations": {"cronjob.kubernetes.io/instantiate": "manual", **(held.get("annotations") or {})},
        "name": name,
        "ownerReferences": [{**owner, "uid": source["metadata"]["uid"]}],
    }
    metadata |= {"labels": held["labels"]} if held.get("labels") else {}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": template["spec"], "status": {}}


def cron_job(session: Session) -> None:
    """`kubectl create cronjob nightly --image=busybox --schedule="0 3 * * *" -- date`."""
    require(session, "image", "schedule")
    name, flags = one_name(session), session.flags
    spec = _job_spec(name, flags["image"], command(session), flags["restart"] or "OnFailure")
    content = {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": name}}
    template = {"metadata": {"name": name}, "spec": spec}
    make(session, {**content, "spec": {"schedule": flags["schedule"], "jobTemplate": template}, "status": {}})


def require(session: Session, *names: str) -> None:
    """Refuse a command line without the flags that it needs."""
    missing = [f'"{name}"' for name in names if name not in session.flags.given]
    if missing:
        raise error(f"required flag(s) {', '.join(missing)} not set")
