"""What runs on a worker: kubelet, container runtime, kube-proxy."""
