"""Admission plugins, each with the objects that it goes by."""

import pytest

from kubelab.api.errors import ApiError
from kubelab.api.objects import to_dict


def manifest(kind, name="web", version="v1", meta=None, **fields):
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, **(meta or {})}, **fields}


def pod(name="web", resources=None, **spec):
    container = {"name": "web", "image": "nginx:1.27", "resources": resources or {}}
    return manifest("Pod", name, spec={"containers": [container], **spec})


def claim(name="data", size="1Gi", **spec):
    asked = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
    return manifest("PersistentVolumeClaim", name, spec={**asked, **spec})


def storage_class(name, default=False, **fields):
    annotations = {"storageclass.kubernetes.io/is-default-class": "true"} if default else {}
    meta = {"annotations": annotations}
    return manifest("StorageClass", name, "storage.k8s.io/v1", meta, provisioner="example.com/disk", **fields)


def quota(bare, hard, used=None, **spec):
    """A quota of which the controller has counted what is used."""
    bare.client.create(manifest("ResourceQuota", "small", spec={"hard": hard, **spec}))
    status = {"hard": hard, "used": dict.fromkeys(hard, "0") if used is None else used}
    bare.client.patch("quota", "small", {"status": status}, subresource="status")


def used(bare):
    return bare.client.get("quota", "small").status.used


def refusal(bare, obj, **options):
    with pytest.raises(ApiError) as caught:
        bare.client.create(obj, **options)
    assert caught.value.code == 403
    return caught.value.message


def limit_range(bare, **item):
    bare.client.create(manifest("LimitRange", "bounds", spec={"limits": [{"type": "Container", **item}]}))


def test_a_container_that_asks_for_nothing_gets_the_default_and_is_told(bare):
    limit_range(bare, default={"cpu": "500m", "memory": "1Gi"}, defaultRequest={"cpu": "100m"})
    made = bare.client.create(pod(resources={"limits": {"memory": "64Mi"}}))
    resources = to_dict(made)["spec"]["containers"][0]["resources"]
    assert resources == {
        "limits": {"cpu": "500m", "memory": "64Mi"},
        "requests": {"cpu": "100m", "memory": "64Mi"},
    }
    text = "LimitRanger plugin set: cpu request for container web; cpu limit for container web"
    assert made.metadata.annotations == {"kubernetes.io/limit-ranger": text}


@pytest.mark.parametrize(
    ("item", "resources", "detail"),
    [
        (
            {"max": {"cpu": "1"}},
            {"limits": {"cpu": "2"}},
            "maximum cpu usage per Container is 1, but limit is 2",
        ),
        (
            {"min": {"memory": "1Gi"}},
            {"requests": {"memory": "1Mi"}},
            "minimum memory usage per Container is 1Gi, but request is 1Mi",
        ),
        (
            {"maxLimitRequestRatio": {"cpu": "2"}},
            {"requests": {"cpu": "100m"}, "limits": {"cpu": "300m"}},
            "cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000",
        ),
        (
            {"type": "Pod", "max": {"cpu": "1"}},
            {},
            "maximum cpu usage per Pod is 1.  No limit is specified",
        ),
        (
            {"max": {"cpu": "1", "memory": "1Mi"}},
            {"limits": {"cpu": "2", "memory": "2Mi"}},
            "[maximum cpu usage per Container is 1, but limit is 2, "
            "maximum memory usage per Container is 1Mi, but limit is 2Mi]",
        ),
    ],
)
def test_a_pod_outside_of_the_limits_is_refused(bare, item, resources, detail):
    limit_range(bare, **item)
    assert refusal(bare, pod(resources=resources)) == f'pods "web" is forbidden: {detail}'


def test_a_claim_outside_of_the_limits_is_refused(bare):
    limit_range(bare, type="PersistentVolumeClaim", max={"storage": "1Gi"}, min={"storage": "1Mi"})
    detail = "maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 2Gi"
    assert refusal(bare, claim(size="2Gi")) == f'persistentvolumeclaims "data" is forbidden: {detail}'


def test_limits_hold_for_pods_of_one_template_too_when_they_change(bare):
    made = bare.client.create(pod("first"))
    twin = made.__class__(metadata=made.metadata.__class__(name="second", namespace="default"), spec=made.spec)
    assert bare.client.create(twin).metadata.annotations is None
    limit_range(bare, default={"cpu": "1"})
    third = made.__class__(metadata=made.metadata.__class__(name="third", namespace="default"), spec=made.spec)
    assert bare.client.create(third).spec.containers[0].resources.limits == {"cpu": "1"}


def test_what_is_made_is_charged_at_once_and_before_it_is_there(bare):
    quota(bare, {"pods": "2", "requests.cpu": "1"})
    bare.client.create(pod(resources={"requests": {"cpu": "250m"}}))
    assert used(bare) == {"pods": "1", "requests.cpu": "250m"}
    written = [(entry.actor, entry.object) for entry in bare.journal][-2:]
    assert written == [("kube-apiserver", "resourcequotas/default/small"), ("kubectl", "pods/default/web")]


def test_what_a_quota_has_no_room_for_is_refused(bare):
    quota(bare, {"pods": "2", "requests.cpu": "1"}, used={"pods": "1", "requests.cpu": "900m"})
    message = refusal(bare, pod(resources={"requests": {"cpu": "250m"}}))
    detail = "exceeded quota: small, requested: requests.cpu=250m, used: requests.cpu=900m, limited: requests.cpu=1"
    assert message == f'pods "web" is forbidden: {detail}'
    assert used(bare) == {"pods": "1", "requests.cpu": "900m"}


def test_a_pod_must_say_what_a_quota_bounds(bare):
    quota(bare, {"limits.memory": "1Gi"})
    detail = "failed quota: small: must specify limits.memory for: web"
    assert refusal(bare, pod()) == f'pods "web" is forbidden: {detail}'


def test_while_nobody_has_counted_nothing_is_known(bare):
    quota(bare, {"pods": "2"}, used={})
    assert refusal(bare, pod()) == 'pods "web" is forbidden: status unknown for quota: small, resources: pods'


def test_a_quota_that_nobody_has_looked_at_bounds_nothing_yet(bare):
    bare.client.create(manifest("ResourceQuota", "new", spec={"hard": {"pods": "0"}}))
    assert bare.client.create(pod()).metadata.name == "web"


def test_a_dry_run_is_refused_but_not_charged(bare):
    quota(bare, {"pods": "1"})
    bare.client.create(pod(), dry_run=True)
    assert used(bare) == {"pods": "0"}
    bare.client.create(pod())
    assert "exceeded quota" in refusal(bare, pod("other"), dry_run=True)


def test_a_service_that_becomes_larger_is_charged_for_the_difference(bare):
    quota(bare, {"services": "5", "services.nodeports": "1"})
    bare.client.create(manifest("Service", "web", spec={"selector": {"a": "b"}, "ports": [{"port": 80}]}))
    bare.client.patch("svc", "web", {"spec": {"type": "NodePort"}})
    assert used(bare) == {"services": "1", "services.nodeports": "1"}
    with pytest.raises(ApiError, match=r"requested: services.nodeports=1, used: services.nodeports=1"):
        bare.client.patch("svc", "web", {"spec": {"ports": [{"port": 81, "name": "b"}, {"port": 80, "name": "a"}]}})


def test_objects_are_counted_by_kind_and_group(bare):
    quota(bare, {"count/configmaps": "1", "configmaps": "1"})
    bare.client.create(manifest("ConfigMap", "one"))
    assert used(bare) == {"count/configmaps": "1", "configmaps": "1"}
    assert "requested: configmaps=1,count/configmaps=1" in refusal(bare, manifest("ConfigMap", "two"))


def test_a_quota_of_a_scope_lets_others_pass(bare):
    quota(bare, {"pods": "0"}, scopes=["BestEffort"])
    bare.client.create(pod(resources={"requests": {"cpu": "1"}}))
    assert "exceeded quota" in refusal(bare, pod("lazy"))


def test_there_are_two_priority_classes_from_the_beginning(bare):
    names = [(each.metadata.name, each.value) for each in bare.client.list("pc")]
    assert names == [("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)]


def test_a_pod_gets_the_priority_of_its_class_or_of_the_default_one(bare):
    version = "scheduling.k8s.io/v1"
    bare.client.create(manifest("PriorityClass", "high", version, value=1000, preemptionPolicy="Never"))
    assert bare.client.create(pod("plain")).spec.priority == 0
    made = bare.client.create(pod("named", priorityClassName="high"))
    assert (made.spec.priority, made.spec.preemptionPolicy) == (1000, "Never")
    bare.client.create(manifest("PriorityClass", "usual", version, value=10, globalDefault=True))
    made = bare.client.create(pod("silent"))
    assert (made.spec.priorityClassName, made.spec.priority) == ("usual", 10)
    message = refusal(bare, manifest("PriorityClass", "other", version, value=5, globalDefault=True))
    assert message.endswith("PriorityClass usual is already marked as default. Only one default can exist")
    assert refusal(bare, pod("lost", priorityClassName="no")).endswith("no PriorityClass with name no was found")


def test_a_claim_that_names_no_class_gets_the_newest_default(bare):
    assert bare.client.create(claim("early")).spec.storageClassName is None
    bare.client.create(storage_class("first", default=True))
    bare.clock.run(5)
    bare.client.create(storage_class("second", default=True))
    assert bare.client.create(claim()).spec.storageClassName == "second"
    assert bare.client.create(claim("none", storageClassName="")).spec.storageClassName == ""


def test_an_ingress_that_names_no_class_gets_the_default(bare):
    annotations = {"ingressclass.kubernetes.io/is-default-class": "true"}
    version = "networking.k8s.io/v1"
    spec = {"controller": "example.com/ingress"}
    bare.client.create(manifest("IngressClass", "nginx", version, {"annotations": annotations}, spec=spec))
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    made = bare.client.create(manifest("Ingress", "web", version, spec={"defaultBackend": backend}))
    assert made.spec.ingressClassName == "nginx"


def test_a_runtime_brings_its_overhead_and_its_place(bare):
    scheduling = {"nodeSelector": {"kata": "yes"}, "tolerations": [{"key": "kata", "operator": "Exists"}]}
    fields = {"handler": "kata", "overhead": {"podFixed": {"memory": "120Mi"}}, "scheduling": scheduling}
    bare.client.create(manifest("RuntimeClass", "kata", "node.k8s.io/v1", **fields))
    made = bare.client.create(pod(runtimeClassName="kata"))
    assert (made.spec.overhead, made.spec.nodeSelector) == ({"memory": "120Mi"}, {"kata": "yes"})
    assert [each.key for each in made.spec.tolerations][-1] == "kata"
    conflict = pod("other", runtimeClassName="kata", nodeSelector={"kata": "no"})
    assert "conflict: runtimeClass.scheduling.nodeSelector[kata] = yes" in refusal(bare, conflict)
    assert refusal(bare, pod("lost", runtimeClassName="no")).endswith('pod rejected: RuntimeClass "no" not found')


def test_a_claim_grows_only_where_its_class_allows_it(bare):
    bare.client.create(storage_class("fixed"))
    bare.client.create(storage_class("elastic", allowVolumeExpansion=True))
    larger = {"spec": {"resources": {"requests": {"storage": "2Gi"}}}}
    for name, detail in (("elastic", ""), ("fixed", "the storageclass that provisions the pvc must support resize")):
        bare.client.create(claim(name, storageClassName=name, volumeName="disk"))
        with pytest.raises(ApiError, match=r"Only bound persistent volume claims can be expanded|immutable"):
            bare.client.patch("pvc", name, larger)
        bare.client.patch("pvc", name, {"status": {"phase": "Bound"}}, subresource="status")
        if detail:
            with pytest.raises(ApiError, match=detail):
                bare.client.patch("pvc", name, larger)
        else:
            grown = bare.client.patch("pvc", name, larger)
            assert grown.spec.resources.requests == {"storage": "2Gi"}


def test_since_when_a_volume_is_in_its_phase(bare):
    spec = {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/mnt"}}
    bare.clock.run(3)
    made = bare.client.create(manifest("PersistentVolume", "disk", spec=spec))
    assert made.status.lastPhaseTransitionTime == bare.clock.date
    bare.clock.run(8)
    changed = bare.client.patch("pv", "disk", {"status": {"phase": "Available"}}, None, subresource="status")
    assert changed.status.lastPhaseTransitionTime == bare.clock.date
