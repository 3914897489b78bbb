"""`kubectl config set-context`, `use-context`, `set-credentials`, `set`, `unset` …: the kubeconfig changed.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/config`.
"""

from __future__ import annotations

from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.kubeconfig import PLACE, Entry
from kubelab.clients.kubectl.session import Session

CONTEXT_FLAGS = (f.switch("current"),)
CLUSTER_FLAGS = (f.text("tls-server-name"), f.text("proxy-url"), f.switch("embed-certs"))
USER_FLAGS = (f.text("username"), f.text("password"), f.text("client-certificate"), f.text("client-key"))
SET_FLAGS = (f.switch("set-raw-bytes"),)
_PARTS = ("clusters", "users", "contexts")
_FIELDS = {
    "clusters": ("server", "tls-server-name", "proxy-url", "certificate-authority", "insecure-skip-tls-verify"),
    "users": ("token", "username", "password", "client-certificate", "client-key"),
    "contexts": ("cluster", "user", "namespace"),
}


def use_context(session: Session) -> None:
    """Make another context the current one."""
    (name,) = _words(session, 1)
    if name not in session.config.contexts:
        raise error(f'no context exists with the name: "{name}"')
    session.config.current = name
    session.say(f'Switched to context "{name}".')


def set_context(session: Session) -> None:
    """Change a context, or make one: `config set-context --current --namespace=shop`."""
    config, flags = session.config, session.flags
    if bool(session.words) == flags["current"] or len(session.words) > 1:
        raise error("you must specify a non-empty context name or --current")
    if flags["current"] and not config.current:
        raise error("no current context is set")
    name = session.words[0] if session.words else config.current
    known = name in config.contexts
    _fill(session, config.contexts.setdefault(name, {}), "contexts")
    session.say(f'Context "{name}" {"modified" if known else "created"}.')


def set_cluster(session: Session) -> None:
    """Change a cluster, or make one: `config set-cluster other --server=https://1.2.3.4`."""
    (name,) = _words(session, 1)
    _fill(session, session.config.clusters.setdefault(name, {}), "clusters")
    session.say(f'Cluster "{name}" set.')


def set_credentials(session: Session) -> None:
    """Change a user, or make one: `config set-credentials robot --token=…`."""
    (name,) = _words(session, 1)
    flags = session.flags
    if flags["token"] and (flags["username"] or flags["password"]):
        raise error(
            "you cannot specify more than one authentication method at the same time: --token, --username/--password"
        )
    _fill(session, session.config.users.setdefault(name, {}), "users")
    session.say(f'User "{name}" set.')


def _fill(session: Session, entry: Entry, part: str) -> None:
    for field in _FIELDS[part]:
        if field in session.flags.given:
            entry[field] = str(session.flags[field])


def set_property(session: Session) -> None:
    """Change one value: `config set contexts.kubelab.namespace shop`."""
    path, value = _words(session, 2)
    part, name, field = _steps(path)
    if part == "current-context":
        session.config.current = value
    elif not field:
        raise error("can't set a map to a value: map[]")
    else:
        getattr(session.config, part).setdefault(name, {})[field] = value
    session.say(f'Property "{path}" set.')


def unset_property(session: Session) -> None:
    """Take one value away: `config unset users.ana`."""
    (path,) = _words(session, 1)
    part, name, field = _steps(path)
    if part == "current-context":
        session.config.current = ""
    elif not field:
        getattr(session.config, part).pop(name, None)
    else:
        held = getattr(session.config, part)
        if name not in held:
            raise error(f"current map key `{name}` is invalid")
        held[name].pop(field, None)
    session.say(f'Property "{path}" unset.')


def _steps(path: str) -> tuple[str, str, str]:
    """The part, the name, which may have dots in it, and the field that a path leads to."""
    part, _, rest = path.partition(".")
    if part not in (*_PARTS, "current-context"):
        raise error(f"unable to parse {path} after [] at api.Config")
    name, _, field = rest.rpartition(".")
    return (part, name, field) if name and field in _FIELDS.get(part, ()) else (part, rest, "")


def rename_context(session: Session) -> None:
    """Give a context another name."""
    old, new = _words(session, 2)
    contexts = session.config.contexts
    if old not in contexts:
        raise error(f"""cannot rename the context "{old}", it's not in {PLACE}""")
    if new in contexts:
        raise error(f'cannot rename the context "{old}", the context "{new}" already exists in {PLACE}')
    contexts[new] = contexts.pop(old)
    if session.config.current == old:
        session.config.current = new
    session.say(f'Context "{old}" renamed to "{new}".')


def delete_context(session: Session) -> None:
    """Forget a context."""
    if session.words[:1] == [session.config.current] and session.config.current in session.config.contexts:
        session.say(
            'warning: this removed your active context, use "kubectl config use-context" to select a different one'
        )
    _delete(session, "context")


def delete_cluster(session: Session) -> None:
    """Forget a cluster."""
    _delete(session, "cluster")


def delete_user(session: Session) -> None:
    """Forget a user."""
    _delete(session, "user")


def _delete(session: Session, word: str) -> None:
    (name,) = _words(session, 1)
    held = getattr(session.config, f"{word}s")
    if name not in held:
        raise error(f"cannot delete {word} {name}, not in {PLACE}")
    del held[name]
    session.say(f"deleted {word} {name} from {PLACE}")


def _words(session: Session, count: int) -> list[str]:
    if len(session.words) != count:
        raise session.usage(f"Unexpected args: [{' '.join(session.words)}]")
    return session.words
