"""Whatever is done to a shop under load, time goes on and every request is accounted for."""

import random

import pytest
from failing_shops import HOST, ingress, pod, service, with_controller

import kubelab as kl

URLS = ("http://shop", f"http://{HOST}", "http://worker-1:30080")


class Hands:
    """Somebody who does things to a shop, by lot."""

    def __init__(self, seed):
        self.lot = random.Random(seed)
        self.cluster = with_controller(
            pod("one", node=None), pod("two", node=None), service(type="LoadBalancer", node_port=30080), ingress()
        )
        self.loads = []

    def load(self):
        retries, keepalive = self.lot.choice((0, 2)), self.lot.random() < 0.4
        rate, url = self.lot.choice((3, 50, 200)), self.lot.choice(URLS)
        self.loads.append(self.cluster.traffic(url, rate, retries=retries, keepalive=keepalive, clients=3))

    def stop(self):
        for load in self.loads[-2:]:
            load.stop()

    def patch(self):
        spec = self.lot.choice(
            (
                {"selector": {"app": "shpo"}},
                {"selector": {"app": "shop"}},
                {"ports": [{"port": 80, "targetPort": 8080}]},
                {"ports": [{"port": 80, "targetPort": 80}]},
                {"sessionAffinity": self.lot.choice(("ClientIP", "None"))},
            )
        )
        self.cluster.api.patch("services", "shop", {"spec": spec})

    def kill(self):
        names = [each.metadata.name for each in self.cluster.get("pods")]
        if names:
            self.cluster.api.delete("pods", self.lot.choice(names))
        self.cluster.apply(pod(f"p{len(self.cluster.journal)}", node=None))

    def harm(self):
        self.lot.choice((self.cluster.kill, self.cluster.cut))(self.lot.choice(list(self.cluster.workers)))

    def mend(self):
        for name in self.cluster.workers:
            if not self.cluster.machines[name].powered:
                self.cluster.revive(name)
        self.cluster.heal()

    def wait(self):
        self.cluster.run(self.lot.choice((0.3, 1, 5, 8)))


@pytest.mark.parametrize("seed", range(4))
def test_time_goes_on_under_any_load(seed):
    hands = Hands(seed)
    for _ in range(25):
        before = hands.cluster.now
        hands.lot.choice(
            (
                hands.load,
                hands.stop,
                hands.patch,
                hands.patch,
                hands.kill,
                hands.harm,
                hands.mend,
                hands.wait,
                hands.wait,
            )
        )()
        assert hands.cluster.now >= before
    for load in hands.loads:
        load.stop()
        assert load.sent == load.answered + load.failed


def test_a_load_may_begin_when_no_worker_is_up():
    cluster = kl.Cluster(workers=1, seed=1)
    cluster.kill("worker-1")
    load = cluster.traffic("http://shop", rate=2)
    cluster.run(3)
    assert load.errors() == {"timed out: no worker is up": load.sent}
