"""What each command does, in one line.

In Kubernetes
    The real kubectl's own lines: the `Short` of each command in `k8s.io/kubectl/pkg/cmd`. They are English everywhere.
"""

from __future__ import annotations

from kubelab.language import say

SHORT = {
    "annotate": "Update the annotations on a resource",
    "api-resources": "Print the supported API resources on the server",
    "api-versions": 'Print the supported API versions on the server, in the form of "group/version"',
    "apply": "Apply a configuration to a resource by file name or stdin",
    "apply view-last-applied": "View the latest last-applied-configuration annotations of a resource/object",
    "auth": "Inspect authorization",
    "auth can-i": "Check whether an action is allowed",
    "auth whoami": "Experimental: Check self subject attributes",
    "autoscale": "Auto-scale a deployment, replica set, stateful set, or replication controller",
    "cluster-info": "Display cluster information",
    "config": "Modify kubeconfig files",
    "config current-context": "Display the current-context",
    "config delete-cluster": "Delete the specified cluster from the kubeconfig",
    "config delete-context": "Delete the specified context from the kubeconfig",
    "config delete-user": "Delete the specified user from the kubeconfig",
    "config get-clusters": "Display clusters defined in the kubeconfig",
    "config get-contexts": "Describe one or many contexts",
    "config get-users": "Display users defined in the kubeconfig",
    "config rename-context": "Rename a context from the kubeconfig file",
    "config set": "Set an individual value in a kubeconfig file",
    "config set-cluster": "Set a cluster entry in kubeconfig",
    "config set-context": "Set a context entry in kubeconfig",
    "config set-credentials": "Set a user entry in kubeconfig",
    "config unset": "Unset an individual value in a kubeconfig file",
    "config use-context": "Set the current-context in a kubeconfig file",
    "config view": "Display merged kubeconfig settings or a specified kubeconfig file",
    "cordon": "Mark node as unschedulable",
    "create": "Create a resource from a file or from stdin",
    "create clusterrole": "Create a cluster role",
    "create clusterrolebinding": "Create a cluster role binding for a particular cluster role",
    "create configmap": "Create a config map from a local file, directory or literal value",
    "create cronjob": "Create a cron job with the specified name",
    "create deployment": "Create a deployment with the specified name",
    "create ingress": "Create an ingress with the specified name",
    "create job": "Create a job with the specified name",
    "create namespace": "Create a namespace with the specified name",
    "create poddisruptionbudget": "Create a pod disruption budget with the specified name",
    "create priorityclass": "Create a priority class with the specified name",
    "create quota": "Create a quota with the specified name",
    "create role": "Create a role with single rule",
    "create rolebinding": "Create a role binding for a particular role or cluster role",
    "create secret": "Create a secret using a specified subcommand",
    "create secret docker-registry": "Create a secret for use with a Docker registry",
    "create secret generic": "Create a secret from a local file, directory, or literal value",
    "create secret tls": "Create a TLS secret",
    "create service": "Create a service using a specified subcommand",
    "create service clusterip": "Create a ClusterIP service",
    "create service externalname": "Create an ExternalName service",
    "create service loadbalancer": "Create a LoadBalancer service",
    "create service nodeport": "Create a NodePort service",
    "create serviceaccount": "Create a service account with the specified name",
    "create svc": "Create a service using a specified subcommand",
    "create svc clusterip": "Create a ClusterIP service",
    "create svc externalname": "Create an ExternalName service",
    "create svc loadbalancer": "Create a LoadBalancer service",
    "create svc nodeport": "Create a NodePort service",
    "create token": "Request a service account token",
    "delete": "Delete resources by file names, stdin, resources and names, or by resources and label selector",
    "describe": "Show details of a specific resource or group of resources",
    "diff": "Diff the live version against a would-be applied version",
    "drain": "Drain node in preparation for maintenance",
    "edit": "Edit a resource on the server",
    "events": "List events",
    "exec": "Execute a command in a container",
    "explain": "Get documentation for a resource",
    "expose": "Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service",
    "get": "Display one or many resources",
    "kustomize": "Build a kustomization target from a directory or URL",
    "label": "Update the labels on a resource",
    "logs": "Print the logs for a container in a pod",
    "patch": "Update fields of a resource",
    "replace": "Replace a resource by file name or stdin",
    "rollout": "Manage the rollout of a resource",
    "rollout history": "View rollout history",
    "rollout pause": "Mark the provided resource as paused",
    "rollout restart": "Restart a resource",
    "rollout resume": "Resume a paused resource",
    "rollout status": "Show the status of the rollout",
    "rollout undo": "Undo a previous rollout",
    "run": "Run a particular image on the cluster",
    "scale": "Set a new size for a deployment, replica set, or replication controller",
    "set": "Set specific features on objects",
    "set env": "Update environment variables on a pod template",
    "set image": "Update the image of a pod template",
    "set resources": "Update resource requests/limits on objects with pod templates",
    "set selector": "Set the selector on a resource",
    "set serviceaccount": "Update the service account of a resource",
    "set subject": "Update the user, group, or service account in a role binding or cluster role binding",
    "taint": "Update the taints on one or more nodes",
    "top": "Display resource (CPU/memory) usage",
    "top node": "Display resource (CPU/memory) usage of nodes",
    "top pod": "Display resource (CPU/memory) usage of pods",
    "uncordon": "Mark node as schedulable",
    "version": "Print the client and server version information",
    "wait": "Experimental: Wait for a specific condition on one or many resources",
}

# What is otherwise here, where there is neither a keyboard nor a clock that goes on by itself: in Spanish, in English.
_HERE = {
    "edit": (
        "Aquí el editor es la celda: %kubectl edit enseña el manifiesto y %%kubectl edit toma el que pongas debajo.",
        "Here the cell is the editor: %kubectl edit shows the manifest, %%kubectl edit takes the one below it.",
    ),
    "exec": (
        "Aquí no hay terminal: lo que teclearías en una shell (exec -i POD -- sh) va en las demás líneas de la celda.",
        "There is no terminal here: what you would type into a shell (exec -i POD -- sh) are the cell's other lines.",
    ),
    "get": (
        "Aquí -w deja pasar el tiempo hasta que nada esté en marcha, o lo que diga --request-timeout=30s.",
        "Here -w lets time pass until nothing is under way, or for as long as --request-timeout=30s says.",
    ),
    "logs": (
        "Aquí -f deja pasar el tiempo hasta que nada esté en marcha, o lo que diga --request-timeout=30s.",
        "Here -f lets time pass until nothing is under way, or for as long as --request-timeout=30s says.",
    ),
}


def here(name: str) -> str:
    """A sentence on what a command does otherwise here; empty where there is nothing to say."""
    es, en = _HERE.get(name, ("", ""))
    return say(es=es, en=en)
