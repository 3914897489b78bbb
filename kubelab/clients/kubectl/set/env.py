"""`kubectl set env`.

In Kubernetes
    `set_env.go` in `k8s.io/kubectl/pkg/cmd/set`.
"""

from __future__ import annotations

import re
from typing import Any

from kubelab.api import formats
from kubelab.api.objects import to_dict
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.change import CHOICE
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.resources import Found, named
from kubelab.clients.kubectl.session import Session
from kubelab.clients.kubectl.set.pod_specs import change_pods, check_choice, containers, pod_spec

FLAGS = (
    *(*CHOICE, f.text("containers", "c", "*"), f.text("from"), f.text("prefix"), f.several("env", "e")),
    *(f.words("keys"), f.switch("list"), f.switch("resolve"), f.switch("overwrite", default=True)),
)


def set_env(session: Session) -> None:
    """Set, take away or list environment variables: `NAME=value`, `NAME-`, `--from=configmap/settings`, `--list`."""
    flags = session.flags
    names, words = _split(session)
    check_choice(session, names)
    if flags["list"] and flags["output"]:
        raise error("--list and --output may not be specified together")
    if flags["keys"] and not flags["from"]:
        raise error("when specifying --keys, a configmap or secret must be provided with --from")
    added, removed = _parse(session, [*flags["env"], *words])
    if flags["from"]:
        added += _from(session)
    if flags["prefix"]:
        added = [{**variable, "name": flags["prefix"] + variable["name"]} for variable in added]
    found = named(session, words=names)
    change = _Variables(session, added, removed)
    if flags["list"]:
        for item in found:
            change.show(item)
        return
    change_pods(session, found, change.set, "env updated", "failed to patch env update to pod template:")


def _split(session: Session) -> tuple[list[str], list[str]]:
    """The words that name objects, and those that are about variables."""
    names: list[str] = []
    words: list[str] = []
    for word in session.words:
        is_variable = re.fullmatch(r"(?s).+=.*", word) is not None or word.endswith("-")
        if not is_variable and words:
            joined = " ".join(session.words)
            raise error(f"all resources must be specified before environment changes: {joined}")
        (words if is_variable else names).append(word)
    return names, words


def _parse(session: Session, words: list[str]) -> tuple[list[dict[str, Any]], list[str]]:
    added: list[dict[str, Any]] = []
    removed: list[str] = []
    for word in words:
        name, equals, value = word.partition("=")
        if word == "-":
            lines = [line.partition("#")[0] for line in session.stdin.splitlines()]
            pairs = [line.partition("=") for line in lines if "=" in line]
            added += [{"name": key, "value": text} for key, _, text in pairs]
        elif equals:
            if wrong := formats.env_var_name(name):
                raise error(f'"{name}" is not a valid key name: {";".join(wrong)}')
            added.append({"name": name, "value": value})
        elif word.endswith("-"):
            removed.append(word[:-1])
        else:
            raise error(f"unknown environment variable: {word}")
    if any(variable["name"] in removed for variable in added):
        raise error("can not both modify and remove the same environment variable in the same command")
    return added, removed


def _from(session: Session) -> list[dict[str, Any]]:
    """Variables that take their values from the keys of a ConfigMap or Secret."""
    flags = session.flags
    made = []
    for item in named(session, words=[flags["from"]]):
        field = {"ConfigMap": "configMapKeyRef", "Secret": "secretKeyRef"}.get(item.kind.name)
        if field is None:
            raise error("unsupported resource specified in --from")
        for key in sorted(item.obj.data or {}):
            if not flags["keys"] or key in flags["keys"]:
                name = re.sub("[^a-zA-Z0-9_]", "_", key).upper()
                if name != key:
                    session.warn(f"key {key} transferred to {name}")
                made.append({"name": name, "valueFrom": {field: {"key": key, "name": item.name}}})
    return made


class _Variables:
    """The variables to set and to take away."""

    def __init__(self, session: Session, added: list[dict[str, Any]], removed: list[str]) -> None:
        self.session, self.added, self.removed = session, added, removed

    def set(self, item: Found, spec: dict[str, Any]) -> list[str]:
        """Change the pods of an object."""
        flags = self.session.flags
        held = containers(spec, flags["containers"])
        if not held:
            self.session.warn(
                f'{item.kind.name}/{item.name} does not have any containers matching "{flags["containers"]}"'
            )
        for container in held:
            env = self._changed(container.get("env") or [])
            if env:
                container["env"] = env
            else:
                container.pop("env", None)
        return []

    def _changed(self, env: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Old variables in their places with new values, new ones behind."""
        new = {variable["name"]: variable for variable in self.added}
        if not self.session.flags["overwrite"]:
            for held in env:
                if held["name"] in new:
                    raise error(
                        f"'{held['name']}' already has a value ({held.get('value', '')}), and --overwrite is false"
                    )
        kept = [new.pop(held["name"], held) for held in env if held["name"] not in self.removed]
        return [*kept, *(variable for name, variable in new.items())]

    def show(self, item: Found) -> None:
        """List the variables of an object's containers, with the changes."""
        spec = pod_spec(to_dict(item.obj)) or {}
        for container in containers(spec, self.session.flags["containers"]):
            self.session.say(f"# {item.kind.name} {item.name}, container {container['name']}")
            for held in self._changed(container.get("env") or []):
                source = held.get("valueFrom")
                if source is None:
                    self.session.say(f"{held['name']}={held.get('value', '')}")
                else:
                    self.session.say(f"# {held['name']} from {_reference(source)}")


def _reference(source: dict[str, Any]) -> str:
    if "configMapKeyRef" in source:
        return f"configmap {source['configMapKeyRef'].get('name', '')}, key {source['configMapKeyRef']['key']}"
    if "secretKeyRef" in source:
        return f"secret {source['secretKeyRef'].get('name', '')}, key {source['secretKeyRef']['key']}"
    if "fieldRef" in source:
        return f"field path {source['fieldRef']['fieldPath']}"
    held = source.get("resourceFieldRef", {})
    prefix = f"{held['containerName']}/" if held.get("containerName") else ""
    return f"resource field {prefix}{held.get('resource', '')}"
