"""`kubectl get`: objects as tables, names, YAML, JSON or whatever a template makes of them.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/get`. https://kubernetes.io/docs/reference/kubectl/generated/kubectl_get/
Left out
    `--watch`: a command here takes no time while it prints. Let the cluster run and ask again.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.errors import ApiError
from kubelab.api.kinds import Kind
from kubelab.api.objects import to_dict
from kubelab.api.selectors import format_labels
from kubelab.api.tables import table as cells_of
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl import jsonpath
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.output import name_of, printed, unknown_format
from kubelab.clients.kubectl.resources import Found, find, kind_of, manifests, namespace_of, wanted
from kubelab.clients.kubectl.session import Session, explain_refusal
from kubelab.clients.tabwriter import table

FLAGS = (
    *(f.OUTPUT, f.SELECTOR, f.FIELD_SELECTOR, f.ALL_NAMESPACES, f.FILENAME),
    *(f.switch("show-labels"), f.switch("no-headers"), f.switch("show-kind"), f.switch("ignore-not-found")),
    *(f.switch("watch", "w"), f.switch("watch-only"), f.text("sort-by"), f.several("label-columns", "L")),
    *(f.switch("show-managed-fields"), f.switch("server-print", default=True), f.switch("output-watch-events")),
)
_NO_TYPE = """You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of \
supported resources.

error: Required resource not specified.
Use "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).
See 'kubectl get -h' for help and examples"""


def get(session: Session) -> None:
    """Show objects."""
    flags = session.flags
    if flags["watch"] or flags["watch-only"]:
        raise error("--watch is not available: let the cluster run and get again")
    if flags["filename"]:
        asked = None
        found, refusals = _from_manifests(session)
    else:
        if not session.words:
            raise CommandError(_NO_TYPE)
        asked = wanted(session.words)
        found, refusals = find(session, asked)
        if flags["ignore-not-found"]:
            refusals = [refusal for refusal in refusals if refusal.code != 404]
    if flags["sort-by"]:
        found = _sorted(found, flags["sort-by"])
    single = len(found) == 1 and (asked is None or bool(asked[0].name))
    output = flags["output"]
    if output in ("", "wide"):
        _tables(session, found, several=len({want.kind for want in asked or ()}) > 1)
    elif output == "name":
        for item in found:
            session.say(name_of(item.kind, item.name))
    elif found or not refusals:
        session.show(printed(output, [to_dict(item.obj) for item in found], single, not flags["no-headers"]))
    if not found and not refusals and output in ("", "wide", "name") and not flags["ignore-not-found"]:
        _say_nothing_found(session, [want.kind for want in asked or ()])
    for refusal in refusals:
        session.say(explain_refusal(refusal))


def _from_manifests(session: Session) -> tuple[list[Found], list[ApiError]]:
    found, refusals = [], []
    for manifest in manifests(session):
        kind = kind_of(manifest)
        try:
            obj = session.client.get(kind.plural, manifest.name, namespace_of(session, manifest, kind))
            found.append(Found(kind, obj.metadata.name, obj.metadata.namespace or "", obj))
        except ApiError as refusal:
            refusals.append(refusal)
    return found, refusals


def _say_nothing_found(session: Session, kinds: list[Kind]) -> None:
    if session.everywhere or not all(kind.namespaced for kind in kinds):
        session.say("No resources found")
    else:
        session.say(f"No resources found in {session.namespace} namespace.")


def _sorted(found: list[Found], path: str) -> list[Found]:
    """In the order of a field; objects without it come first."""
    keys = []
    for place, item in enumerate(found):
        values = jsonpath.find(path.strip("{}"), to_dict(item.obj))
        value = values[0] if values else ""
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else 0
        keys.append((bool(values), number, "" if number else jsonpath.text(value), place))
    return [found[key[3]] for key in sorted(keys)]


def _tables(session: Session, found: list[Found], *, several: bool) -> None:
    """One table a kind, an empty line between two."""
    kinds = list(dict.fromkeys(item.kind for item in found))
    for i, kind in enumerate(kinds):
        if i:
            session.say("")
        objects = [item.obj for item in found if item.kind is kind]
        session.show(_table(session, kind, objects, prefixed=several or session.flags["show-kind"]))


def _table(session: Session, kind: Kind, objects: list[Any], *, prefixed: bool) -> str:
    flags = session.flags
    if flags["output"] not in ("", "wide"):
        raise unknown_format(flags["output"])
    columns, rows = cells_of(kind, objects, session.now, wide=flags["output"] == "wide")
    lines = [[_cell(cell) for cell in row] for row in rows]
    headings = [name.upper() for name in columns]
    if prefixed and "NAME" in headings:
        place = headings.index("NAME")
        for line in lines:
            line[place] = name_of(kind, line[place])
    labels = [key for given in flags["label-columns"] for key in given.split(",")]
    headings += [key.rpartition("/")[2].upper() for key in labels]
    headings += ["LABELS"] if flags["show-labels"] else []
    for obj, line in zip(objects, lines, strict=True):
        held = obj.metadata.labels or {}
        line += [held.get(key, "") for key in labels]
        line += [format_labels(held)] if flags["show-labels"] else []
    if session.everywhere and kind.namespaced:
        headings.insert(0, "NAMESPACE")
        for obj, line in zip(objects, lines, strict=True):
            line.insert(0, obj.metadata.namespace or "")
    return table(headings, lines, headers=not flags["no-headers"])


def _cell(value: str | int) -> str:
    """A cell is one line: what follows the first line end is cut."""
    text = str(value)
    first = text.splitlines()[0] if text else ""
    return f"{first}..." if len(first) < len(text) and text[len(first)] in "\n\r\f" else text
