"""`kubectl config`: which cluster, as whom, and in which namespace.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/config`.
    https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
"""

from __future__ import annotations

from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.output import printed
from kubelab.clients.kubectl.session import Session
from kubelab.clients.tabwriter import table

VIEW_FLAGS = (f.OUTPUT, f.switch("minify"), f.switch("raw"), f.switch("flatten"), f.switch("merge", default=True))
GET_FLAGS = (f.OUTPUT, f.switch("no-headers"))


def view(session: Session) -> None:
    """Show the kubeconfig, without its secrets."""
    flags, config = session.flags, session.config
    content = config.to_dict(raw=flags["raw"])
    if flags["minify"]:
        name = flags["context"] or config.current
        if name not in config.contexts:
            raise error(f"cannot locate context {name}")
        content["contexts"] = [held for held in content["contexts"] if held["name"] == name]
        for word in ("cluster", "user"):
            wanted = config.context(name).get(word)
            content[f"{word}s"] = [held for held in content[f"{word}s"] if held["name"] == wanted]
        content["current-context"] = name
    session.show(printed(session.output or "yaml", [content], single=True))


def current_context(session: Session) -> None:
    """Show the name of the current context."""
    if not session.config.current:
        raise error("current-context is not set")
    session.say(session.config.current)


def get_contexts(session: Session) -> None:
    """List the contexts; the current one has a star."""
    config, flags = session.config, session.flags
    names = [name for name in sorted(config.contexts) if not session.words or name in session.words]
    if flags["output"] == "name":
        session.show("".join(f"{name}\n" for name in names))
    else:
        rows = []
        for name in names:
            held = config.contexts[name]
            parts = [held.get(word, "") for word in ("cluster", "user", "namespace")]
            rows.append(["*" if name == config.current else "", name, *parts])
        headings = ["CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"]
        session.show(table(headings, rows, headers=not flags["no-headers"]))
    missing = [f"error: context {name} not found" for name in session.words if name not in config.contexts]
    if missing:
        raise CommandError("\n".join(missing))


def get_clusters(session: Session) -> None:
    """List the clusters."""
    session.show("".join(f"{name}\n" for name in ("NAME", *sorted(session.config.clusters))))


def get_users(session: Session) -> None:
    """List the users."""
    session.show("".join(f"{name}\n" for name in ("NAME", *sorted(session.config.users))))
