"""Encoding: objects as the bytes that clients read.

In Kubernetes
    Objects within a list do not repeat their apiVersion and kind; custom resources do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
import yaml

from kubelab.api.kinds import Kind
from kubelab.api.objects import SPELLED_OUT, to_dict
from kubelab.api.versions import shown_as
from kubelab.clients.http.answers import Answer
from kubelab.clients.http.negotiation import YAML, Format

_encode = msgspec.json.encode


def encoded(obj: Any, kind: Kind, api_version: str) -> bytes:
    """An object as JSON, in the version that was asked for."""
    if kind.custom or api_version != kind.api_version:
        return _encode({**shown_as(to_dict(obj), kind, api_version), "apiVersion": api_version})
    return _encode(to_dict(obj) if type(obj) in SPELLED_OUT else obj)


def list_encoded(objects: Iterable[Any], kind: Kind, api_version: str, metadata: dict[str, Any]) -> bytes:
    """A list of objects as JSON."""
    if kind.custom or api_version != kind.api_version:
        items = [encoded(obj, kind, api_version) for obj in objects]
    else:
        opening = b'{"apiVersion":"%s","kind":"%s",' % (kind.api_version.encode(), kind.name.encode())
        items = [_item(obj, opening) for obj in objects]
    head = _encode({"kind": f"{kind.name}List", "apiVersion": api_version, "metadata": metadata})
    return b'%s,"items":[%s]}' % (head[:-1], b",".join(items))


def _item(obj: Any, opening: bytes) -> bytes:
    """An object without its apiVersion and kind, which most begin with."""
    if type(obj) not in SPELLED_OUT:
        text = _encode(obj)
        if text.startswith(opening):
            return b"{" + text[len(opening) :]
    plain = to_dict(obj)
    plain.pop("apiVersion", None)
    plain.pop("kind", None)
    return _encode(plain)


def answer(body: bytes, form: Format, code: int = 200) -> Answer:
    """An answer of JSON, turned into YAML where that is wanted."""
    if form.media_type == YAML:
        body = yaml.dump(
            msgspec.json.decode(body), Dumper=_Dumper, allow_unicode=True, default_flow_style=False
        ).encode()
    return Answer(code, body, form.content_type)


class _Dumper(yaml.SafeDumper):
    """YAML without anchors: an object that is there twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
