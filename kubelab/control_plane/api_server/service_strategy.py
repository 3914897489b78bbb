"""A Service's addresses before they are handed out: two names of one field, families, what an update leaves out.

In Kubernetes
    `pkg/registry/core/service/storage/{storage,alloc}.go` and `…/service/strategy.go`.
Left out
    The cluster has addresses of one family, IPv4: who requires two is told so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelab.api.defaults.service import externally_accessible, needs_health_check
from kubelab.api.errors import Cause, invalid
from kubelab.api.validation.service_addresses import addresses, family_of

_Json = dict[str, Any]

_FAMILY = "IPv4"


def service_on_create(obj: _Json) -> None:
    """Bring a new Service's addresses and families in order.

    Raises
    ------
    ApiError
        422: they cannot be; nothing else is looked at then.
    """
    spec = obj["spec"]
    obj["status"] = {"loadBalancer": {}}
    if spec.get("clusterIP") and not spec.get("clusterIPs"):
        spec["clusterIPs"] = [spec["clusterIP"]]
    _families(obj, None)


def service_on_update(obj: _Json, old: _Json) -> None:
    """Fill in what was handed out before, and drop what the Service's new type has no use for.

    Raises
    ------
    ApiError
        422: its addresses and families contradict each other.
    """
    spec, before = obj["spec"], old["spec"]
    _keep_allocated(spec, before)
    if spec.get("clusterIP", "") != before.get("clusterIP", "") and spec.get("clusterIPs") == before.get("clusterIPs"):
        if spec.get("clusterIP"):
            spec["clusterIPs"] = [spec["clusterIP"], *spec.get("clusterIPs", [])[1:]]
        else:
            spec.pop("clusterIPs", None)
    elif spec.get("clusterIP") and not spec.get("clusterIPs"):
        spec["clusterIPs"] = [spec["clusterIP"]]
    _drop_what_the_type_left(spec, before)
    _families(obj, before)


_WITH_NODE_PORTS = ("NodePort", "LoadBalancer")


def _has_address(spec: _Json) -> bool:
    return spec["type"] in ("ClusterIP", "NodePort", "LoadBalancer")


def _has_node_ports(spec: _Json) -> bool:
    return spec["type"] == "NodePort" or (
        spec["type"] == "LoadBalancer" and spec.get("allocateLoadBalancerNodePorts", True)
    )


def _balanced(spec: _Json) -> bool:
    return bool(spec["type"] == "LoadBalancer")


def _keep_allocated(spec: _Json, before: _Json) -> None:
    if _has_address(spec) and _has_address(before):
        if not spec.get("clusterIP") and before.get("clusterIP"):
            spec["clusterIP"] = before["clusterIP"]
        if not spec.get("clusterIPs") and before.get("clusterIPs") and spec.get("clusterIP") == before.get("clusterIP"):
            spec["clusterIPs"] = before["clusterIPs"]
    if _has_node_ports(spec) and _has_node_ports(before):
        known = {(port["protocol"], port["port"]): port.get("nodePort") for port in before.get("ports", ())}
        used = {port.get("nodePort") for port in spec.get("ports", ())}
        for port in spec.get("ports", ()):
            number = known.get((port["protocol"], port["port"]))
            if not port.get("nodePort") and number and number not in used:
                port["nodePort"] = number
    if needs_health_check(spec) and needs_health_check(before) and before.get("healthCheckNodePort"):
        spec.setdefault("healthCheckNodePort", before["healthCheckNodePort"])


def _drop_what_the_type_left(spec: _Json, before: _Json) -> None:
    """What was set for the type that the Service had, and was not touched, goes with that type."""
    rules: tuple[tuple[Callable[[_Json], bool], tuple[str, ...]], ...] = (
        (_has_address, ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")),
        (needs_health_check, ("healthCheckNodePort",)),
        (_balanced, ("allocateLoadBalancerNodePorts", "loadBalancerClass")),
        (externally_accessible, ("externalTrafficPolicy",)),
    )
    for needs, fields in rules:
        if needs(before) and not needs(spec):
            for field in fields:
                if spec.get(field) == before.get(field):
                    spec.pop(field, None)
    if before["type"] in _WITH_NODE_PORTS and spec["type"] not in _WITH_NODE_PORTS:
        held = [port.get("nodePort") for port in before.get("ports", ())]
        if [port.get("nodePort") for port in spec.get("ports", ())] == held:
            for port in spec.get("ports", ()):
                port.pop("nodePort", None)


def _families(obj: _Json, before: _Json | None) -> None:
    spec = obj["spec"]
    if spec["type"] == "ExternalName":
        return
    headless_without_pods = spec.get("clusterIP") == "None" and not spec.get("selector")
    if "ipFamilyPolicy" not in spec:
        default = "RequireDualStack" if headless_without_pods else "SingleStack"
        spec["ipFamilyPolicy"] = (before or {}).get("ipFamilyPolicy", default)
    _refuse(obj, [*addresses(spec)])
    if before is not None and spec["ipFamilyPolicy"] == "SingleStack":
        for field in ("clusterIPs", "ipFamilies"):
            if field in spec and spec[field] == before.get(field):
                spec[field] = spec[field][:1]
    _refuse(obj, _infer(spec))
    families = spec.setdefault("ipFamilies", [_FAMILY])
    if headless_without_pods:
        if len(families) < 2 and spec["ipFamilyPolicy"] != "SingleStack":
            spec["ipFamilies"] = [*families, "IPv6" if families[0] == "IPv4" else "IPv4"]
        return
    causes = []
    if spec["ipFamilyPolicy"] == "RequireDualStack":
        detail = "this cluster is not configured for dual-stack services"
        causes.append(Cause.invalid("spec.ipFamilyPolicy", "RequireDualStack", detail))
    for i, family in enumerate(families):
        if family != _FAMILY:
            causes.append(Cause.invalid(f"spec.ipFamilies[{i}]", family, "not configured on this cluster"))
    _refuse(obj, causes)


def _infer(spec: _Json) -> list[Cause]:
    """Conclude families from addresses."""
    causes, policy = [], spec["ipFamilyPolicy"]
    for field, many in (("clusterIPs", "cluster IPs"), ("ipFamilies", "IP families")):
        if policy == "SingleStack" and len(spec.get(field, ())) == 2:
            detail = f"must be 'RequireDualStack' or 'PreferDualStack' when multiple {many} are specified"
            causes.append(Cause.invalid("spec.ipFamilyPolicy", policy, detail))
    for i, address in enumerate(spec.get("clusterIPs", ())):
        if address == "None":
            break
        if i < len(spec.get("ipFamilies", ())):
            continue
        family = family_of(address)
        if family == _FAMILY:
            spec["ipFamilies"] = [*spec.get("ipFamilies", ()), family]
        else:
            detail = f"{family} is not configured on this cluster"
            causes.append(Cause.invalid(f"spec.clusterIPs[{i}]", spec["clusterIPs"], detail))
    return causes


def _refuse(obj: _Json, causes: list[Cause]) -> None:
    if causes:
        raise invalid("Service", "", obj["metadata"].get("name", ""), causes)
