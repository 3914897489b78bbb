"""cloud-controller-manager: the control loops that speak with the cloud in which the cluster stands."""

from kubelab.control_plane.cloud_controller_manager.manager import CloudControllerManager

__all__ = ["CloudControllerManager"]
