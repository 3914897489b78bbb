"""How a pod is called and how it resolves names: hostname, DNS policy, host aliases.

In Kubernetes
    `validatePodDNSConfig`, `ValidateHostAliases` and `validatePodHostName` in
    `pkg/apis/core/validation/validation.go`.
    https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api import formats
from kubelab.api.errors import Cause
from kubelab.api.validation.names import invalid, label, one_of, subdomain

_Json = dict[str, Any]
_POLICIES = ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None")
_MOST_SERVERS = 3
_MOST_SEARCHES = 32
_LONGEST_SEARCHES = 2048
_LONGEST_HOSTNAME = 64


def dns_policy(spec: _Json, path: str) -> Iterator[Cause]:
    """Where a pod's resolver is configured from."""
    return one_of(spec.get("dnsPolicy"), f"{path}.dnsPolicy", _POLICIES)


def dns_config(spec: _Json, path: str) -> Iterator[Cause]:
    """What is added to a pod's resolver; policy `None` needs it, for it takes nothing from anywhere else."""
    config, where = spec.get("dnsConfig"), f"{path}.dnsConfig"
    if spec.get("dnsPolicy") == "None":
        if config is None:
            yield Cause.required(where, "must provide `dnsConfig` when `dnsPolicy` is None")
            return
        if not config.get("nameservers"):
            detail = "must provide at least one DNS nameserver when `dnsPolicy` is None"
            yield Cause.required(f"{where}.nameservers", detail)
            return
    if config is None:
        return
    servers, searches = config.get("nameservers", []), config.get("searches", [])
    if len(servers) > _MOST_SERVERS:
        yield Cause.invalid(f"{where}.nameservers", servers, f"must not have more than {_MOST_SERVERS} nameservers")
    for i, server in enumerate(servers):
        yield from invalid(f"{where}.nameservers[{i}]", server, formats.ip(server))
    if len(searches) > _MOST_SEARCHES:
        yield Cause.invalid(f"{where}.searches", searches, f"must not have more than {_MOST_SEARCHES} search paths")
    if len(" ".join(searches)) > _LONGEST_SEARCHES:
        detail = f"must not have more than {_LONGEST_SEARCHES} characters (including spaces) in the search list"
        yield Cause.invalid(f"{where}.searches", searches, detail)
    for i, search in enumerate(searches):
        if search != ".":
            name = search.removesuffix(".")
            yield from invalid(f"{where}.searches[{i}]", name, formats.dns1123_subdomain_with_underscore(name))
    for i, option in enumerate(config.get("options", ())):
        if not option.get("name"):
            yield Cause.required(f"{where}.options[{i}]", "must not be empty")


def host_names(spec: _Json, path: str) -> Iterator[Cause]:
    """The pod's own name in its network, and the names it knows others by."""
    for field in ("hostname", "subdomain"):
        if name := spec.get(field):
            yield from label(name, f"{path}.{field}")
    for i, alias in enumerate(spec.get("hostAliases", ())):
        address = alias.get("ip", "")
        yield from invalid(f"{path}.hostAliases[{i}].ip", address, formats.ip(address))
        for j, name in enumerate(alias.get("hostnames", ())):
            yield from subdomain(name, f"{path}.hostAliases[{i}].hostnames[{j}]")
    if "hostnameOverride" in spec:
        yield from _hostname_override(spec, f"{path}.hostnameOverride")


def _hostname_override(spec: _Json, path: str) -> Iterator[Cause]:
    name = spec["hostnameOverride"]
    if spec.get("setHostnameAsFQDN"):
        yield Cause.forbidden(path, "may not be specified when setHostnameAsFQDN is true")
    if spec.get("hostNetwork"):
        yield Cause.forbidden(path, "may not be specified when hostNetwork is true")
    if len(name) > _LONGEST_HOSTNAME:
        yield Cause.too_long(path, _LONGEST_HOSTNAME)
    yield from subdomain(name, path)
