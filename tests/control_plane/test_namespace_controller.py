import pytest
from lone_controllers import add_node, after, conditions, config_map, pod, running

from kubelab.api.errors import ApiError
from kubelab.control_plane.controller_manager.namespace import NamespaceController


@pytest.fixture
def shop(bare):
    """A namespace with a controller over it."""
    running(bare, NamespaceController)
    bare.client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    bare.client.create(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "shop"}}
    )
    after(bare, 1)
    return bare


def delete(bare):
    bare.client.delete("namespaces", "shop", None)


def is_there(bare):
    return "shop" in [held.metadata.name for held in bare.client.list("namespaces")]


def test_an_empty_namespace_goes_after_five_seconds(shop):
    delete(shop)
    assert shop.client.get("namespaces", "shop", None).status.phase == "Terminating"
    after(shop, 4.9)
    assert is_there(shop)
    after(shop, 0.2)
    assert not is_there(shop)


def test_everything_in_it_goes_and_nothing_elsewhere(shop):
    for namespace in ("shop", "default"):
        shop.client.create(config_map("settings", namespace))
        shop.client.create(
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "web", "namespace": namespace},
                "spec": {"ports": [{"port": 80}]},
            }
        )
    delete(shop)
    after(shop, 6)
    assert not is_there(shop)
    for kind in ("configmaps", "services", "serviceaccounts"):
        assert shop.client.list(kind, "shop") == []
        assert shop.client.list(kind, "default") != []


def test_pods_go_first_in_their_own_time(shop):
    add_node(shop)
    shop.client.create(pod("web", "shop", node="worker-1", terminationGracePeriodSeconds=10))
    shop.client.create(config_map("settings", "shop"))
    delete(shop)
    after(shop, 8)
    held = shop.client.get("namespaces", "shop", None)
    assert conditions(held)["NamespaceContentRemaining"] == "True"
    messages = {each.type: (each.reason, each.message) for each in held.status.conditions}
    assert messages["NamespaceContentRemaining"] == (
        "SomeResourcesRemain",
        "Some resources are remaining: pods. has 1 resource instances",
    )
    assert [each.metadata.name for each in shop.client.list("configmaps", "shop")] == ["settings"]
    shop.client.delete("pods", "web", "shop", grace_period_seconds=0)
    after(shop, 2.9)  # it looked at 6 and looks again every 10/2 + 1 seconds
    assert is_there(shop)
    after(shop, 0.2)
    assert not is_there(shop)


def test_it_waits_for_finalizers_and_says_whose(shop):
    shop.client.create(config_map("held", "shop", finalizers=["example.com/keep"]))
    delete(shop)
    after(shop, 6)
    held = shop.client.get("namespaces", "shop", None)
    assert conditions(held)["NamespaceFinalizersRemaining"] == "True"
    assert held.status.conditions[-1].message.endswith("example.com/keep in 1 resource instances")
    after(shop, 100)
    assert not shop.clock.busy
    shop.client.patch("configmaps", "held", {"metadata": {"finalizers": None}}, "shop", patch_type="merge")
    after(shop, 10)
    assert not is_there(shop)


def test_nothing_new_can_be_made_in_it(shop):
    delete(shop)
    with pytest.raises(ApiError, match="because it is being terminated"):
        shop.client.create(config_map("late", "shop"))


@pytest.mark.parametrize("instant", [0.0, 3.0, 5.0, 5.006, 7.0])
def test_a_restart_at_any_instant_leads_to_the_same(bare, instant):
    manager = running(bare, NamespaceController)
    add_node(bare)
    bare.client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    bare.client.create(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "shop"}}
    )
    bare.client.create(pod("web", "shop", node="worker-1"))
    after(bare, 1)
    delete(bare)
    after(bare, instant)
    manager.stop()
    bare.client.delete("pods", "web", "shop", grace_period_seconds=0)
    manager.start()
    after(bare, 20)
    assert not is_there(bare)
