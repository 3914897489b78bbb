import copy

import pytest

from kubelab.api.decoding import decode
from kubelab.api.defaults.image_tag import image_tag, pull_policy
from kubelab.api.defaults.pod import pod
from kubelab.api.defaults.workloads import deployment, replicaset
from kubelab.api.kinds import find


def filled_pod(**spec):
    spec.setdefault("containers", [{"name": "web", "image": "nginx"}])
    obj, _ = decode({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": spec}, find("Pod"))
    pod(obj)
    return obj["spec"]


def filled_container(**fields):
    return filled_pod(containers=[{"name": "web", "image": "nginx", **fields}])["containers"][0]


def filled_volume(**source):
    return filled_pod(volumes=[{"name": "data", **source}])["volumes"][0]


def filled_workload(kind, fill, **spec):
    manifest = {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "web"}, "spec": spec}
    obj, _ = decode(manifest, find(kind))
    fill(obj)
    return obj["spec"]


def test_a_pod_of_one_line_is_filled_in():
    assert filled_pod() == {
        "containers": [
            {
                "name": "web",
                "image": "nginx",
                "imagePullPolicy": "Always",
                "resources": {},
                "terminationMessagePath": "/dev/termination-log",
                "terminationMessagePolicy": "File",
            }
        ],
        "dnsPolicy": "ClusterFirst",
        "enableServiceLinks": True,
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "securityContext": {},
        "terminationGracePeriodSeconds": 30,
    }


def test_defaults_of_a_filled_pod_change_nothing():
    manifest = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web"},
        "spec": {
            "hostNetwork": True,
            "resources": {"limits": {"cpu": "2"}},
            "containers": [
                {
                    "name": "web",
                    "image": "nginx",
                    "ports": [{"containerPort": 80}],
                    "resources": {"limits": {"cpu": "1"}},
                    "livenessProbe": {"httpGet": {"port": 80}},
                }
            ],
            "volumes": [{"name": "a"}, {"name": "b", "configMap": {"name": "b"}}],
        },
    }
    obj, _ = decode(manifest, find("Pod"))
    pod(obj)
    once = copy.deepcopy(obj)
    pod(obj)
    assert obj == once


@pytest.mark.parametrize(
    ("image", "tag"),
    [
        ("nginx", "latest"),
        ("nginx:latest", "latest"),
        ("nginx:1.27", "1.27"),
        ("registry.example.com/shop/web", "latest"),
        ("localhost:5000/web", "latest"),
        ("localhost:5000/web:2", "2"),
        ("nginx@sha256:" + "a" * 64, ""),
        ("nginx:1@sha256:" + "a" * 64, "1"),
        ("NGINX", ""),
        ("Registry/web", "latest"),
        ("web:", ""),
        ("two words", ""),
        ("a" * 300, ""),
        ("b" * 64, "latest"),
        ("b" * 63 + "0", ""),
    ],
)
def test_the_tag_of_an_image(image, tag):
    if image == "b" * 64:
        tag = ""  # sixty-four hexadecimal digits are a digest
    assert image_tag(image) == tag
    assert pull_policy(image) == ("Always" if tag == "latest" else "IfNotPresent")


def test_a_pull_policy_that_is_given_stays():
    assert filled_container(imagePullPolicy="Never")["imagePullPolicy"] == "Never"


def test_probes_and_ports_get_their_numbers():
    container = filled_container(
        ports=[{"containerPort": 53, "protocol": "UDP"}, {"containerPort": 80}],
        readinessProbe={"httpGet": {"port": "http"}, "periodSeconds": 3},
        livenessProbe={"grpc": {"port": 9}},
    )
    assert [port["protocol"] for port in container["ports"]] == ["UDP", "TCP"]
    assert container["readinessProbe"] == {
        "httpGet": {"path": "/", "port": "http", "scheme": "HTTP"},
        "periodSeconds": 3,
        "timeoutSeconds": 1,
        "successThreshold": 1,
        "failureThreshold": 3,
    }
    assert container["livenessProbe"]["grpc"] == {"port": 9, "service": ""}


def test_limits_imply_requests_for_pods_only():
    resources = {"limits": {"cpu": ".5", "memory": "1Gi"}, "requests": {"memory": "512Mi"}}
    assert filled_container(resources=resources)["resources"] == {
        "limits": {"cpu": "500m", "memory": "1Gi"},
        "requests": {"cpu": "500m", "memory": "512Mi"},
    }
    template = {"spec": {"containers": [{"name": "web", "image": "nginx", "resources": resources}]}}
    spec = filled_workload("ReplicaSet", replicaset, selector={}, template=template)
    assert spec["template"]["spec"]["containers"][0]["resources"]["requests"] == {"memory": "512Mi"}
    assert "enableServiceLinks" not in spec["template"]["spec"]


def test_resources_are_rounded_up_to_thousandths():
    requests = filled_container(resources={"requests": {"cpu": "0.0001", "memory": "1.5Ki"}})["resources"]["requests"]
    assert requests == {"cpu": "1m", "memory": "1536"}


def test_on_the_hosts_network_ports_are_the_hosts():
    spec = filled_pod(
        hostNetwork=True, containers=[{"name": "web", "image": "nginx", "ports": [{"containerPort": 80}]}]
    )
    assert spec["containers"][0]["ports"] == [{"containerPort": 80, "hostPort": 80, "protocol": "TCP"}]


def test_a_false_host_network_is_nothing():
    spec = filled_pod(
        hostNetwork=False, containers=[{"name": "web", "image": "nginx", "ports": [{"containerPort": 80}]}]
    )
    assert "hostNetwork" not in spec
    assert "hostPort" not in spec["containers"][0]["ports"][0]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"serviceAccountName": "robot"}, "robot"),
        ({"serviceAccount": "robot"}, "robot"),
        ({"serviceAccount": "old", "serviceAccountName": "robot"}, "robot"),
        ({"serviceAccount": ""}, None),
    ],
)
def test_the_two_names_of_the_service_account_agree(given, kept):
    spec = filled_pod(**given)
    assert (spec.get("serviceAccountName"), spec.get("serviceAccount")) == (kept, kept)


def test_a_negative_grace_period_becomes_one_second():
    assert filled_pod(terminationGracePeriodSeconds=-5)["terminationGracePeriodSeconds"] == 1
    assert filled_pod(terminationGracePeriodSeconds=0)["terminationGracePeriodSeconds"] == 0


@pytest.mark.parametrize(
    ("given", "filled"),
    [
        ({}, {"emptyDir": {}}),
        ({"hostPath": {"path": "/data"}}, {"hostPath": {"path": "/data", "type": ""}}),
        ({"secret": {"secretName": "s"}}, {"secret": {"secretName": "s", "defaultMode": 0o644}}),
        ({"configMap": {"name": "c", "defaultMode": 0}}, {"configMap": {"name": "c", "defaultMode": 0}}),
        ({"emptyDir": {"sizeLimit": "1024Mi"}}, {"emptyDir": {"sizeLimit": "1Gi"}}),
        (
            {"rbd": {"monitors": ["a"], "image": "i"}},
            {
                "rbd": {
                    "monitors": ["a"],
                    "image": "i",
                    "pool": "rbd",
                    "user": "admin",
                    "keyring": "/etc/ceph/keyring",
                }
            },
        ),
        (
            {"image": {"reference": "models:v1"}},
            {"image": {"reference": "models:v1", "pullPolicy": "IfNotPresent"}},
        ),
        (
            {"projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}},
            {
                "projected": {
                    "sources": [{"serviceAccountToken": {"path": "token", "expirationSeconds": 3600}}],
                    "defaultMode": 0o644,
                }
            },
        ),
        (
            {"downwardAPI": {"items": [{"path": "p", "resourceFieldRef": {"resource": "limits.cpu"}}]}},
            {
                "downwardAPI": {
                    "items": [{"path": "p", "resourceFieldRef": {"resource": "limits.cpu", "divisor": "0"}}],
                    "defaultMode": 0o644,
                }
            },
        ),
    ],
)
def test_volumes_are_filled_in(given, filled):
    assert filled_volume(**given) == {"name": "data", **filled}


def test_the_claim_of_an_ephemeral_volume_is_filled_in():
    template = {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1024Mi"}}}}
    claim = filled_volume(ephemeral={"volumeClaimTemplate": template})["ephemeral"]["volumeClaimTemplate"]["spec"]
    assert (claim["volumeMode"], claim["resources"]["requests"]) == ("Filesystem", {"storage": "1Gi"})


def test_pod_level_requests_come_from_containers_then_from_limits():
    spec = filled_pod(
        resources={"limits": {"cpu": "2", "memory": "1Gi"}},
        containers=[{"name": name, "image": "nginx", "resources": {"requests": {"cpu": "250m"}}} for name in "ab"],
    )
    assert spec["resources"]["requests"] == {"cpu": "500m", "memory": "1Gi"}


def test_a_deployment_replaces_a_quarter_at_a_time():
    spec = filled_workload("Deployment", deployment, selector={}, template={})
    assert {key: spec[key] for key in spec if key not in ("selector", "template")} == {
        "replicas": 1,
        "revisionHistoryLimit": 10,
        "progressDeadlineSeconds": 600,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"}},
    }


def test_zero_is_not_nothing_where_it_means_something():
    spec = filled_workload(
        "Deployment",
        deployment,
        replicas=0,
        revisionHistoryLimit=0,
        minReadySeconds=0,
        paused=False,
        strategy={"rollingUpdate": {"maxSurge": 0}},
        selector={},
        template={},
    )
    assert (spec["replicas"], spec["revisionHistoryLimit"]) == (0, 0)
    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": 0, "maxUnavailable": "25%"}
    assert "paused" not in spec


def test_recreate_has_no_rolling_update():
    spec = filled_workload("Deployment", deployment, selector={}, template={}, strategy={"type": "Recreate"})
    assert spec["strategy"] == {"type": "Recreate"}


def test_a_replicaset_has_one_pod_and_no_strategy():
    spec = filled_workload("ReplicaSet", replicaset, selector={}, template={})
    assert sorted(spec) == ["replicas", "selector", "template"]
