"""Intake: from what a client sends to the value that can be stored."""

from __future__ import annotations

import random
from copy import deepcopy
from typing import Any, NamedTuple, cast

import msgspec
from lightkube.models import core_v1

from kubelab.api import kinds
from kubelab.api.custom.model import custom_value
from kubelab.api.errors import bad_request, not_found
from kubelab.api.kinds import Kind
from kubelab.api.objects import replace, to_dict
from kubelab.api.served_kinds import ServedKinds
from kubelab.control_plane.api_server.admission import admit
from kubelab.control_plane.api_server.admission_plugins.request import Listing, Lookup

# What the cluster's own parts write in these kinds is made of values that were admitted before.
TRUSTED = ("Event", "Lease", "EndpointSlice")


class _AdmittedPod(NamedTuple):
    """A pod as it was admitted: the spec that was sent, where, by which rules, and what was added to it."""

    spec: core_v1.PodSpec
    namespace: str
    rules: list[Any]
    like: core_v1.Pod
    annotations: dict[str, str]

    def answers(self, spec: core_v1.PodSpec, namespace: str, rules: list[Any]) -> bool:
        """Whether the pod is as another with this spec would be admitted now."""
        same = self.spec is spec and self.namespace == namespace and len(self.rules) == len(rules)
        return same and all(one is other for one, other in zip(self.rules, rules, strict=True))


class Intake:
    """Decodes, defaults, admits and validates once; a spec that has been admitted is known by its identity.

    Objects are values, so a Pod made from a template that another Pod was made from needs no second look. That is what
    makes a thousand replicas cheap.

    Left out
        Pods of one template share the random suffix of their token volume (`kube-api-access-…`); real ones differ.
    """

    def __init__(
        self,
        lookup: Lookup,
        rng: random.Random,
        toleration_seconds: int,
        listing: Listing | None = None,
        served: ServedKinds | None = None,
    ) -> None:
        self.kinds = served or ServedKinds()
        self.lookup, self.rng, self.toleration_seconds, self.listing = lookup, rng, toleration_seconds, listing
        self._pods: dict[int, _AdmittedPod] = {}  # by the identity of the spec that was sent

    def kind_of(self, obj: Any) -> Kind:
        """The kind of what was sent.

        Raises
        ------
        ApiError
            400: it does not say what it is. 404: no such kind is served.
        """
        if isinstance(obj, msgspec.Struct):
            held = kinds.kind_of(obj)
            return self._served(held.api_version, held.name) if held.custom else held
        if not isinstance(obj, dict):
            raise bad_request(f"an object is a mapping with apiVersion and kind, not {type(obj).__name__}")
        version, name = obj.get("apiVersion"), obj.get("kind")
        if not isinstance(version, str) or not isinstance(name, str) or not version or not name:
            raise bad_request("an object says what it is: apiVersion and kind must be there, and be text")
        return self._served(version, name)

    def _served(self, version: str, name: str) -> Kind:
        kind = self.kinds.by_type(version, name)
        if kind is None:
            error = not_found(name, "", version)
            error.message = f'no matches for kind "{name}" in version "{version}"'
            raise error
        return kind

    def new(self, kind: Kind, obj: Any, namespace: str | None, field_validation: str) -> tuple[Any, list[str]]:
        """The value to store for a new object, and the warnings that go with it."""
        if isinstance(obj, msgspec.Struct):
            if kind.builtin in TRUSTED:
                return _typed(kind, obj), []
            if kind.builtin == "Pod":
                return self._pod(cast(core_v1.Pod, obj), namespace), []
            obj = to_dict(_typed(kind, obj))
        admitted, warnings = self._admit(obj, kind, namespace or "", field_validation=field_validation)
        return _value(kind, admitted), warnings

    def changed(
        self, kind: Kind, obj: Any, old: Any, field_validation: str, subresource: str = ""
    ) -> tuple[Any, list[str]]:
        """The value to store over `old`, and the warnings that go with it."""
        if isinstance(obj, msgspec.Struct):
            if not kind.custom and (kind.builtin in TRUSTED or not hasattr(obj, "spec") or obj.spec is old.spec):
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
        return _value(kind, admitted), warnings

    def _pod(self, pod: core_v1.Pod, namespace: str | None) -> core_v1.Pod:
        where = namespace or ""
        known, rules = self._pods.get(id(pod.spec)), self._rules(pod.spec, where)
        if known is None or not known.answers(pod.spec, where, rules):
            kind = kinds.kind_of(pod)
            admitted, _ = self._admit(to_dict(_typed(kind, pod)), kind, where)
            like = msgspec.convert(admitted, core_v1.Pod)
            given = pod.metadata.annotations or {}
            told = {key: text for key, text in (like.metadata.annotations or {}).items() if key not in given}
            known = self._pods[id(pod.spec)] = _AdmittedPod(pod.spec, where, rules, like, told)
        if known.annotations:
            annotations = {**(pod.metadata.annotations or {}), **known.annotations}
            pod = replace(pod, metadata=replace(pod.metadata, annotations=annotations))
        return replace(pod, apiVersion="v1", kind="Pod", spec=known.like.spec, status=known.like.status)

    def _rules(self, spec: core_v1.PodSpec, namespace: str) -> list[Any]:
        """What admission plugins look at beside a pod: while these are the same, they answer the same."""
        if self.listing is None:
            return []
        rules = [*self.listing("LimitRange", namespace), *self.listing("PriorityClass", None)]
        rules.append(self.lookup("ServiceAccount", namespace, spec.serviceAccountName or "default"))
        if spec.runtimeClassName:
            rules.append(self.lookup("RuntimeClass", None, spec.runtimeClassName))
        return rules

    def _admit(self, obj: Any, kind: Kind, namespace: str, **options: Any) -> tuple[dict[str, Any], list[str]]:
        return admit(
            obj,
            kind,
            namespace=namespace,
            lookup=self.lookup,
            listing=self.listing,
            rng=self.rng,
            toleration_seconds=self.toleration_seconds,
            **options,
        )

    def __deepcopy__(self, memo: dict[int, Any]) -> Intake:
        memo[id(self)] = twin = Intake.__new__(Intake)
        twin.lookup, twin.rng = deepcopy(self.lookup, memo), deepcopy(self.rng, memo)
        twin.listing, twin.kinds = deepcopy(self.listing, memo), deepcopy(self.kinds, memo)
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


def _value(kind: Kind, admitted: dict[str, Any]) -> Any:
    return custom_value(kind, admitted) if kind.custom else msgspec.convert(admitted, kind.model)


def _typed(kind: Kind, obj: Any) -> Any:
    if obj.apiVersion == kind.api_version and obj.kind == kind.name:
        return obj
    return replace(obj, apiVersion=kind.api_version, kind=kind.name)
