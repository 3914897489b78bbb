"""`kubectl edit`: an object in an editor, and back.

There is no editor in a notebook, so the cell is it. `%kubectl edit deployment web` shows what the editor would open;
the body of a `%%kubectl edit deployment web` cell is what was saved in it.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/edit` and `…/util/editor`, which opens `$KUBE_EDITOR`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.errors import ApiError
from kubelab.api.manifest import parse
from kubelab.api.strategic_diff import two_way
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.resources import Found, named
from kubelab.clients.kubectl.session import Session, explain_refusal
from kubelab.clients.yaml_writer import to_yaml
from kubelab.language import say

FLAGS = (
    *(*f.FILES, f.text("output", "o", "yaml"), f.text("validate", default="strict"), f.switch("output-patch")),
    *(f.text("subresource"), f.switch("save-config"), f.switch("windows-line-endings"), f.SELECTOR),
)
_HEAD = """# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
"""


def edit(session: Session) -> None:
    """Change objects by hand: standard input is what the editor leaves behind."""
    found = named(session)
    if not found:
        raise error("edit cancelled, no objects found")
    if not session.stdin.strip():
        for item in found:
            session.show(_HEAD + to_yaml(session.plain(item.obj)))
        session.tell(_how(" ".join(session.words)))
        return
    lines = [line for line in session.stdin.splitlines() if not line.startswith("#")]
    edited = parse("\n".join(lines) + "\n", "edited file")
    if not edited:
        session.say("Edit cancelled, saved file was empty.")
        return
    changed = False
    for manifest in edited:
        item = _original(found, manifest.content)
        changed = _save(session, item, manifest.content) or changed
    if not changed:
        session.say("Edit cancelled, no changes made.")


def _how(words: str) -> str:
    """Where to write what an editor would be for; as a comment, since it may be copied along."""
    line = f"%%kubectl edit {words}".rstrip()
    return say(
        es=f"# Aquí no hay editor: pon {line} en la primera línea de una celda y debajo este manifiesto, ya cambiado.\n"
        "# También valen kubectl patch y kubectl apply.",
        en=f"# There is no editor here: put {line} on the first line of a cell, and this manifest, changed, below it.\n"
        "# Or use kubectl patch or kubectl apply.",
    )


def _original(found: list[Found], content: dict[str, Any]) -> Found:
    """The object that an edited one was."""
    metadata = content.get("metadata") or {}
    for item in found:
        if item.kind.name == content["kind"] and item.name == metadata.get("name"):
            return item
    raise error("At least one of apiVersion, kind and name was changed")


def _save(session: Session, item: Found, content: dict[str, Any]) -> bool:
    """Send what was changed. Whether anything was."""
    before = session.plain(item.obj)
    patch = two_way(before, content, None if item.kind.custom else item.kind.model)
    if not patch:
        return False
    if "apiVersion" in patch or "kind" in patch:
        raise error("At least one of apiVersion, kind and name was changed")
    try:
        after = session.client.patch(
            item.kind.resource,
            item.name,
            patch,
            item.namespace or None,
            patch_type="merge" if item.kind.custom else "strategic",
            subresource=session.flags["subresource"],
            field_manager=session.manager,
        )
    except ApiError as refusal:
        plural, group = item.kind.plural, f".{item.kind.group}" if item.kind.group else ""
        session.tell(f'error: {plural}{group} "{item.name}" could not be patched: {refusal.message}')
        session.say(explain_refusal(refusal))
        raise error("the edit was not saved: mend it and run the cell again") from None
    session.warnings()
    output, session.flags["output"] = session.flags["output"], ""
    session.done(item.kind, item.name, "edited", after)
    session.flags["output"] = output
    return True
