"""The DaemonSet controller by itself: which nodes get a pod, how pods are replaced, what history is kept."""

import pytest
from lone_controllers import add_node, after, config_map, pod, running, said

from kubelab.api.objects import controller_of
from kubelab.control_plane.controller_manager.daemonset.blueprint import node_of
from kubelab.control_plane.controller_manager.daemonset.controller import DaemonSetController


def daemon_set(bare, name="agent", template=None, strategy=None, **spec):
    labels = {"app": name}
    pods = {"metadata": {"labels": labels}, "spec": {**pod()["spec"], **(template or {})}}
    spec = {"selector": {"matchLabels": labels}, "template": pods, **spec}
    if strategy is not None:
        rolling = {"type": "RollingUpdate", "rollingUpdate": strategy}
        spec["updateStrategy"] = rolling if isinstance(strategy, dict) else {"type": strategy}
    manifest = {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": name}, "spec": spec}
    made = bare.client.create(manifest, namespace="default")
    after(bare, 0.1)
    return made


def pods(bare):
    """Of each node the images of its pods that stay."""
    found = {}
    for held in bare.client.list("pods", "default"):
        if held.metadata.deletionTimestamp is None:
            found.setdefault(node_of(held), []).append(held.spec.containers[0].image)
    return found


def on(bare, node, image=None):
    """The name of the pod of a node."""
    return next(
        held.metadata.name
        for held in bare.client.list("pods", "default")
        if node_of(held) == node
        and held.metadata.deletionTimestamp is None
        and image in (None, held.spec.containers[0].image)
    )


def leaving(bare):
    return [node_of(held) for held in bare.client.list("pods", "default") if held.metadata.deletionTimestamp]


def set_phase(bare, name, phase="Running", ready="True"):
    when = bare.clock.date.strftime("%Y-%m-%dT%H:%M:%SZ")
    status = {"phase": phase, "conditions": [{"type": "Ready", "status": ready, "lastTransitionTime": when}]}
    bare.client.patch("pods", name, {"status": status}, subresource="status")
    after(bare, 0.1)


def run_all(bare):
    """Every pod is bound to its node and ready."""
    for held in bare.client.list("pods", "default"):
        if not held.spec.nodeName:
            bare.client.bind(held.metadata.name, "default", node_of(held))
        if held.metadata.deletionTimestamp is None:
            set_phase(bare, held.metadata.name)


def finish(bare):
    """The kubelets are done with the pods that were told to go."""
    for held in bare.client.list("pods", "default"):
        if held.metadata.deletionTimestamp is not None:
            bare.client.delete("pods", held.metadata.name, grace_period_seconds=0)
    after(bare, 0.1)


def status(bare, name="agent"):
    return bare.client.get("daemonsets", name).status


def roll(bare, image="nginx:1.28"):
    containers = [{"name": "web", "image": image}]
    bare.client.patch("daemonsets", "agent", {"spec": {"template": {"spec": {"containers": containers}}}})
    after(bare, 0.1)


def taint(bare, node, effect):
    bare.client.patch("nodes", node, {"spec": {"taints": [{"key": "for", "value": "x", "effect": effect}]}}, None)
    after(bare, 0.1)


def add(bare, name, labels=None):
    """A node that is ready: what admission says against new ones, somebody has taken off."""
    add_node(bare, name, labels=labels)
    bare.client.patch("nodes", name, {"spec": {"taints": None}}, None, patch_type="merge")


NODES = ["worker-1", "worker-2", "worker-3"]


@pytest.fixture
def alone(bare):
    for node in NODES:
        add(bare, node, {"disk": "ssd"} if node == "worker-1" else None)
    running(bare, DaemonSetController)
    return bare


# -- which nodes


def test_every_node_gets_a_pod_that_may_go_nowhere_else(alone):
    daemon_set(alone)
    assert sorted(pods(alone)) == NODES
    held = alone.client.get("pods", on(alone, "worker-2"))
    assert held.spec.nodeName is None
    terms = held.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms
    assert [(field.key, field.values) for field in terms[0].matchFields] == [("metadata.name", ["worker-2"])]
    assert controller_of(held).kind == "DaemonSet"
    assert [event[0] for event in said(alone, "DaemonSet")] == ["SuccessfulCreate"] * 3


def test_the_pods_bear_what_daemons_bear(alone):
    daemon_set(alone, template={"hostNetwork": True, "tolerations": [{"key": "own", "operator": "Exists"}]})
    held = alone.client.get("pods", on(alone, "worker-1")).spec.tolerations
    assert [(each.key.removeprefix("node.kubernetes.io/"), each.effect) for each in held] == [
        ("own", None),
        ("not-ready", "NoExecute"),
        ("unreachable", "NoExecute"),
        ("disk-pressure", "NoSchedule"),
        ("memory-pressure", "NoSchedule"),
        ("pid-pressure", "NoSchedule"),
        ("unschedulable", "NoSchedule"),
        ("network-unavailable", "NoSchedule"),
    ]


def test_only_nodes_that_the_template_selects(alone):
    daemon_set(alone, template={"nodeSelector": {"disk": "ssd"}})
    assert list(pods(alone)) == ["worker-1"]
    alone.client.patch("nodes", "worker-2", {"metadata": {"labels": {"disk": "ssd"}}}, None)
    after(alone, 0.1)
    assert sorted(pods(alone)) == ["worker-1", "worker-2"]
    run_all(alone)
    alone.client.patch("nodes", "worker-1", {"metadata": {"labels": {"disk": None}}}, None, patch_type="merge")
    after(alone, 0.1)
    assert list(pods(alone)) == ["worker-2"]
    assert leaving(alone) == ["worker-1"]


def test_the_required_nodes_of_an_affinity_count_too(alone):
    term = {"matchExpressions": [{"key": "disk", "operator": "DoesNotExist"}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
    daemon_set(alone, template={"affinity": {"nodeAffinity": required}})
    assert sorted(pods(alone)) == ["worker-2", "worker-3"]


def test_a_new_node_gets_one(alone):
    daemon_set(alone)
    add(alone, "worker-4")
    after(alone, 0.1)
    assert sorted(pods(alone)) == [*NODES, "worker-4"]


def test_a_taint_keeps_new_pods_away_and_leaves_those_that_run(alone):
    taint(alone, "worker-1", "NoSchedule")
    daemon_set(alone)
    run_all(alone)
    assert sorted(pods(alone)) == ["worker-2", "worker-3"]
    taint(alone, "worker-2", "NoSchedule")
    assert sorted(pods(alone)) == ["worker-2", "worker-3"]
    held = status(alone)
    assert (held.desiredNumberScheduled, held.currentNumberScheduled, held.numberMisscheduled) == (1, 1, 1)
    taint(alone, "worker-3", "NoExecute")
    assert leaving(alone) == ["worker-3"]


def test_a_pod_that_was_deleted_comes_back(alone):
    daemon_set(alone)
    run_all(alone)
    alone.client.delete("pods", on(alone, "worker-1"), grace_period_seconds=0)
    after(alone, 0.1)
    assert sorted(pods(alone)) == NODES


def test_the_new_pod_waits_until_the_old_one_has_ended(alone):
    daemon_set(alone)
    run_all(alone)
    name = on(alone, "worker-1")
    alone.client.delete("pods", name)
    after(alone, 1)
    assert sorted(pods(alone)) == ["worker-2", "worker-3"]
    set_phase(alone, name, "Succeeded", "False")
    assert sorted(pods(alone)) == NODES


def test_an_unscheduled_pod_of_a_node_that_is_gone_is_deleted(alone):
    daemon_set(alone)
    alone.client.delete("nodes", "worker-3", None)
    set_phase(alone, on(alone, "worker-1"), "Pending", "False")
    assert sorted(pods(alone)) == ["worker-1", "worker-2"]


def test_of_two_pods_on_a_node_the_elder_stays(alone):
    daemon_set(alone)
    run_all(alone)
    elder = on(alone, "worker-1")
    extra = pod("agent-extra", node="worker-1")
    extra["metadata"]["labels"] = {"app": "agent"}
    after(alone, 2)
    alone.client.create(extra)
    after(alone, 0.1)
    assert on(alone, "worker-1") == elder
    assert len(pods(alone)["worker-1"]) == 1


# -- pods that end


def test_failed_pods_are_replaced_ever_more_rarely(alone):
    daemon_set(alone)
    replaced = []
    began = alone.clock.now
    for _ in range(3):
        name = on(alone, "worker-1")
        set_phase(alone, name, "Failed", "False")
        while any(held.metadata.name == name for held in alone.client.list("pods", "default")):
            after(alone, 0.1)
        replaced.append(round(alone.clock.now - began))
        began = alone.clock.now
        after(alone, 0.1)
    assert replaced == [0, 1, 2]
    assert [reason for reason, _, _ in said(alone)].count("FailedDaemonPod") == 3


def test_a_pod_that_succeeded_is_replaced_at_once(alone):
    daemon_set(alone)
    name = on(alone, "worker-1")
    set_phase(alone, name, "Succeeded", "False")
    assert on(alone, "worker-1") != name
    text = f"Found succeeded daemon pod default/{name} on node worker-1, will try to delete it"
    assert ("SucceededDaemonPod", "agent", text) in said(alone)


# -- status


def test_the_status_counts_nodes(alone):
    daemon_set(alone, minReadySeconds=10)
    held = status(alone)
    assert (held.desiredNumberScheduled, held.currentNumberScheduled, held.numberUnavailable) == (3, 3, 3)
    run_all(alone)
    held = status(alone)
    assert (held.numberReady, held.numberAvailable, held.numberUnavailable) == (3, None, 3)
    after(alone, 11)
    held = status(alone)
    assert (held.numberReady, held.numberAvailable, held.numberUnavailable) == (3, 3, None)
    assert (held.updatedNumberScheduled, held.observedGeneration) == (3, 1)


# -- updates


def test_a_rolling_update_lets_no_more_pods_lack_than_allowed(alone):
    daemon_set(alone)
    run_all(alone)
    roll(alone)
    seen = []
    for _ in range(3):
        seen += leaving(alone)
        assert len(leaving(alone)) == 1
        finish(alone)
        assert leaving(alone) == []
        run_all(alone)
    assert sorted(seen) == NODES
    assert pods(alone) == {node: ["nginx:1.28"] for node in NODES}
    assert status(alone).updatedNumberScheduled == 3


@pytest.mark.parametrize(("most", "at_once"), [(2, 2), ("50%", 2), ("34%", 2), ("100%", 3)])
def test_max_unavailable_may_be_a_percentage_that_rounds_up(alone, most, at_once):
    daemon_set(alone, strategy={"maxUnavailable": most})
    run_all(alone)
    roll(alone)
    assert len(leaving(alone)) == at_once


def test_old_pods_that_are_broken_are_replaced_at_once(alone):
    daemon_set(alone)
    run_all(alone)
    for node in ("worker-1", "worker-2"):
        set_phase(alone, on(alone, node), "Running", "False")
    roll(alone)
    assert sorted(leaving(alone)) == ["worker-1", "worker-2"]


def test_on_delete_waits_to_be_asked(alone):
    daemon_set(alone, strategy="OnDelete")
    run_all(alone)
    roll(alone)
    assert leaving(alone) == []
    alone.client.delete("pods", on(alone, "worker-1"), grace_period_seconds=0)
    after(alone, 0.1)
    assert pods(alone)["worker-1"] == ["nginx:1.28"]
    assert status(alone).updatedNumberScheduled == 1


def test_with_a_surge_the_old_pod_stays_until_the_new_one_is_available(alone):
    daemon_set(alone, strategy={"maxSurge": 1, "maxUnavailable": 0})
    run_all(alone)
    roll(alone)
    doubled = [node for node, images in pods(alone).items() if len(images) == 2]
    assert len(doubled) == 1
    new = on(alone, doubled[0], "nginx:1.28")
    alone.client.bind(new, "default", doubled[0])
    set_phase(alone, new)
    assert leaving(alone) == doubled
    assert pods(alone)[doubled[0]] == ["nginx:1.28"]
    finish(alone)
    assert len([node for node, images in pods(alone).items() if len(images) == 2]) == 1


# -- history


def revisions(bare):
    held = sorted(bare.client.list("controllerrevisions", "default"), key=lambda revision: revision.revision)
    return [(revision.metadata.name, revision.revision) for revision in held]


def test_pods_carry_the_hash_of_their_revision(alone):
    daemon_set(alone)
    (name, number) = revisions(alone)[0]
    labels = alone.client.get("pods", on(alone, "worker-1")).metadata.labels
    assert name == f"agent-{labels['controller-revision-hash']}"
    assert (number, labels["pod-template-generation"]) == (1, "1")


def test_going_back_gives_the_old_revision_a_new_number(alone):
    daemon_set(alone)
    roll(alone)
    (first, _), (second, _) = revisions(alone)
    roll(alone, "nginx:1.27")
    assert revisions(alone) == [(second, 2), (first, 3)]


def test_revisions_beyond_the_limit_are_forgotten_unless_a_pod_is_of_them(alone):
    daemon_set(alone, revisionHistoryLimit=1, strategy="OnDelete")
    run_all(alone)
    for minor in (28, 29, 30, 31):
        roll(alone, f"nginx:1.{minor}")
        finish(alone)
    assert [number for _, number in revisions(alone)] == [1, 5]


def test_of_two_revisions_of_one_template_the_later_stays(alone):
    daemon_set(alone)
    (name, _) = revisions(alone)[0]
    held = alone.client.get("controllerrevisions", name)
    twin = {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": {"name": "twin", "labels": {"app": "agent"}},
        "revision": 4,
        "data": held.data,
    }
    alone.client.create(twin)
    after(alone, 0.1)
    assert revisions(alone) == [("twin", 4)]
    labels = [held.metadata.labels["controller-revision-hash"] for held in alone.client.list("pods", "default")]
    assert labels == ["twin"] * 3


def test_a_name_that_another_template_has_is_avoided(alone):
    daemon_set(alone)
    (name, _) = revisions(alone)[0]
    alone.client.delete("daemonsets", "agent")
    alone.client.delete("controllerrevisions", name)
    after(alone, 0.1)
    taken = {"apiVersion": "apps/v1", "kind": "ControllerRevision", "metadata": {"name": name}, "revision": 1}
    alone.client.create({**taken, "data": {"spec": {}}})
    daemon_set(alone)
    assert status(alone).collisionCount == 1
    names = [held for held, _ in revisions(alone)]
    assert len(names) == 2
    assert name in names


# -- restarts


def test_a_controller_that_starts_again_finds_nothing_to_do(bare):
    for node in NODES:
        add(bare, node)
    manager = running(bare, DaemonSetController)
    daemon_set(bare)
    run_all(bare)
    roll(bare)
    finish(bare)
    before = bare.etcd.revision
    manager.stop()
    manager.start()
    after(bare, 60)
    assert bare.etcd.revision == before


def test_other_objects_do_not_concern_it(alone):
    daemon_set(alone)
    run_all(alone)
    before = alone.etcd.revision
    alone.client.create(config_map("other"))
    after(alone, 60)
    assert alone.etcd.revision == before + 1
