"""Why an object is not whole, of whatever kind it is."""

import pytest

import kubelab as kl
from kubelab.clients.why_object import EXPLAINED, WhyObject


@pytest.fixture(scope="module")
def lived():
    kl.language.use("en")
    cluster = kl.Cluster(workers=2, seed=1)
    cluster.apply("data/shop.yaml")
    for line in (
        *("create deploy bad --image=nginx:9.9.9", "create deploy none --image=nginx --replicas=0"),
        *("create deploy big --image=nginx", "set resources deploy/big --requests=cpu=50"),
        *("create deploy held --image=nginx", "rollout pause deploy/held"),
        *("create job ok --image=busybox -- true", "create job nok --image=busybox -- false"),
        *("create service clusterip lost --tcp=80", "create ingress i --rule=a.b/*=shop:80"),
        *("create ingress j --rule=a.b/*=nobody:80", "create configmap a"),
        *(
            "create ns full",
            "create quota q --hard=pods=1 -n full",
            "create deploy f --image=nginx --replicas=3 -n full",
        ),
    ):
        cluster.kubectl(line)
    return cluster.run(90)


@pytest.fixture(params=["es", "en"])
def spoken(request):
    before = kl.language.current()
    kl.language.use(request.param)
    yield request.param
    kl.language.use(before)


@pytest.mark.parametrize(
    ("what", "reason", "mend"),
    [
        ("deployment/shop", "whole: 3 of 3 pods ready", ""),
        ("deploy/bad", "0 of 1 pods ready", "kubectl describe pod bad-"),
        ("deploy/none", "no pod is asked of it", ""),
        ("deploy/big", "0 of 1 pods ready", 'cluster.why("pod/big-'),
        ("deploy/held", "is paused: it does nothing new", "kubectl rollout resume deployment/held"),
        ("deploy/full/f", "1 of 3 pods ready", "remove what stops it"),
        ("job/ok", "Complete: ", ""),
        ("job/nok", "0 of 1 pods have succeeded", "kubectl logs nok-"),
        ("svc/shop", "ready endpoints: 3", ""),
        ("svc/lost", "its selector app=lost matches no pod", ""),
        ("ing/i", "no controller serves it", 'cluster.install("ingress-nginx")'),
        ("ing/j", "its Service nobody does not exist", "make the Service nobody"),
        ("node/worker-1", "Ready=True", ""),
    ],
)
def test_each_kind_says_what_keeps_it_from_being_whole(lived, what, reason, mend):
    kl.language.use("en")
    why = lived.why(what)
    assert isinstance(why, WhyObject)
    assert why.reason.startswith(reason)
    assert why.mend.startswith(mend)


def test_the_pods_reasons_are_told(lived):
    kl.language.use("en")
    assert "ImagePullBackOff" in str(lived.why("deploy/bad"))
    assert "Insufficient cpu" in str(lived.why("deploy/big"))
    assert "exceeded quota" in str(lived.why("deploy/full/f"))


def test_a_node_that_is_off_cut_or_cordoned(lived):
    kl.language.use("en")
    cluster = lived.fork()
    cluster.kubectl("cordon worker-1")
    assert cluster.why("node/worker-1").mend == "kubectl uncordon worker-1"
    cluster.cut("worker-1")
    assert cluster.why("node/worker-1").mend == 'cluster.heal("worker-1")'
    cluster.kill("worker-2")
    assert cluster.why("node/worker-2").mend == 'cluster.revive("worker-2")'
    cluster.run(60)
    assert "worker-2: without power" in str(cluster.why("deploy/shop"))


def test_a_pod_that_the_scheduler_has_not_seen(lived):
    kl.language.use("en")
    cluster = lived.fork().stop("scheduler")
    cluster.kubectl("run waits --image=nginx")
    cluster.run(1)
    assert cluster.why("pod/waits").mend == 'cluster.start("scheduler")'


@pytest.mark.parametrize("what", ["pod/nobody", "nobody", "deploy/nope", "cm/a", "foo/x", "x/y/z", "", "/", "node/x"])
def test_what_it_cannot_explain_is_answered_in_a_sentence(lived, spoken, what):
    why = lived.why(what)
    assert isinstance(why, WhyObject)
    assert why.reason
    assert why._repr_html_()


def test_a_near_name_is_offered_and_the_kinds_that_are_known(lived, spoken):
    assert "shop" in lived.why("deploy/shpo").mend
    assert all(kind in lived.why("cm/a").mend for kind in EXPLAINED)
