"""Inside a container: what `kubectl exec` finds there, and what the container's own script finds.

There are no real processes. The usual small commands are known that show what a container sees of its cluster: its
environment, its mounted files, its name, and who answers in the network.

In Kubernetes
    https://kubernetes.io/docs/tasks/debug/debug-application/get-shell-running-container/
"""
