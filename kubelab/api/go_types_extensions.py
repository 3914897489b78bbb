"""What Go's types say about definitions of custom resources, and about API services, beyond the vocabulary.

In Kubernetes
    `k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1/types.go` and `types_jsonschema.go`, and
    `k8s.io/kube-aggregator/pkg/apis/apiregistration/v1/types.go`. How to read the rows: see `go_types`.
"""

from __future__ import annotations

_MARK_OF_SCHEMA = "JSONSchemaProps"

GO_TYPES_EXTENSIONS: dict[str, str] = {
    "APIService": "metadata:ObjectMeta spec:APIServiceSpec status:APIServiceStatus",
    "APIServiceCondition": "type:APIServiceConditionType status:ConditionStatus lastTransitionTime:Time",
    "APIServiceSpec": "caBundle:[]byte",
    "CustomResourceConversion": "strategy:ConversionStrategyType",
    "CustomResourceDefinition": (
        "metadata:ObjectMeta spec:CustomResourceDefinitionSpec status:CustomResourceDefinitionStatus"
    ),
    "CustomResourceDefinitionCondition": (
        "type:CustomResourceDefinitionConditionType status:ConditionStatus lastTransitionTime:Time "
        "observedGeneration:int64"
    ),
    "CustomResourceDefinitionSpec": "names:CustomResourceDefinitionNames scope:ResourceScope",
    "CustomResourceDefinitionStatus": (
        "acceptedNames:CustomResourceDefinitionNames conditions:[]CustomResourceDefinitionCondition! "
        "storedVersions:[]string! observedGeneration:int64"
    ),
    "CustomResourceDefinitionVersion": "deprecationWarning:*string",
    "CustomResourceSubresourceScale": "labelSelectorPath:*string",
    "CustomResourceSubresources": "status:*CustomResourceSubresourceStatus",
    "JSONSchemaProps": (
        "$ref:*string default:*JSON maximum:*float64 minimum:*float64 maxLength:*int64 minLength:*int64 "
        "maxItems:*int64 minItems:*int64 multipleOf:*float64 enum:[]JSON maxProperties:*int64 minProperties:*int64 "
        "items:*JSONSchemaPropsOrArray properties:*map[string]JSONSchemaProps "
        "additionalProperties:*JSONSchemaPropsOrBool patternProperties:*map[string]JSONSchemaProps "
        "dependencies:*map[string]JSONSchemaPropsOrStringArray additionalItems:*JSONSchemaPropsOrBool "
        "definitions:*map[string]JSONSchemaProps example:*JSON "
        "x-kubernetes-preserve-unknown-fields:*bool x-kubernetes-list-type:*string x-kubernetes-map-type:*string"
    ),
    "ServiceReference": "path:*string port:*int32",
    "ValidationRule": "reason:*FieldValueErrorReason optionalOldSelf:*bool",
    "WebhookClientConfig": "url:*string caBundle:[]byte",
}


def holds_schemas(go_type: str) -> bool:
    """Whether a field of that Go type holds schemas that its Python type does not tell of."""
    return _MARK_OF_SCHEMA in go_type and not go_type.startswith("[]")
