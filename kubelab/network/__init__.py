"""The network between the machines: pod addresses, cluster DNS, requests and loads of them."""
