"""The app that the views are tried on: three replicas behind a Service."""

from __future__ import annotations

from kubelab.cluster import Cluster

SHOP = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: nginx:1.27
---
apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  selector: {app: web}
  ports:
  - port: 80
"""

BAD = """\
apiVersion: v1
kind: Pod
metadata:
  name: typo
spec:
  containrs: []
"""


def shop(seed: int = 1) -> Cluster:
    cluster = Cluster(workers=3, seed=seed)
    cluster.apply(SHOP)
    return cluster.run(until=30)
