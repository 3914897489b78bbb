"""The service account controller and the root CA publisher: one object in every namespace."""

import pytest
from lone_controllers import after, running

from kubelab.control_plane.controller_manager.pods_by_node import PodsByNode
from kubelab.control_plane.controller_manager.root_ca import CERTIFICATE, CONFIG_MAP, RootCaController
from kubelab.control_plane.controller_manager.service_account import ServiceAccountController
from kubelab.control_plane.controller_manager.ticks import Ticks

BOTH = [(ServiceAccountController, "serviceaccounts", "default"), (RootCaController, "configmaps", CONFIG_MAP)]


def new_namespace(bare, name="shop"):
    bare.client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


@pytest.mark.parametrize(("controller", "kind", "name"), BOTH)
def test_every_namespace_has_one(bare, controller, kind, name):
    running(bare, controller)
    after(bare, 1)
    new_namespace(bare)
    after(bare, 1)
    found = [obj.metadata.namespace for obj in bare.client.list(kind) if obj.metadata.name == name]
    assert found == ["default", "kube-node-lease", "kube-public", "kube-system", "shop"]


@pytest.mark.parametrize(("controller", "kind", "name"), BOTH)
def test_what_somebody_deletes_is_made_again(bare, controller, kind, name):
    running(bare, controller)
    after(bare, 1)
    before = bare.client.get(kind, name)
    bare.client.delete(kind, name)
    after(bare, 1)
    assert bare.client.get(kind, name).metadata.uid != before.metadata.uid


@pytest.mark.parametrize(("controller", "kind", "name"), BOTH)
def test_a_namespace_on_its_way_out_gets_none(bare, controller, kind, name):
    running(bare, controller)
    new_namespace(bare)
    after(bare, 1)
    bare.client.delete("namespaces", "shop", None)
    bare.client.delete(kind, name, "shop")
    after(bare, 100)
    assert name not in [obj.metadata.name for obj in bare.client.list(kind, "shop")]
    assert not bare.clock.busy


@pytest.mark.parametrize(("controller", "kind", "name"), BOTH)
def test_a_second_start_changes_nothing(bare, controller, kind, name):
    manager = running(bare, controller)
    after(bare, 1)
    revision = bare.etcd.revision
    manager.stop()
    manager.start()
    after(bare, 1)
    assert bare.etcd.revision == revision


def test_a_certificate_that_was_changed_is_put_right(bare):
    running(bare, RootCaController)
    after(bare, 1)
    bare.client.patch("configmaps", CONFIG_MAP, {"data": {"ca.crt": "mine", "more": "x"}})
    after(bare, 1)
    held = bare.client.get("configmaps", CONFIG_MAP)
    assert held.data == {"ca.crt": CERTIFICATE}
    assert held.metadata.annotations["kubernetes.io/description"].startswith("Contains a CA bundle")


class Pod:
    """As much of a pod as the index sees."""

    def __init__(self, name, node):
        self.metadata = type("Meta", (), {"name": name, "namespace": "default"})
        self.spec = type("Spec", (), {"nodeName": node})


def test_pods_are_found_by_node():
    index = PodsByNode()
    waiting, placed, other = Pod("a", None), Pod("a", "worker-1"), Pod("b", "worker-1")
    index.change(None, waiting)
    index.change(waiting, placed)
    index.change(None, other)
    assert index.on("worker-1") == [placed, other]
    index.change(placed, None)
    assert index.on("worker-1") == [other]
    assert index.on("worker-2") == []


def test_ticks_are_counted_from_the_start(bare):
    bare.clock.run(12.3)
    manager = running(bare)
    ticks = Ticks(manager, 5.0)
    assert ticks.upcoming() == pytest.approx(12.3)
    assert ticks.next() == pytest.approx(17.3)
    assert ticks.at_or_after(3.0) == pytest.approx(12.3)
    after(bare, 7)
    assert (ticks.latest(), ticks.upcoming()) == (pytest.approx(17.3), pytest.approx(22.3))
