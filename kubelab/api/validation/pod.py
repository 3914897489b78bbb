"""Whether a pod can be.

In Kubernetes
    `ValidatePodCreate` and `ValidatePodSpec` in `pkg/apis/core/validation/validation.go`.
    https://kubernetes.io/docs/concepts/workloads/pods/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.metadata import annotation_map, labels
from kubelab.api.validation.affinity import affinity
from kubelab.api.validation.annotations import confinement_agrees, pod_annotations
from kubelab.api.validation.containers import (
    Surroundings,
    containers,
    containers_of,
    ephemeral_containers,
    init_containers,
    padded_image,
)
from kubelab.api.validation.env import file_key_volumes
from kubelab.api.validation.host_names import dns_config, dns_policy, host_names
from kubelab.api.validation.names import label, one_of, subdomain, within
from kubelab.api.validation.pod_update import pod_update
from kubelab.api.validation.projected import tokens_without_account
from kubelab.api.validation.resources import overhead, pod_requirements
from kubelab.api.validation.scheduling import readiness_gates, scheduling_gates, spread_constraints, tolerations
from kubelab.api.validation.security import pod_security
from kubelab.api.validation.volumes import volumes
from kubelab.api.validation.windows import host_processes, operating_system

_Json = dict[str, Any]
_RESTART_POLICIES = ("Always", "Never", "OnFailure")
_PREEMPTION_POLICIES = ("Never", "PreemptLowerPriority")
_LONGEST_DEADLINE = 2**31 - 1


def pod(obj: _Json, old: _Json | None = None) -> list[Cause]:
    """What is wrong with a Pod, on its creation or, with what it was before, on its update."""
    metadata, spec = obj.get("metadata", {}), obj.get("spec", {})
    held = metadata.get("annotations")
    causes = [*pod_annotations(held, spec, "metadata.annotations")] if held else []
    causes += _spec(spec, "spec", metadata.get("name", ""), is_pod=True)
    causes += _only_of_pods(spec)
    if old is not None:
        return [*causes, *pod_update(obj, old)]
    if "ephemeralContainers" in spec:
        causes.append(Cause.forbidden("spec.ephemeralContainers", "cannot be set on create"))
    if spec.get("nodeName") and spec.get("schedulingGates"):
        detail = "cannot be set until all schedulingGates have been cleared"
        causes.append(Cause.forbidden("spec.nodeName", detail))
    return [*causes, *confinement_agrees(held, spec, "spec")]


def pod_spec(spec: _Json, path: str) -> list[Cause]:
    """What is wrong with the spec of pods that are yet to be made."""
    return [*_spec(spec, path, "", is_pod=False)]


def pod_template(template: _Json, path: str) -> list[Cause]:
    """What is wrong with the template of a workload's pods."""
    metadata, spec = template.get("metadata", {}), template.get("spec", {})
    held = metadata.get("annotations")
    causes = [
        *labels(metadata.get("labels"), f"{path}.labels"),
        *annotation_map(held, f"{path}.annotations"),
        *pod_annotations(held, spec, f"{path}.annotations"),
        *_spec(spec, f"{path}.spec", "", is_pod=False),
        *confinement_agrees(held, spec, f"{path}.spec"),
    ]
    if "ephemeralContainers" in spec:
        where = f"{path}.spec.ephemeralContainers"
        causes.append(Cause.forbidden(where, "ephemeral containers not allowed in pod template"))
    return causes


def _only_of_pods(spec: _Json) -> Iterator[Cause]:
    """Rules that came too late to be asked of templates, which people have stored since long ago."""
    if not spec.get("serviceAccountName") and "volumes" in spec:
        yield from tokens_without_account(spec["volumes"], "spec.volumes")
    for sort in ("containers", "initContainers"):
        for i, container in enumerate(spec.get(sort, ())):
            yield from padded_image(container, f"spec.{sort}[{i}]")


def _spec(spec: _Json, path: str, pod_name: str, is_pod: bool) -> Iterator[Cause]:
    if "terminationGracePeriodSeconds" not in spec:
        yield Cause.required(f"{path}.terminationGracePeriodSeconds")
    right, wrong = volumes(spec.get("volumes", ()), pod_name, f"{path}.volumes")
    yield from wrong
    claims = spec.get("resourceClaims", ())
    if claims:
        yield from _resource_claims(claims, f"{path}.resourceClaims")
    around = Surroundings(
        volumes=right,
        claims=tuple(claim["name"] for claim in claims if claim.get("name")),
        restart_policy=spec.get("restartPolicy", ""),
        grace_period=spec.get("terminationGracePeriodSeconds"),
        host_users=spec.get("hostUsers", True),
    )
    regular = spec.get("containers", ())
    yield from containers(regular, around, f"{path}.containers")
    if "initContainers" in spec:
        yield from init_containers(spec["initContainers"], regular, around, f"{path}.initContainers")
    if "ephemeralContainers" in spec:
        yield from ephemeral_containers(spec, around, f"{path}.ephemeralContainers")
    if spec.get("resources"):
        yield from pod_requirements(spec, around.claims, f"{path}.resources")
    if spec.get("hostNetwork"):
        yield from _host_network(regular, is_pod, f"{path}.containers")
    if spec.get("restartPolicy") not in _RESTART_POLICIES:
        yield from one_of(spec.get("restartPolicy"), f"{path}.restartPolicy", _RESTART_POLICIES)
    yield from dns_policy(spec, path)
    yield from labels(spec.get("nodeSelector"), f"{path}.nodeSelector")
    yield from pod_security(spec, path)
    if "affinity" in spec:
        yield from affinity(spec["affinity"], f"{path}.affinity")
    yield from dns_config(spec, path)
    yield from readiness_gates(spec.get("readinessGates", ()), f"{path}.readinessGates")
    yield from scheduling_gates(spec.get("schedulingGates", ()), f"{path}.schedulingGates")
    yield from spread_constraints(spec.get("topologySpreadConstraints", ()), f"{path}.topologySpreadConstraints")
    located = containers_of(spec, path)
    yield from host_processes(spec, located, path)
    if spec.get("hostUsers") is False:
        yield from _host_users(spec, located, path)
    yield from host_names(spec, path)
    yield from _references(spec, path)
    yield from tolerations(spec.get("tolerations", ()), f"{path}.tolerations")
    if "overhead" in spec:
        yield from overhead(spec["overhead"], f"{path}.overhead")
    if "os" in spec:
        yield from operating_system(spec, located, path)
    yield from file_key_volumes(located, spec.get("volumes", ()))


def _references(spec: _Json, path: str) -> Iterator[Cause]:
    """The names of other objects, and the few numbers and words that stand alone."""
    for field in ("serviceAccountName", "nodeName", "priorityClassName"):
        if name := spec.get(field):
            yield from subdomain(name, f"{path}.{field}")
    if "runtimeClassName" in spec:
        yield from subdomain(spec["runtimeClassName"], f"{path}.runtimeClassName")
    if "activeDeadlineSeconds" in spec:
        yield from within(spec["activeDeadlineSeconds"], 1, _LONGEST_DEADLINE, f"{path}.activeDeadlineSeconds")
    if "preemptionPolicy" in spec:
        yield from one_of(spec["preemptionPolicy"], f"{path}.preemptionPolicy", _PREEMPTION_POLICIES)


def _resource_claims(claims: list[_Json], path: str) -> Iterator[Cause]:
    seen: dict[str, None] = {}
    for i, claim in enumerate(claims):
        name, where = claim.get("name", ""), f"{path}[{i}]"
        if not name:
            yield Cause.required(f"{where}.name")
        elif name in seen:
            yield Cause.duplicate(f"{where}.name", name)
        else:
            yield from label(name, f"{where}.name")
            seen[name] = None
        given = [field for field in ("resourceClaimName", "resourceClaimTemplateName") if field in claim]
        if len(given) == 2:
            detail = "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"
            yield Cause.invalid(where, claim, detail)
        elif not given:
            detail = "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"
            yield Cause.invalid(where, claim, detail)
        for field in given:
            yield from subdomain(claim[field], f"{where}.{field}")


def _host_network(regular: list[_Json], is_pod: bool, path: str) -> Iterator[Cause]:
    """On its node's network a container's port is its node's; a template may leave it to be concluded."""
    for i, container in enumerate(regular):
        for j, port in enumerate(container.get("ports", ())):
            host_port = port.get("hostPort", 0)
            if (is_pod or host_port) and host_port != port.get("containerPort", 0):
                detail = "must match `containerPort` when `hostNetwork` is true"
                yield Cause.invalid(f"{path}[{i}].ports[{j}].hostPort", host_port, detail)


def _host_users(spec: _Json, located: list[tuple[_Json, str]], path: str) -> Iterator[Cause]:
    """A pod with users of its own cannot share the node's namespaces."""
    for field, called in (("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")):
        if spec.get(field):
            yield Cause.forbidden(f"{path}.{called}", "when `hostUsers` is false")
    for container, where in located:
        if "volumeDevices" in container:
            yield Cause.forbidden(f"{where}.volumeDevices", "when `hostUsers` is false")
