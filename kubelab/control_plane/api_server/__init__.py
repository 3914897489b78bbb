"""The API server: the only door to the cluster's memory."""
