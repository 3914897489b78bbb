"""Secrets: objects whose contents are shown to nobody who has not asked for them by name.

In Kubernetes
    https://kubernetes.io/docs/concepts/configuration/secret/ . `kubectl describe` shows the sizes only; `-o yaml` shows
    all, here as there.
"""

from __future__ import annotations

from lightkube.models import core_v1


class Secret(core_v1.Secret):  # noqa: D101  (the vocabulary describes it)
    __doc__ = core_v1.Secret.__doc__

    def __repr__(self) -> str:
        """Its name and the names of its keys: a value that is printed by chance stays hidden."""
        keys = ", ".join([*(self.data or {}), *(self.stringData or {})])
        return f"Secret: {self.metadata.namespace}/{self.metadata.name} ({keys or 'empty'})"
