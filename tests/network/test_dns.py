"""https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/, rule by rule."""

import pytest
from open_shop import open_shop

import kubelab as kl
from kubelab.network.dns import resolve
from kubelab.network.dns.answer import Target
from kubelab.network.dns.cache import Cache
from kubelab.network.dns.configuration import Configuration, of_namespace, of_pod
from kubelab.network.dns.resolver import Resolver
from kubelab.network.dns.zone import Zone

DNS = "10.96.0.10"


@pytest.fixture
def shop():
    return open_shop()


@pytest.mark.parametrize(
    "name",
    ["shop", "shop.default", "shop.default.svc", "shop.default.svc.cluster.local", "shop.default.svc.cluster.local."],
)
def test_a_service_has_all_these_names(shop, name):
    """DNS for Services and Pods, "A/AAAA records"."""
    address = shop.api.get("services", "shop").spec.clusterIP
    assert resolve(shop.overlay.rules, name) == [address]
    assert shop.request(f"http://{name}:8080").ok


def test_from_another_namespace_the_short_name_means_nothing(shop):
    """DNS for Services and Pods, "Namespaces of Services"."""
    assert resolve(shop.overlay.rules, "shop", "kube-system") is None
    assert resolve(shop.overlay.rules, "shop.default", "kube-system")


def test_a_headless_service_is_its_ready_pods(shop):
    """DNS for Services and Pods, "A/AAAA records": "this resolves to the set of IPs"."""
    addresses = {pod.status.podIP for pod in shop.api.list("pods")}
    assert set(resolve(shop.overlay.rules, "each")) == addresses
    assert shop.request("http://each").ok


def test_other_names_do_not_exist(shop):
    for name in ("nope", "shop.nope", "shop.default.svc.example.com", "kubelab.org", "x.y.z.shop.default"):
        assert resolve(shop.overlay.rules, name) is None
    answer = shop.request("http://nope")
    assert (answer.status, answer.ok, answer.error) == (0, False, "could not resolve host nope: NXDOMAIN")


def test_a_pod_has_a_name_by_its_address(shop):
    """DNS for Services and Pods, "A/AAAA records": `pod-ipv4-address.my-namespace.pod`."""
    assert resolve(shop.overlay.rules, "10-244-1-2.default.pod") == ["10.244.1.2"]
    assert resolve(shop.overlay.rules, "x-y.default.pod") is None


HEADLESS = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "db"},
    "spec": {"clusterIP": "None", "selector": {"app": "db"}, "ports": [{"name": "sql", "port": 5432}]},
}


def pod(name, **spec):
    container = {"name": "c", "image": "nginx", "ports": [{"containerPort": 80}]}
    meta = {"name": name, "labels": {"app": "db"}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": {"containers": [container], **spec}}


@pytest.fixture
def database():
    cluster = kl.Cluster(workers=2)
    cluster.apply(HEADLESS, pod("db-0", hostname="db-0", subdomain="db"), pod("other"))
    cluster.run(5)
    return cluster


def resolver(cluster, **outside):
    return Resolver(Zone(cluster.overlay.rules), outside)


def address(cluster, name):
    return cluster.api.get("pods", name).status.podIP


def test_a_pod_with_hostname_and_subdomain_has_a_name(database):
    """DNS for Services and Pods, "Pod's hostname and subdomain fields"."""
    answer = resolver(database).ask("db-0.db", of_namespace("default", DNS))
    assert answer.addresses == (address(database, "db-0"),)
    assert answer.name == "db-0.db.default.svc.cluster.local"
    assert resolve(database.overlay.rules, "other.db") is None


def test_a_pod_without_a_hostname_has_a_name_by_its_address(database):
    """DNS for Services and Pods, "A/AAAA records": `pod-ipv4-address.service-name.my-namespace.svc`."""
    host = address(database, "other").replace(".", "-")
    assert resolve(database.overlay.rules, f"{host}.db") == [address(database, "other")]


def test_srv_records_of_a_headless_service_name_the_pods(database):
    """DNS for Services and Pods, "SRV records"."""
    found = resolver(database).ask("_sql._tcp.db", of_namespace("default", DNS)).targets
    hosts = {target.name for target in found}
    other = address(database, "other").replace(".", "-")
    assert hosts == {f"{host}.db.default.svc.cluster.local" for host in ("db-0", other)}
    assert {target.port for target in found} == {5432}
    assert resolve(database.overlay.rules, "_sql._udp.db") is None


def test_the_srv_record_of_a_normal_service_names_the_service():
    """DNS for Services and Pods, "SRV records"."""
    cluster = kl.Cluster(workers=1)
    answer = resolver(cluster).ask("_https._tcp.kubernetes", of_namespace("default", DNS))
    assert answer.targets == (Target(0, 100, 443, "kubernetes.default.svc.cluster.local"),)


def test_an_external_name_is_an_alias(shop):
    """Service, "`type: ExternalName`": the cluster DNS answers with a CNAME."""
    spec = {"type": "ExternalName", "externalName": "db.example.com"}
    shop.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "outside"}, "spec": spec})
    shop.run(2)
    answer = resolver(shop, **{"db.example.com": "198.51.100.7"}).ask("outside", of_namespace("default", DNS))
    assert (answer.aliases, answer.addresses) == (("db.example.com",), ("198.51.100.7",))
    assert resolver(shop).ask("outside", of_namespace("default", DNS)).error == "NXDOMAIN"


def test_an_alias_that_leads_to_itself_fails(shop):
    spec = {"type": "ExternalName", "externalName": "round.default.svc.cluster.local"}
    shop.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "round"}, "spec": spec})
    shop.run(2)
    assert resolver(shop).ask("round", of_namespace("default", DNS)).error == "SERVFAIL"


def test_not_ready_pods_are_published_where_that_is_wanted():
    """DNS for Services and Pods, "Pod's hostname and subdomain fields": publishNotReadyAddresses=True."""
    cluster = kl.Cluster(workers=1)
    never = {"name": "c", "image": "nginx", "readinessProbe": {"tcpSocket": {"port": 1}}}
    cluster.apply(HEADLESS, pod("db-0", containers=[never]))
    cluster.run(5)
    assert resolve(cluster.overlay.rules, "db") is None
    cluster.api.patch("services", "db", {"spec": {"publishNotReadyAddresses": True}})
    cluster.run(5)
    assert resolve(cluster.overlay.rules, "db") == [address(cluster, "db-0")]


def test_a_name_with_five_dots_is_tried_as_it_is_first():
    """DNS for Services and Pods, "Namespaces of Services"; options ndots:5."""
    how = of_namespace("shop", DNS)
    assert how.names("a.b")[-1] == "a.b"
    assert how.names("a.b.c.d.e.f")[0] == "a.b.c.d.e.f"
    assert how.resolv_conf() == (
        "search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n"
    )


@pytest.mark.parametrize(
    ("spec", "in_cluster"),
    [
        ({}, True),
        ({"dnsPolicy": "Default"}, False),
        ({"hostNetwork": True}, False),
        ({"hostNetwork": True, "dnsPolicy": "ClusterFirstWithHostNet"}, True),
        ({"dnsPolicy": "None", "dnsConfig": {"nameservers": ["192.0.2.1"]}}, False),
    ],
)
def test_the_policy_says_who_is_asked(spec, in_cluster):
    """DNS for Services and Pods, "Pod's DNS Policy"."""
    cluster = kl.Cluster(workers=1)
    made = cluster.api.create(pod("p", **spec), dry_run=True)
    assert of_pod(made, DNS).in_cluster is in_cluster


def test_the_configuration_of_a_pod_adds_to_its_policys():
    """DNS for Services and Pods, "Pod's DNS Config"."""
    cluster = kl.Cluster(workers=1)
    config = {"searches": ["my.example"], "options": [{"name": "ndots", "value": "2"}]}
    how = of_pod(cluster.api.create(pod("p", dnsConfig=config), dry_run=True), DNS)
    assert (how.ndots, how.searches[-1], len(how.searches)) == (2, "my.example", 4)


def test_host_aliases_come_first(shop):
    """Adding entries to Pod /etc/hosts with HostAliases."""
    made = shop.api.create(pod("p", hostAliases=[{"ip": "192.0.2.9", "hostnames": ["shop"]}]), dry_run=True)
    assert resolver(shop).ask("shop", of_pod(made, DNS)).addresses == ("192.0.2.9",)


def test_a_client_that_remembers_holds_a_stale_answer(shop):
    cache, asked = Cache(shop.clock), []

    def look_up(name):
        asked.append(name)
        return resolver(shop).ask(name, of_namespace("default", DNS))

    _, remembered = cache.ask("each", look_up)
    assert not remembered
    gone = shop.api.list("pods")[0]
    shop.api.delete("pods", gone.metadata.name, grace_period_seconds=0)
    shop.run(5)
    again, remembered = cache.ask("each", look_up)
    assert remembered
    assert gone.status.podIP in again.addresses
    shop.run(30)
    fresh, remembered = cache.ask("each", look_up)
    assert not remembered
    assert gone.status.podIP not in fresh.addresses
    assert asked == ["each", "each"]


def test_a_machine_knows_no_cluster_names(shop):
    assert resolver(shop).ask("shop.default.svc.cluster.local", Configuration()).error == "NXDOMAIN"
