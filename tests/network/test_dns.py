import pytest
from open_shop import open_shop

from kubelab.network.dns import resolve


@pytest.fixture
def shop():
    return open_shop()


@pytest.mark.parametrize(
    "name",
    ["shop", "shop.default", "shop.default.svc", "shop.default.svc.cluster.local", "shop.default.svc.cluster.local."],
)
def test_a_service_has_all_these_names(shop, name):
    address = shop.api.get("services", "shop").spec.clusterIP
    assert resolve(shop.overlay.rules, name) == [address]
    assert shop.request(f"http://{name}:8080").ok


def test_from_another_namespace_the_short_name_means_nothing(shop):
    assert resolve(shop.overlay.rules, "shop", "kube-system") is None
    assert resolve(shop.overlay.rules, "shop.default", "kube-system")


def test_a_headless_service_is_its_ready_pods(shop):
    addresses = {pod.status.podIP for pod in shop.api.list("pods")}
    assert set(resolve(shop.overlay.rules, "each")) == addresses
    assert shop.request("http://each").ok


def test_other_names_do_not_exist(shop):
    for name in ("nope", "shop.nope", "shop.default.svc.example.com", "kubelab.org", "x.y.z.shop.default"):
        assert resolve(shop.overlay.rules, name) is None
    answer = shop.request("http://nope")
    assert (answer.status, answer.ok, answer.error) == (0, False, "could not resolve host nope: NXDOMAIN")


def test_a_pod_has_a_name_by_its_address(shop):
    assert resolve(shop.overlay.rules, "10-244-1-2.default.pod") == ["10.244.1.2"]
    assert resolve(shop.overlay.rules, "x-y.default.pod") is None
