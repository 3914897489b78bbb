"""The REST API over HTTP: what kubectl and every other client of Kubernetes talk to.

A request takes this way: a socket (`listener`), HTTP (`protocol`), who asks (`identity`), what is asked for
(`routes`), what form the answer shall have (`negotiation`), and the verb itself (`reads`, `watches`, `writes`,
`subresources`, …), which asks the API server as any other client does.

In Kubernetes
    The handlers of kube-apiserver: staging/src/k8s.io/apiserver/pkg/endpoints. The rules of the API:
    https://kubernetes.io/docs/reference/using-api/api-concepts/
"""
