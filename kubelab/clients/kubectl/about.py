"""`kubectl api-resources`, `api-versions`, `version` and `cluster-info`: what there is, and who answers.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/{apiresources,version,clusterinfo}`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kubelab.api.kinds import Kind
from kubelab.api.virtual_kinds import REVIEWS
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.elsewhere import missing
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.output import to_json
from kubelab.clients.kubectl.resources import preferred
from kubelab.clients.kubectl.session import Session
from kubelab.clients.tabwriter import table
from kubelab.clients.yaml_writer import to_yaml

VERSION, KUSTOMIZE_VERSION = "v1.36.2", "v5.7.1"
API_RESOURCES_FLAGS = (
    *(f.OUTPUT, f.switch("no-headers"), f.Flag("namespaced", "", "bool", None, "true"), f.text("api-group")),
    *(f.text("sort-by"), f.words("verbs"), f.words("categories"), f.switch("cached")),
)
VERSION_FLAGS = (f.switch("client"), f.OUTPUT, f.switch("short"))


def api_resources(session: Session) -> None:
    """The kinds that the API server serves."""
    flags = session.flags
    if flags["output"] not in ("", "wide", "name"):
        raise missing(f"--output {flags['output']}")
    if flags["sort-by"] not in ("", "name", "kind"):
        raise error("--sort-by accepts only name or kind")
    chosen = [
        kind
        for kind in (*preferred(session.served), *_in_other_groups(session), *REVIEWS, *session.client.extensions)
        if (flags["namespaced"] is None or kind.namespaced == flags["namespaced"])
        and ("api-group" not in flags.given or kind.group == flags["api-group"])
        and all(verb in kind.verbs for verb in flags["verbs"])
        and all(word in kind.categories for word in flags["categories"])
    ]
    order = {"": _by_group, "name": _by_name, "kind": _by_kind}
    chosen.sort(key=order[flags["sort-by"]])
    if flags["output"] == "name":
        session.show("".join(f"{kind.qualified}\n" for kind in chosen))
        return
    headings = ["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"]
    rows = [
        [kind.plural, ",".join(kind.short_names), kind.api_version, str(kind.namespaced).lower(), kind.name]
        for kind in chosen
    ]
    if flags["output"] == "wide":
        headings += ["VERBS", "CATEGORIES"]
        for kind, row in zip(chosen, rows, strict=True):
            row += [",".join(sorted(kind.verbs)), ",".join(kind.categories)]
    session.show(table(headings, rows, headers=not flags["no-headers"]))


def _in_other_groups(session: Session) -> list[Kind]:
    """Kinds that are served in a second group too."""
    found = []
    for kind in session.served.all:
        for other in kind.also:
            group, _, version = other.rpartition("/")
            if group != kind.group:
                found.append(replace(kind, group=group, version=version))
    return found


def _by_group(kind: Kind) -> tuple[str, str]:
    return kind.group, kind.plural


def _by_name(kind: Kind) -> tuple[str, str]:
    return kind.plural, kind.plural


def _by_kind(kind: Kind) -> tuple[str, str]:
    return kind.name, kind.plural


def api_versions(session: Session) -> None:
    """The group versions that the API server serves."""
    if session.words:
        raise session.usage(f"unexpected arguments: [{' '.join(session.words)}]")
    kinds = (*session.served.all, *REVIEWS, *session.client.extensions)
    versions = {version: None for kind in kinds for version in (kind.api_version, *kind.also)}
    session.show("".join(f"{version}\n" for version in sorted(versions)))


def version(session: Session) -> None:
    """The versions of kubectl and of the API server."""
    flags = session.flags
    parts: dict[str, Any] = {"clientVersion": {"gitVersion": VERSION}, "kustomizeVersion": KUSTOMIZE_VERSION}
    if not flags["client"]:
        _ = session.served  # nobody may be there to ask
        parts["serverVersion"] = {"gitVersion": VERSION}
    if flags["output"] in ("yaml", "json"):
        session.show(to_yaml(parts) if flags["output"] == "yaml" else to_json(parts))
        return
    if flags["output"]:
        raise error("--output must be 'yaml' or 'json'")
    names = {"clientVersion": "Client", "kustomizeVersion": "Kustomize", "serverVersion": "Server"}
    for key, part in parts.items():
        session.say(f"{names[key]} Version: {part['gitVersion'] if isinstance(part, dict) else part}")


def cluster_info(session: Session) -> None:
    """Where the control plane answers."""
    if session.words:
        raise missing("cluster-info dump", es="usa get, describe y logs", en="use get, describe and logs")
    _ = session.served
    session.say("Kubernetes control plane is running at https://master:6443")
    session.say("")
    session.say("To further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.")
