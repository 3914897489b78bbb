"""A shop with everything that can go wrong between a client and a container."""

from __future__ import annotations

from functools import cache

from shop import SHOP

from kubelab.cluster import Cluster

MORE = """\
apiVersion: v1
kind: Pod
metadata:
  name: front-proxy
  labels: {app: front}
  annotations:
    kubelab.io/behavior.nginx: '{"forwards": "http://shop"}'
spec:
  containers:
  - {name: nginx, image: "nginx:1.27", ports: [{containerPort: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: front}
spec: {type: NodePort, selector: {app: front}, ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed}
spec: {podSelector: {matchLabels: {app: locked}}, policyTypes: [Ingress]}
---
apiVersion: v1
kind: Pod
metadata: {name: locked, labels: {app: locked}}
spec:
  containers: [{name: nginx, image: "nginx:1.27"}]
---
apiVersion: v1
kind: Service
metadata: {name: locked}
spec: {selector: {app: locked}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: typo}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8081}]}
---
apiVersion: v1
kind: Service
metadata: {name: empty}
spec: {selector: {app: wob}, ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: door}
spec:
  ingressClassName: nginx
  rules:
  - host: shop.example.com
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: shop, port: {number: 80}}}}
      - {path: /old, pathType: Prefix, backend: {service: {name: shop, port: {number: 81}}}}
"""


def traffic_shop() -> Cluster:
    """Three replicas behind `shop`; a proxy before them; Services that lead nowhere, to a wall, to a wrong port."""
    return _shop().fork()


@cache
def _shop() -> Cluster:
    cluster = Cluster(workers=3, seed=1)
    cluster.apply(SHOP)
    cluster.apply(MORE)
    return cluster.run(until=70)
