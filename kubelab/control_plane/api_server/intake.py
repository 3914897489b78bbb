"""Intake: from what a client sends to the value that can be stored."""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any, cast

import msgspec
from lightkube.models import core_v1

from kubelab.api import kinds
from kubelab.api.errors import bad_request, not_found
from kubelab.api.kinds import Kind
from kubelab.api.objects import replace, to_dict
from kubelab.control_plane.api_server.admission import admit

# What the cluster's own parts write in these kinds is made of values that were admitted before.
_TRUSTED = ("Event", "Lease", "EndpointSlice")


class Intake:
    """Decodes, defaults, admits and validates once; a spec that has been admitted is known by its identity.

    Objects are values, so a Pod made from a template that another Pod was made from needs no second look. That is what
    makes a thousand replicas cheap.

    Left out
        Pods of one template share the random suffix of their token volume (`kube-api-access-…`); real ones differ.
    """

    def __init__(
        self, lookup: Callable[[str, str | None, str], Any], rng: random.Random, toleration_seconds: int
    ) -> None:
        self.lookup, self.rng, self.toleration_seconds = lookup, rng, toleration_seconds
        self._pods: dict[int, tuple[Any, Any, str]] = {}  # id(spec sent) -> spec sent, pod admitted, namespace

    def kind_of(self, obj: Any) -> Kind:
        """The kind of what was sent.

        Raises
        ------
        ApiError
            400: it does not say what it is. 404: no such kind is served.
        """
        if isinstance(obj, msgspec.Struct):
            return kinds.kind_of(obj)
        if not isinstance(obj, dict):
            raise bad_request(f"an object is a mapping with apiVersion and kind, not {type(obj).__name__}")
        version, name = obj.get("apiVersion"), obj.get("kind")
        if not isinstance(version, str) or not isinstance(name, str) or not version or not name:
            raise bad_request("an object says what it is: apiVersion and kind must be there, and be text")
        kind = kinds.by_type(version, name)
        if kind is None:
            error = not_found(name, "", version)
            error.message = f'no matches for kind "{name}" in version "{version}"'
            raise error
        return kind

    def new(self, kind: Kind, obj: Any, namespace: str | None, field_validation: str) -> tuple[Any, list[str]]:
        """The value to store for a new object, and the warnings that go with it."""
        if isinstance(obj, msgspec.Struct):
            if kind.name in _TRUSTED:
                return _typed(kind, obj), []
            if kind.name == "Pod":
                return self._pod(cast(core_v1.Pod, obj), namespace), []
            obj = to_dict(_typed(kind, obj))
        admitted, warnings = self._admit(obj, kind, namespace or "", field_validation=field_validation)
        return msgspec.convert(admitted, kind.model), warnings

    def changed(
        self, kind: Kind, obj: Any, old: Any, field_validation: str, subresource: str = ""
    ) -> tuple[Any, list[str]]:
        """The value to store over `old`, and the warnings that go with it."""
        if isinstance(obj, msgspec.Struct):
            if kind.name in _TRUSTED or not hasattr(obj, "spec") or obj.spec is old.spec:
                return obj, []
            obj = to_dict(_typed(kind, obj))
        admitted, warnings = self._admit(
            obj,
            kind,
            old.metadata.namespace or "",
            old=to_dict(old),
            subresource=subresource,
            field_validation=field_validation,
        )
        return msgspec.convert(admitted, kind.model), warnings

    def _pod(self, pod: core_v1.Pod, namespace: str | None) -> core_v1.Pod:
        where = namespace or ""
        known = self._pods.get(id(pod.spec))
        if known is None or known[0] is not pod.spec or known[2] != where:
            kind = kinds.kind_of(pod)
            admitted, _ = self._admit(to_dict(_typed(kind, pod)), kind, where)
            known = (pod.spec, msgspec.convert(admitted, core_v1.Pod), where)
            self._pods[id(pod.spec)] = known
        like = known[1]
        return replace(pod, apiVersion="v1", kind="Pod", spec=like.spec, status=like.status)

    def _admit(self, obj: Any, kind: Kind, namespace: str, **options: Any) -> tuple[dict[str, Any], list[str]]:
        return admit(
            obj,
            kind,
            namespace=namespace,
            lookup=self.lookup,
            rng=self.rng,
            toleration_seconds=self.toleration_seconds,
            **options,
        )

    def __deepcopy__(self, memo: dict[int, Any]) -> Intake:
        memo[id(self)] = twin = Intake.__new__(Intake)
        twin.lookup, twin.rng = deepcopy(self.lookup, memo), deepcopy(self.rng, memo)
        twin.toleration_seconds, twin._pods = self.toleration_seconds, dict(self._pods)
        return twin


def said(obj: Any, field: str) -> str:
    """What a manifest or an object says in its metadata; empty where it says nothing that is text."""
    if isinstance(obj, dict):
        meta = obj.get("metadata")
        held = meta.get(field) if isinstance(meta, dict) else None
    else:
        held = getattr(obj.metadata, field)
    return held if isinstance(held, str) else ""


def _typed(kind: Kind, obj: Any) -> Any:
    if obj.apiVersion == kind.api_version and obj.kind == kind.name:
        return obj
    return replace(obj, apiVersion=kind.api_version, kind=kind.name)
