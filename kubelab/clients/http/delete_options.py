"""The options of a deletion, in the body of the request or in its query.

In Kubernetes
    `DeleteOptions`: staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/types.go
"""

from __future__ import annotations

from typing import Any

from kubelab.api.errors import Cause, bad_request, invalid
from kubelab.clients.http.bodies import read_object
from kubelab.clients.http.calls import Call, checked_dry_run

_INTEGER = 2**31


def delete_options(call: Call) -> dict[str, Any]:
    """What `Client.delete` is told.

    Raises
    ------
    ApiError
        400 or 422: the options cannot be read, or contradict each other.
    """
    body = read_object(call) if call.body.strip() else {}
    said_kind = body.get("kind", "DeleteOptions")
    if said_kind != "DeleteOptions":
        raise bad_request(f"decoded object cannot be converted to DeleteOptions, its kind is {said_kind!r:.80}")
    preconditions = _part(body, "preconditions", dict) or {}
    seconds = _part(body, "gracePeriodSeconds", int)
    if seconds is None:
        seconds = call.query.number("gracePeriodSeconds")
    if seconds is not None and abs(seconds) >= _INTEGER:
        raise bad_request(f"gracePeriodSeconds is out of range: {seconds}")
    policy = _part(body, "propagationPolicy", str) or call.query.get("propagationPolicy") or None
    orphans = _part(body, "orphanDependents", bool)
    if orphans is None and call.query.get("orphanDependents"):
        orphans = call.query.flag("orphanDependents")
    if orphans is not None:
        if policy is not None:
            detail = "orphanDependents and deletionPropagation cannot be both set"
            raise invalid("DeleteOptions", "", "", [Cause.invalid("propagationPolicy", policy, detail)])
        policy = "Orphan" if orphans else "Background"
    dry = _part(body, "dryRun", list) or ([call.query["dryRun"]] if call.query.get("dryRun") else [])
    return {
        "grace_period_seconds": seconds,
        "propagation_policy": policy,
        "uid": _part(preconditions, "uid", str),
        "resource_version": _part(preconditions, "resourceVersion", str),
        "dry_run": bool([said for said in dry if checked_dry_run(str(said), "DeleteOptions")]),
    }


def _part(body: dict[str, Any], field: str, type_: type) -> Any:
    value = body.get(field)
    if value is None or (isinstance(value, type_) and not (type_ is int and isinstance(value, bool))):
        return value
    raise bad_request(f"json: cannot unmarshal {type(value).__name__} into Go struct field DeleteOptions.{field}")
