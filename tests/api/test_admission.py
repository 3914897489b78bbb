import random

import pytest
from lightkube.models import core_v1, meta_v1

from kubelab.api import kinds
from kubelab.api.errors import ApiError
from kubelab.control_plane.api_server.admission import admit


def known(kind, namespace, name):
    if kind == "Namespace" and name in ("default", "going"):
        phase = "Active" if name == "default" else "Terminating"
        return core_v1.Namespace(metadata=meta_v1.ObjectMeta(name=name), status=core_v1.NamespaceStatus(phase=phase))
    if kind == "ServiceAccount" and name in ("default", "robot"):
        secrets = [core_v1.LocalObjectReference(name="registry")] if name == "robot" else None
        return core_v1.ServiceAccount(
            metadata=meta_v1.ObjectMeta(name=name),
            automountServiceAccountToken=name == "default",
            imagePullSecrets=secrets,
        )
    return None


def new(kind, name="web", *, old=None, namespace="default", meta=None, **fields):
    manifest = {"metadata": {"name": name, **(meta or {})}, **fields}
    return admit(manifest, kinds.find(kind), old=old, namespace=namespace, lookup=known, rng=random.Random(1))[0]


def refusal(kind, name="web", **fields):
    with pytest.raises(ApiError) as caught:
        new(kind, name, **fields)
    return caught.value


def faulty(kind, name="web", **fields):
    error = refusal(kind, name, **fields)
    assert error.code == 422, error.message
    return [cause.field for cause in error.causes]


def pod(name="web", meta=None, **spec):
    return new("pod", name, meta=meta, spec={"containers": [{"name": "web", "image": "nginx"}], **spec})


def pod_refusal(**spec):
    return refusal("pod", spec={"containers": [{"name": "web", "image": "nginx"}], **spec})


def service(old=None, ports=({"port": 80},), **spec):
    return new("service", old=old, spec={"selector": {"app": "web"}, "ports": list(ports), **spec})


def faulty_service(old=None, ports=({"port": 80},), **spec):
    return faulty("service", old=old, spec={"selector": {"app": "web"}, "ports": list(ports), **spec})


# -- what admission plugins do


def test_a_pod_acts_as_the_default_service_account_and_finds_its_token():
    spec = pod()["spec"]
    assert spec["serviceAccountName"] == spec["serviceAccount"] == "default"
    volume = spec["volumes"][0]["name"]
    assert volume.startswith("kube-api-access-")
    mount = {"name": volume, "readOnly": True, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}
    assert spec["containers"][0]["volumeMounts"] == [mount]
    assert pod()["spec"]["volumes"][0]["name"] == volume, "the same dice give the same name"


def test_a_token_is_not_mounted_where_nobody_wants_it():
    assert "volumes" not in pod(automountServiceAccountToken=False)["spec"]
    assert "volumes" not in pod(serviceAccountName="robot")["spec"]
    assert "volumes" in pod(serviceAccountName="robot", automountServiceAccountToken=True)["spec"]


def test_a_pod_takes_the_pull_secrets_of_its_service_account():
    assert pod(serviceAccountName="robot")["spec"]["imagePullSecrets"] == [{"name": "registry"}]
    mine = [{"name": "mine"}]
    assert pod(serviceAccountName="robot", imagePullSecrets=mine)["spec"]["imagePullSecrets"] == mine


def test_an_unknown_service_account_is_forbidden():
    error = pod_refusal(serviceAccountName="ghost")
    assert (error.code, error.reason) == (403, "Forbidden")
    assert error.message == (
        'pods "web" is forbidden: error looking up service account default/ghost: serviceaccount "ghost" not found'
    )


def test_a_pod_stays_five_minutes_on_a_silent_node_unless_it_says_otherwise():
    keys = [(held["key"], held["tolerationSeconds"]) for held in pod()["spec"]["tolerations"]]
    assert keys == [("node.kubernetes.io/not-ready", 300), ("node.kubernetes.io/unreachable", 300)]
    mine = [
        {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 5}
    ]
    assert [held["tolerationSeconds"] for held in pod(tolerations=mine)["spec"]["tolerations"]] == [5, 300]
    assert len(pod(tolerations=[{"operator": "Exists"}])["spec"]["tolerations"]) == 1


def test_priority_is_a_number_of_the_cluster():
    assert pod()["spec"]["priority"] == 0
    assert pod(priorityClassName="system-node-critical")["spec"]["priority"] == 2_000_001_000
    assert pod_refusal(priorityClassName="mine").message.endswith("no PriorityClass with name mine was found")
    assert "the integer value of priority (5) must not be provided" in pod_refusal(priority=5).message
    assert "PreemptionPolicy (Never)" in pod_refusal(preemptionPolicy="Never").message


def test_there_is_one_runtime():
    assert pod_refusal(runtimeClassName="gvisor").message.endswith('pod rejected: RuntimeClass "gvisor" not found')
    assert pod_refusal(overhead={"cpu": "1"}).code == 403


def test_a_new_node_gets_no_pods_yet():
    taint = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}
    assert new("node")["spec"]["taints"] == [taint]
    assert new("node", spec={"taints": [taint]})["spec"]["taints"] == [taint]


def test_a_namespace_must_be_there_to_be_used():
    assert refusal("configmap", namespace="nowhere").message == 'namespaces "nowhere" not found'
    going = refusal("configmap", namespace="going")
    assert (going.code, going.causes[0].reason) == (403, "NamespaceTerminating")
    mismatch = refusal("configmap", meta={"namespace": "other"})
    assert mismatch.code == 400
    assert "does not match the namespace sent on the request" in mismatch.message
    assert "namespace" not in new("node", meta={"namespace": "other"})["metadata"]


# -- what a new object begins with


def test_nobody_decides_the_status_of_a_new_object():
    assert new("pod", status={"phase": "Running"}, spec={"containers": [{"name": "a", "image": "b"}]})["status"] == {
        "phase": "Pending",
        "qosClass": "BestEffort",
    }
    assert service()["status"] == {"loadBalancer": {}}
    assert new("node", status={"capacity": {"cpu": "2"}})["status"]["allocatable"] == {"cpu": "2"}


def test_what_the_api_server_gives_is_not_taken_from_a_manifest():
    meta = new("configmap", meta={"uid": "1", "generation": 7, "creationTimestamp": "2026-01-01T00:00:00Z"})["metadata"]
    assert meta == {"name": "web", "namespace": "default"}
    assert refusal("configmap", meta={"resourceVersion": "5"}).code == 500


def test_a_change_reaches_the_status_or_all_the_rest_and_never_both():
    old = new("node", status={"phase": "Running"})
    sent = {"metadata": {"name": "web"}, "spec": {"unschedulable": True}, "status": {"phase": "Pending"}}
    spec_changed, _ = admit(sent, kinds.find("node"), old=old)
    status_changed, _ = admit(sent, kinds.find("node"), old=old, subresource="status")
    assert (spec_changed["spec"], spec_changed["status"]) == ({"unschedulable": True}, old["status"])
    assert (status_changed["spec"], status_changed["status"]["phase"]) == (old["spec"], "Pending")


def test_a_gated_pod_says_that_it_waits():
    assert pod(schedulingGates=[{"name": "a.b/c"}])["status"]["conditions"][0]["reason"] == "SchedulingGated"


def test_match_label_keys_become_requirements_with_the_values_of_the_pod():
    constraint = {
        "maxSkew": 1,
        "topologyKey": "zone",
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"app": "web"}},
        "matchLabelKeys": ["version"],
    }
    held = pod(meta={"labels": {"version": "2"}}, topologySpreadConstraints=[constraint])
    wanted = [{"key": "version", "operator": "In", "values": ["2"]}]
    assert held["spec"]["topologySpreadConstraints"][0]["labelSelector"]["matchExpressions"] == wanted


def test_a_namespace_carries_its_name_as_a_label():
    made = new("namespace")
    assert made["metadata"]["labels"] == {"kubernetes.io/metadata.name": "web"}
    assert (made["spec"], made["status"]) == ({"finalizers": ["kubernetes"]}, {"phase": "Active"})
    changed = new("namespace", old=made, meta={"labels": {"a": "b"}})
    assert changed["metadata"]["labels"]["kubernetes.io/metadata.name"] == "web"
    assert changed["spec"] == made["spec"]


# -- Services


def test_a_service_says_little_and_means_much():
    assert service()["spec"] == {
        "selector": {"app": "web"},
        "ports": [{"port": 80, "targetPort": 80, "protocol": "TCP"}],
        "type": "ClusterIP",
        "sessionAffinity": "None",
        "internalTrafficPolicy": "Cluster",
        "ipFamilyPolicy": "SingleStack",
        "ipFamilies": ["IPv4"],
    }


def test_a_headless_service_without_pods_is_of_both_families():
    spec = new("service", spec={"clusterIP": "None"})["spec"]
    assert (spec["ipFamilyPolicy"], spec["ipFamilies"]) == ("RequireDualStack", ["IPv4", "IPv6"])


@pytest.mark.parametrize(
    ("spec", "fields"),
    [
        ({"ports": []}, ["spec.ports"]),
        ({"ports": [{"port": 0}]}, ["spec.ports[0].port", "spec.ports[0].targetPort"]),
        ({"ports": [{"port": 1}, {"port": 2}]}, ["spec.ports[0].name", "spec.ports[1].name"]),
        ({"ports": [{"port": 1, "name": "a"}, {"port": 2, "name": "a"}]}, ["spec.ports[1].name"]),
        ({"ports": [{"port": 1, "name": "a"}, {"port": 1, "name": "b"}]}, ["spec.ports[1]"]),
        ({"ports": [{"port": 1, "protocol": "tcp"}]}, ["spec.ports[0].protocol"]),
        ({"ports": [{"port": 1, "targetPort": "not_a_name"}]}, ["spec.ports[0].targetPort"]),
        ({"ports": [{"port": 1, "nodePort": 30000}]}, ["spec.ports[0].nodePort"]),
        ({"type": "Strange"}, ["spec.type"]),
        ({"type": "ExternalName"}, ["spec.externalName"]),
        ({"type": "ExternalName", "externalName": "A_"}, ["spec.externalName"]),
        ({"type": "NodePort", "clusterIP": "None"}, ["spec.clusterIPs[0]"]),
        ({"clusterIP": "10.0.0.300"}, ["spec.clusterIPs[0]"]),
        ({"clusterIPs": ["10.0.0.1"]}, ["spec.clusterIPs"]),
        ({"ipFamilies": ["IPv5", "IPv5"]}, ["spec.ipFamilies[0]", "spec.ipFamilies[1]", "spec.ipFamilies[1]"]),
        ({"ipFamilies": ["IPv6"]}, ["spec.ipFamilies[0]"]),
        ({"ipFamilyPolicy": "RequireDualStack"}, ["spec.ipFamilyPolicy"]),
        ({"sessionAffinity": "Sticky"}, ["spec.sessionAffinity"]),
        ({"sessionAffinity": "ClientIP", "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 0}}},
         ["spec.sessionAffinityConfig.clientIP.timeoutSeconds"]),
        ({"externalIPs": ["127.0.0.1", "x"]}, ["spec.externalIPs[0]", "spec.externalIPs[1]"]),
        ({"externalTrafficPolicy": "Local"}, ["spec.externalTrafficPolicy"]),
        ({"type": "NodePort", "externalTrafficPolicy": "Near"}, ["spec.externalTrafficPolicy"]),
        ({"internalTrafficPolicy": "Near"}, ["spec.internalTrafficPolicy"]),
        ({"trafficDistribution": "Near"}, ["spec.trafficDistribution"]),
        ({"healthCheckNodePort": 30000}, ["spec.healthCheckNodePort"]),
        ({"loadBalancerClass": "a.b/c"}, ["spec.loadBalancerClass"]),
        ({"type": "LoadBalancer", "loadBalancerSourceRanges": ["10.0.0.0"]}, ["spec.LoadBalancerSourceRanges[0]"]),
        ({"selector": {"a b": "c"}}, ["spec.selector"]),
    ],
)  # fmt: skip
def test_a_service_that_cannot_be_names_its_faulty_fields(spec, fields):
    assert faulty_service(**spec) == fields


def stored(**spec):
    made = service(**spec)
    made["metadata"] |= {"uid": "1", "resourceVersion": "5"}
    made["spec"] |= {"clusterIP": "10.96.0.9", "clusterIPs": ["10.96.0.9"]}
    return made


def test_an_update_keeps_what_was_handed_out():
    old = stored(type="NodePort", ports=[{"port": 80, "nodePort": 30080}])
    spec = service(old, type="NodePort")["spec"]
    assert (spec["clusterIP"], spec["ports"][0]["nodePort"]) == ("10.96.0.9", 30080)


def test_the_address_of_a_service_is_for_life():
    assert faulty_service(stored(), clusterIP="10.96.0.10") == ["spec.clusterIPs[0]"]


def test_a_service_may_become_a_name_and_loses_what_only_addresses_need():
    old = stored(type="LoadBalancer", ports=[{"port": 80, "nodePort": 30080}])
    changed = dict(old["spec"], type="ExternalName", externalName="example.com")
    spec = new("service", old=old, spec=changed)["spec"]
    assert "clusterIP" not in spec
    assert "nodePort" not in spec["ports"][0]
    assert not {"ipFamilies", "externalTrafficPolicy", "allocateLoadBalancerNodePorts"} & {*spec}


# -- the smaller kinds


def test_a_secret_keeps_text_in_base64_and_its_type():
    made = new("secret", stringData={"a": "hola"}, data={"b": "eA=="})
    assert (made["data"], made["type"]) == ({"a": "aG9sYQ==", "b": "eA=="}, "Opaque")
    assert faulty("secret", old=made, type="mine", data=made["data"]) == ["type"]


@pytest.mark.parametrize(
    ("sort", "fields"),
    [
        ("kubernetes.io/tls", ["data[tls.crt]", "data[tls.key]"]),
        ("kubernetes.io/basic-auth", ["data[username]", "data[password]"]),
        ("kubernetes.io/ssh-auth", ["data[ssh-privatekey]"]),
        ("kubernetes.io/dockerconfigjson", ["data[.dockerconfigjson]"]),
        ("kubernetes.io/service-account-token", ["metadata.annotations[kubernetes.io/service-account.name]"]),
    ],
)
def test_a_secret_holds_what_its_type_promises(sort, fields):
    assert faulty("secret", type=sort) == fields


def test_docker_secrets_hold_json():
    assert faulty("secret", type="kubernetes.io/dockercfg", stringData={".dockercfg": "{"}) == ["data[.dockercfg]"]
    assert new("secret", type="kubernetes.io/dockercfg", stringData={".dockercfg": "{}"})


@pytest.mark.parametrize("kind", ["secret", "configmap"])
def test_what_is_immutable_stays(kind):
    old = new(kind, data={"a": "YQ=="}, immutable=True)
    assert faulty(kind, old=old, data={"a": "Yg=="}) == ["immutable", "data"]
    assert new(kind, old=old, data={"a": "YQ=="}, immutable=True)


def test_a_config_map_has_keys_that_can_be_files_and_is_not_too_large():
    assert faulty("configmap", data={"a/b": "", "..": "", "c": ""}, binaryData={"c": "YQ=="}) == [
        "data[a/b]",
        "data[..]",
        "data[c]",
    ]
    assert refusal("configmap", data={"a": "x" * (2**20 + 1)}).causes[0].reason == "FieldValueTooLong"


def test_a_node_has_proper_taints_amounts_and_ranges():
    assert faulty("node", spec={"taints": [{"key": "a b", "value": "c d", "effect": "Never"}]}) == [
        "metadata.taints[0].key",
        "metadata.taints[0].value",
        "metadata.taints[0].effect",
    ]
    taint = {"key": "a", "effect": "NoSchedule"}
    assert faulty("node", spec={"taints": [taint, taint]}) == ["metadata.taints[1]"]
    status = {"capacity": {"cpu": "-1"}, "allocatable": {"pods": "1.5"}}
    assert faulty("node", status=status) == ["status.capacity.cpu", "status.allocatable.pods"]
    assert faulty("node", spec={"podCIDRs": ["10.0.0.0/24", "10.0.1.0/24"]}) == ["spec.podCIDRs"]
    assert new("node", spec={"podCIDR": "10.0.0.0/24"})["spec"]["podCIDRs"] == ["10.0.0.0/24"]


def test_the_range_of_a_node_is_given_once():
    old = new("node", spec={"podCIDR": "10.0.0.0/24", "providerID": "a"})
    assert faulty("node", old=old, spec={"podCIDR": "10.0.1.0/24", "providerID": "b"}) == [
        "spec.podCIDRs",
        "spec.providerID",
    ]
    assert new("node", old=new("node"), spec={"podCIDR": "10.0.1.0/24", "unschedulable": True})


def slice_of(*addresses, old=None, family="IPv4", **fields):
    endpoints = [{"addresses": list(addresses)}]
    return {"old": old, "addressType": family, "endpoints": endpoints, **fields}


def test_an_endpoint_slice_lists_addresses_of_its_family():
    made = new("endpointslice", **slice_of("10.0.0.1", ports=[{"port": 80}]))
    assert made["ports"] == [{"name": "", "port": 80, "protocol": "TCP"}]
    assert new("endpointslice", addressType="IPv4", endpoints=[])["endpoints"] is None
    assert faulty("endpointslice", **slice_of("::1", "127.0.0.1")) == [
        "endpoints[0].addresses[0]",
        "endpoints[0].addresses[0]",
        "endpoints[0].addresses[1]",
    ]
    assert faulty("endpointslice", **slice_of()) == ["endpoints[0].addresses"]
    assert faulty("endpointslice", **slice_of("a", family="FQDN")) == ["endpoints[0].addresses[0]"]
    assert faulty("endpointslice", **slice_of("10.0.0.1", family="IP")) == ["addressType"]
    assert faulty("endpointslice", **slice_of("a.b", family="FQDN", old=made)) == ["addressType"]
    ports = [{"port": 80}, {"port": 81, "protocol": "x"}]
    assert faulty("endpointslice", **slice_of("10.0.0.1", ports=ports)) == ["ports[1].name", "ports[1].protocol"]


def test_a_lease_lasts():
    assert faulty("lease", spec={"leaseDurationSeconds": 0, "leaseTransitions": -1}) == [
        "spec.leaseDurationSeconds",
        "spec.leaseTransitions",
    ]


def test_a_service_account_names_secrets_and_nothing_else():
    assert new("serviceaccount", secrets=[{"name": "a", "namespace": "b"}])["secrets"] == [{"name": "a"}]


def test_an_event_is_where_its_object_is():
    about = {"kind": "Pod", "name": "web", "namespace": "default"}
    assert new("event", involvedObject=about, reason="Started")["reportingComponent"] == ""
    assert faulty("event", involvedObject={**about, "namespace": "other"}) == ["involvedObject.namespace"]
    assert faulty("event", involvedObject=about, eventTime="2026-01-01T00:00:00.000000Z") == [
        "reportingController",
        "reportingController",
        "reportingController",
        "reportingInstance",
        "action",
        "reason",
    ]
