"""`kubectl label`, `annotate` and `taint`: small marks on objects, by which others find or avoid them.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/{label,annotate,taint}`.
    https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
"""

from __future__ import annotations

from typing import Any

from kubelab.api import formats
from kubelab.api.objects import to_dict
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.change import CHOICE, split, write
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.resources import kind_named, named
from kubelab.clients.kubectl.session import Session

FLAGS = (*CHOICE, f.switch("overwrite"), f.switch("list"), f.text("resource-version"))


def label(session: Session) -> None:
    """Set and remove labels: `key=value`, `key-`."""
    _metadata(session, "label", "labels", ("labeled", "unlabeled", "not labeled"))


def annotate(session: Session) -> None:
    """Set and remove annotations: `key=value`, `key-`."""
    _metadata(session, "annotation", "annotations", ("annotated", "annotated", "annotated"))


def _metadata(session: Session, word: str, field: str, said: tuple[str, str, str]) -> None:
    flags = session.flags
    names, changes = split(session.words)
    if not names and not flags["filename"]:
        raise error("one or more resources must be specified as <resource> <name> or <resource>/<name>")
    wanted = _changes(changes, word)
    if not wanted and not flags["list"]:
        raise error(f"at least one {word} update is required")
    for found in named(session, words=names):
        before = dict(getattr(found.obj.metadata, field) or {})
        if flags["list"]:
            session.show("".join(f"{key}={value}\n" for key, value in before.items()))
            continue
        given = [(key, value) for key, value in wanted.items() if value is not None]
        taken = [
            f"'{key}' already has a value ({before[key]})" for key, value in given if before.get(key, value) != value
        ]
        if taken and not flags["overwrite"]:
            if word == "label":
                raise error("; ".join(f"{text}, and --overwrite is false" for text in taken))
            listed = "; ".join(taken)
            raise error(f"--overwrite is false but found the following declared annotation(s): {listed}")
        missing = [key for key, value in wanted.items() if value is None and key not in before]
        if word == "label" and flags.dry_run != "client":
            for key in missing:
                session.say(f'label "{key}" not found.')
        patch = {key: value for key, value in wanted.items() if before.get(key) != value}
        added, removed = [v for v in patch.values() if v is not None], [v for v in patch.values() if v is None]
        operation = said[2] if not patch else "modified" if added and removed and word == "label" else ""
        operation = operation or (said[0] if added else said[1])
        write(session, found, {"metadata": {field: patch}} if patch else {}, "merge", operation)


def _changes(words: list[str], kind: str) -> dict[str, str | None]:
    changes: dict[str, str | None] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if equals:
            if kind == "label" and "=" in value:
                raise error(f"invalid label spec: {word}")
            if kind == "label" and (wrong := formats.label_value(value)):
                raise error(f'invalid label value: "{word}": {";".join(wrong)}')
            changes[key] = value
        elif word.endswith("-"):
            if changes.get(word[:-1]) is not None:
                article = "a label" if kind == "label" else "an annotation"
                raise error(f"can not both modify and remove {article} in the same command")
            changes[word[:-1]] = None
        else:
            before = f"all resources must be specified before annotation changes: {word}"
            raise error(f"unknown label spec: {word}" if kind == "label" else before)
    return changes


def taint(session: Session) -> None:
    """Set and remove taints of nodes: `key=value:Effect`, `key:Effect-`, `key-`."""
    flags, words = session.flags, session.words
    if not words:
        raise error("one or more resources must be specified as <resource> <name>")
    kind = kind_named(session, words[0].partition("/")[0])
    if kind.name != "Node":
        raise error(f"invalid resource type {words[0].partition('/')[0].lower()}, only node types are supported")
    names, changes = split(words, ":=")
    if not changes:
        raise error("at least one taint update is required")
    if len(names) < 2 and "/" not in names[0] and not flags["all"] and not flags["selector"]:
        raise error("at least one resource name must be specified since 'all' parameter is not set")
    try:
        added = [_new_taint(word) for word in changes if not word.endswith("-")]
        removed = [_taint(word[:-1]) for word in changes if word.endswith("-")]
    except CommandError as wrong:
        raise session.usage(wrong.text.removeprefix("error: ")) from None
    for found in named(session, words=names):
        old = to_dict(found.obj).get("spec", {}).get("taints") or []
        taints = _new_taints(session, found.name, old, added, removed)
        operation = "modified" if flags["overwrite"] or (added and removed) else "tainted" if added else "untainted"
        write(session, found, {"spec": {"taints": taints}}, "merge", operation)


def _new_taints(session: Session, node: str, old: list[Any], added: list[Any], removed: list[Any]) -> list[Any]:
    same = [new for new in added for held in old if (held["key"], held["effect"]) == (new["key"], new["effect"])]
    if same and not session.flags["overwrite"]:
        names = ",".join(new["key"] for new in same)
        raise error(f"node {node} already has {names} taint(s) with same effect(s) and --overwrite is false")
    kept = [held for held in old if not any((held["key"], held["effect"]) == (n["key"], n["effect"]) for n in added)]
    taints = [{name: value for name, value in new.items() if value} for new in added] + kept
    for gone in removed:
        rest = [
            held
            for held in taints
            if held["key"] != gone["key"] or (gone["effect"] and held["effect"] != gone["effect"])
        ]
        if len(rest) == len(taints):
            shown = f"{gone['key']}:{gone['effect']}" if gone["effect"] else gone["key"]
            raise error(f'taint "{shown}" not found')
        taints = rest
    return taints


def _taint(word: str) -> dict[str, str]:
    head, colon, effect = word.partition(":")
    if colon and effect not in ("NoSchedule", "PreferNoSchedule", "NoExecute"):
        raise error(f"invalid taint effect: {effect}, unsupported taint effect")
    key, _, value = head.partition("=") if colon else (head, "", "")
    if "=" in value:
        raise error(f"invalid taint spec: {word}")
    if wrong := formats.qualified_name(key) + formats.label_value(value):
        raise error(f"invalid taint spec: {word}, {'; '.join(wrong)}")
    return {"key": key, "value": value, "effect": effect}


def _new_taint(word: str) -> dict[str, str]:
    found = _taint(word)
    if not found["effect"]:
        raise error(f"invalid taint spec: {word}")
    return found
