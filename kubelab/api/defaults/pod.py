"""What a pod means when it says only half of it.

The functions change the freshly decoded dict that they are given; nobody else holds it. Zero values that mean
nothing are not in it any more: `hostNetwork` is there only when it is true.

In Kubernetes
    `SetDefaults_Pod` and `SetDefaults_PodSpec` in `pkg/apis/core/v1/defaults.go`. Some defaults are given to pods
    and not to the templates of workloads: adding one there would change every Deployment's hash and restart all
    pods of the cluster.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.defaults.containers import container
from kubelab.api.defaults.pod_resources import pod_level
from kubelab.api.defaults.volumes import resource_list, volume

_Json = dict[str, Any]
_GRACE_PERIOD = 30


def pod(obj: _Json) -> None:
    """Fill in a Pod."""
    spec = obj.setdefault("spec", {})
    pod_spec(spec)
    for held in (*spec.get("containers", ()), *spec.get("initContainers", ())):
        _requests_from_limits(held["resources"])
    pod_level(spec)
    if spec["terminationGracePeriodSeconds"] < 0:
        spec["terminationGracePeriodSeconds"] = 1
    spec.setdefault("enableServiceLinks", True)
    if "hostNetwork" in spec:
        for held in (*spec.get("containers", ()), *spec.get("initContainers", ())):
            for port in held.get("ports", ()):
                if "containerPort" in port:
                    port.setdefault("hostPort", port["containerPort"])


def pod_template(template: _Json) -> None:
    """Fill in the template of a workload's pods."""
    template.setdefault("metadata", {})
    pod_spec(template.setdefault("spec", {}))


def pod_spec(spec: _Json) -> None:
    """Fill in what pods and templates of pods have in common."""
    spec.pop("schedulingGroup", None)  # behind a feature gate that is off in a default cluster
    for sort in ("containers", "initContainers", "ephemeralContainers"):
        for held in spec.get(sort, ()):
            container(held)
    for held in spec.get("volumes", ()):
        volume(held)
    if "overhead" in spec:
        resource_list(spec["overhead"])
    for amounts in spec.get("resources", {}).values():
        if amounts.__class__ is dict:
            resource_list(amounts)
    if "affinity" in spec:
        _node_preferences(spec["affinity"].get("nodeAffinity", {}))
    _service_account(spec)
    spec.setdefault("dnsPolicy", "ClusterFirst")
    spec.setdefault("restartPolicy", "Always")
    spec.setdefault("securityContext", {})
    for parameter in spec["securityContext"].get("sysctls", ()):
        parameter.setdefault("value", "")
    spec.setdefault("terminationGracePeriodSeconds", _GRACE_PERIOD)
    spec.setdefault("schedulerName", "default-scheduler")


def _requests_from_limits(resources: _Json) -> None:
    """Whoever sets a limit and no request is taken to ask for all of it."""
    if limits := resources.get("limits"):
        resources["requests"] = limits | resources.get("requests", {})


def _service_account(spec: _Json) -> None:
    """The field has two names; the older one is kept for old clients."""
    name = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if name:
        spec["serviceAccountName"] = spec["serviceAccount"] = name


def _node_preferences(affinity: _Json) -> None:
    for term in affinity.get("preferredDuringSchedulingIgnoredDuringExecution", ()):
        term.setdefault("preference", {})
