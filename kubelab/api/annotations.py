"""Annotations that kubelab itself writes."""

from __future__ import annotations

RENEWED_BY_PROMISE = "kubelab.io/renewed-by-promise"
"""On a Lease whose holder is connected: it is renewed every so often, without a write each time."""
