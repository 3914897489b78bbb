"""`kubectl patch`: a change of a few fields, as a strategic merge patch, a merge patch or a list of operations.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/patch`.
    https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/
"""

from __future__ import annotations

import json
from typing import Any

import yaml

from kubelab.api.errors import ApiError
from kubelab.api.patch import json_patch, merge_patch
from kubelab.api.strategic_merge import strategic_merge
from kubelab.api.yaml_tree import YamlFaultError, documents
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.elsewhere import missing
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.output import read_file
from kubelab.clients.kubectl.resources import Found, named
from kubelab.clients.kubectl.session import Session
from kubelab.clients.kubectl.subresources import part_of

FLAGS = (
    *(*f.FILES, f.OUTPUT, f.DRY_RUN, f.text("patch", "p"), f.text("type", default="strategic"), f.text("subresource")),
    *(f.text("patch-file"), f.switch("local"), f.switch("record")),
)
_MEDIA_TYPES = {
    "json": "application/json-patch+json",
    "merge": "application/merge-patch+json",
    "strategic": "application/strategic-merge-patch+json",
}


def patch(session: Session) -> None:
    """Change objects by a patch: `-p '{"spec": …}'`, as `--type` strategic, merge or json."""
    flags = session.flags
    if flags["patch"] and flags["patch-file"]:
        raise error("cannot specify --patch and --patch-file together")
    if not flags["patch"] and not flags["patch-file"]:
        raise error("must specify --patch or --patch-file containing the contents of the patch")
    if flags["local"]:
        raise missing("--local", es="usa --dry-run=client", en="use --dry-run=client")
    if flags["type"].lower() not in _MEDIA_TYPES:
        raise error(f'--type must be one of [{" ".join(_MEDIA_TYPES)}], not "{flags["type"]}"')
    text = flags["patch"] or read_file(flags["patch-file"], "unable to read patch file")
    wanted = read_patch(text)
    for whole in named(session):
        found = part_of(session, whole, flags["subresource"])
        after = _here(session, found, wanted) if flags.dry_run == "client" else _there(session, whole, wanted)
        before = session.plain(found.obj)
        shown = after if isinstance(after, dict) else session.plain(after)
        changed = json.dumps(shown, sort_keys=True) != json.dumps(before, sort_keys=True)
        session.done(found.kind, found.name, "patched" if changed else "patched (no change)", shown)


def _there(session: Session, found: Found, wanted: Any) -> Any:
    """Let the API server change it."""
    type_ = session.flags["type"].lower()
    try:
        after = session.client.patch(
            found.kind.resource,
            found.name,
            wanted,
            found.namespace or None,
            patch_type=type_,
            subresource=session.flags["subresource"],
            dry_run=session.flags.dry_run == "server",
            field_manager=session.manager,
        )
    except ApiError as refusal:
        if refusal.code != 415:
            raise
        gvk = f"{found.kind.api_version}, Kind={found.kind.name}"
        raise error(f"{_MEDIA_TYPES[type_]} is not supported by {gvk}: {refusal.message}") from None
    session.warnings()
    return after


def _here(session: Session, found: Found, wanted: Any) -> dict[str, Any]:
    """What the patch alone makes of the object, without the API server."""
    content = session.plain(found.obj)
    try:
        match session.flags["type"].lower():
            case "json":
                return json_patch(content, wanted)
            case "merge":
                return merge_patch(content, wanted)
        if found.kind.custom:
            gvk = f"{found.kind.api_version}, Kind={found.kind.name}"
            raise error(f"strategic merge patch is not supported for {gvk} locally, try --type merge")
        return strategic_merge(content, wanted, found.kind.model)
    except ApiError as refusal:
        raise error(refusal.hint or refusal.message) from None


def read_patch(text: str) -> Any:
    """A patch, written as JSON or YAML."""
    try:
        trees = [tree.value for tree in documents(text)]
    except YamlFaultError as wrong:
        raise error(f'unable to parse "{text}": yaml: {wrong.problem}') from None
    except yaml.YAMLError as wrong:
        problem = getattr(wrong, "problem", None) or "control characters are not allowed"
        raise error(f'unable to parse "{text}": yaml: {problem}') from None
    return json.loads(json.dumps(trees[0] if trees else None))
