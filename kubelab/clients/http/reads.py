"""Reads: get and list.

In Kubernetes
    staging/src/k8s.io/apiserver/pkg/endpoints/handlers/get.go.
    https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
"""

from __future__ import annotations

from typing import Any

import msgspec

from kubelab.api.errors import ApiError
from kubelab.api.objects import to_dict
from kubelab.clients.http import tables
from kubelab.clients.http.answers import Answer
from kubelab.clients.http.calls import Call
from kubelab.clients.http.encoding import answer, encoded, list_encoded
from kubelab.clients.http.list_options import (
    EXACT,
    ListOptions,
    expired_token,
    from_the_future,
    list_options,
    write_token,
)
from kubelab.clients.http.negotiation import PARTIAL_LIST, TABLE, not_acceptable
from kubelab.clients.http.ownership import all_owned, owned
from kubelab.control_plane.api_server.reading import Page


def get(call: Call) -> Answer:
    """One object."""
    route = call.route
    return shown(call, call.client.get(route.word, route.name, route.scope))


def shown(call: Call, obj: Any, code: int = 200) -> Answer:
    """An object in the form that was asked for."""
    if not call.form.shape:
        body = encoded(owned(call, obj), call.route.kind, call.route.api_version)
    elif call.form.shape == TABLE:
        body = msgspec.json.encode(tables.table(call, [obj], {"resourceVersion": obj.metadata.resourceVersion}))
    elif call.form.shape == PARTIAL_LIST:
        raise not_acceptable(("application/json;as=PartialObjectMetadata",))
    else:
        body = msgspec.json.encode(tables.partial(to_dict(owned(call, obj)), call.form.api_version))
    return answer(body, call.form, code)


def list_(call: Call) -> Answer:
    """Objects of a kind, all or a page of them."""
    options = list_options(call.query, call.route, watch=False)
    page = _page(call, options)
    metadata: dict[str, Any] = {"resourceVersion": str(page.revision)}
    if page.after:
        metadata["continue"] = write_token(page.revision, page.after)
        if not options.selector and not options.field_selector:
            metadata["remainingItemCount"] = page.remaining
    kind, form = call.route.kind, call.form
    if not form.shape:
        body = list_encoded(all_owned(call, page.objects), kind, call.route.api_version, metadata)
    elif form.shape == TABLE:
        body = msgspec.json.encode(tables.table(call, page.objects, metadata))
    elif form.shape == PARTIAL_LIST:
        body = msgspec.json.encode(tables.partial_list(call, all_owned(call, page.objects), metadata))
    else:
        raise not_acceptable(("application/json;as=PartialObjectMetadataList",))
    return answer(body, form)


def _page(call: Call, options: ListOptions) -> Page:
    route, wanted = call.route, options.revision
    asked: dict[str, Any] = {
        "selector": options.selector,
        "field_selector": options.field_selector,
        "limit": options.limit,
        "after": options.after,
    }
    if not wanted:
        return call.client.page(route.word, route.scope, **asked)
    at_that = options.continued or options.match == EXACT or (not options.match and bool(options.limit))
    newest = call.inner.page(route.word, route.scope, limit=1, field_selector="metadata.name=-").revision
    if wanted > newest:
        raise from_the_future(wanted, newest)
    if not at_that:
        return call.client.page(route.word, route.scope, **asked)
    try:
        return call.client.page(route.word, route.scope, revision=wanted, **asked)
    except ApiError as refused:
        if refused.code == 410 and options.continued:
            raise expired_token(options.after) from None
        raise
