"""Addresses that mean something else than they seem: localhost, the cluster's DNS, a machine that is off."""

import pytest

import kubelab as kl
from kubelab.network.loss import NoSenderError


@pytest.fixture(scope="module")
def lived():
    kl.language.use("en")
    cluster = kl.Cluster(workers=2, seed=1, cloud=True)
    cluster.install("ingress-nginx")
    for line in (
        "create deploy shop --image=nginx",
        "expose deploy shop --port=80 --type=NodePort",
        "create ingress shop --rule=shop.example/*=shop:80 --class=nginx",
        "run pair --image=nginx",
    ):
        cluster.kubectl(line)
    return cluster.run(60)


@pytest.fixture(params=["es", "en"])
def spoken(request):
    before = kl.language.current()
    kl.language.use(request.param)
    yield request.param
    kl.language.use(before)


def node_port(cluster, name, namespace="default"):
    return cluster.api.get("services", name, namespace).spec.ports[0].nodePort


@pytest.mark.parametrize("source", [None, "outside"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_outside_localhost_is_the_clients_own_machine(lived, spoken, source, host):
    answer = lived.request(f"http://{host}:30000", source=source)
    assert answer.error.startswith("connection refused")
    why = lived.why(answer)
    assert why.object == host
    assert "localhost" in why.reason
    number = node_port(lived, "shop")
    assert lived.why(lived.request(f"http://{host}:{number}")).mend == f"http://worker-1:{number}"


def test_on_a_node_localhost_is_the_node(lived):
    kl.language.use("en")
    refused = lived.request("http://localhost:30000", source="worker-1")
    assert refused.error == "connection refused: nothing listens on port 30000 of worker-1"
    assert lived.request(f"http://localhost:{node_port(lived, 'shop')}", source="worker-1").ok


def test_the_clusters_dns_speaks_no_http(lived, spoken):
    refused = lived.request("http://10.96.0.10", source="pod/pair")
    assert refused.error.startswith("connection refused: 10.96.0.10")
    assert "DNS" in lived.why(refused).reason
    assert lived.request("http://10.96.0.10:53", source="pod/pair").error.startswith("empty reply")
    assert "DNS" in lived.why(lived.request("http://10.96.0.10", source="outside")).reason


def test_an_ingress_controller_asked_by_an_address(lived):
    kl.language.use("en")
    held = lived.api.get("services", "ingress-nginx-controller", "ingress-nginx")
    address, door = held.status.loadBalancer.ingress[0].ip, held.spec.ports[0].nodePort
    for url in (f"http://{address}/", f"http://worker-1:{door}"):
        why = lived.why(lived.request(url))
        assert why.mend == f'cluster.request("{url}", host="shop.example"), or use a rule without host'
        assert lived.request(url, host="shop.example").ok


def test_a_machine_that_is_off_sends_nothing(lived, spoken):
    cluster = lived.fork()
    node = cluster.api.get("pods", "pair").spec.nodeName
    cluster.kill(node)
    lost = cluster.request("http://shop", source=node)
    assert lost.reason.why == ("off", (node,))
    assert cluster.why(lost).object == f"nodes/{node}"
    assert cluster.why(lost).mend == f'cluster.revive("{node}")'
    with pytest.raises(NoSenderError) as refused:
        cluster.request("http://shop", source="pod/pair")
    assert f" {node} " in str(refused.value.reason)


def test_the_rules_of_a_machine_that_is_off(lived, spoken):
    cluster = lived.fork().kill("worker-1")
    told = {"es": "# worker-1 no tiene corriente: no hay reglas", "en": "# worker-1 has no power: it has no rules"}
    assert str(cluster.rules("worker-1")) == str(cluster.rules("worker-1", "shop")) == told[spoken]
    with pytest.raises(ValueError, match=told[spoken][2:]):
        cluster.draw.rules("worker-1", "shop")
