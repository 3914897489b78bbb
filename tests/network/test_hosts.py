"""Names of the outside world: what is no address is refused when it is written down, not when somebody asks for it."""

import pytest

import kubelab as kl
from kubelab import language


@pytest.fixture(scope="module")
def cluster():
    return kl.Cluster(workers=2, seed=1)


@pytest.mark.parametrize("address", ["not-an-ip", 3, "", "::1", "300.1.1.1", None])
@pytest.mark.parametrize(("spoken", "words"), [("es", "una dirección es"), ("en", "an address is")])
def test_what_is_no_address_is_refused_at_once(cluster, address, spoken, words):
    language.use(spoken)
    try:
        with pytest.raises(ValueError, match=f"x.com: {words} .*IPv4.*{address!r}"):
            cluster.hosts["x.com"] = address
        with pytest.raises(ValueError, match=r"^x\.com: "):
            cluster.hosts.update({"x.com": address})
    finally:
        language.use("en")
    assert "x.com" not in cluster.hosts


def test_a_name_is_a_text_and_its_case_does_not_matter(cluster):
    with pytest.raises(ValueError, match="a name is a text"):
        cluster.hosts[3] = "172.18.0.3"
    twin = cluster.fork()
    twin.hosts["Shop.Example.com"] = "172.18.0.3"
    assert twin.request("http://shop.example.com:31999").address == "172.18.0.3"
    assert not cluster.hosts


@pytest.mark.parametrize("url", ["http://[::1]", "http://[fd00::1]:8080/x", "[::1]:80"])
def test_ipv6_is_left_out_and_it_is_said(cluster, url):
    with pytest.raises(ValueError, match="there is no IPv6 here; use an IPv4 address"):
        cluster.request(url)
    with pytest.raises(ValueError, match="there is no IPv6 here"):
        cluster.traffic(url, rate=1)
