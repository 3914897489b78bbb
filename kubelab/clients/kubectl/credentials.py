"""As whom a command asks: the user of the context, a token, or somebody else with `--as`.

In Kubernetes
    client-go's `clientcmd`. https://kubernetes.io/docs/reference/access-authn-authz/authentication/
Left out
    Client certificates, plugins that fetch credentials, and being asked for a password.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from kubelab.client_go.client import Client
from kubelab.clients.kubectl.flags import CommandError, Flags, error
from kubelab.clients.kubectl.kubeconfig import ADMIN_TOKEN, SERVER, Entry, Kubeconfig
from kubelab.control_plane.api_server.authorization.attributes import AUTHENTICATED, SERVICE_ACCOUNTS, User

_UNKNOWN = "You must be logged in to the server (Unauthorized)"
_ACCOUNT = "system:serviceaccount:"
_NOWHERE = "http://localhost:8080"


def client_of(admin: Client, flags: Flags, config: Kubeconfig) -> Client:
    """The API server as the user of a command line reaches it; `admin` is how the administrator does.

    Raises
    ------
    CommandError
        There is no such context, cluster or user, or the server does not know the user.
    ApiError
        403: one user may not act as another.
    """
    if flags["context"] and flags["context"] not in config.contexts:
        raise CommandError(f"Error in configuration: context was not found for specified context: {flags['context']}")
    context = config.context(flags["context"])
    _check_server(flags, config, context)
    client = _as_owner_of(admin, flags["token"] or _token(flags, config, context))
    if not flags["as"]:
        return client
    return client.acting_as(User(flags["as"], _groups(flags["as"], tuple(flags["as-group"])), flags["as-uid"]))


def _check_server(flags: Flags, config: Kubeconfig, context: Entry) -> None:
    if flags["cluster"] and flags["cluster"] not in config.clusters:
        raise error(f'no server found for cluster "{flags["cluster"]}"')
    held = config.clusters.get(flags["cluster"] or context.get("cluster", ""), {})
    server = flags["server"] or held.get("server") or _NOWHERE
    if server != SERVER:
        where = urlsplit(server).netloc or server
        raise CommandError(
            f"The connection to the server {where} was refused - did you specify the right host or port?"
        )


def _token(flags: Flags, config: Kubeconfig, context: Entry) -> str:
    wanted = flags["user"] if isinstance(flags["user"], str) else ""  # of `create rolebinding` it is a list of others
    if wanted and wanted not in config.users:
        raise error(f'auth info "{wanted}" does not exist')
    user = config.users.get(wanted or context.get("user", ""), {})
    if "token" not in user and "username" not in user:
        raise CommandError("Please enter Username: error: EOF")
    return user.get("token", "")


def _as_owner_of(admin: Client, token: str) -> Client:
    if token == ADMIN_TOKEN:
        return admin
    user = admin.gate.tokens.user_of(token) if token.isascii() else None
    if user is None:
        raise error(_UNKNOWN)
    return Client(admin.servers, user.name, admin.machine, user)


def _groups(name: str, groups: tuple[str, ...]) -> tuple[str, ...]:
    """The groups of somebody else: a service account is in those of all, and of its namespace."""
    if not groups and name.startswith(_ACCOUNT):
        space = name.removeprefix(_ACCOUNT).partition(":")[0]
        groups = (SERVICE_ACCOUNTS, f"{SERVICE_ACCOUNTS}:{space}")
    return groups if AUTHENTICATED in groups else (*groups, AUTHENTICATED)
