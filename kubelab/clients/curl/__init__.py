"""curl: what it prints for a command line, about the cluster's network instead of the real one."""

from kubelab.clients.curl.command import Printed, curl

__all__ = ["Printed", "curl"]
