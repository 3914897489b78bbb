"""What Go's types say about networking and access control beyond the vocabulary: see `go_types`.

Two groups may call a type by the same name: then the module of the vocabulary stands before it.

In Kubernetes
    `k8s.io/api/networking/v1/types.go`, `k8s.io/api/rbac/v1/types.go`, and Endpoints of `k8s.io/api/core/v1/types.go`.
"""

from __future__ import annotations

GO_TYPES_NETWORKING: dict[str, str] = {
    "ClusterRole": "metadata:ObjectMeta rules:[]PolicyRule",
    "ClusterRoleBinding": "metadata:ObjectMeta roleRef:RoleRef",
    "EndpointAddress": "nodeName:*string",
    "Endpoints": "metadata:ObjectMeta",
    "HTTPIngressPath": "pathType:*PathType backend:IngressBackend",
    "IPBlock": "cidr:string",
    "Ingress": "metadata:ObjectMeta spec:IngressSpec status:IngressStatus",
    "IngressClass": "metadata:ObjectMeta spec:IngressClassSpec",
    "IngressClassParametersReference": "apiGroup:*string scope:*string namespace:*string",
    "IngressPortStatus": "protocol:Protocol error:*string",
    "IngressServiceBackend": "port:ServiceBackendPort",
    "IngressSpec": "ingressClassName:*string",
    "IngressStatus": "loadBalancer:IngressLoadBalancerStatus",
    "NetworkPolicy": "metadata:ObjectMeta spec:NetworkPolicySpec",
    "NetworkPolicyPort": "protocol:*Protocol port:*IntOrString endPort:*int32",
    "NetworkPolicySpec": "podSelector:LabelSelector policyTypes:[]PolicyType",
    "Role": "metadata:ObjectMeta rules:[]PolicyRule",
    "RoleBinding": "metadata:ObjectMeta roleRef:RoleRef",
    "core_v1.EndpointPort": "protocol:Protocol appProtocol:*string",
}

EMBEDDED_NETWORKING: dict[str, tuple[str, tuple[str, ...]]] = {
    "IngressRule": ("IngressRuleValue", ("host",)),
}
