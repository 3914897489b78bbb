"""`kubectl scale` and `autoscale`, and what all commands share that change what is there.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/{scale,autoscale}`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kubelab.api.objects import to_dict
from kubelab.api.quantity import QuantityError, quantity
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.create.making import MAKING, make
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.resources import Found, named
from kubelab.clients.kubectl.session import Session

if TYPE_CHECKING:
    from kubelab.cluster import Cluster

CHOICE = (
    *(f.SELECTOR, f.FIELD_SELECTOR, f.ALL_NAMESPACES, *f.FILES, f.OUTPUT, f.DRY_RUN, f.switch("all")),
    *(f.switch("record"), f.switch("local")),
)
SCALE_FLAGS = (
    *(*CHOICE, f.number("replicas", -1), f.number("current-replicas", -1), f.text("resource-version")),
    f.duration("timeout"),
)
AUTOSCALE_FLAGS = (
    *(*MAKING, *f.FILES, f.number("min", -1), f.number("max", -1), f.number("cpu-percent", -1), f.text("cpu")),
    *(f.text("memory"), f.text("name")),
)
_UNITS = {"cpu": "m", "memory": "Mi"}


def split(words: list[str], signs: str = "=") -> tuple[list[str], list[str]]:
    """The words that name objects, and those that say what to change."""
    for i, word in enumerate(words):
        if any(sign in word for sign in signs) or (word.endswith("-") and i > 0):
            return words[:i], words[i:]
    return words, []


def write(session: Session, found: Found, patch: Any, patch_type: str, operation: str) -> None:
    """Send a patch, unless this is a dry run by the client, and say what was done."""
    obj = found.obj
    if session.flags.dry_run != "client" and patch:
        obj = session.client.patch(
            found.kind.resource,
            found.name,
            patch,
            found.namespace or None,
            patch_type=patch_type,
            dry_run=session.flags.dry_run == "server",
            field_manager=session.manager,
        )
        session.warnings()
    session.done(found.kind, found.name, operation, obj)


def scale(session: Session) -> None:
    """Set how many replicas there shall be, through the `scale` subresource."""
    flags = session.flags
    if "replicas" not in flags.given:
        raise error('required flag(s) "replicas" not set')
    if flags["replicas"] < 0:
        raise error("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0")
    for found in named(session):
        if flags.dry_run != "client":
            _scale_one(session, found)
        obj = to_dict(found.obj)
        if found.kind.group in ("", "apps"):
            obj["spec"] = {**obj.get("spec", {}), "replicas": flags["replicas"]}
        session.done(found.kind, found.name, "scaled", obj)


def _scale_one(session: Session, found: Found) -> None:
    flags, place = session.flags, (found.kind.resource, found.name)
    if flags["current-replicas"] != -1 or flags["resource-version"]:
        held = session.client.get_scale(*place, found.namespace)
        replicas, version = str(held.spec.replicas or 0), held.metadata.resourceVersion
        if str(flags["current-replicas"]) not in ("-1", replicas):
            raise error(f"Expected replicas to be {flags['current-replicas']}, was {replicas}")
        if flags["resource-version"] not in ("", version):
            raise error(f"Expected resource version to be {flags['resource-version']}, was {version}")
    session.client.patch(
        *place,
        {"spec": {"replicas": flags["replicas"]}},
        found.namespace,
        patch_type="merge",
        subresource="scale",
        dry_run=flags.dry_run == "server",
        field_manager=session.manager,
    )
    if flags["timeout"] and flags.dry_run == "none":
        scaled = _Scaled(found, flags["replicas"])
        if not session.wait_until(scaled.so, flags["timeout"]):
            raise error(f'timed out waiting for "{found.name}" to be synced')


@dataclass(frozen=True)
class _Scaled:
    """That there are as many replicas as there should be, or that somebody wants another number of them by now."""

    found: Found
    replicas: int

    def so(self, cluster: Cluster) -> bool:
        """Whether it is so."""
        held = cluster.api.get_scale(self.found.kind.resource, self.found.name, self.found.namespace)
        return (held.spec.replicas or 0) != self.replicas or (held.status.replicas or 0) == self.replicas


def autoscale(session: Session) -> None:
    """`kubectl autoscale deployment web --min=2 --max=5 --cpu-percent=80`."""
    flags = session.flags
    least, most = flags["min"], flags["max"]
    if "max" not in flags.given:
        raise error('required flag(s) "max" not set')
    if most < 1:
        raise error(f"--max=MAXPODS is required and must be at least 1, max: {most}")
    if most < least:
        raise error(f"--max=MAXPODS must be larger or equal to --min=MINPODS, max: {most}, min: {least}")
    if flags["cpu-percent"] > 0 and flags["cpu"]:
        raise error("--cpu-percent and --cpu are mutually exclusive")
    metrics = []
    if flags["cpu-percent"] > 0:
        metrics.append(_metric("cpu", f"{flags['cpu-percent']}%"))
    metrics += [_metric(name, flags[name]) for name in ("cpu", "memory") if flags[name]]
    for found in named(session):
        kind = found.kind
        if "scale" not in kind.subresources:
            where = f"{kind.group}/{kind.version}, Resource={kind.plural}"
            said = f"could not find scale subresource for {where} in discovery information"
            raise error(f"cannot autoscale a {kind.name}: {said}")
        target = {"apiVersion": kind.api_version, "kind": kind.name, "name": found.name}
        spec: dict[str, Any] = {"maxReplicas": most, "scaleTargetRef": target}
        spec |= {"metrics": metrics} if metrics else {}
        spec |= {"minReplicas": least} if least > 0 else {}
        content = {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": flags["name"] or found.name},
            "spec": spec,
            "status": {"currentMetrics": None, "desiredReplicas": 0},
        }
        make(session, content, "autoscaled", failed=None)


def _metric(resource: str, text: str) -> dict[str, Any]:
    """A target: `80%` of what is requested, or an average amount (`500m`, a bare number is in `m` or `Mi`)."""
    target: dict[str, Any]
    if text.endswith("%"):
        if not re.fullmatch("[0-9]+", text[:-1]):
            raise error(f"invalid percentage value: {text[:-1]}")
        target = {"averageUtilization": int(text[:-1]), "type": "Utilization"}
    else:
        number = f"{float(text):g}{_UNITS[resource]}" if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) else text
        try:
            target = {"averageValue": quantity(number).text, "type": "AverageValue"}
        except QuantityError:
            raise error(f"invalid resource {resource} value: {text}") from None
    return {"resource": {"name": resource, "target": target}, "type": "Resource"}
