"""How objects of a custom resource may be converted from version to version.

In Kubernetes
    `validateCustomResourceConversion` in
    `k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go` and
    `k8s.io/apiserver/pkg/util/webhook/validation.go`.
Left out
    Certificates in `caBundle` are not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from kubelab.api import formats
from kubelab.api.errors import Cause
from kubelab.api.validation.definition_schema import Tolerance

_Json = dict[str, Any]

_STRATEGIES = ("None", "Webhook")
_REVIEWS = ("v1", "v1beta1")
_FORM = "; desired format: https://host[/path]"


def conversion(given: _Json, tolerance: Tolerance) -> Iterator[Cause]:
    """None: only the apiVersion is written anew. Webhook: somebody is asked."""
    path, strategy = "spec.conversion", given["strategy"]
    if not strategy:
        yield Cause.required(f"{path}.strategy")
    elif strategy not in _STRATEGIES:
        yield Cause.not_supported(f"{path}.strategy", strategy, _STRATEGIES, as_given=True)
    webhook = given.get("webhook") or {}
    client, reviews = webhook.get("clientConfig"), webhook.get("conversionReviewVersions", [])
    if strategy == "Webhook":
        yield from _client(client, f"{path}.webhookClientConfig")
        yield from _reviews(reviews, f"{path}.conversionReviewVersions", tolerance)
        return
    detail = "should not be set when strategy is not set to Webhook"
    if client is not None:
        yield Cause.forbidden(f"{path}.webhookClientConfig", detail)
    if reviews:
        yield Cause.forbidden(f"{path}.conversionReviewVersions", detail)


def _client(client: _Json | None, path: str) -> Iterator[Cause]:
    if client is None:
        yield Cause.required(path, "required when strategy is set to Webhook")
    elif ("url" in client) == ("service" in client):
        yield Cause.required(path, "exactly one of url or service is required")
    elif "url" in client:
        yield from _url(client["url"], f"{path}.url")
    else:
        yield from _service(client["service"], f"{path}.service")


def _url(text: str, path: str) -> Iterator[Cause]:
    try:
        parts = urlsplit(text)
    except ValueError as error:
        yield Cause.required(path, f"url must be a valid URL: {error}{_FORM}")
        return
    if parts.scheme != "https":
        yield Cause.invalid(path, parts.scheme, f"'https' is the only allowed URL scheme{_FORM}")
    if not parts.netloc.rpartition("@")[2]:
        yield Cause.invalid(path, "", f"host must be specified{_FORM}")
    if "@" in parts.netloc:
        user = parts.netloc.rpartition("@")[0]
        yield Cause.invalid(path, user, "user information is not permitted in the URL")
    if parts.fragment:
        yield Cause.invalid(path, parts.fragment, "fragments are not permitted in the URL")
    if parts.query:
        yield Cause.invalid(path, parts.query, "query parameters are not permitted in the URL")


def _service(service: _Json, path: str) -> Iterator[Cause]:
    for field, other in (("name", "namespace"), ("namespace", "name")):
        if not service[
            other
        ]:  # Kubernetes mistakes the one for the other: https://github.com/kubernetes/kubernetes/issues/141353
            yield Cause.required(f"{path}.{field}")
    if faults := formats.port_number(service["port"]):
        yield Cause.invalid(f"{path}.port", service["port"], f"port is not valid: {', '.join(faults)}")
    text, place = service.get("path", ""), f"{path}.path"
    if text in ("", "/"):
        return
    if text == "//":
        yield Cause.invalid(place, text, "segment[0] may not be empty")
        return
    if not text.startswith("/"):
        yield Cause.invalid(place, text, "must start with a '/'")
    for i, step in enumerate(text[1:].removesuffix("/").split("/")):
        faults = formats.dns1123_subdomain(step) if step else ["may not be empty"]
        for fault in faults:
            yield Cause.invalid(place, text, f"segment[{i}]{':' if step else ''} {fault}")


def _reviews(versions: list[str], path: str, tolerance: Tolerance) -> Iterator[Cause]:
    if not versions:
        yield Cause.required(path)
        return
    seen: list[str] = []
    for i, version in enumerate(versions):
        if version in seen:
            yield Cause.invalid(f"{path}[{i}]", version, "duplicate version")
            continue
        seen.append(version)
        for fault in formats.dns1035_label(version):
            yield Cause.invalid(f"{path}[{i}]", version, fault)
    if not tolerance.unknown_reviews and not any(version in _REVIEWS for version in versions):
        yield Cause.invalid(path, versions, f"must include at least one of {', '.join(_REVIEWS)}")
