"""Inside a container: what `kubectl exec` finds there.

There are no real processes. A few commands are known that show what a container sees of its cluster: its environment,
its mounted files, its name, and who answers in the network.

In Kubernetes
    https://kubernetes.io/docs/tasks/debug/debug-application/get-shell-running-container/
"""
