from kubelab.api.kinds import KINDS
from kubelab.clients.http import discovery

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


def test_every_kind_is_found_in_its_group_and_version(served):
    for kind in KINDS:
        for version in (kind.api_version, *kind.also):
            root = "/apis/" if "/" in version else "/api/"
            listed = served.get(f"{root}{version}").json["resources"]
            found = next(entry for entry in listed if entry["name"] == kind.plural)
            assert (found["kind"], found["namespaced"]) == (kind.name, kind.namespaced)
            assert found.get("shortNames", []) == list(kind.short_names)
            for name in kind.subresources:
                assert any(entry["name"] == f"{kind.plural}/{name}" for entry in listed)


def test_aggregated_discovery_says_the_same_as_the_plain_one(served):
    for path in ("/api", "/apis"):
        reply = served.get(path, accept=f"{AGGREGATED},application/json")
        assert reply.headers["Content-Type"] == AGGREGATED
        for group in reply.json["items"]:
            for version in group["versions"]:
                name = group["metadata"].get("name")
                plain = served.get(f"/apis/{name}/{version['version']}" if name else f"/api/{version['version']}").json
                said = {entry["name"]: entry["verbs"] for entry in plain["resources"]}
                for resource in version["resources"]:
                    assert said.pop(resource["resource"]) == resource["verbs"]
                    for sub in resource.get("subresources", []):
                        assert said.pop(f"{resource['resource']}/{sub['subresource']}") == sub["verbs"]
                assert said == {}


def test_groups_come_in_the_order_of_a_real_cluster(served):
    names = [group["name"] for group in served.get("/apis").json["groups"]]
    assert names[:4] == ["apiregistration.k8s.io", "apps", "events.k8s.io", "authentication.k8s.io"]
    scaling = next(group for group in served.get("/apis").json["groups"] if group["name"] == "autoscaling")
    assert scaling["preferredVersion"]["version"] == "v2"
    assert served.get("/apis/autoscaling").json["kind"] == "APIGroup"


def test_plain_json_before_aggregated_gets_plain_json():
    assert discovery.aggregated_version(f"application/json,{AGGREGATED}") == ""
    assert discovery.aggregated_version(f"{AGGREGATED},application/json") == "v2"


def test_unknown_groups_and_versions_are_not_found(served):
    for path in (
        "/apis/nosuch",
        "/apis/apps/v9",
        "/api/v9",
        "/apis/apps/v1/nosuch",
        "/apis//",
        "/openapi/v3/apis/x/v1",
    ):
        reply = served.get(path)
        assert reply.code == 404
        assert reply.is_status


def test_openapi_describes_what_is_served(served):
    assert "io.k8s.api.core.v1.Pod" in served.get("/openapi/v2").json["definitions"]
    paths = served.get("/openapi/v3").json["paths"]
    url = paths["apis/apps/v1"]["serverRelativeURL"]
    assert "/apis/apps/v1/namespaces/{namespace}/deployments" in served.get(url).json["paths"]


def test_a_custom_kind_is_served_as_soon_as_it_is_defined(served):
    definition = {
        "metadata": {"name": "bells.x.example"},
        "spec": {
            "group": "x.example",
            "scope": "Cluster",
            "names": {"plural": "bells", "kind": "Bell", "shortNames": ["bl"]},
            "versions": [
                {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
            ],
        },
    }
    made = served.ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition)
    assert made.code == 201
    assert any(entry["name"] == "bells" for entry in served.get("/apis/x.example/v1").json["resources"])
    assert served.ask("POST", "/apis/x.example/v1/bells", {"metadata": {"name": "big"}}).code == 201
    listed = served.get("/apis/x.example/v1/bells").json
    assert (listed["kind"], listed["items"][0]["kind"]) == ("BellList", "Bell")
