"""kube-scheduler: which node each new pod goes to, and why.

The way of a pod through these modules: `scheduling_queue` (it waits) → `algorithm` (nodes are filtered and scored by
the `plugins` that `registry` lists) → `scheduler` (it is bound through the API server) → `decision` (what can be asked
about it afterwards).

In Kubernetes
    `cmd/kube-scheduler`, `pkg/scheduler`. https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/
"""
