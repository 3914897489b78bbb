import pytest
from lone_controllers import after, config_map, owner_ref, running

from kubelab.control_plane.controller_manager.garbage_collector import GarbageCollector


@pytest.fixture
def collected(bare):
    """A bare API server with a garbage collector."""
    running(bare, GarbageCollector)
    return bare


def make(bare, name, *owners, block=None, **meta):
    refs = [owner_ref(owner, **({} if block is None else {"blockOwnerDeletion": block})) for owner in owners]
    return bare.client.create(config_map(name, owners=refs, **meta))


def names(bare):
    return [obj.metadata.name for obj in bare.client.list("configmaps", "default")]


def delete(bare, name, policy=None):
    bare.client.delete("configmaps", name, propagation_policy=policy)


def test_dependents_go_after_their_owner(collected):
    grandparent = make(collected, "a")
    parent = make(collected, "b", grandparent)
    make(collected, "c", parent)
    make(collected, "stranger")
    after(collected, 1)
    delete(collected, "a")
    assert names(collected) == ["b", "c", "stranger"]
    after(collected, 1)
    assert names(collected) == ["stranger"]


def test_one_owner_that_is_left_is_enough(collected):
    one, two = make(collected, "one"), make(collected, "two")
    make(collected, "child", one, two)
    after(collected, 1)
    delete(collected, "one")
    after(collected, 1)
    child = collected.client.get("configmaps", "child")
    assert [ref.name for ref in child.metadata.ownerReferences] == ["two"]
    delete(collected, "two")
    after(collected, 1)
    assert names(collected) == []


def test_an_owner_of_the_same_name_is_another_owner(collected):
    owner = make(collected, "owner")
    collected.server.hub.close_all()  # nothing is heard of what follows
    delete(collected, "owner")
    make(collected, "owner")
    make(collected, "child", owner)
    running_again = running(collected, GarbageCollector)
    after(collected, 1)
    assert names(collected) == ["owner"]
    assert running_again.running


def test_an_owner_that_never_was_takes_its_dependents_along(collected):
    ref = {"apiVersion": "v1", "kind": "ConfigMap", "name": "nobody", "uid": "00000000-0000-4000-8000-000000000000"}
    collected.client.create(config_map("child", owners=[ref]))
    after(collected, 1)
    assert names(collected) == []


def test_an_owner_of_a_kind_that_is_not_served_counts_as_there(collected):
    ref = {"apiVersion": "example.com/v1", "kind": "Thing", "name": "x", "uid": "00000000-0000-4000-8000-000000000000"}
    collected.client.create(config_map("child", owners=[ref]))
    after(collected, 100)
    assert names(collected) == ["child"]


def test_foreground_the_owner_goes_last(collected):
    owner = make(collected, "owner")
    make(collected, "blocking", owner, block=True, finalizers=["example.com/keep"])
    make(collected, "other", owner, block=False, finalizers=["example.com/keep"])
    after(collected, 1)
    delete(collected, "owner", "Foreground")
    after(collected, 1)
    assert names(collected) == ["blocking", "other", "owner"]
    assert collected.client.get("configmaps", "owner").metadata.finalizers == ["foregroundDeletion"]
    assert collected.client.get("configmaps", "blocking").metadata.deletionTimestamp is not None
    assert collected.client.get("configmaps", "other").metadata.deletionTimestamp is not None
    collected.client.patch("configmaps", "blocking", {"metadata": {"finalizers": None}}, patch_type="merge")
    after(collected, 1)
    assert names(collected) == ["other"]


def test_foreground_goes_down_all_the_way(collected):
    grandparent = make(collected, "a")
    parent = make(collected, "b", grandparent, block=True)
    make(collected, "c", parent, block=True, finalizers=["example.com/keep"])
    after(collected, 1)
    delete(collected, "a", "Foreground")
    after(collected, 1)
    assert names(collected) == ["a", "b", "c"]
    collected.client.patch("configmaps", "c", {"metadata": {"finalizers": None}}, patch_type="merge")
    after(collected, 1)
    assert names(collected) == []


def test_foreground_without_dependents_is_over_at_once(collected):
    make(collected, "alone")
    after(collected, 1)
    delete(collected, "alone", "Foreground")
    after(collected, 1)
    assert names(collected) == []


def test_a_dependent_with_another_owner_survives_foreground(collected):
    one, two = make(collected, "one"), make(collected, "two")
    make(collected, "child", one, two, block=True)
    after(collected, 1)
    delete(collected, "one", "Foreground")
    after(collected, 1)
    assert names(collected) == ["child", "two"]


def test_orphans_stay_and_belong_to_nobody(collected):
    owner = make(collected, "owner")
    make(collected, "child", owner)
    after(collected, 1)
    delete(collected, "owner", "Orphan")
    after(collected, 1)
    assert names(collected) == ["child"]
    assert collected.client.get("configmaps", "child").metadata.ownerReferences is None


def test_a_node_takes_its_lease_along(collected):
    node = collected.client.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "worker-1"}})
    collected.client.create(
        {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": "worker-1", "namespace": "kube-node-lease", "ownerReferences": [owner_ref(node)]},
            "spec": {"holderIdentity": "worker-1"},
        }
    )
    after(collected, 1)
    collected.client.delete("nodes", "worker-1", None)
    after(collected, 1)
    assert collected.client.list("leases", "kube-node-lease") == []


@pytest.mark.parametrize("policy", ["Background", "Foreground", "Orphan"])
@pytest.mark.parametrize("instant", [0.0, 0.003, 0.008, 0.012, 0.02])
def test_a_restart_at_any_instant_leads_to_the_same(bare, policy, instant):
    manager = running(bare, GarbageCollector)
    owner = make(bare, "owner")
    make(bare, "child", make(bare, "middle", owner, block=True), block=True)
    after(bare, 1)
    delete(bare, "owner", policy)
    after(bare, instant)
    manager.stop()
    after(bare, 1)
    manager.start()
    after(bare, 1)
    assert names(bare) == (["child", "middle"] if policy == "Orphan" else [])


def test_what_does_not_touch_the_ties_costs_nothing(collected):
    owner = make(collected, "owner")
    make(collected, "child", owner)
    after(collected, 1)
    collected.client.patch("configmaps", "child", {"data": {"a": "b"}})
    after(collected, 0.003)
    assert not collected.clock.busy


def test_many_dependents_of_few_owners_are_no_trouble_at_the_start(bare):
    owners = [make(bare, f"z{number}") for number in range(3)]  # listed after their dependents
    for number in range(300):
        make(bare, f"a{number}", owners[number % 3])
    manager = running(bare, GarbageCollector)
    after(bare, 1)
    assert len(names(bare)) == 303
    assert manager.running
    assert not bare.clock.busy
