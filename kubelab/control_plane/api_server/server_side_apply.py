"""Server-side apply: the object becomes as somebody wants it, in the fields that they mention.

In Kubernetes
    `applyPatcher` in `k8s.io/apiserver/pkg/endpoints/handlers/patch.go` and the chain of managers in
    `k8s.io/apimachinery/pkg/util/managedfields/internal/fieldmanager.go`.
    https://kubernetes.io/docs/reference/using-api/server-side-apply/
Left out
    Applying to the subresource `scale`.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NamedTuple

from kubelab.api.errors import ApiError, Cause, bad_request, conflict, invalid
from kubelab.api.kinds import Kind
from kubelab.api.managed_fields.checking import check
from kubelab.api.managed_fields.conflicts import conflict_error
from kubelab.api.managed_fields.field_set import FieldSet
from kubelab.api.managed_fields.managers import BEFORE_FIRST_APPLY, Managed, applier
from kubelab.api.managed_fields.migration import still_as_applied
from kubelab.api.managed_fields.types import TypedError
from kubelab.api.managed_fields.updater import ConflictsError, Updater
from kubelab.api.managed_fields.values import go_json
from kubelab.api.objects import to_dict
from kubelab.api.strategic_diff import LAST_APPLIED
from kubelab.api.versions import said_in, shown_as
from kubelab.control_plane.api_server.field_management import FieldManagement
from kubelab.control_plane.api_server.intake import said
from kubelab.control_plane.api_server.kind_versions import KindVersions
from kubelab.control_plane.api_server.options import WriteOptions
from kubelab.control_plane.api_server.written_parts import empty_object

_KUBECTL = "kubectl"
_LONGEST_MANAGER = 128


class Application(NamedTuple):
    """What comes of an apply: the object as JSON (None: nothing changes in it) and who owns what."""

    made: dict[str, Any] | None
    managed: Managed


def check_options(options: WriteOptions, *, applies: bool) -> None:
    """Refuse options that do not go with the patch.

    Raises
    ------
    ApiError
        422: an apply without a manager, force without an apply, a name that cannot be one.
    """
    faults = []
    if applies and not options.field_manager:
        faults.append(Cause.required("fieldManager", "is required for apply patch"))
    if options.force and not applies:
        faults.append(Cause.forbidden("force", "may not be specified for non-apply patch"))
    if len(options.field_manager.encode()) > _LONGEST_MANAGER:
        faults.append(Cause.too_long("fieldManager", _LONGEST_MANAGER))
    for place, letter in enumerate(options.field_manager):
        if not letter.isprintable():
            code = f"U+{ord(letter):04X}"
            detail = f"invalid character {code} (at position {place})"
            faults.append(Cause.invalid("fieldManager", options.field_manager, detail))
    if faults:
        raise invalid("PatchOptions", "meta.k8s.io", "", faults)


def check_config(kind: Kind, config: Any) -> dict[str, Any]:
    """What was sent, if it can be applied to an object of this kind.

    Raises
    ------
    ApiError
        400: it is no object, or one of another kind, or brings managed fields of its own.
    """
    if not isinstance(config, dict):
        raise bad_request("error decoding patch: an apply configuration is an object")
    version, word = config.get("apiVersion") or "", config.get("kind") or ""
    if version not in (kind.api_version, *kind.also) or word != kind.name:
        raise bad_request(f"invalid object type: {_qualified(str(version))}, Kind={word!s}")
    meta = config.get("metadata")
    if isinstance(meta, dict) and meta.get("managedFields") is not None:
        raise bad_request("metadata.managedFields must be nil")
    return config


def _qualified(version: str) -> str:
    """Group and version as Go joins them."""
    return version if "/" in version else f"/{version}"


def check_name(made: dict[str, Any], name: str) -> None:
    """Refuse an object of another name than the URL's.

    Raises
    ------
    ApiError
        400.
    """
    given = said(made, "name")
    if not given:
        raise bad_request(f"the name of the object ({name} based on URL) was undeterminable: name must be provided")
    if given != name:
        raise bad_request(f"the name of the object ({given}) does not match the name on the URL ({name})")


def server_side_apply(
    fields: FieldManagement,
    kind: Kind,
    old: Any,
    config: dict[str, Any],
    name: str,
    subresource: str,
    options: WriteOptions,
    now: datetime,
) -> Application:
    """Work out what comes of applying `config` to the live object (None: there is none yet).

    Raises
    ------
    ApiError
        409: fields belong to others, and it is not forced. 500: the configuration does not fit the kind.
    """
    version = said_in(config, kind)
    versions = KindVersions(fields.kinds, kind, subresource)
    of, updater = versions.type_of(version), Updater(versions)
    live = empty_object(kind, version) if old is None else shown_as(to_dict(old), kind, version)
    managed = Managed() if old is None else fields.managed(old)
    try:
        check(of, config)
    except TypedError as error:
        said_of = f"{said(config, 'namespace')}/{name}; {_qualified(version)}, Kind={kind.name}"
        raise ApiError(500, "", f"failed to create typed patch object ({said_of}): {error}") from None
    manager = applier(options.field_manager, subresource)
    if not managed.owners and old is not None:
        managed = managed.updated(updater, empty_object(kind, version), live, version, BEFORE_FIRST_APPLY, "", now)
    try:
        made, after = managed.applied(updater, live, config, version, manager, now, force=options.force)
    except ConflictsError as refused:
        left = _not_of_client_side_apply(of, refused, live, version, options)
        if left:
            raise conflict_error(left) from None
        made, after = managed.applied(updater, live, config, version, manager, now, force=True)
    if options.field_manager == _KUBECTL:
        made = _with_annotation_kept(live if made is None else made, config) or made
    return Application(made, after)


def check_new(kind: Kind, made: dict[str, Any], name: str) -> None:
    """Refuse to make an object under another name, or anew where one was meant to be changed.

    Raises
    ------
    ApiError
        400, 409.
    """
    check_name(made, name)
    uid = said(made, "uid")
    if uid:
        detail = f"uid mismatch: the provided object specified uid {uid}, and no existing object was found"
        raise conflict(kind.plural, kind.group, name, detail)


def _not_of_client_side_apply(
    of: Any, refused: ConflictsError, live: dict[str, Any], version: str, options: WriteOptions
) -> list[Any]:
    """The conflicts that are not about what `kubectl apply` itself had set before, from its annotation."""
    applied = _annotations(live).get(LAST_APPLIED)
    if options.field_manager != _KUBECTL or not applied:
        return refused.conflicts
    try:
        before = json.loads(applied)
        if not isinstance(before, dict) or before.get("apiVersion") != version:
            return refused.conflicts
        check(of, before)
        mine: FieldSet = still_as_applied(of, before, live)
    except (ValueError, TypedError):
        return refused.conflicts
    return [held for held in refused.conflicts if held.path not in mine]


def _with_annotation_kept(made: dict[str, Any], config: dict[str, Any]) -> dict[str, Any] | None:
    """The object with what was applied in its annotation, if it has one: `kubectl apply` of old goes by it."""
    if not _annotations(made).get(LAST_APPLIED):
        return None
    bare = {**config}
    if _annotations(config):
        annotations = {name: text for name, text in _annotations(config).items() if name != LAST_APPLIED}
        bare["metadata"] = {**config["metadata"], "annotations": annotations}
    annotations = {**_annotations(made), LAST_APPLIED: go_json(bare, sort_keys=True) + "\n"}
    return {**made, "metadata": {**made["metadata"], "annotations": annotations}}


def _annotations(obj: dict[str, Any]) -> dict[str, Any]:
    meta = obj.get("metadata")
    held = meta.get("annotations") if isinstance(meta, dict) else None
    return held if isinstance(held, dict) else {}
