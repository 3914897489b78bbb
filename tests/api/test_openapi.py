"""The OpenAPI documents describe what is served, completely."""

from __future__ import annotations

import json
import re

import pytest

import kubelab as kl
from kubelab.api.kinds import KINDS
from kubelab.api.openapi.documents import definition, document_v2, document_v3, group_versions, index_v3


def references(part) -> set[str]:
    return set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(part)))


@pytest.mark.parametrize("version", group_versions(KINDS))
def test_every_reference_leads_somewhere(version):
    document = document_v3(KINDS, version)
    held = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document) <= held


def test_every_kind_is_found_by_its_path_as_explain_looks_for_it():
    for kind in KINDS:
        document = document_v3(KINDS, kind.api_version)
        root = f"/apis/{kind.api_version}" if kind.group else f"/api/{kind.api_version}"
        place = f"{root}/namespaces/{{namespace}}/{kind.plural}" if kind.namespaced else f"{root}/{kind.plural}"
        gvk = {"group": kind.group, "version": kind.version, "kind": kind.name}
        assert document["paths"][place]["get"]["x-kubernetes-group-version-kind"] == gvk
        assert document["components"]["schemas"][definition(kind)]["x-kubernetes-group-version-kind"] == [gvk]


def test_lists_say_how_apply_merges_them():
    schemas = document_v3(KINDS, "v1")["components"]["schemas"]
    containers = schemas["io.k8s.api.core.v1.PodSpec"]["properties"]["containers"]
    assert containers["x-kubernetes-patch-strategy"] == "merge"
    assert containers["x-kubernetes-patch-merge-key"] == "name"
    assert containers["items"] == {"$ref": "#/components/schemas/io.k8s.api.core.v1.Container"}
    assert schemas["io.k8s.api.core.v1.PodSpec"]["required"] == ["containers"]


def test_a_patch_says_that_fields_are_validated_and_dry_runs_understood():
    patch = document_v3(KINDS, "apps/v1")["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"]
    assert {"dryRun", "fieldValidation", "force"} <= {each["name"] for each in patch["parameters"]}


def test_the_index_names_each_document_by_what_it_says():
    index = index_v3(KINDS)["paths"]
    assert set(index) == {f"apis/{v}" if "/" in v else f"api/{v}" for v in group_versions(KINDS)}
    without_pods = tuple(kind for kind in KINDS if kind.name != "Pod")
    assert index_v3(without_pods)["paths"]["api/v1"] != index["api/v1"]
    assert index_v3(without_pods)["paths"]["apis/apps/v1"] == index["apis/apps/v1"]


def test_version_2_says_the_same_in_its_own_words():
    document = document_v2(KINDS)
    assert references(document) <= {f"#/definitions/{name}" for name in document["definitions"]}
    spec = document["definitions"]["io.k8s.api.apps.v1.Deployment"]["properties"]["spec"]
    assert spec["$ref"] == "#/definitions/io.k8s.api.apps.v1.DeploymentSpec"
    assert "#/components" not in json.dumps(document)


def test_a_custom_kind_is_described_by_its_definition():
    cluster = kl.Cluster(workers=0)
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"cron": {"type": "string"}}}}}
    names = {"plural": "crontabs", "kind": "CronTab"}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "crontabs.stable.example.com"},
        "spec": {"group": "stable.example.com", "names": names, "scope": "Namespaced", "versions": [version]},
    }
    cluster.apply(definition)
    cluster.run(10)
    schemas = document_v3(cluster.api.kinds.all, "stable.example.com/v1")["components"]["schemas"]
    properties = schemas["com.example.stable.v1.CronTab"]["properties"]
    assert properties["spec"]["properties"]["cron"] == {"type": "string"}
    assert properties["metadata"]["allOf"][0]["$ref"].endswith("ObjectMeta")
    paths = document_v3(cluster.api.kinds.all, "stable.example.com/v1")["paths"]
    patch = paths["/apis/stable.example.com/v1/namespaces/{namespace}/crontabs/{name}"]["patch"]
    assert "application/strategic-merge-patch+json" not in patch["requestBody"]["content"], "kubectl looks here"
