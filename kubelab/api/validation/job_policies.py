"""When a Job gives up, when it is content, and when it replaces a pod.

In Kubernetes
    `validatePodFailurePolicy`, `validateSuccessPolicy`, `validatePodReplacementPolicy` and `validateIndexesFormat` in
    `pkg/apis/batch/validation/validation.go`.
    https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.validation.names import not_negative, qualified

_Json = dict[str, Any]
_ACTIONS = ("Count", "FailIndex", "FailJob", "Ignore")
_OPERATORS = ("In", "NotIn")
_STATUSES = ("False", "True", "Unknown")
_REPLACEMENTS = ("Failed", "TerminatingOrFailed")
_MOST_RULES = 20
_MOST_EXIT_CODES = 255
_LONGEST_INDEXES = 64 * 1024
_NUMBER = re.compile(r"[+-]?[0-9]+").fullmatch


class IndexesError(ValueError):
    """A text that is no list of indexes; the message is Kubernetes's own."""


def without_value(path: str, detail: str) -> Cause:
    """A fault of a whole part, which the message does not show."""
    return Cause(path, "FieldValueInvalid", f"Invalid value: {detail}")


def replacement_policy(spec: _Json, path: str) -> Iterator[Cause]:
    """Whether a pod is replaced while it still ends."""
    policy = spec.get("podReplacementPolicy")
    supported = _REPLACEMENTS[:1] if "podFailurePolicy" in spec else _REPLACEMENTS
    if policy is not None and policy not in supported:
        yield Cause.not_supported(path, policy, supported)


def pod_failure_policy(spec: _Json, path: str) -> Iterator[Cause]:
    """What the failure of a pod means for its Job."""
    rules = spec["podFailurePolicy"].get("rules", [])
    of_pod = spec["template"]["spec"]
    names = [held.get("name") for sort in ("containers", "initContainers") for held in of_pod.get(sort, ())]
    if len(rules) > _MOST_RULES:
        yield Cause.too_many(f"{path}.rules", len(rules), _MOST_RULES)
    for i, rule in enumerate(rules):
        yield from _failure_rule(spec, rule, names, f"{path}.rules[{i}]")


def _failure_rule(spec: _Json, rule: _Json, names: Collection[str | None], path: str) -> Iterator[Cause]:
    action = rule.get("action", "")
    if action == "FailIndex" and "backoffLimitPerIndex" not in spec:
        yield Cause.invalid(f"{path}.action", action, "requires the backoffLimitPerIndex to be set")
    yield from _word(action, f"{path}.action", _ACTIONS)
    codes, conditions = rule.get("onExitCodes"), rule.get("onPodConditions", [])
    if codes is not None:
        yield from _exit_codes(codes, names, f"{path}.onExitCodes")
    if len(conditions) > _MOST_RULES:
        yield Cause.too_many(f"{path}.onPodConditions", len(conditions), _MOST_RULES)
    for i, pattern in enumerate(conditions):
        yield from qualified(pattern.get("type", ""), f"{path}.onPodConditions[{i}].type")
        yield from _word(pattern.get("status", ""), f"{path}.onPodConditions[{i}].status", _STATUSES)
    if codes is not None and conditions:
        yield without_value(path, "specifying both OnExitCodes and OnPodConditions is not supported")
    if codes is None and not conditions:
        yield without_value(path, "specifying one of OnExitCodes and OnPodConditions is required")


def _exit_codes(codes: _Json, names: Collection[str | None], path: str) -> Iterator[Cause]:
    operator, values = codes.get("operator", ""), codes.get("values", [])
    yield from _word(operator, f"{path}.operator", _OPERATORS)
    if codes.get("containerName") is not None and codes["containerName"] not in names:
        detail = "must be one of the container or initContainer names in the pod template"
        yield Cause.invalid(f"{path}.containerName", codes["containerName"], detail)
    if not values:
        yield Cause.invalid(f"{path}.values", values, "at least one value is required")
    elif len(values) > _MOST_EXIT_CODES:
        yield Cause.too_many(f"{path}.values", len(values), _MOST_EXIT_CODES)
    for i, value in enumerate(values):
        if operator == "In" and value == 0:
            yield Cause.invalid(f"{path}.values[{i}]", value, "must not be 0 for the In operator")
        if value in values[:i]:
            yield Cause.duplicate(f"{path}.values[{i}]", value)
    if values != sorted(values):
        yield Cause.invalid(f"{path}.values", values, "must be ordered")


def _word(word: str, path: str, supported: Collection[str]) -> Iterator[Cause]:
    if not word:
        listed = " ".join(f'"{each}"' for each in supported)
        yield Cause.required(path, f"valid values: [{listed}]")
    elif word not in supported:
        yield Cause.not_supported(path, word, supported)


def success_policy(spec: _Json, path: str) -> Iterator[Cause]:
    """Which indexes, or how many of them, are enough."""
    rules = spec["successPolicy"].get("rules", [])
    if not rules:
        detail = "at least one rules must be specified when the successPolicy is specified"
        yield Cause.required(f"{path}.rules", detail)
    if len(rules) > _MOST_RULES:
        yield Cause.too_many(f"{path}.rules", len(rules), _MOST_RULES)
    for i, rule in enumerate(rules):
        yield from _success_rule(rule, spec.get("completions", 0), f"{path}.rules[{i}]")


def _success_rule(rule: _Json, completions: int, path: str) -> Iterator[Cause]:
    count, indexes = rule.get("succeededCount"), rule.get("succeededIndexes")
    if count is None and indexes is None:
        yield Cause.required(path, "at least one of succeededCount or succeededIndexes must be specified")
    named = 0
    if indexes is not None:
        if len(indexes) > _LONGEST_INDEXES:
            yield Cause.too_long(f"{path}.succeededIndexes", _LONGEST_INDEXES)
        try:
            named = sum(last - first + 1 for first, last in intervals(indexes, completions))
        except IndexesError as error:
            detail = f"error parsing succeededIndexes: {error}"
            yield Cause.invalid(f"{path}.succeededIndexes", indexes, detail)
    if count is None:
        return
    yield from not_negative(count, f"{path}.succeededCount")
    if count > completions:
        detail = f"must be less than or equal to {completions} (the number of specified completions)"
        yield Cause.invalid(f"{path}.succeededCount", count, detail)
    if indexes is not None and count > named:
        detail = (
            f"must be less than or equal to {named} (the number of indexes in the specified succeededIndexes field)"
        )
        yield Cause.invalid(f"{path}.succeededCount", count, detail)


def intervals(text: str, completions: int) -> list[tuple[int, int]]:
    """The intervals of indexes that a text such as `1,3-5` names, both ends included.

    Raises
    ------
    IndexesError
        The text names none, or not in order.
    """
    found: list[tuple[int, int]] = []
    for part in text.split(",") if text else ():
        first, last = _interval(part, completions)
        if found and found[-1][1] >= first:
            raise IndexesError(f"non-increasing order, previous: {found[-1][1]}, current: {first}")
        found.append((first, last))
    return found


def _interval(part: str, completions: int) -> tuple[int, int]:
    ends = part.split("-")
    if len(ends) > 2:
        rule = "violates the requirement that an index interval can have at most two parts separated by '-'"
        raise IndexesError(f'the fragment "{part}" {rule}')
    numbers = []
    for end in ends:
        if not _NUMBER(end):
            raise IndexesError(f'cannot convert string to integer for index: "{end}"')
        if int(end) >= completions:
            raise IndexesError(f'too large index: "{end}"')
        numbers.append(int(end))
    if len(numbers) == 2 and numbers[0] >= numbers[1]:
        raise IndexesError(f"non-increasing order, previous: {numbers[0]}, current: {numbers[1]}")
    return numbers[0], numbers[-1]
