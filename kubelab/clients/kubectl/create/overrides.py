"""`--overrides` and other small grammars that `run` and `expose` share."""

from __future__ import annotations

from typing import Any

from kubelab.api.patch import json_patch, merge_patch
from kubelab.api.strategic_merge import strategic_merge
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.patch import read_patch
from kubelab.clients.kubectl.session import Session


def overridden(session: Session, content: dict[str, Any]) -> dict[str, Any]:
    """An object with what `--overrides` says laid over it."""
    text, type_ = session.flags["overrides"], session.flags["override-type"]
    if not text:
        return content
    if type_ not in ("json", "merge", "strategic"):
        raise error(f"invalid override type: {type_}")
    patch = read_patch(text)
    if type_ == "json":
        return json_patch(content, patch)
    if type_ == "merge":
        return merge_patch(content, patch)
    kind = session.served.by_type(content["apiVersion"], content["kind"])
    return strategic_merge(content, patch, kind.model if kind else None)


def port_number(text: str) -> int:
    """A number of a port."""
    if not text.isdigit():
        raise error(f"--port must be a number: {text}")
    return int(text)


def label_pairs(text: str) -> dict[str, str]:
    """Labels such as `app=web,tier=front`."""
    found = [word.partition("=") for word in text.split(",") if word]
    for key, equals, _ in found:
        if not equals or not key:
            raise error(f"unexpected label spec: {text}")
    return {key: value for key, _, value in found}
