"""`kubectl explain`, `api-resources`, `api-versions`, `version` and `cluster-info`: what can be said, and to whom.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/{explain,apiresources,version,clusterinfo}`. The documentation of every field comes with
    the vocabulary, which is Kubernetes's own.
"""

from __future__ import annotations

import re
import textwrap
from functools import cache
from typing import Any

import msgspec

from kubelab.api import vocabulary
from kubelab.api.kinds import KINDS, Kind
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.output import to_json, to_yaml
from kubelab.clients.kubectl.resources import kind_named
from kubelab.clients.kubectl.session import Session
from kubelab.clients.tabwriter import table

VERSION = "v1.36.2"
EXPLAIN_FLAGS = (f.switch("recursive"), f.text("api-version"), f.text("output", "o", "plaintext"))
API_RESOURCES_FLAGS = (
    *(
        f.OUTPUT,
        f.switch("no-headers"),
        f.Flag("namespaced", "", "bool", None, "true"),
        f.text("api-group"),
        f.text("sort-by"),
    ),
)
VERSION_FLAGS = (f.switch("client"), f.OUTPUT, f.switch("short"))
_SIMPLE = {
    "str": "string",
    "int": "integer",
    "bool": "boolean",
    "float": "number",
    "datetime": "string",
    "object": "Object",
}


def explain(session: Session) -> None:
    """The documentation of a kind or of a field: `kubectl explain pods.spec.containers`."""
    if not session.words:
        listed = 'Use "kubectl api-resources" for a complete list of supported resources.\n'
        raise error(f"You must specify the type of resource to explain. {listed}")
    if len(session.words) > 1:
        raise error("We accept only this format: explain RESOURCE\n")
    word, *path = session.words[0].split(".")
    kind = kind_named(word)
    model: type[msgspec.Struct] | None = kind.model
    declared, documentation, name = None, _documentation(kind.model)[0], ""
    for name in path:
        known = vocabulary.fields(model) if model else {}
        if name not in known:
            raise error(f'field "{name}" does not exist')
        declared = known[name]
        documentation = _documentation(model)[1].get(name, "") if model else ""
        model = vocabulary.submodel(model, name)
    group = f"GROUP:      {kind.group}\n" if kind.group else ""
    session.show(f"{group}KIND:       {kind.name}\nVERSION:    {kind.version}\n\n")
    if path:
        session.show(f"FIELD: {name} <{_type(declared)}>\n\n\n")
    if path and model:
        documentation = f"{documentation}\n{_documentation(model)[0]}"
    session.show(f"DESCRIPTION:\n{_wrapped(documentation or '<empty>', 76, 4)}\n    \n")
    if model:
        session.show(f"FIELDS:\n{_fields(model, 1, session.flags['recursive'], ())}")
    session.show("\n")


def _fields(model: type[msgspec.Struct], level: int, recursive: bool, above: tuple[type, ...]) -> str:
    """The fields of a model; recursively only their names, as deep as they go."""
    required = [field.encode_name for field in msgspec.structs.fields(model) if field.required]
    documentation = _documentation(model)[1]
    indent = "  " * level
    shown = []
    for name, declared in sorted(vocabulary.fields(model).items()):
        mark = " -required-" if name in required else ""
        shown.append(f"{indent}{name}\t<{_type(declared)}>{mark}\n")
        if not recursive:
            text = documentation.get(name) or "<no description>"
            shown.append(f"{_wrapped(text, 78 - 2 * level, 2 * level + 2)}\n\n")
            continue
        inner = vocabulary.submodel(model, name)
        if inner and inner not in above:
            shown.append(_fields(inner, level + 1, True, (*above, model)))
    return "".join(shown)


@cache
def _documentation(model: type[msgspec.Struct]) -> tuple[str, dict[str, str]]:
    """What the vocabulary says of a model, and of each of its fields."""
    about, _, listed = (model.__doc__ or "").partition("**parameters**")
    fields: dict[str, str] = {}
    name = ""
    for line in textwrap.dedent(listed).splitlines():
        found = re.match(r"\* \*\*(\w+)\*\* ``(.*?)``(?: - (.*))?$", line.strip())
        if found:
            name = found[1]
            fields[name] = found[3] or ""
        elif name and line.strip():
            fields[name] += f" {line.strip()}"
    return " ".join(about.split()), fields


def _type(declared: Any) -> str:
    held = vocabulary.element(declared)
    word = held.__name__ if isinstance(held, type) else "Object"
    word = _SIMPLE.get(word, "Object" if word in ("dict", "Any") else word)
    shape = vocabulary.shape(declared)
    return (
        f"[]{word}"
        if shape == "list"
        else f"map[string]{word if word != 'Object' else 'string'}"
        if shape == "map"
        else word
    )


def _wrapped(text: str, width: int, indent: int) -> str:
    lines = [
        textwrap.wrap(part, width, break_long_words=False, break_on_hyphens=False) or [""] for part in text.split("\n")
    ]
    return "\n".join(" " * indent + line if line else "" for part in lines for line in part)


def api_resources(session: Session) -> None:
    """The kinds that the API server serves."""
    flags = session.flags
    chosen = [kind for kind in KINDS if flags["namespaced"] is None or kind.namespaced == flags["namespaced"]]
    if "api-group" in flags.given:
        chosen = [kind for kind in chosen if kind.group == flags["api-group"]]
    chosen.sort(key=_order)
    if flags["output"] == "name":
        session.show("".join(f"{kind.qualified}\n" for kind in chosen))
        return
    rows = [
        [kind.plural, ",".join(kind.short_names), kind.api_version, "true" if kind.namespaced else "false", kind.name]
        for kind in chosen
    ]
    headings = ["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"]
    if flags["output"] == "wide":
        headings += ["VERBS", "CATEGORIES"]
        verbs = "create,delete,get,list,patch,update,watch"
        everything = ("pods", "services", "deployments", "replicasets")
        rows = [[*row, verbs, "all" if row[0] in everything else ""] for row in rows]
    session.show(table(headings, rows, headers=not flags["no-headers"]))


def _order(kind: Kind) -> tuple[str, str]:
    return kind.group, kind.plural


def api_versions(session: Session) -> None:
    """The group versions that the API server serves."""
    session.show("".join(f"{version}\n" for version in sorted({kind.api_version for kind in KINDS})))


def version(session: Session) -> None:
    """The versions of kubectl and of the API server."""
    flags = session.flags
    parts = {"clientVersion": {"gitVersion": VERSION}, "kustomizeVersion": "v5.7.1"}
    if not flags["client"]:
        if not session.client.reachable:
            session.client.list("namespaces")
        parts["serverVersion"] = {"gitVersion": VERSION}
    if flags["output"] in ("yaml", "json"):
        session.show(to_yaml(parts) if flags["output"] == "yaml" else to_json(parts))
        return
    names = {"clientVersion": "Client", "kustomizeVersion": "Kustomize", "serverVersion": "Server"}
    for key, part in parts.items():
        session.say(f"{names[key]} Version: {part['gitVersion'] if isinstance(part, dict) else part}")


def cluster_info(session: Session) -> None:
    """Where the control plane answers."""
    session.client.list("namespaces")
    session.say("Kubernetes control plane is running at https://master:6443")
    session.say("")
    session.say("To further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.")
