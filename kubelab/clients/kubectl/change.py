"""Small changes to what is there: `scale`, `set image`, `patch`.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/{scale,set,patch}`.
"""

from __future__ import annotations

import json
from typing import Any

import yaml

from kubelab.api.objects import to_dict
from kubelab.api.yaml_tree import YamlFaultError, documents
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.resources import Found, named
from kubelab.clients.kubectl.session import Session

CHOICE = (f.SELECTOR, f.FIELD_SELECTOR, f.ALL_NAMESPACES, f.FILENAME, f.OUTPUT, f.DRY_RUN, f.switch("all"))
SCALE_FLAGS = (
    *(*CHOICE, f.number("replicas", -1), f.number("current-replicas", -1), f.text("resource-version")),
    f.duration("timeout"),
)
SET_IMAGE_FLAGS = (*CHOICE, f.switch("local"))
PATCH_FLAGS = (
    f.FILENAME,
    f.OUTPUT,
    f.DRY_RUN,
    f.text("patch", "p"),
    f.text("type", default="strategic"),
    f.text("subresource"),
    f.text("patch-file"),
)


def split(words: list[str], signs: str = "=") -> tuple[list[str], list[str]]:
    """The words that name objects, and those that say what to change."""
    for i, word in enumerate(words):
        if any(sign in word for sign in signs) or (word.endswith("-") and i > 0):
            return words[:i], words[i:]
    return words, []


def write(session: Session, found: Found, patch: Any, patch_type: str, operation: str) -> None:
    """Send a patch, unless this is a dry run by the client, and say what was done."""
    obj = to_dict(found.obj)
    if session.flags.dry_run != "client" and patch:
        after = session.client.patch(
            found.kind.plural,
            found.name,
            patch,
            found.namespace or None,
            patch_type=patch_type,
            dry_run=session.flags.dry_run == "server",
        )
        session.warnings()
        obj = to_dict(after)
    session.done(found.kind, found.name, operation, obj)


def scale(session: Session) -> None:
    """Set how many replicas there shall be, through the `scale` subresource."""
    flags = session.flags
    if "replicas" not in flags.given:
        raise error('required flag(s) "replicas" not set')
    if flags["replicas"] < 0:
        raise error("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0")
    for found in named(session):
        if "scale" not in found.kind.subresources:
            raise error(f"could not find scale subresource for {found.kind.plural}")
        expected = flags["current-replicas"]
        if expected >= 0 and found.obj.spec.replicas != expected:
            raise error(f"Expected replicas to be {expected}, was {found.obj.spec.replicas}")
        if flags.dry_run != "client":
            session.client.patch(
                found.kind.plural,
                found.name,
                {"spec": {"replicas": flags["replicas"]}},
                found.namespace,
                patch_type="merge",
                subresource="scale",
                dry_run=flags.dry_run == "server",
            )
        session.done(found.kind, found.name, "scaled")


def set_image(session: Session) -> None:
    """Set the images of containers: `container=image`, `*=image` for all."""
    names, changes = split(session.words)
    pairs = dict(word.split("=", 1) for word in changes if "=" in word)
    if not names and not session.flags["filename"]:
        raise error("one or more resources must be specified as <resource> <name> or <resource>/<name>")
    if not pairs:
        raise error("at least one image update is required")
    if "*" in pairs and len(pairs) > 1:
        raise error(
            "all containers are already specified by *, but saw more than one container_name=container_image pairs"
        )
    for found in named(session, words=names):
        spec = to_dict(found.obj).get("spec") or {}
        pod = spec.get("template", {}).get("spec", {}) if "template" in spec else spec
        if "containers" not in pod:
            raise error(f"{found.kind.plural}/{found.name} has no containers")
        patch: dict[str, Any] = {}
        held = [(field, container) for field in ("initContainers", "containers") for container in pod.get(field) or []]
        for name, image in pairs.items():
            fits = [(field, container) for field, container in held if name in ("*", container["name"])]
            if not fits:
                raise error(f'unable to find container named "{name}"')
            for field, container in fits:
                if container.get("image") != image:
                    patch.setdefault(field, []).append({"name": container["name"], "image": image})
        if patch:
            whole = {"spec": {"template": {"spec": patch}} if "template" in spec else patch}
            write(session, found, whole, "strategic", "image updated")


def patch(session: Session) -> None:
    """Change an object by a patch: `-p '{"spec": …}'`, as `--type` strategic, merge or json."""
    flags = session.flags
    if flags["type"] not in ("strategic", "merge", "json"):
        raise error(f'--type must be one of [json merge strategic], not "{flags["type"]}"')
    if not flags["patch"]:
        raise error("must specify --patch or --patch-file containing the contents of the patch")
    wanted = _read_patch(flags["patch"])
    for found in named(session):
        before = found.obj.metadata.resourceVersion
        after = session.client.patch(
            found.kind.plural,
            found.name,
            wanted,
            found.namespace or None,
            patch_type=flags["type"],
            subresource=flags["subresource"],
            dry_run=flags.dry_run != "none",
        )
        session.warnings()
        changed = after.metadata.resourceVersion != before or flags.dry_run != "none"
        session.done(found.kind, found.name, "patched" if changed else "patched (no change)", to_dict(after))


def _read_patch(text: str) -> Any:
    try:
        trees = [tree.value for tree in documents(text)]
    except YamlFaultError as wrong:
        raise error(f'unable to parse "{text}": yaml: {wrong.problem}') from None
    except yaml.YAMLError as wrong:
        problem = getattr(wrong, "problem", None) or "control characters are not allowed"
        raise error(f'unable to parse "{text}": yaml: {problem}') from None
    return json.loads(json.dumps(trees[0] if trees else None))
