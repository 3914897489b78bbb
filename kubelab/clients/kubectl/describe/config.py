"""`kubectl describe` of namespaces, ConfigMaps, Secrets and ServiceAccounts, and of any kind without a form of its own.

In Kubernetes
    `describeNamespace`, `describeSecret`, `genericDescriber` … in `k8s.io/kubectl/pkg/describe`.
"""

from __future__ import annotations

import base64
import re
from typing import Any

from kubelab.api.objects import to_dict
from kubelab.clients.kubectl.describe.events import describe_events, events_about
from kubelab.clients.kubectl.describe.writer import Writer, date
from kubelab.clients.kubectl.session import Session

_TOKEN = "kubernetes.io/service-account-token"
_SKIPPED = (
    ".metadata.managedFields",
    ".metadata.name",
    ".metadata.namespace",
    ".metadata.labels",
    ".metadata.annotations",
)
_ACRONYMS = ("API", "URL", "UID", "GUID")


def describe_namespace(session: Session, namespace: Any) -> str:
    """A namespace: whether it is there to stay."""
    writer = Writer(session.now)
    writer.metadata(namespace, namespaced=False)
    status = namespace.status
    writer.field("Status", (status.phase if status else None) or "")
    conditions = (status.conditions if status else None) or []
    if conditions:
        writer.line("Conditions:")
        writer.columns(1, ["Type", "Status", "LastTransitionTime", "Reason", "Message"])
        writer.columns(1, ["----", "------", "------------------", "------", "-------"])
        for held in conditions:
            when = date(held.lastTransitionTime)
            writer.columns(1, [held.type, held.status, when, held.reason or "", held.message or ""])
    writer.line()
    writer.line("No resource quota.")
    writer.line()
    writer.line("No LimitRange resource.")
    return writer.text()


def describe_config_map(session: Session, config_map: Any) -> str:
    """A ConfigMap with all that it holds."""
    writer = Writer(session.now)
    writer.metadata(config_map)
    writer.line("\nData\n====")
    for key, value in sorted((config_map.data or {}).items()):
        writer.line(f"{key}:\n----\n{value}\n")
    writer.line("\nBinaryData\n====")
    for key, value in sorted((config_map.binaryData or {}).items()):
        writer.line(f"{key}: {len(base64.b64decode(value))} bytes")
    writer.line()
    describe_events(writer, events_about(session, config_map))
    return writer.text()


def describe_secret(session: Session, secret: Any) -> str:
    """A Secret: the names of its values and how long they are, never the values."""
    writer = Writer(session.now)
    writer.metadata(secret)
    writer.line(f"\nType:\t{secret.type or ''}")
    writer.line("\nData\n====")
    for key, value in sorted((secret.data or {}).items()):
        plain = base64.b64decode(value)
        shown = plain.decode("utf-8", "replace") if key == "token" and secret.type == _TOKEN else f"{len(plain)} bytes"
        writer.field(key, shown)
    return writer.text()


def describe_service_account(session: Session, account: Any) -> str:
    """A ServiceAccount and the secrets it pulls images with."""
    writer = Writer(session.now)
    writer.metadata(account)
    names = [secret.name or "" for secret in account.imagePullSecrets or ()]
    for i, name in enumerate(names or ["<none>"]):
        writer.line(f"{'Image pull secrets:' if i == 0 else ' ' * 19}\t{name}")
    describe_events(writer, events_about(session, account))
    return writer.text()


def describe_any(session: Session, obj: Any) -> str:
    """Any other object, field by field."""
    writer = Writer(session.now)
    writer.metadata(obj)
    _content(writer, 0, to_dict(obj), "")
    describe_events(writer, events_about(session, obj))
    return writer.text()


def _content(writer: Writer, level: int, content: dict[str, Any], above: str) -> None:
    for name, value in sorted(content.items()):
        path = f"{above}.{name}"
        if path in _SKIPPED:
            continue
        if isinstance(value, dict):
            writer.line(f"{_heading(name)}:", level)
            _content(writer, level + 1, value, path)
        elif isinstance(value, list):
            writer.line(f"{_heading(name)}:", level)
            for item in value:
                if isinstance(item, dict):
                    _content(writer, level + 1, item, path)
                else:
                    writer.line(str(item), level + 1)
        else:
            shown = str(value).lower() if isinstance(value, bool) else "<nil>" if value is None else value
            writer.field(_heading(name), shown, level)


def _heading(name: str) -> str:
    """A field's name as words: `lastTransitionTime` is `Last Transition Time`."""
    if not re.fullmatch("[A-Za-z-]+", name):
        return name
    parts = re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|-", name)
    words = [part.upper() if part.upper() in _ACRONYMS else part[0].upper() + part[1:] for part in parts]
    return " ".join(words)
