"""Changing the pods of workloads: what all of `kubectl set` does alike.

In Kubernetes
    `UpdatePodSpecForObject` in `k8s.io/kubectl/pkg/polymorphichelpers`.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from kubelab.api.errors import ApiError
from kubelab.api.objects import to_dict
from kubelab.api.strategic_diff import two_way
from kubelab.clients.kubectl.change import write
from kubelab.clients.kubectl.elsewhere import missing
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.resources import Found
from kubelab.clients.kubectl.session import Session

NOTHING_NAMED = "one or more resources must be specified as <resource> <name> or <resource>/<name>"
_Spec = dict[str, Any]


def pod_spec(content: dict[str, Any]) -> _Spec | None:
    """The spec of the pods of an object, None where it has none."""
    spec = content.get("spec") or {}
    if content.get("kind") == "Pod":
        return spec
    if content.get("kind") == "CronJob":
        spec = spec.get("jobTemplate", {}).get("spec", {})
    return (spec.get("template") or {}).get("spec")


def change_pods(
    session: Session,
    found: list[Found],
    change: Callable[[Found, _Spec], list[str]],
    operation: str,
    failed: str,
    always: bool = False,
) -> None:
    """Let `change` work on the pods of each object, and send what is other than before (or `always`).

    `change` answers what it did not find to change. What is wrong with one object does not keep the others waiting.
    """
    missing, wrong = [], []
    for item in found:
        before = to_dict(item.obj)
        after = deepcopy(before)
        try:
            missing += change(item, _pods(item, after))
        except CommandError as problem:
            name = f"{item.kind.plural}/{item.name}"
            wrong.append(f"error: {name} {problem.text.removeprefix('error: ')}\n")
            continue
        patch = two_way(before, after, item.kind.model)
        if not patch and not always:
            continue
        if session.flags.dry_run == "client":
            session.done(item.kind, item.name, operation, after)
            continue
        try:
            write(session, item, patch, "strategic", operation)
        except ApiError as refusal:
            if refusal.reason == "ServiceUnavailable":
                raise
            wrong.append(f"error: {failed} {refusal.message}")
    if missing or wrong:
        raise CommandError("\n".join([*missing, *wrong]))


def _pods(item: Found, content: dict[str, Any]) -> _Spec:
    spec = pod_spec(content)
    if spec is None:
        raise error(f"the object is not a pod or does not have a pod template: {item.kind.name}")
    return spec


def containers(spec: _Spec, pattern: str) -> list[dict[str, Any]]:
    """The containers whose names fit a pattern such as `*` or `web*`; init containers come last."""
    held = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    return [container for container in held if fnmatch.fnmatchcase(container["name"], pattern)]


def check_choice(session: Session, names: list[str]) -> None:
    """Refuse a command line that names nothing."""
    flags = session.flags
    if flags["all"] and flags["selector"]:
        raise error("cannot set --all and --selector at the same time")
    if flags["local"]:
        raise missing("--local", es="usa --dry-run=client", en="use --dry-run=client")
    if not names and not flags["filename"] and not flags["kustomize"]:
        raise error(NOTHING_NAMED)
