"""One call: a request as the verbs see it, after HTTP has been taken off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kubelab.api.errors import Cause, bad_request, invalid
from kubelab.clients.http.negotiation import Format
from kubelab.clients.http.routes import Route
from kubelab.control_plane.api_server.authorization.attributes import User

if TYPE_CHECKING:
    from kubelab.client_go.client import Client
    from kubelab.cluster import Cluster

_LONGEST_MANAGER = 128


class Query(dict[str, str]):
    """The query of a URL: `?limit=500&watch=true`. Where a word is there twice, the first counts."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__()
        self._pairs = list(pairs)
        for name, value in self._pairs:
            self.setdefault(name, value)

    def all(self, name: str) -> list[str]:
        """Everything that is said under one name, in its order."""
        return [value for held, value in self._pairs if held == name]

    def flag(self, name: str) -> bool:
        """Whether something is switched on: any value but `false` and `0` does that."""
        return self.get(name, "").lower() not in ("", "false", "0")

    def number(self, name: str) -> int | None:
        """A whole number; None where none is said.

        Raises
        ------
        ApiError
            400: it is none.
        """
        text = self.get(name, "")
        if not text:
            return None
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
            raise bad_request(f'strconv.ParseInt: parsing "{text:.40}": invalid syntax')
        return int(text)


@dataclass(slots=True)
class Call:
    """What is asked for, of whom, by whom, with what body, and in which form the answer shall come.

    `client` asks as the user, `inner` as the API server itself, where an answer needs more than was asked for.
    """

    cluster: Cluster
    client: Client
    inner: Client
    user: User
    method: str
    route: Route
    query: Query
    headers: Mapping[str, str]
    body: bytes
    form: Format

    @property
    def now(self) -> datetime:
        """The date of the cluster's calendar: ages are counted to it."""
        return self.cluster.clock.micro_date

    @property
    def media_type(self) -> str:
        """What the body is said to be."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def dry_run(self) -> bool:
        """Whether nothing shall be written.

        Raises
        ------
        ApiError
            422: only `All` can be asked for.
        """
        return checked_dry_run(self.query.get("dryRun", ""), self.options_kind)

    @property
    def options_kind(self) -> str:
        """The name of the kind of options that this method takes."""
        return {"POST": "CreateOptions", "PUT": "UpdateOptions", "PATCH": "PatchOptions"}.get(
            self.method, "DeleteOptions"
        )

    @property
    def write_options(self) -> dict[str, Any]:
        """What the query says about a write: `dry_run`, `field_validation`, `field_manager`."""
        manager = self.query.get("fieldManager", "")
        if len(manager) > _LONGEST_MANAGER or not manager.isprintable():
            detail = f"may not be more than {_LONGEST_MANAGER} printable characters"
            raise invalid(self.options_kind, "meta.k8s.io", "", [Cause.invalid("fieldManager", manager, detail)])
        return {
            "dry_run": self.dry_run,
            "field_validation": self.field_validation,
            "field_manager": manager or self.client.user,
        }

    @property
    def field_validation(self) -> str:
        """What shall become of unknown fields: Strict, Warn (the server's own default) or Ignore.

        Raises
        ------
        ApiError
            422: none of these.
        """
        said = self.query.get("fieldValidation", "") or "Warn"
        if said not in ("Strict", "Warn", "Ignore"):
            fault = Cause.not_supported("fieldValidation", said, ("Ignore", "Strict", "Warn"))
            raise invalid(self.options_kind, "meta.k8s.io", "", [fault])
        return said


def checked_dry_run(said: str, options: str) -> bool:
    """Whether `dryRun` asks for a dry run."""
    if said not in ("", "All"):
        raise invalid(options, "meta.k8s.io", "", [Cause.not_supported("dryRun", said, ("All",))])
    return bool(said)


Handler = Callable[[Call], Any]
