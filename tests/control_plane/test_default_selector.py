"""Which pods are a pod's own kind: those that its Services and its owner select."""

import pytest
from lightkube.models import apps_v1, core_v1, meta_v1

from kubelab.control_plane.scheduler.default_selector import DefaultSelectors

TEMPLATE = core_v1.PodTemplateSpec()
LABELS = meta_v1.LabelSelector(matchLabels={"app": "db"})


def owned(kind, name="db", namespace="default"):
    ref = meta_v1.OwnerReference(apiVersion="v1", kind=kind, name=name, uid="1", controller=True)
    labels = {"app": "db", "tier": "back"}
    meta = meta_v1.ObjectMeta(name="db-0", namespace=namespace, labels=labels, ownerReferences=[ref])
    return core_v1.Pod(metadata=meta)


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("ReplicaSet", apps_v1.ReplicaSetSpec(selector=LABELS)),
        ("StatefulSet", apps_v1.StatefulSetSpec(selector=LABELS, template=TEMPLATE)),
        ("ReplicationController", core_v1.ReplicationControllerSpec(selector={"app": "db"})),
    ],
)
def test_the_owner_says_what_kind_a_pod_is_of(kind, spec):
    selectors = DefaultSelectors()
    owner = core_v1.ReplicationController(spec=spec)  # only its spec is looked at
    selectors.put_owner(kind, "default/db", owner)
    assert str(selectors.of(owned(kind))) == "app=db"
    assert selectors.of(owned(kind, namespace="other")) is None
    assert selectors.of(owned("Job")) is None
    selectors.put_owner(kind, "default/db", None)
    assert selectors.of(owned(kind)) is None


def test_services_count_too():
    selectors = DefaultSelectors()
    service = core_v1.Service(spec=core_v1.ServiceSpec(selector={"tier": "back"}))
    selectors.put_service("default/db", service)
    selectors.put_owner(
        "StatefulSet", "default/db", apps_v1.StatefulSet(spec=apps_v1.StatefulSetSpec(LABELS, TEMPLATE))
    )
    assert str(selectors.of(owned("StatefulSet"))) == "tier=back,app=db"
