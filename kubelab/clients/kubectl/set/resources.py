"""`kubectl set resources`.

In Kubernetes
    `set_resources.go` in `k8s.io/kubectl/pkg/cmd/set`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.quantity import QuantityError, quantity
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.change import CHOICE
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.resources import Found, named
from kubelab.clients.kubectl.session import Session
from kubelab.clients.kubectl.set.pod_specs import change_pods, check_choice, containers

FLAGS = (*CHOICE, f.text("containers", "c", "*"), f.text("limits"), f.text("requests"))


def set_resources(session: Session) -> None:
    """Set what containers request and are limited to: `--limits=cpu=200m,memory=512Mi --requests=cpu=100m`."""
    flags = session.flags
    if not flags["limits"] and not flags["requests"]:
        raise error("you must specify an update to requests or limits (in the form of --requests/--limits)")
    check_choice(session, session.words)
    amounts = {part: _amounts(flags[part]) for part in ("limits", "requests") if flags[part]}
    change = _Amounts(amounts, flags["containers"])
    failed = "failed to patch resources update to pod template"
    change_pods(session, named(session), change.set, "resource requirements updated", failed)


def _amounts(text: str) -> dict[str, str]:
    amounts = {}
    for word in text.split(","):
        name, equals, amount = word.partition("=")
        if not equals:
            raise error(f"Invalid argument syntax {word}, expected <resource>=<value>")
        try:
            amounts[name] = quantity(amount).text
        except QuantityError as wrong:
            raise error(str(wrong)) from None
    return amounts


class _Amounts:
    """The amounts to set in the containers that fit a pattern."""

    def __init__(self, amounts: dict[str, dict[str, str]], pattern: str) -> None:
        self.amounts, self.pattern = amounts, pattern

    def set(self, item: Found, spec: dict[str, Any]) -> list[str]:
        """Set them in the pods of an object; what is said where none of its containers fits."""
        held = containers(spec, self.pattern)
        if not held:
            return [f"error: unable to find container named {self.pattern}"]
        for container in held:
            resources = dict(container.get("resources") or {})
            for part, amounts in self.amounts.items():
                resources[part] = {**(resources.get(part) or {}), **amounts}
            container["resources"] = resources
        return []
