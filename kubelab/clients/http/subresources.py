"""Subresources: status, scale, binding, eviction, token and finalize.

In Kubernetes
    https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris
"""

from __future__ import annotations

from typing import Any

import msgspec

from kubelab.api.errors import bad_request
from kubelab.api.objects import to_dict
from kubelab.clients.http.answers import Answer, json_answer, page_not_found, success
from kubelab.clients.http.bodies import read_object
from kubelab.clients.http.calls import Call, Handler
from kubelab.clients.http.delete_options import delete_options
from kubelab.clients.http.reads import get, shown
from kubelab.clients.http.writes import check_name, patched, warned


def update_status(call: Call) -> Answer:
    """Write an object's status."""
    manifest = read_object(call, call.route.kind)
    check_name(manifest, call)
    return warned(call, shown(call, call.client.update(manifest, subresource="status", **call.write_options)))


def patch_status(call: Call) -> Answer:
    """Change an object's status by a patch."""
    return warned(call, shown(call, patched(call)))


def get_scale(call: Call) -> Answer:
    """How many replicas there should be, and are."""
    route = call.route
    return json_answer(to_dict(call.client.get_scale(route.word, route.name, route.namespace)))


def update_scale(call: Call) -> Answer:
    """Say how many replicas there should be."""
    route, scale = call.route, read_object(call)
    if scale.get("kind", "Scale") != "Scale":
        raise bad_request(f"expected a Scale, not {scale['kind']!r:.80}")
    check_name(scale, call)
    options = call.write_options
    del options["field_validation"]
    return json_answer(to_dict(call.client.update_scale(route.word, route.name, scale, route.namespace, **options)))


def patch_scale(call: Call) -> Answer:
    """Say it by a patch."""
    return json_answer(to_dict(patched(call)))


def bind(call: Call) -> Answer:
    """Put a pod on a node: what a scheduler does."""
    binding = read_object(call)
    target = binding.get("target")
    node = target.get("name") if isinstance(target, dict) else None
    if not isinstance(node, str) or not node:
        raise bad_request("target.name: Required value")
    if not call.dry_run:
        call.client.bind(call.route.name, call.route.namespace, node)
    return success(code=201)


def evict(call: Call) -> Answer:
    """Delete a pod if its disruption budgets allow it: what `kubectl drain` does."""
    eviction = read_object(call)
    inner = eviction.get("deleteOptions") or {}
    if not isinstance(inner, dict):
        raise bad_request("json: cannot unmarshal into Go struct field Eviction.deleteOptions")
    call.body = msgspec.json.encode({**inner, "kind": "DeleteOptions"})
    options = delete_options(call)
    call.client.evict(
        call.route.name,
        call.route.namespace,
        grace_period_seconds=options["grace_period_seconds"],
        dry_run=options["dry_run"] or call.dry_run,
    )
    return success(code=201)


def token(call: Call) -> Answer:
    """A new token of a service account: what `kubectl create token` prints."""
    asked = call.client.create_token(call.route.name, call.route.namespace, read_object(call))
    return json_answer(to_dict(asked), 201)


def finalize(call: Call) -> Answer:
    """Write a namespace's finalizers."""
    manifest = read_object(call, call.route.kind)
    check_name(manifest, call)
    spec = manifest.get("spec")
    wanted = (spec.get("finalizers") if isinstance(spec, dict) else None) or []
    if not isinstance(wanted, list) or not all(isinstance(one, str) for one in wanted):
        raise bad_request("json: cannot unmarshal into Go struct field NamespaceSpec.spec.finalizers of type []string")
    held = call.client.get("namespaces", call.route.name, None)
    changed = msgspec.structs.replace(held, spec=msgspec.structs.replace(held.spec, finalizers=wanted or None))
    return shown(call, call.client.finalize(changed))


_HANDLERS: dict[tuple[str, str], Handler] = {
    ("status", "GET"): get,
    ("status", "PUT"): update_status,
    ("status", "PATCH"): patch_status,
    ("scale", "GET"): get_scale,
    ("scale", "PUT"): update_scale,
    ("scale", "PATCH"): patch_scale,
    ("binding", "POST"): bind,
    ("eviction", "POST"): evict,
    ("token", "POST"): token,
    ("finalize", "PUT"): finalize,
}
METHODS = {name: tuple(method for held, method in _HANDLERS if held == name) for name, _ in _HANDLERS}


def handler(call: Call) -> Handler:
    """What answers a call for a subresource.

    Raises
    ------
    ApiError
        404: the kind has no such subresource.
    """
    found = _HANDLERS.get((call.route.subresource, call.method))
    if found is None or call.route.subresource not in call.route.kind.subresources:
        raise page_not_found()
    return found


def of_kind(kind: Any) -> tuple[str, ...]:
    """The subresources of a kind that are answered here."""
    return tuple(name for name in kind.subresources if name in METHODS)
