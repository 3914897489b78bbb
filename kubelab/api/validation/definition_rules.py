"""The form of the rules that a schema has in CEL.

In Kubernetes
    https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules
Left out
    The rules themselves: they are kept, not compiled and not applied. An API server of Kubernetes applies them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kubelab.api.custom.schema_walk import RULES, Schema
from kubelab.api.errors import Cause

_REASONS = ("FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired")
_LINE_BREAK = re.compile("[\n\r]+")


def rules(schema: Schema, path: str) -> Iterator[Cause]:
    """Every rule has an expression, and a message of one line."""
    for i, rule in enumerate(schema.get(RULES, ())):
        yield from _rule(rule, f"{path}.{RULES}[{i}]")


def _rule(rule: dict[str, Any], path: str) -> Iterator[Cause]:
    expression, message = rule["rule"].strip(), rule.get("message", "")
    if not expression:
        yield Cause.required(f"{path}.rule", "rule is not specified")
    elif message and not message.strip():
        yield Cause.invalid(f"{path}.message", message, "must be non-empty if specified")
    elif _LINE_BREAK.search(message.strip()):
        yield Cause.invalid(f"{path}.message", message, "must not contain line breaks")
    elif _LINE_BREAK.search(expression) and not message.strip():
        yield Cause.required(f"{path}.message", "message must be specified if rule contains line breaks")
    if rule.get("messageExpression") and not rule["messageExpression"].strip():
        yield Cause.required(f"{path}.messageExpression", "messageExpression must be non-empty if specified")
    if "reason" in rule and rule["reason"] not in _REASONS:
        yield Cause.not_supported(f"{path}.reason", rule["reason"], _REASONS)
    field = rule.get("fieldPath", "")
    if field and not field.strip():
        yield Cause.invalid(f"{path}.fieldPath", field, "must be non-empty if specified")
    if _LINE_BREAK.search(field):
        yield Cause.invalid(f"{path}.fieldPath", field, "must not contain line breaks")
