"""The quota controller: what is used is counted when a quota is new, and when something has gone."""

from lone_controllers import after, pod, running

from kubelab.control_plane.controller_manager.resource_quota import ResourceQuotaController


def quota(bare, name="small", namespace="default", **hard):
    meta = {"name": name, "namespace": namespace}
    bare.client.create({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": meta, "spec": {"hard": hard}})


def status(bare, name="small"):
    return bare.client.get("quota", name).status


def writes(bare):
    return [entry.actor for entry in bare.journal if entry.object.startswith("resourcequotas/")]


def test_a_new_quota_is_counted(bare):
    bare.client.create(pod())
    running(bare, ResourceQuotaController)
    quota(bare, pods="5", **{"count/pods": "7", "requests.cpu": "1"})
    after(bare, 1)
    assert status(bare).hard == {"pods": "5", "count/pods": "7", "requests.cpu": "1"}
    assert status(bare).used == {"pods": "1", "count/pods": "1", "requests.cpu": "0"}


def test_what_goes_is_given_back(bare):
    running(bare, ResourceQuotaController)
    quota(bare, pods="5")
    after(bare, 1)
    bare.client.create(pod())
    after(bare, 1)
    assert status(bare).used == {"pods": "1"}
    bare.client.delete("pods", "web", grace_period_seconds=0)
    after(bare, 1)
    assert status(bare).used == {"pods": "0"}


def test_what_comes_is_charged_by_the_api_server_and_not_counted_again(bare):
    running(bare, ResourceQuotaController)
    quota(bare, pods="5")
    after(bare, 1)
    before = len(writes(bare))
    bare.client.create(pod())
    after(bare, 10)
    assert writes(bare)[before:] == ["kube-apiserver"]


def test_a_pod_that_ends_gives_its_share_back_but_still_is_an_object(bare):
    running(bare, ResourceQuotaController)
    quota(bare, pods="5", **{"count/pods": "5"})
    after(bare, 1)
    bare.client.create(pod())
    bare.client.patch("pods", "web", {"status": {"phase": "Succeeded"}}, subresource="status")
    after(bare, 1)
    assert status(bare).used == {"pods": "0", "count/pods": "1"}


def test_a_pod_that_should_be_gone_counts_until_the_next_recount(bare):
    running(bare, ResourceQuotaController)
    quota(bare, pods="5")
    after(bare, 1)
    bare.client.create(pod(node="worker-1"))
    after(bare, 1)
    bare.client.delete("pods", "web", grace_period_seconds=30)
    after(bare, 200)
    assert status(bare).used == {"pods": "1"}
    after(bare, 100)
    assert status(bare).used == {"pods": "0"}


def test_another_bound_is_counted_anew(bare):
    running(bare, ResourceQuotaController)
    quota(bare, pods="5")
    after(bare, 1)
    bare.client.patch("quota", "small", {"spec": {"hard": {"services": "3"}}})
    after(bare, 1)
    assert status(bare).hard == {"pods": "5", "services": "3"}
    assert status(bare).used == {"pods": "0", "services": "1"}


def test_namespaces_are_counted_apart(bare):
    bare.client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    running(bare, ResourceQuotaController)
    quota(bare, namespace="shop", secrets="2")
    bare.client.create({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "here"}})
    after(bare, 1)
    assert bare.client.get("quota", "small", "shop").status.used == {"secrets": "0"}


def test_a_quiet_day_is_no_work(bare):
    running(bare, ResourceQuotaController)
    quota(bare, pods="5")
    after(bare, 1)
    before = len(list(bare.journal))
    after(bare, 86_400)
    assert len(list(bare.journal)) == before


def test_after_a_restart_nothing_is_written_that_is_true_already(bare):
    manager = running(bare, ResourceQuotaController)
    quota(bare, pods="5")
    after(bare, 1)
    before = writes(bare)
    manager.stop()
    manager.start()
    after(bare, 1)
    assert writes(bare) == before
