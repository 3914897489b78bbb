import pytest
from judged_pods import container_faults, faults, made

from kubelab.api.validation.pod import pod, pod_template


@pytest.mark.parametrize("name", ["Web", "web.1", "a" * 64, "-web"])
def test_a_container_is_called_by_a_dns_label(name):
    assert set(container_faults(name=name)) == {"name"}


def test_names_of_containers_are_unique_across_sorts():
    same = {"name": "web", "image": "nginx"}
    assert faults(containers=[same, same], initContainers=[same]) == ["containers[1].name", "initContainers[0].name"]


def test_only_templates_may_pad_an_image():
    assert container_faults(image=" nginx") == ["image"]
    template = {"metadata": {}, "spec": made(containers=[{"name": "web", "image": " nginx"}])["spec"]}
    assert pod_template(template, "spec.template") == []


def test_sentences_are_the_api_servers():
    (cause,) = pod(
        made(containers=[{"name": "web", "image": "nginx", "ports": [{"containerPort": 80, "protocol": "tcp"}]}])
    )
    assert str(cause) == (
        'spec.containers[0].ports[0].protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"'
    )


@pytest.mark.parametrize(
    ("ports", "wrong"),
    [
        ([{"containerPort": 0}], ["ports[0].containerPort"]),
        ([{"containerPort": 65536}], ["ports[0].containerPort"]),
        ([{"containerPort": 80, "hostPort": -1}], ["ports[0].hostPort"]),
        ([{"containerPort": 80, "name": "Http"}], ["ports[0].name"]),
        ([{"containerPort": 80, "name": "a"}, {"containerPort": 81, "name": "a"}], ["ports[1].name"]),
        ([{"containerPort": 80, "hostPort": 8}, {"containerPort": 81, "hostPort": 8}], ["ports[1].hostPort"]),
        ([{"containerPort": 80, "hostPort": 8}, {"containerPort": 80, "hostPort": 8, "protocol": "UDP"}], []),
    ],
)
def test_ports(ports, wrong):
    assert container_faults(ports=ports) == wrong


def test_on_the_hosts_network_a_port_cannot_be_another():
    held = [{"name": "web", "image": "nginx", "ports": [{"containerPort": 80, "hostPort": 8080}]}]
    assert faults(hostNetwork=True, containers=held) == ["containers[0].ports[0].hostPort"]


@pytest.mark.parametrize(
    ("variable", "wrong"),
    [
        ({"name": "A", "value": "1"}, []),
        ({"name": "with spaces.and-more"}, []),
        ({"name": "A=B"}, ["env[0].name"]),
        ({"name": ""}, ["env[0].name"]),
        ({"name": "A", "valueFrom": {}}, ["env[0].valueFrom"]),
        ({"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}, []),
        ({"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}}, []),
        (
            {"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['a b']"}}},
            ["env[0].valueFrom.fieldRef"],
        ),
        (
            {"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels"}}},
            ["env[0].valueFrom.fieldRef.fieldPath"],
        ),
        (
            {"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodename"}}},
            ["env[0].valueFrom.fieldRef.fieldPath"],
        ),
        (
            {"name": "A", "value": "1", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            ["env[0].valueFrom"],
        ),
        ({"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}, []),
        (
            {"name": "A", "valueFrom": {"secretKeyRef": {"name": "S", "key": ""}}},
            ["env[0].valueFrom.secretKeyRef.name", "env[0].valueFrom.secretKeyRef.key"],
        ),
        ({"name": "A", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1m"}}}, []),
        (
            {"name": "A", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "2"}}},
            ["env[0].valueFrom.resourceFieldRef.divisor"],
        ),
        (
            {"name": "A", "valueFrom": {"resourceFieldRef": {"resource": "limits.disk"}}},
            ["env[0].valueFrom.resourceFieldRef.resource"],
        ),
    ],
)
def test_environment(variable, wrong):
    assert container_faults(env=[variable]) == wrong


def test_variables_from_files_live_in_an_empty_dir():
    reference = {"key": "A", "path": "env", "volumeName": "vars"}
    held = [{"name": "web", "image": "nginx", "env": [{"name": "A", "valueFrom": {"fileKeyRef": reference}}]}]
    where = "containers[0].env[0].valueFrom.fileKeyRef.volumeName"
    assert faults(containers=held) == [where]
    assert faults(containers=held, volumes=[{"name": "vars", "hostPath": {"path": "/"}}]) == [where]
    assert faults(containers=held, volumes=[{"name": "vars"}]) == []


def test_environment_from_whole_objects():
    assert container_faults(envFrom=[{"prefix": "A_", "configMapRef": {"name": "c"}}]) == []
    assert container_faults(envFrom=[{}]) == ["envFrom"]
    assert container_faults(envFrom=[{"configMapRef": {}, "secretRef": {"name": "s"}}]) == [
        "envFrom[0].configMapRef.name",
        "envFrom",
    ]


@pytest.mark.parametrize(
    ("resources", "wrong"),
    [
        ({"requests": {"cpu": "1"}, "limits": {"cpu": "2"}}, []),
        ({"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}, ["resources.requests"]),
        ({"limits": {"cpu": "-1"}}, ["resources.limits[cpu]", "resources.requests[cpu]"]),
        ({"requests": {"disk": "1"}}, ["resources.requests[disk]"]),
        ({"requests": {"pods": "1"}}, ["resources.requests[pods]"]),
        ({"limits": {"nvidia.com/gpu": "1"}}, []),
        ({"requests": {"nvidia.com/gpu": "1"}}, ["resources.limits"]),
        ({"requests": {"nvidia.com/gpu": "1"}, "limits": {"nvidia.com/gpu": "2"}}, ["resources.requests"]),
        (
            {"limits": {"nvidia.com/gpu": "500m"}},
            ["resources.limits[nvidia.com/gpu]", "resources.requests[nvidia.com/gpu]"],
        ),
        ({"limits": {"hugepages-2Mi": "4Mi", "cpu": "1"}}, []),
        ({"limits": {"hugepages-2Mi": "4Mi"}}, ["resources"]),
        (
            {"limits": {"hugepages-2Mi": "3Mi", "cpu": "1"}},
            ["resources.limits[hugepages-2Mi]", "resources.requests[hugepages-2Mi]"],
        ),
        ({"claims": [{"name": "gpu"}]}, ["resources.claims[0]"]),
    ],
)
def test_resources(resources, wrong):
    assert container_faults(resources=resources) == wrong


def test_a_pods_resources_hold_its_containers():
    held = [{"name": name, "image": "nginx", "resources": {"requests": {"cpu": "1"}}} for name in "ab"]
    assert faults(containers=held, resources={"requests": {"cpu": "2"}}) == []
    assert faults(containers=held, resources={"requests": {"cpu": "1500m"}}) == ["resources.requests[cpu]"]
    assert faults(containers=held, resources={"requests": {"ephemeral-storage": "1Gi"}}) == [
        "resources.requests[ephemeral-storage]"
    ]


@pytest.mark.parametrize(
    ("probe", "wrong"),
    [
        ({"httpGet": {"port": 80}}, []),
        ({}, ["livenessProbe"]),
        ({"httpGet": {"port": 0}}, ["livenessProbe.httpGet.port"]),
        ({"httpGet": {"port": "80"}}, ["livenessProbe.httpGet.port"]),
        ({"httpGet": {"port": 80, "scheme": "FTP"}}, ["livenessProbe.httpGet.scheme"]),
        (
            {"httpGet": {"port": 80, "httpHeaders": [{"name": "a b", "value": ""}]}},
            ["livenessProbe.httpGet.httpHeaders"],
        ),
        ({"exec": {}}, ["livenessProbe.exec.command"]),
        ({"exec": {"command": ["true"]}, "tcpSocket": {"port": 80}}, ["livenessProbe.tcpSocket"]),
        ({"tcpSocket": {"port": 80}, "periodSeconds": -1}, ["livenessProbe.periodSeconds"]),
        ({"tcpSocket": {"port": 80}, "successThreshold": 2}, ["livenessProbe.successThreshold"]),
        (
            {"tcpSocket": {"port": 80}, "terminationGracePeriodSeconds": 0},
            ["livenessProbe.terminationGracePeriodSeconds"],
        ),
    ],
)
def test_liveness_probes(probe, wrong):
    assert container_faults(livenessProbe=probe) == wrong


def test_a_readiness_probe_may_ask_twice_and_kills_nobody():
    probe = {"tcpSocket": {"port": 80}, "successThreshold": 2}
    assert container_faults(readinessProbe=probe) == []
    assert container_faults(readinessProbe={**probe, "terminationGracePeriodSeconds": 5}) == [
        "readinessProbe.terminationGracePeriodSeconds"
    ]


def test_a_hook_does_not_sleep_longer_than_the_grace_period():
    held = [{"name": "web", "image": "nginx", "lifecycle": {"preStop": {"sleep": {"seconds": 11}}}}]
    assert faults(containers=held, terminationGracePeriodSeconds=10) == ["containers[0].lifecycle.preStop.sleep"]
    assert faults(containers=held, terminationGracePeriodSeconds=11) == []


def test_only_sidecars_among_init_containers_have_probes():
    init = {"name": "log", "image": "busybox", "livenessProbe": {"tcpSocket": {"port": 80}}}
    assert faults(initContainers=[init]) == ["initContainers[0].livenessProbe"]
    assert faults(initContainers=[{**init, "restartPolicy": "Always"}]) == []
    assert faults(initContainers=[{**init, "restartPolicy": "Ever"}]) == [
        "initContainers[0].restartPolicy",
        "initContainers[0].livenessProbe",
    ]


def test_rules_of_restart_need_a_policy():
    rule = {"action": "Restart", "exitCodes": {"operator": "In", "values": [42]}}
    assert container_faults(restartPolicy="Never", restartPolicyRules=[rule]) == []
    assert container_faults(restartPolicyRules=[rule]) == ["restartPolicy"]
    assert container_faults(restartPolicy="Never", restartPolicyRules=[{"action": "Pause"}]) == [
        "restartPolicyRules[0].action",
        "restartPolicyRules[0].exitCodes",
    ]


@pytest.mark.parametrize(
    ("context", "wrong"),
    [
        ({"runAsUser": 2**31}, ["securityContext.runAsUser"]),
        ({"privileged": True, "allowPrivilegeEscalation": False}, ["securityContext"]),
        ({"procMount": "Unmasked"}, ["securityContext.procMount"]),
        ({"appArmorProfile": {"type": "Strict"}}, ["securityContext.appArmorProfile.type"]),
        ({"windowsOptions": {"runAsUserName": "a\\b\\c"}}, ["securityContext.windowsOptions.runAsUserName"]),
    ],
)
def test_security_contexts_of_containers(context, wrong):
    assert container_faults(securityContext=context) == wrong
