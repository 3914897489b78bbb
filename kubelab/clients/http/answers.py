"""Answers: what is sent back, and how a refusal is said.

In Kubernetes
    Refusals are `Status` objects: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/responsewriters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from kubelab.api.errors import ApiError
from kubelab.clients.http.list_options import TokenExpiredError

JSON = "application/json"
RETRY_AFTER = 1  # seconds, for what may work in a moment


@dataclass(slots=True)
class Answer:
    """A whole answer: code, body and what kind of text it is."""

    code: int
    body: bytes
    content_type: str = JSON
    headers: list[tuple[str, str]] = field(default_factory=list)


def json_answer(content: Any, code: int = 200, content_type: str = JSON) -> Answer:
    """Plain values as JSON."""
    return Answer(code, msgspec.json.encode(content), content_type)


def text_answer(text: str, code: int = 200) -> Answer:
    """Plain text."""
    return Answer(code, text.encode(), "text/plain; charset=utf-8")


def refusal(error: ApiError) -> Answer:
    """A refusal as a Status object."""
    answer = json_answer(status_of(error), error.code)
    wait = _retry_after(error)
    if wait:
        answer.headers.append(("Retry-After", str(wait)))
    return answer


def status_of(error: ApiError) -> dict[str, Any]:
    """The Status object of a refusal."""
    details: dict[str, Any] = {}
    if error.name:
        details["name"] = error.name
    if error.group:
        details["group"] = error.group
    if error.kind:
        details["kind"] = error.kind
    if error.causes:
        details["causes"] = [_cause(cause) for cause in error.causes]
    wait = _retry_after(error)
    if wait:
        details["retryAfterSeconds"] = wait
    status: dict[str, Any] = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {"continue": error.token} if isinstance(error, TokenExpiredError) else {},
        "status": "Failure",
        "message": error.message,
        "reason": error.reason,
        "details": details,
        "code": error.code,
    }
    if not details and error.code != 404:
        del status["details"]
    return status


def _retry_after(error: ApiError) -> int:
    """When to come again, in seconds; 0 where that is not said: clients would then wait by themselves, unseen."""
    if any(cause.reason == "DisruptionBudget" for cause in error.causes):
        return error.retry_after
    return RETRY_AFTER if error.code in (429, 504) else 0


def success(details: dict[str, Any] | None = None, code: int = 200) -> Answer:
    """A Status that says that it is done."""
    status: dict[str, Any] = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
    if details:
        status["details"] = details
    if code != 200:
        status["code"] = code
    return json_answer(status, code)


def with_warnings(answer: Answer, warnings: Iterable[str]) -> Answer:
    """The answer with the API server's warnings in its headers, as clients print them."""
    for text in dict.fromkeys(warnings):
        quoted = "".join(letter if letter.isprintable() else " " for letter in text)
        quoted = quoted.replace("\\", "\\\\").replace('"', '\\"')
        answer.headers.append(("Warning", f'299 - "{quoted}"'))
    return answer


def page_not_found() -> ApiError:
    """404: no such URL."""
    return ApiError(404, "NotFound", "the server could not find the requested resource")


def method_not_allowed() -> ApiError:
    """405: the URL is there, and cannot be asked for so."""
    return ApiError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")


def _cause(cause: Any) -> dict[str, str]:
    held = {"reason": cause.reason, "message": cause.message, "field": cause.field}
    return {key: text for key, text in held.items() if text}
