"""`kubectl create`: objects from manifests, or from a few words and flags.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/create`, with a module for each kind that can be made without a manifest.
"""

from __future__ import annotations

from collections.abc import Callable

from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.create import access, config, network, policy, workloads
from kubelab.clients.kubectl.create.from_files import create_from_files
from kubelab.clients.kubectl.create.making import MAKING, make
from kubelab.clients.kubectl.elsewhere import missing
from kubelab.clients.kubectl.flags import Flag, error
from kubelab.clients.kubectl.session import Session

__all__ = ["FLAGS", "GENERATORS", "MAKING", "create", "make"]

FLAGS = (*MAKING, *f.FILES, f.SELECTOR, f.text("raw"), f.switch("edit"))
Generator = tuple[Callable[[Session], None], tuple[Flag, ...]]


def create(session: Session) -> None:
    """Make objects of manifests."""
    if session.words:
        raise session.usage(f"Unexpected args: [{' '.join(session.words)}]")
    if not session.flags["filename"] and not session.flags["kustomize"]:
        raise error("must specify one of -f and -k")
    for name in ("raw", "edit"):
        if session.flags[name]:
            raise missing(f"--{name}")
    create_from_files(session)


GENERATORS: dict[str, Generator] = {
    "deployment": (workloads.deployment, workloads.DEPLOYMENT),
    "deploy": (workloads.deployment, workloads.DEPLOYMENT),
    "job": (workloads.job, workloads.JOB),
    "cronjob": (workloads.cron_job, workloads.CRON_JOB),
    "cj": (workloads.cron_job, workloads.CRON_JOB),
    "namespace": (config.namespace, MAKING),
    "ns": (config.namespace, MAKING),
    "serviceaccount": (config.service_account, MAKING),
    "sa": (config.service_account, MAKING),
    "configmap": (config.config_map, config.DATA),
    "cm": (config.config_map, config.DATA),
    "secret generic": (config.generic_secret, (*config.DATA, f.text("type"))),
    "secret tls": (config.tls_secret, config.TLS),
    "secret docker-registry": (config.docker_secret, config.DOCKER),
    "service clusterip": (network.cluster_ip, (*network.PORTS, f.text("clusterip"))),
    "service nodeport": (network.node_port, (*network.PORTS, f.number("node-port", 0))),
    "service loadbalancer": (network.load_balancer, network.PORTS),
    "service externalname": (network.external_name, (*network.PORTS, f.text("external-name"))),
    "ingress": (network.ingress, network.INGRESS),
    "ing": (network.ingress, network.INGRESS),
    "quota": (policy.quota, policy.QUOTA),
    "resourcequota": (policy.quota, policy.QUOTA),
    "poddisruptionbudget": (policy.pod_disruption_budget, policy.BUDGET),
    "pdb": (policy.pod_disruption_budget, policy.BUDGET),
    "priorityclass": (policy.priority_class, policy.PRIORITY),
    "pc": (policy.priority_class, policy.PRIORITY),
    "role": (access.role, access.ROLE),
    "clusterrole": (access.cluster_role, access.CLUSTER_ROLE),
    "rolebinding": (access.role_binding, access.BINDING),
    "clusterrolebinding": (access.cluster_role_binding, access.BINDING),
    "token": (access.token, access.TOKEN),
}
for _name in [name for name in GENERATORS if name.startswith("service ")]:
    GENERATORS[_name.replace("service ", "svc ")] = GENERATORS[_name]
