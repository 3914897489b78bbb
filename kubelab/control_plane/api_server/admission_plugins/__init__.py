"""Admission plugins: what else a cluster has to say about an object, beside whether it is well-formed.

Mutating plugins change the freshly decoded dict of a new object in place, or refuse it; that is before it is
validated. Validating plugins look at what is about to be stored, new or changed, and refuse it or let it pass. Both
run in Kubernetes's order.

In Kubernetes
    `plugin/pkg/admission/…`; the default set and its order are in `pkg/kubeapiserver/options/plugins.go`.
    https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/

Left out
    Webhooks and admission policies, whose objects are not served here; NodeRestriction, PodSecurity and the plugins
    of certificates, which let everything of a single administrator pass. Nothing here looks at deletions: the one rule
    about them, that some namespaces stay, is in `server`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelab.control_plane.api_server.admission_plugins.default_classes import (
    default_ingress_class,
    default_storage_class,
)
from kubelab.control_plane.api_server.admission_plugins.default_toleration_seconds import default_toleration_seconds
from kubelab.control_plane.api_server.admission_plugins.limit_ranger import limit_ranger, within_limits
from kubelab.control_plane.api_server.admission_plugins.namespace_lifecycle import namespace_lifecycle
from kubelab.control_plane.api_server.admission_plugins.node_taint import taint_nodes_by_condition
from kubelab.control_plane.api_server.admission_plugins.persistent_volume_claim_resize import may_be_resized
from kubelab.control_plane.api_server.admission_plugins.priority import one_global_default, priority
from kubelab.control_plane.api_server.admission_plugins.request import Request
from kubelab.control_plane.api_server.admission_plugins.resource_quota import resource_quota
from kubelab.control_plane.api_server.admission_plugins.runtime_class import runtime_class
from kubelab.control_plane.api_server.admission_plugins.service_account import service_account
from kubelab.control_plane.api_server.admission_plugins.storage_object_in_use import storage_object_in_use_protection

MUTATING: tuple[Callable[[dict[str, Any], Request], None], ...] = (
    namespace_lifecycle,
    limit_ranger,
    service_account,
    taint_nodes_by_condition,
    priority,
    default_toleration_seconds,
    default_storage_class,
    storage_object_in_use_protection,
    runtime_class,
    default_ingress_class,
)
"""The plugins that see new objects, as dicts, before validation."""

VALIDATING: tuple[Callable[[Any, Any, Request], None], ...] = (
    within_limits,
    one_global_default,
    may_be_resized,
    resource_quota,
)
"""The plugins that see what is about to be stored, as values, and what is there already (None for a new object)."""
