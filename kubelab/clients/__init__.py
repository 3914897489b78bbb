"""Who uses the cluster from outside: kubectl, a script, a notebook. They talk to the API server only."""
