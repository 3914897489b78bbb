"""What workloads have in common: they select the pods that their template makes, and these run for ever.

In Kubernetes
    `ValidatePodTemplateSpecForReplicaSet` and its neighbours in `pkg/apis/apps/validation/validation.go`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api.errors import ApiError, Cause
from kubelab.api.selectors import LabelSelector, from_object
from kubelab.api.validation.label_selector import label_selector

_Json = dict[str, Any]


def required_selector(selector: _Json | None, path: str, of: str) -> Iterator[Cause]:
    """A selector that is there and picks something; `of` is the kind as the refusal calls it."""
    if selector is None:
        yield Cause.required(path)
    else:
        yield from label_selector(selector, path)
        yield from not_everything(selector, path, of)


def not_everything(selector: _Json, path: str, of: str) -> Iterator[Cause]:
    """A workload that selected everything would take every pod of its namespace."""
    if not selector.get("matchLabels") and not selector.get("matchExpressions"):
        yield Cause.invalid(path, selector, f"empty selector is invalid for {of}")


def understood(selector: _Json | None) -> LabelSelector | None:
    """The selector, or None when it cannot be understood; no selector at all picks nothing."""
    try:
        return from_object(selector)
    except ApiError:
        return None


def picks_its_own(picks: LabelSelector, template: _Json, path: str) -> Iterator[Cause]:
    """The selector must pick the pods that the template makes, or the workload would make them for ever."""
    held = template.get("metadata", {}).get("labels")
    if not picks.matches(held):
        yield Cause.invalid(f"{path}.metadata.labels", held, "`selector` does not match template `labels`")


def runs_for_ever(template: _Json, path: str, of: str) -> Iterator[Cause]:
    """Pods that end by themselves are no workload's but a Job's."""
    of_pods = template.get("spec", {})
    if of_pods.get("restartPolicy") != "Always":
        policy = of_pods.get("restartPolicy", "")
        yield Cause.not_supported(f"{path}.spec.restartPolicy", policy, ("Always",))
    if "activeDeadlineSeconds" in of_pods:
        detail = f"activeDeadlineSeconds in {of} is not Supported"
        yield Cause.forbidden(f"{path}.spec.activeDeadlineSeconds", detail)


def immutable(new: Any, old: Any, path: str) -> Iterator[Cause]:
    """A field that stays what it was when the object was made."""
    if new != old:
        yield Cause.invalid(path, new, "field is immutable")
