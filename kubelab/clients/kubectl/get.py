"""`kubectl get`: objects as tables, names, YAML, JSON or whatever a template makes of them.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/get`. https://kubernetes.io/docs/reference/kubectl/generated/kubectl_get/
Left out
    `--raw` and `--server-print=false`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.errors import ApiError
from kubelab.api.kinds import Kind
from kubelab.api.selectors import format_labels
from kubelab.api.tables import table as cells_of
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.elsewhere import missing
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.output import ALLOWED_OF_GET, formats, name_of, printed, unknown_format
from kubelab.clients.kubectl.resources import Found, find, of_manifests, wanted
from kubelab.clients.kubectl.session import Session, explain_refusal
from kubelab.clients.kubectl.sorting import in_order_of
from kubelab.clients.kubectl.subresources import part_of
from kubelab.clients.kubectl.watching import Watching
from kubelab.clients.tabwriter import table

FLAGS = (
    *(f.OUTPUT, f.SELECTOR, f.FIELD_SELECTOR, f.ALL_NAMESPACES, *f.FILES, f.text("subresource"), f.text("raw")),
    *(f.switch("show-labels"), f.switch("no-headers"), f.switch("show-kind"), f.switch("ignore-not-found")),
    *(f.switch("watch", "w"), f.switch("watch-only"), f.text("sort-by"), f.words("label-columns", "L")),
    *(f.switch("server-print", default=True), f.switch("output-watch-events")),
)
_NO_TYPE = """You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of \
supported resources.

error: Required resource not specified.
Use "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).
See 'kubectl get -h' for help and examples"""


def get(session: Session) -> None:
    """Show objects."""
    flags = session.flags
    if session.output not in ("", "wide", "name") and formats(session.output) not in ALLOWED_OF_GET:
        raise unknown_format(session.output, ALLOWED_OF_GET)
    if flags["raw"]:
        raise missing(
            "--raw",
            es="entre este kubectl y el API server no hay HTTP",
            en="there is no HTTP between this kubectl and the API server",
        )
    if flags["show-labels"] and flags["output"] not in ("", "wide"):
        raise error(f"--show-labels option cannot be used with {flags['output']} printer")
    if flags["output-watch-events"] and not flags["watch"] and not flags["watch-only"]:
        raise error("--output-watch-events option can only be used with --watch or --watch-only")
    if flags["filename"] or flags["kustomize"]:
        asked = None
        found, refusals = of_manifests(session)
    else:
        if not session.words:
            raise CommandError(_NO_TYPE)
        asked = wanted(session, session.words)
        found, refusals = find(session, asked)
        if flags["ignore-not-found"]:
            refusals = [refusal for refusal in refusals if refusal.code != 404]
    if flags["subresource"]:
        found, refusals = _parts(session, found, refusals)
    if flags["sort-by"]:
        found = in_order_of(flags["sort-by"], found)
    kinds = list(dict.fromkeys(want.kind for want in asked or ()))
    if flags["watch"] or flags["watch-only"]:
        _watch(session, kinds, found, refusals)
        return
    single = len(found) == 1 and (asked is None or bool(asked[0].name))
    output = session.output
    if output in ("", "wide"):
        _tables(session, found, several=len(kinds) > 1)
    elif output == "name":
        for item in found:
            session.say(name_of(item.kind, item.name))
    elif found or not refusals:
        objects = [session.shown(item.obj) for item in found]
        session.show(printed(output, objects, single, not flags["no-headers"]))
    if not found and not refusals and output in ("", "wide") and not flags["ignore-not-found"]:
        _say_nothing_found(session, kinds)
    if refusals:
        raise CommandError("\n".join(explain_refusal(refusal) for refusal in refusals))


def _parts(session: Session, found: list[Found], refusals: list[ApiError]) -> tuple[list[Found], list[ApiError]]:
    """The subresource of each object that was asked for."""
    parts = []
    for item in found:
        try:
            parts.append(part_of(session, item, session.flags["subresource"]))
        except ApiError as refusal:
            refusals.append(refusal)
    return parts, refusals


def _say_nothing_found(session: Session, kinds: list[Kind]) -> None:
    if session.everywhere or not all(kind.namespaced for kind in kinds):
        session.tell("No resources found")
    else:
        session.tell(f"No resources found in {session.namespace} namespace.")


def _watch(session: Session, kinds: list[Kind], found: list[Found], refusals: list[ApiError]) -> None:
    """Show objects, and then every change of them while time passes."""
    if refusals:
        raise refusals[0]
    if len(kinds) > 1 or len({item.kind for item in found}) > 1:
        raise error("you may only specify a single resource type")
    kind = kinds[0] if kinds else found[0].kind
    name = found[0].name if found and session.words[1:] else ""
    watching = Watching(session, kind, name, _lines)
    if not session.flags["watch-only"]:
        for item in found:
            watching.show("ADDED", item.obj)
    watching.go()


def _tables(session: Session, found: list[Found], *, several: bool) -> None:
    """One table a kind, an empty line between two."""
    kinds = list(dict.fromkeys(item.kind for item in found))
    for i, kind in enumerate(kinds):
        if i and not session.flags["no-headers"]:
            session.say("")
        objects = [item.obj for item in found if item.kind is kind]
        headings, lines = _lines(session, kind, objects, prefixed=several)
        session.show(table(headings, lines, headers=not session.flags["no-headers"]))


def _lines(
    session: Session, kind: Kind, objects: list[Any], prefixed: bool = False
) -> tuple[list[str], list[list[str]]]:
    """The headings and lines of a table."""
    flags = session.flags
    columns, rows = cells_of(kind, objects, session.now, wide=flags["output"] == "wide")
    lines = [[_cell(cell) for cell in row] for row in rows]
    headings = [name.upper() for name in columns]
    if (prefixed or flags["show-kind"]) and "NAME" in headings:
        place = headings.index("NAME")
        for line in lines:
            line[place] = name_of(kind, line[place])
    labels = list(flags["label-columns"])
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
    return headings, lines


def _cell(value: str | int) -> str:
    """A cell is one line: what follows the first line end is cut."""
    text = str(value)
    first = text.splitlines()[0] if text else ""
    return f"{first}..." if len(first) < len(text) and text[len(first)] in "\n\r\f" else text
