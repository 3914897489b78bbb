"""What runs on a master: etcd, the API server, the controller manager and the scheduler."""
