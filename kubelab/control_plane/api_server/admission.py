"""Admission: from a manifest to the object that can be stored, or to the error that says why not.

    decode → default → (mutating plugins) → prepare → validate → (validating plugins, in `writing`)

In Kubernetes
    The handlers of `k8s.io/apiserver/pkg/endpoints/handlers/{create,update}.go` and `rest.BeforeCreate`.
    https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/
"""

from __future__ import annotations

import random
from typing import Any

from kubelab.api.defaults import apply_defaults
from kubelab.api.errors import ApiError, bad_request, invalid
from kubelab.api.kinds import Kind
from kubelab.api.validation import validate
from kubelab.api.versions import read, said_in
from kubelab.api.warnings import warnings_about
from kubelab.control_plane.api_server.admission_plugins import MUTATING
from kubelab.control_plane.api_server.admission_plugins.request import Listing, Lookup, Request
from kubelab.control_plane.api_server.storage import random_uid
from kubelab.control_plane.api_server.strategies import prepare_for_create, prepare_for_update

_Json = dict[str, Any]

DEFAULT_TOLERATION_SECONDS = 300


def admit(
    manifest: _Json,
    kind: Kind,
    *,
    old: _Json | None = None,
    subresource: str = "",
    field_validation: str = "Strict",
    namespace: str = "default",
    lookup: Lookup | None = None,
    listing: Listing | None = None,
    rng: random.Random | None = None,
    toleration_seconds: int = DEFAULT_TOLERATION_SECONDS,
) -> tuple[_Json, list[str]]:
    """The object that would be stored, in JSON, and the warnings for the client.

    What is handed out later (uid, time of creation, revision, a Service's address) is not there yet. `old` is the
    object whose place this one takes, in whole or, with `subresource` `status`, in that part; `lookup` and
    `listing` find other objects of the cluster; `rng` is the cluster's, for names.

    Raises
    ------
    ApiError
        400: it cannot be read, 403: an admission plugin says no, 404: its namespace is not there, 422: it cannot be.

    Examples
    --------
    >>> from kubelab.api.kinds import find
    >>> obj, _ = admit({"metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}]}}, find("service"))
    >>> obj["spec"]["type"], obj["spec"]["ports"]
    ('ClusterIP', [{'port': 80, 'targetPort': 80, 'protocol': 'TCP'}])
    """
    obj, warnings = read(manifest, kind, field_validation)
    _settle_namespace(obj, kind, namespace)
    if old is None:
        if obj["metadata"].pop("resourceVersion", None):
            raise ApiError(500, "InternalError", "resourceVersion should not be set on objects to be created")
        request = Request(kind, namespace, rng or random.Random(0), toleration_seconds, lookup, listing)
        for plugin in MUTATING:
            plugin(obj, request)
        prepare_for_create(obj, kind, request.rng)
        if kind.builtin == "LimitRange" and not obj["metadata"].get("name"):
            obj["metadata"]["name"] = random_uid(request.rng)  # the one kind that may come without a name
    else:
        prepare_for_update(obj, old, kind, subresource)
    causes = validate(obj, kind, old, said_in(manifest, kind))
    if causes:
        raise invalid(kind.name, kind.group, obj["metadata"].get("name", ""), causes)
    apply_defaults(obj, kind)  # what is stored is read back at once, and whatever is read is filled in
    return obj, [*warnings, *warnings_about(obj, kind, old)]


def _settle_namespace(obj: _Json, kind: Kind, namespace: str) -> None:
    """An object goes where the request goes, and may not say otherwise."""
    meta = obj["metadata"]
    if not kind.namespaced:
        meta.pop("namespace", None)
    elif meta.setdefault("namespace", namespace) != namespace:
        raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
