"""What a client says when it lists or watches: selectors, pages, and how old the answer may be.

In Kubernetes
    `ListOptions`: staging/src/k8s.io/apimachinery/pkg/apis/meta/internalversion/validation.
    https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

import msgspec

from kubelab.api.errors import ApiError, Cause, bad_request, invalid
from kubelab.clients.http.calls import Query
from kubelab.clients.http.routes import Route

EXACT, NOT_OLDER_THAN = "Exact", "NotOlderThan"
_HIGHEST = 2**63


@dataclass(frozen=True, slots=True)
class ListOptions:
    """The options of a list or watch, checked. `revision` is None where none is said; 0 is any that is at hand."""

    selector: str
    field_selector: str
    limit: int
    after: str
    revision: int | None
    match: str
    continued: bool
    bookmarks: bool
    initial_events: bool | None
    timeout: int | None


def list_options(query: Query, route: Route, *, watch: bool) -> ListOptions:
    """The options of a query.

    Raises
    ------
    ApiError
        400 or 422: they cannot be read, or do not go together.
    """
    match = query.get("resourceVersionMatch", "")
    initial = query.flag("sendInitialEvents") if query.get("sendInitialEvents") else None
    _check(query, match, initial, watch)
    limit = query.number("limit") or 0
    if limit < 0:
        raise invalid("ListOptions", "meta.k8s.io", "", [Cause.invalid("limit", limit, "must be non-negative")])
    fields = query.get("fieldSelector", "")
    if route.name:
        fields = f"metadata.name={route.name}" + (f",{fields}" if fields else "")
    token, after = query.get("continue", ""), ""
    revision = _revision(query.get("resourceVersion", ""))
    if token and not watch:
        if revision:
            raise bad_request("specifying resource version is not allowed when using continue")
        revision, after = read_token(token)
    timeout = query.number("timeoutSeconds")
    return ListOptions(
        selector=query.get("labelSelector", ""),
        field_selector=fields,
        limit=limit,
        after=after,
        revision=revision,
        match=match,
        continued=bool(token) and not watch,
        bookmarks=query.flag("allowWatchBookmarks"),
        initial_events=initial,
        timeout=timeout if timeout and timeout > 0 else None,
    )


def write_token(revision: int, after: str) -> str:
    """A continue token: where a list stopped, and of when it was."""
    return (
        base64.urlsafe_b64encode(msgspec.json.encode({"v": "meta.k8s.io/v1", "rv": revision, "start": f"{after}\0"}))
        .decode()
        .rstrip("=")
    )


def read_token(token: str) -> tuple[int | None, str]:
    """The revision (None: the newest) and the key of a continue token.

    Raises
    ------
    ApiError
        400: it was not made here.
    """
    try:
        held = msgspec.json.decode(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        revision, start = held["rv"], held["start"]
        if held["v"] != "meta.k8s.io/v1" or not isinstance(revision, int) or not isinstance(start, str):
            raise ValueError
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError, msgspec.MsgspecError):
        raise bad_request("continue key is not valid: illegal base64 data or an unknown version") from None
    return (None if revision < 0 else revision), start.removesuffix("\0")


class TokenExpiredError(ApiError):
    """410 with another token, for who will do with the rest of the list as it is now."""

    token = ""


def expired_token(after: str) -> ApiError:
    """410: the list that was begun cannot be gone on with as it was."""
    message = (
        "The provided continue parameter is too old to display a consistent list result. You can start a new list "
        "without the continue parameter, or use the continue token in this response to retrieve the remainder of the "
        "results. Continuing with the provided token results in an inconsistent list - objects that were created, "
        "modified, or deleted between the time the first chunk was returned and now may show up in the list."
    )
    error = TokenExpiredError(410, "Expired", message)
    error.token = write_token(-1, after)
    return error


def from_the_future(revision: int, newest: int) -> ApiError:
    """504: nobody can know yet what will be."""
    error = ApiError(504, "Timeout", f"Too large resource version: {revision}, current: {newest}")
    error.causes = (Cause("", "ResourceVersionTooLarge", "Too large resource version"),)
    return error


def _check(query: Query, match: str, initial: bool | None, watch: bool) -> None:
    faults = []
    said = query.get("resourceVersion", "")
    if match:
        if watch and initial is None:
            faults.append(Cause.forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch"))
        elif not watch and not said:
            detail = "resourceVersionMatch is forbidden unless resourceVersion is provided"
            faults.append(Cause.forbidden("resourceVersionMatch", detail))
        elif not watch and query.get("continue"):
            faults.append(
                Cause.forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided")
            )
        if match not in (EXACT, NOT_OLDER_THAN):
            faults.append(Cause.not_supported("resourceVersionMatch", match, (EXACT, NOT_OLDER_THAN)))
        elif match == EXACT and said == "0":
            detail = 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'
            faults.append(Cause.forbidden("resourceVersionMatch", detail))
    if initial is not None and not watch:
        faults.append(Cause.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"))
    elif initial is not None and match != NOT_OLDER_THAN:
        detail = f"sendInitialEvents requires setting resourceVersionMatch to {NOT_OLDER_THAN}"
        faults.append(Cause.forbidden("resourceVersionMatch", detail))
    if faults:
        raise invalid("ListOptions", "meta.k8s.io", "", faults)


def _revision(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) >= _HIGHEST:
        fault = f'resourceVersion: Invalid value: "{text:.40}": strconv.ParseUint: parsing "{text:.40}": invalid syntax'
        raise bad_request(fault)
    return int(text)
