"""Annotations that kubelab itself writes, and those that many parts of a cluster read."""

from __future__ import annotations

RENEWED_BY_PROMISE = "kubelab.io/renewed-by-promise"
"""On a Lease whose holder is connected: it is renewed every so often, without a write each time."""

BETA_STORAGE_CLASS = "volume.beta.kubernetes.io/storage-class"
"""On a claim or a volume: its class, as it was named before there was a field for it."""
