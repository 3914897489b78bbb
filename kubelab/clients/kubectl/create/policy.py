"""`kubectl create quota`, `poddisruptionbudget` and `priorityclass`.

In Kubernetes
    `create_quota.go`, `create_pdb.go`, `create_priorityclass.go` in `k8s.io/kubectl/pkg/cmd/create`.
"""

from __future__ import annotations

import re
from typing import Any

from kubelab.api.errors import ApiError
from kubelab.api.quantity import QuantityError, quantity
from kubelab.api.selectors import parse
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.create.making import MAKING, make, one_name
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.session import Session

QUOTA = (*MAKING, f.text("hard"), f.text("scopes"))
BUDGET = (*MAKING, f.text("min-available"), f.text("max-unavailable"), f.text("selector"))
PRIORITY = (
    *(*MAKING, f.number("value", 0), f.switch("global-default"), f.text("description")),
    f.text("preemption-policy", default="PreemptLowerPriority"),
)
_OPERATORS = {"in": "In", "notin": "NotIn", "exists": "Exists", "!": "DoesNotExist"}


def quota(session: Session) -> None:
    """`kubectl create quota small --hard=cpu=2,memory=4Gi,pods=10 --scopes=NotTerminating`."""
    name, flags = one_name(session), session.flags
    hard: dict[str, str] = {}
    for word in flags["hard"].split(",") if flags["hard"] else ():
        parts = word.split("=")
        if len(parts) != 2:
            raise error(f"Invalid argument syntax {word}, expected <resource>=<value>")
        try:
            hard[parts[0]] = quantity(parts[1]).text
        except QuantityError as wrong:
            raise error(str(wrong)) from None
    scopes = flags["scopes"].split(",") if flags["scopes"] else []
    if "" in scopes:
        raise error('invalid resource quota scope ""')
    spec: dict[str, Any] = ({"hard": hard} if hard else {}) | ({"scopes": scopes} if scopes else {})
    content = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": name}}
    make(session, {**content, "spec": spec, "status": {}}, failed="failed to create quota: ")


def pod_disruption_budget(session: Session) -> None:
    """`kubectl create pdb web --selector=app=web --min-available=2`."""
    name, flags = one_name(session), session.flags
    least, most = flags["min-available"], flags["max-unavailable"]
    if not flags["selector"]:
        raise error("a selector must be specified")
    if not least and not most:
        raise error("one of min-available or max-unavailable must be specified")
    if least and most:
        raise error("min-available and max-unavailable cannot be both specified")
    if not re.fullmatch("[0-9]+%?", least or most):
        raise error(f"invalid format specified for {'min-available' if least else 'max-unavailable'}")
    amount: Any = least or most
    amount = int(amount) if amount.isdigit() else amount
    spec = {"minAvailable" if least else "maxUnavailable": amount, "selector": selector_of(flags["selector"])}
    content = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": name}}
    numbers = dict.fromkeys(("currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods"), 0)
    failed = "failed to create poddisruptionbudgets: "
    make(session, {**content, "spec": spec, "status": numbers}, failed=failed)


def selector_of(text: str) -> dict[str, Any]:
    """The selector object that a text such as `app=web,tier in (a,b)` stands for."""
    try:
        parsed = parse(text)
    except ApiError as refusal:
        raise error(f'couldn\'t parse the selector string "{text}": {refusal.message}') from None
    labels: dict[str, str] = {}
    expressions = []
    for held in parsed.requirements:
        if held.operator in ("=", "=="):
            labels[held.key] = held.values[0]
            continue
        if held.operator not in _OPERATORS:
            compares = {">": "gt", "<": "lt"}.get(held.operator)
            if compares:
                raise error(f'"{compares}" isn\'t supported in label selectors')
            raise error(f'"{held.operator}" is not a valid label selector operator')
        expression: dict[str, Any] = {"key": held.key, "operator": _OPERATORS[held.operator]}
        expressions.append(expression | ({"values": sorted(held.values)} if held.values else {}))
    found: dict[str, Any] = {"matchLabels": labels} if labels else {}
    return found | ({"matchExpressions": expressions} if expressions else {})


def priority_class(session: Session) -> None:
    """`kubectl create priorityclass high --value=1000 --description="what must not wait"`."""
    name, flags = one_name(session), session.flags
    content: dict[str, Any] = {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": name},
        "preemptionPolicy": flags["preemption-policy"],
        "value": flags["value"],
    }
    content |= {"globalDefault": True} if flags["global-default"] else {}
    content |= {"description": flags["description"]} if flags["description"] else {}
    make(session, content)
