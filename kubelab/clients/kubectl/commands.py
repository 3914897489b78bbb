"""The commands of kubectl: what each does, and the flags it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kubelab.clients.kubectl import (
    about,
    apply,
    auth,
    change,
    config,
    config_changes,
    create,
    delete,
    describe,
    diff,
    drain,
    edit,
    entering,
    events,
    explain,
    expose,
    get,
    kustomizing,
    logs,
    metadata,
    patch,
    replace,
    run,
    top,
    wait,
)
from kubelab.clients.kubectl.flags import Flag
from kubelab.clients.kubectl.rollout import chosen, history, pausing, status, undo
from kubelab.clients.kubectl.session import Session
from kubelab.clients.kubectl.set import env, image, others, resources


@dataclass(frozen=True)
class Command:
    """A command: what carries it out, and the flags it takes."""

    act: Callable[[Session], None]
    flags: tuple[Flag, ...] = ()


COMMANDS: dict[str, Command] = {
    "get": Command(get.get, get.FLAGS),
    "describe": Command(describe.describe, describe.FLAGS),
    "apply": Command(apply.apply, apply.FLAGS),
    "apply view-last-applied": Command(kustomizing.view_last_applied, kustomizing.VIEW_FLAGS),
    "create": Command(create.create, create.FLAGS),
    **{f"create {word}": Command(act, flags) for word, (act, flags) in create.GENERATORS.items()},
    "replace": Command(replace.replace, replace.FLAGS),
    "edit": Command(edit.edit, edit.FLAGS),
    "diff": Command(diff.diff, diff.FLAGS),
    "patch": Command(patch.patch, patch.FLAGS),
    "delete": Command(delete.delete, delete.FLAGS),
    "scale": Command(change.scale, change.SCALE_FLAGS),
    "autoscale": Command(change.autoscale, change.AUTOSCALE_FLAGS),
    "label": Command(metadata.label, metadata.FLAGS),
    "annotate": Command(metadata.annotate, metadata.FLAGS),
    "taint": Command(metadata.taint, metadata.FLAGS),
    "set image": Command(image.set_image, image.FLAGS),
    "set env": Command(env.set_env, env.FLAGS),
    "set resources": Command(resources.set_resources, resources.FLAGS),
    "set serviceaccount": Command(others.set_service_account, others.FLAGS),
    "set sa": Command(others.set_service_account, others.FLAGS),
    "set selector": Command(others.set_selector, others.FLAGS),
    "set subject": Command(others.set_subject, others.SUBJECT_FLAGS),
    "rollout status": Command(status.status, chosen.FLAGS),
    "rollout history": Command(history.history, chosen.FLAGS),
    "rollout undo": Command(undo.undo, chosen.FLAGS),
    "rollout pause": Command(pausing.pause, chosen.FLAGS),
    "rollout resume": Command(pausing.resume, chosen.FLAGS),
    "rollout restart": Command(pausing.restart, chosen.FLAGS),
    "cordon": Command(drain.cordon, drain.CORDON_FLAGS),
    "uncordon": Command(drain.uncordon, drain.CORDON_FLAGS),
    "drain": Command(drain.drain, drain.FLAGS),
    "exec": Command(entering.execute, entering.FLAGS),
    "logs": Command(logs.logs, logs.FLAGS),
    "events": Command(events.events, events.FLAGS),
    "top node": Command(top.top_node, top.NODE_FLAGS),
    "top nodes": Command(top.top_node, top.NODE_FLAGS),
    "top no": Command(top.top_node, top.NODE_FLAGS),
    "top pod": Command(top.top_pod, top.POD_FLAGS),
    "top pods": Command(top.top_pod, top.POD_FLAGS),
    "top po": Command(top.top_pod, top.POD_FLAGS),
    "expose": Command(expose.expose, expose.EXPOSE_FLAGS),
    "run": Command(run.run, run.FLAGS),
    "wait": Command(wait.wait, wait.FLAGS),
    "auth can-i": Command(auth.can_i, auth.CAN_I_FLAGS),
    "auth whoami": Command(auth.whoami, auth.WHOAMI_FLAGS),
    "explain": Command(explain.explain, explain.FLAGS),
    "api-resources": Command(about.api_resources, about.API_RESOURCES_FLAGS),
    "api-versions": Command(about.api_versions),
    "kustomize": Command(kustomizing.kustomize),
    "version": Command(about.version, about.VERSION_FLAGS),
    "cluster-info": Command(about.cluster_info),
    "config view": Command(config.view, config.VIEW_FLAGS),
    "config current-context": Command(config.current_context),
    "config get-contexts": Command(config.get_contexts, config.GET_FLAGS),
    "config use-context": Command(config_changes.use_context),
    "config use": Command(config_changes.use_context),
    "config set-context": Command(config_changes.set_context, config_changes.CONTEXT_FLAGS),
    "config set-cluster": Command(config_changes.set_cluster, config_changes.CLUSTER_FLAGS),
    "config set-credentials": Command(config_changes.set_credentials, config_changes.USER_FLAGS),
    "config set": Command(config_changes.set_property, config_changes.SET_FLAGS),
    "config unset": Command(config_changes.unset_property),
    "config rename-context": Command(config_changes.rename_context),
    "config delete-context": Command(config_changes.delete_context),
    "config delete-cluster": Command(config_changes.delete_cluster),
    "config delete-user": Command(config_changes.delete_user),
    "config get-clusters": Command(config.get_clusters),
    "config get-users": Command(config.get_users),
}
FAMILIES = ("rollout", "set", "top", "auth", "config", "create secret", "create service", "create svc")
"""Words that are no command by themselves."""
