"""kube-controller-manager: the control loops, a module a controller."""
