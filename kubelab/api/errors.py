"""Refusals: what the API server says when it does not do what it was asked.

A refusal never changes the cluster. It carries the HTTP code, the reason and the message of Kubernetes's
`Status` object, and, where a manifest is at fault, one cause per faulty field.

In Kubernetes
    `k8s.io/apimachinery/pkg/api/errors` (the refusals) and `k8s.io/apimachinery/pkg/util/validation/field`
    (the causes). Reference: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from kubelab.language import say


class Cause(NamedTuple):
    """One faulty field: its path, why it is refused, and the sentence that says so. Unpacks as these three.

    Examples
    --------
    >>> Cause.invalid("spec.replicas", -1, "must be greater than or equal to 0").message
    'Invalid value: -1: must be greater than or equal to 0'
    """

    field: str
    reason: str
    message: str

    @classmethod
    def required(cls, field: str, detail: str = "") -> Cause:
        """A value that must be given and is not."""
        return cls(field, "FieldValueRequired", _sentence("Required value", detail))

    @classmethod
    def invalid(cls, field: str, value: Any, detail: str = "") -> Cause:
        """A value that is given and cannot be right."""
        return cls(field, "FieldValueInvalid", _sentence(f"Invalid value: {go_value(value)}", detail))

    @classmethod
    def type_invalid(cls, field: str, value: Any, detail: str = "") -> Cause:
        """A value of the wrong type, found after decoding."""
        return cls(field, "FieldValueTypeInvalid", _sentence(f"Invalid value: {go_value(value)}", detail))

    @classmethod
    def not_supported(cls, field: str, value: Any, supported: Iterable[str], *, as_given: bool = False) -> Cause:
        """A value outside a closed list; the list is named in alphabetical order, or `as_given`."""
        listed = ", ".join(go_value(word) for word in (supported if as_given else sorted(supported)))
        return cls(
            field,
            "FieldValueNotSupported",
            _sentence(f"Unsupported value: {go_value(value)}", f"supported values: {listed}"),
        )

    @classmethod
    def duplicate(cls, field: str, value: Any) -> Cause:
        """A value that must be unique and is there twice."""
        return cls(field, "FieldValueDuplicate", f"Duplicate value: {go_value(value)}")

    @classmethod
    def forbidden(cls, field: str, detail: str) -> Cause:
        """A value that is not allowed here."""
        return cls(field, "FieldValueForbidden", _sentence("Forbidden", detail))

    @classmethod
    def not_found(cls, field: str, value: Any) -> Cause:
        """A value that names something that is not there."""
        return cls(field, "FieldValueNotFound", f"Not found: {go_value(value)}")

    @classmethod
    def too_long(cls, field: str, limit: int) -> Cause:
        """A text of too many bytes."""
        return cls(field, "FieldValueTooLong", f"Too long: may not be more than {limit} bytes")

    @classmethod
    def too_many(cls, field: str, actual: int, limit: int) -> Cause:
        """A list of too many items."""
        return cls(field, "FieldValueTooMany", f"Too many: {actual}: must have at most {limit} items")

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


def _sentence(head: str, detail: str) -> str:
    return f"{head}: {detail}" if detail else head


def go_value(value: Any) -> str:
    """A value as the API server prints it in a message: text quoted, objects as JSON without spaces."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


class ApiError(Exception):
    """A refusal of the API server: `code` (HTTP), `reason`, `message` and `causes`, as in Kubernetes's Status.

    `line` and `column` are the place in the YAML at fault, counted from 1, where the manifest came as text; `hint` says
    what was probably meant, where something near exists.
    """

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        causes: Iterable[Cause] = (),
        *,
        kind: str = "",
        group: str = "",
        name: str = "",
    ) -> None:
        super().__init__(message)
        self.code, self.reason, self.message, self.causes = code, reason, message, tuple(causes)
        self.kind, self.group, self.name = kind, group, name
        self.line: int | None = None
        self.column: int | None = None
        self.hint: str | None = None
        self.retry_after = 0  # seconds; 0 says nothing about when to come again

    @property
    def namespace_is_terminating(self) -> bool:
        """Whether nothing can be made any more because the namespace is on its way out."""
        return any(cause.reason == "NamespaceTerminating" for cause in self.causes)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self.code, self.reason, self.message, self.causes, self.__dict__)

    @property
    def said(self) -> str:
        """The refusal as kubectl prints it."""
        reason = f" ({self.reason})" if self.reason else ""
        return f"Error from server{reason}: {self.message}"

    @property
    def place(self) -> str:
        """Where in the YAML it is and what was probably meant; empty where neither is known."""
        line = say(es=f"línea {self.line}", en=f"line {self.line}") if self.line is not None else ""
        column = say(es=f", columna {self.column}", en=f", column {self.column}") if self.column is not None else ""
        return ": ".join(part for part in (line + column, self.hint) if part)

    def __str__(self) -> str:
        return f"{self.said}\n  {self.place}" if self.place else self.said


def _rebuild(code: int, reason: str, message: str, causes: tuple[Cause, ...], state: dict[str, Any]) -> ApiError:
    error = ApiError(code, reason, message, causes)
    error.__dict__.update(state)
    return error


def bad_request(message: str) -> ApiError:
    """400: the body cannot be decoded."""
    return ApiError(400, "BadRequest", message)


def forbidden(resource: str, group: str, name: str, detail: str) -> ApiError:
    """403: an admission plugin says no. `resource` is the plural, `group` is empty for the core group."""
    return ApiError(
        403,
        "Forbidden",
        f'{_qualified(resource, group)} "{name}" is forbidden: {detail}',
        kind=resource,
        group=group,
        name=name,
    )


def namespace_terminating(resource: str, group: str, name: str, namespace: str) -> ApiError:
    """403: the namespace is on its way out, and nothing is made in it any more."""
    detail = f"unable to create new content in namespace {namespace} because it is being terminated"
    error = forbidden(resource, group, name, detail)
    error.causes = (Cause("metadata.namespace", "NamespaceTerminating", f"namespace {namespace} is being terminated"),)
    return error


def not_found(resource: str, group: str, name: str) -> ApiError:
    """404: no object of that name."""
    return ApiError(
        404, "NotFound", f'{_qualified(resource, group)} "{name}" not found', kind=resource, group=group, name=name
    )


def already_exists(resource: str, group: str, name: str) -> ApiError:
    """409 on create: the name is taken."""
    return ApiError(
        409,
        "AlreadyExists",
        f'{_qualified(resource, group)} "{name}" already exists',
        kind=resource,
        group=group,
        name=name,
    )


def conflict(resource: str, group: str, name: str, detail: str = "") -> ApiError:
    """409 on update: somebody else has written since the object was read."""
    detail = detail or "the object has been modified; please apply your changes to the latest version and try again"
    message = f'Operation cannot be fulfilled on {_qualified(resource, group)} "{name}": {detail}'
    return ApiError(409, "Conflict", message, kind=resource, group=group, name=name)


def expired(message: str) -> ApiError:
    """410: the revision asked for has been compacted away."""
    return ApiError(410, "Expired", message)


def invalid(kind: str, group: str, name: str, causes: Iterable[Cause]) -> ApiError:
    """422: the object decodes, but cannot be. `kind` is the singular CamelCase name."""
    causes = tuple(causes)
    texts = [str(cause) for cause in dict.fromkeys(causes)]
    listed = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    return ApiError(
        422,
        "Invalid",
        f'{_qualified(kind, group)} "{name}" is invalid: {listed}',
        causes,
        kind=kind,
        group=group,
        name=name,
    )


def too_many_requests(message: str, retry_after: int, causes: Iterable[Cause] = ()) -> ApiError:
    """429: not now; after `retry_after` seconds perhaps (0: nobody knows)."""
    error = ApiError(429, "TooManyRequests", message, causes)
    error.retry_after = retry_after
    return error


def unavailable(message: str) -> ApiError:
    """503: the API server cannot be reached from here."""
    return ApiError(503, "ServiceUnavailable", message)


def _qualified(name: str, group: str) -> str:
    return f"{name}.{group}" if group else name
