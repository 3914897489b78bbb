"""What is no resource: discovery, the version, health, OpenAPI.

In Kubernetes
    Non-resource URLs. https://kubernetes.io/docs/reference/using-api/health-checks/
"""

from __future__ import annotations

from typing import Any

from kubelab.api.errors import ApiError
from kubelab.api.kinds import Kind
from kubelab.api.virtual_kinds import REVIEWS
from kubelab.client_go.client import Client
from kubelab.clients.http import discovery, openapi
from kubelab.clients.http.answers import Answer, json_answer, page_not_found, text_answer
from kubelab.clients.http.negotiation import JSON, offers

VERSION: dict[str, str] = {
    "major": "1",
    "minor": "36",
    "emulationMajor": "1",
    "emulationMinor": "36",
    "minCompatibilityMajor": "1",
    "minCompatibilityMinor": "35",
    "gitVersion": "v1.36.2",
    "gitCommit": "",
    "gitTreeState": "clean",
    "buildDate": "2026-01-01T00:00:00Z",
    "goVersion": "",
    "compiler": "gc",
    "platform": "linux/amd64",
}
HEALTH = ("healthz", "livez", "readyz")
_CHECKS = ("ping", "log", "etcd", "poststarthook/start-apiextensions-controllers")
_PATHS = ("/api", "/api/v1", "/apis", "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version")


def answer(parts: list[str], client: Client, query: dict[str, str], accept: str) -> Answer:
    """The answer to a path that names no resource.

    Raises
    ------
    ApiError
        404: there is no such path.
    """
    if parts in ([""], ["index.html"]):
        return json_answer(
            {"paths": [*_PATHS, *(f"/apis/{group}" for group in discovery.groups(served(client)) if group)]}
        )
    if len(parts) > 1 and parts[-1] == "":
        parts = parts[:-1]
    if parts == ["version"]:
        return json_answer(VERSION)
    if parts[0] in HEALTH and len(parts) <= 2:
        return _health(parts, client, "verbose" in query)
    if parts[0] in ("api", "apis"):
        return _discovery(parts, client, accept)
    if parts[0] == "openapi":
        return openapi.answer(parts[1:], client, accept)
    raise page_not_found()


def served(client: Client) -> tuple[Kind, ...]:
    """Every kind that can be asked for."""
    return (*client.kinds.all, *REVIEWS, *client.extensions)


def _discovery(parts: list[str], client: Client, accept: str) -> Answer:
    kinds = served(client)
    version = discovery.aggregated_version(accept) if len(parts) == 1 else ""
    if version:
        content = discovery.aggregated(kinds, version, core=parts[0] == "api")
        return json_answer(content, content_type=f"{JSON};g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList")
    if parts == ["api"]:
        found: Any = discovery.core_versions()
    elif parts == ["apis"]:
        found = discovery.group_list(kinds)
    elif parts[0] == "apis" and len(parts) == 2:
        found = discovery.group(kinds, parts[1])
    elif len(parts) == (3 if parts[0] == "apis" else 2):
        found = discovery.resource_list(kinds, "/".join(parts[1:]))
    else:
        found = None
    if found is None:
        raise page_not_found()
    return json_answer(found)


def _health(parts: list[str], client: Client, verbose: bool) -> Answer:
    checks = parts[1:] or _CHECKS
    if any(check not in _CHECKS for check in checks):
        raise page_not_found()
    failed = []
    if "etcd" in checks:
        try:
            client.page("namespaces", limit=1)
        except ApiError:
            failed.append("etcd")
    if not verbose and not failed:
        return text_answer("ok")
    lines = [f"[-]{check} failed: reason withheld" if check in failed else f"[+]{check} ok" for check in checks]
    lines.append(f"{parts[0]} check {'failed' if failed else 'passed'}")
    return text_answer("\n".join(lines) + "\n", 500 if failed else 200)


def takes_json(accept: str) -> bool:
    """Whether a client takes plain JSON, or says nothing."""
    listed = offers(accept)
    return not listed or any(offer.media_type in (JSON, "*/*", "application/*") for offer in listed)
