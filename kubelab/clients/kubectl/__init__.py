"""kubectl: text in, text out, with the words of the real one."""

from kubelab.clients.kubectl.command import Kubectl

__all__ = ["Kubectl"]
