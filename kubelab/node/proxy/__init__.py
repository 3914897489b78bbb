"""The rules that a kube-proxy writes into the kernel of its node: what they are, and how each mode says them."""
