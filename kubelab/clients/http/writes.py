"""Writes: create, update, patch, delete, deletecollection.

In Kubernetes
    staging/src/k8s.io/apiserver/pkg/endpoints/handlers/{create,update,patch,delete}.go
"""

from __future__ import annotations

from typing import Any

from kubelab.api.errors import ApiError, Cause, bad_request, invalid
from kubelab.api.patch import APPLY_PATCH
from kubelab.clients.http.answers import Answer, success, with_warnings
from kubelab.clients.http.bodies import read_object, read_patch
from kubelab.clients.http.calls import Call
from kubelab.clients.http.delete_options import delete_options
from kubelab.clients.http.encoding import answer, list_encoded
from kubelab.clients.http.list_options import list_options
from kubelab.clients.http.reads import shown

# Kinds whose PUT makes what is not there.
_MADE_BY_UPDATE = (
    "Lease",
    "Endpoints",
    "Event",
    "LimitRange",
    "Role",
    "RoleBinding",
    "ClusterRole",
    "ClusterRoleBinding",
)
# Kinds whose deletion is answered by the object as it was.
_GIVEN_BACK = ("Pod", "Service", "ServiceAccount", "PersistentVolume", "PersistentVolumeClaim", "ResourceQuota")


def create(call: Call) -> Answer:
    """Make a new object."""
    manifest = read_object(call, call.route.kind)
    made = call.client.create(manifest, namespace=call.route.scope, **call.write_options)
    return warned(call, shown(call, made, 201))


def update(call: Call) -> Answer:
    """Put an object in the place of another."""
    manifest = read_object(call, call.route.kind)
    check_name(manifest, call)
    try:
        made = call.client.update(manifest, **call.write_options)
    except ApiError as refused:
        if refused.code != 404 or call.route.kind.name not in _MADE_BY_UPDATE:
            raise
        return create(call)
    return warned(call, shown(call, made))


def patch(call: Call) -> Answer:
    """Change an object by a patch; server-side apply makes it where it is not there."""
    is_new = call.media_type == APPLY_PATCH and not _is_there(call)
    made = patched(call)
    return warned(call, shown(call, made, 201 if is_new else 200))


def patched(call: Call) -> Any:
    """The object, or its subresource, that comes of the patch in a call's body."""
    route = call.route
    sort, content = read_patch(call)
    options = call.write_options
    if sort == "apply":
        if not call.query.get("fieldManager"):
            fault = Cause.required("fieldManager", "is required for apply patch")
            raise invalid("PatchOptions", "meta.k8s.io", "", [fault])
        options["force"] = call.query.flag("force")
    elif call.query.get("force"):
        fault = Cause.forbidden("force", "may not be specified for non-apply patch")
        raise invalid("PatchOptions", "meta.k8s.io", "", [fault])
    return call.client.patch(
        route.word,
        route.name,
        content,
        route.scope,
        patch_type=sort,
        subresource=route.subresource,
        **options,
    )


def delete(call: Call) -> Answer:
    """Ask for an object's end. What is gone at once is answered by a Status, what is not, by the object."""
    options, route = delete_options(call), call.route
    held = call.client.delete(route.word, route.name, route.scope, **options)
    if held.metadata.deletionTimestamp is not None or route.kind.name in _GIVEN_BACK:
        return shown(call, held)
    details = {"name": route.name, "group": route.kind.group, "kind": route.kind.plural, "uid": held.metadata.uid}
    return success({key: text for key, text in details.items() if text})


def delete_collection(call: Call) -> Answer:
    """Ask for the end of all objects that the selectors choose."""
    options, route = delete_options(call), call.route
    chosen = list_options(call.query, route, watch=False)
    gone = call.client.delete_collection(
        route.word,
        route.scope,
        selector=chosen.selector,
        field_selector=chosen.field_selector,
        **options,
    )
    metadata = {"resourceVersion": str(call.inner.page(route.word, limit=1).revision)}
    return answer(list_encoded(gone, route.kind, route.api_version, metadata), call.form)


def check_name(manifest: dict[str, Any], call: Call) -> None:
    """The object must be the one that the URL names.

    Raises
    ------
    ApiError
        400: it is another, or says not which it is.
    """
    meta, route = manifest.get("metadata"), call.route
    meta = meta if isinstance(meta, dict) else {}
    name, namespace = meta.get("name"), meta.get("namespace")
    if not name:
        raise bad_request(
            f"the name of the object ({route.name} based on URL) was undeterminable: name must be provided"
        )
    if name != route.name:
        raise bad_request(f"the name of the object ({name}) does not match the name on the URL ({route.name})")
    if route.namespace and namespace and namespace != route.namespace:
        raise bad_request(
            f"the namespace of the object ({namespace}) does not match the namespace on the request ({route.namespace})"
        )
    if route.namespace:
        manifest["metadata"] = {**meta, "namespace": route.namespace}


def _is_there(call: Call) -> bool:
    try:
        call.client.get(call.route.word, call.route.name, call.route.scope)
    except ApiError as refused:
        if refused.code != 404:
            raise
        return False
    return True


def warned(call: Call, made: Answer) -> Answer:
    """The answer with what the API server warned of."""
    warnings, call.client.warnings = call.client.warnings, []
    return with_warnings(made, warnings)
