"""`kubectl describe` of what pods are given: ConfigMaps, Secrets and ServiceAccounts.

In Kubernetes
    `ConfigMapDescriber`, `describeSecret`, `describeServiceAccount` in `k8s.io/kubectl/pkg/describe`.
"""

from __future__ import annotations

import base64
from typing import Any

from kubelab.clients.kubectl.describe.events import add_events
from kubelab.clients.kubectl.describe.writer import Writer
from kubelab.clients.kubectl.session import Session

_TOKEN = "kubernetes.io/service-account-token"


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
    add_events(session, writer, config_map)
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
    add_events(session, writer, account)
    return writer.text()
