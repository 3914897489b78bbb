"""What every part of the cluster uses to talk to the API server: client, informers, work queues, event recorder.

In Kubernetes
    The library client-go: https://github.com/kubernetes/client-go
"""
