"""https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/, as pods live it."""

import pytest

import kubelab as kl

SIZE = kl.WorkerSize(images=("nginx:1.27", "busybox:1.36"))
WEB = {"name": "web", "image": "nginx:1.27"}
TOOLS = {"name": "tools", "image": "busybox:1.36", "command": ["sleep", "1d"]}
CLUSTERS = "search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n"


def pod(name, namespace="default", labels=None, **spec):
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": labels or {}},
        "spec": {"containers": [WEB, TOOLS], **spec},
    }


def service(name, namespace="default", **spec):
    meta = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": {"ports": [{"port": 80}], **spec}}


def started(*manifests, **options):
    cluster = kl.Cluster(workers=2, seed=1, size=SIZE, **options)
    for name in ("test", "prod"):
        cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    cluster.settle()
    cluster.apply(*manifests)
    return cluster.settle()


def ran(cluster, name, command, namespace="default"):
    return cluster.kubectl(f"exec -n {namespace} {name} -c tools -- {command}")


def address(cluster, name, namespace="default"):
    return cluster.api.get("pods", name, namespace).status.podIP


# -- Namespaces of Services


def test_a_name_without_a_namespace_means_the_pods_own():
    """Service, "DNS"; DNS for Services and Pods, "Namespaces of Services": a query for `data` from namespace `test`
    "returns no results", `data.prod` "returns the intended result"."""
    cluster = started(
        pod("asks", "test"), pod("db", "prod", {"app": "db"}), service("data", "prod", selector={"app": "db"})
    )
    assert cluster.request("http://data", "pod/test/asks").error == "could not resolve host data: NXDOMAIN"
    for name in ("data.prod", "data.prod.svc.cluster.local"):
        assert cluster.request(f"http://{name}", "pod/test/asks").pod == "db"
    assert cluster.request("http://data", "pod/prod/db").pod == "db"


def test_the_file_that_expands_queries():
    """DNS for Services and Pods, "Namespaces of Services": the kubelet writes the pod's /etc/resolv.conf."""
    cluster = started(pod("asks", "test"))
    assert ran(cluster, "asks", "cat /etc/resolv.conf", "test") == (
        "search test.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n"
    )


def test_the_dns_has_the_tenth_address_of_the_services_range():
    """Service ClusterIP allocation, "Why do you need to reserve Service Cluster IPs?": "some Kubernetes installers
    assign the 10th IP address from the Service IP range to the DNS service"; kubeadm does."""
    cluster = started(pod("web", labels={"app": "web"}), service("web", selector={"app": "web"}),
                      service_cidr="10.50.0.0/16")  # fmt: skip
    assert "nameserver 10.50.0.10\n" in ran(cluster, "web", "cat /etc/resolv.conf")
    assert ran(cluster, "web", "nslookup web").startswith("Server:\t\t10.50.0.10\n")
    assert cluster.request("http://web", "pod/web").pod == "web"
    own = {"nameservers": ["10.50.0.10"], "searches": ["default.svc.cluster.local"]}
    cluster.apply(pod("own", dnsPolicy="None", dnsConfig=own))
    cluster.settle()
    assert cluster.request("http://web", "pod/own").pod == "web"


# -- Services


def test_a_name_is_an_address_or_many():
    """DNS for Services and Pods, "A/AAAA records": a normal Service's name "resolves to the cluster IP of the Service",
    a headless one's "to the set of IPs of all of the Pods selected by the Service"."""
    labels = {"app": "web"}
    cluster = started(
        *(pod(name, labels=labels) for name in ("a", "b")),
        service("one", selector=labels),
        service("each", selector=labels, clusterIP="None"),
    )
    said = ran(cluster, "a", "nslookup one.default.svc.cluster.local")
    assert said.count("Name:") == 1
    assert cluster.api.get("services", "one").spec.clusterIP in said
    said = ran(cluster, "a", "nslookup each.default.svc.cluster.local")
    assert all(f"Address: {address(cluster, name)}\n" in said for name in ("a", "b"))


def test_a_pod_of_any_service_has_a_name_by_its_address():
    """DNS for Services and Pods, "A/AAAA records": `pod-ipv4-address.service-name.my-namespace.svc`, for any pods
    "exposed by a Service", and `pod-ipv4-address.my-namespace.pod`."""
    cluster = started(pod("web", labels={"app": "web"}), service("web", selector={"app": "web"}))
    dashed = address(cluster, "web").replace(".", "-")
    for name in (f"{dashed}.web", f"{dashed}.web.default.svc.cluster.local", f"{dashed}.default.pod"):
        assert cluster.request(f"http://{name}", "pod/web").pod == "web"
    assert "NXDOMAIN" in cluster.request("http://10-244-9-9.web", "pod/web").error


def test_a_headless_service_without_a_selector_is_its_ready_endpoints():
    """Service, "Without selectors": "DNS A / AAAA records for all IP addresses of the Service's ready endpoints"."""
    slices = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": "far-1", "labels": {"kubernetes.io/service-name": "far"}},
        "addressType": "IPv4",
        "ports": [{"name": "", "port": 80}],
        "endpoints": [{"addresses": ["192.0.2.1"]}, {"addresses": ["192.0.2.2"], "conditions": {"ready": False}}],
    }
    cluster = started(pod("asks"), service("far", clusterIP="None"), slices)
    said = ran(cluster, "asks", "nslookup far")
    assert "Address: 192.0.2.1\n" in said
    assert "192.0.2.2" not in said


def test_an_external_name_that_looks_like_an_address_is_a_name():
    """Service, "`type: ExternalName`": it "treats that string as a DNS name comprised of digits", which "are not
    resolved by DNS servers"."""
    cluster = started(pod("asks"), service("far", type="ExternalName", externalName="192.0.2.1"))
    assert "NXDOMAIN" in cluster.request("http://far", "pod/asks").error


# -- Pods


def test_the_name_that_a_pod_sees_is_its_hostname_and_the_whole_one_has_its_subdomain():
    """DNS for Services and Pods, "Pod's hostname and subdomain fields"; Pod Hostname, "Hostname with pod's hostname and
    subdomain fields": `busybox-1` and `busybox-1.busybox-subdomain.default.svc.cluster.local`."""
    labels = {"name": "busybox"}
    cluster = started(
        service("busybox-subdomain", selector=labels, clusterIP="None"),
        pod("busybox1", labels=labels, hostname="busybox-1", subdomain="busybox-subdomain"),
        pod("busybox2", labels=labels, hostname="busybox-2", subdomain="busybox-subdomain"),
        pod("plain", labels=labels, subdomain="busybox-subdomain"),
    )
    whole = "busybox-1.busybox-subdomain.default.svc.cluster.local"
    assert ran(cluster, "busybox1", "hostname") == "busybox-1\n"
    assert ran(cluster, "busybox1", "hostname -f") == f"{whole}\n"
    assert ran(cluster, "busybox1", "hostname --fqdn") == f"{whole}\n"
    assert f"{address(cluster, 'busybox1')}\t{whole}\tbusybox-1\n" in ran(cluster, "busybox1", "cat /etc/hosts")
    for number in ("1", "2"):
        url = f"http://busybox-{number}.busybox-subdomain"
        assert cluster.request(url, "pod/plain").pod == f"busybox{number}"
    assert "NXDOMAIN" in cluster.request("http://plain.busybox-subdomain", "pod/busybox1").error
    assert address(cluster, "plain") in ran(cluster, "busybox1", "nslookup busybox-subdomain")


def test_the_host_name_may_be_the_whole_one():
    """DNS for Services and Pods, "Pod's setHostnameAsFQDN field"; Pod Hostname, "Hostname with pod's setHostnameAsFQDN
    fields": "both `hostname` and `hostname --fqdn` return the Pod's FQDN"."""
    cluster = started(pod("one", hostname="web", subdomain="shop", setHostnameAsFQDN=True))
    for command in ("hostname", "hostname --fqdn", "cat /etc/hostname"):
        assert ran(cluster, "one", command) == "web.shop.default.svc.cluster.local\n"
    assert ran(cluster, "one", "printenv HOSTNAME") == "web.shop.default.svc.cluster.local\n"
    assert ran(cluster, "one", "hostname -s") == "web\n"


def test_a_pods_name_is_its_host_name():
    """Pod Hostname, "Default Pod hostname": "Both the hostname and its corresponding fully qualified domain name (FQDN)
    are set to the metadata.name value"; a host name has at most 63 characters."""
    cluster = started(pod("busybox-1"), pod("x" * 62 + "-yz"))
    assert [ran(cluster, "busybox-1", command) for command in ("hostname", "hostname -f")] == ["busybox-1\n"] * 2
    assert ran(cluster, "x" * 62 + "-yz", "hostname") == "x" * 62 + "\n"
    assert ran(cluster, "busybox-1", "printenv HOSTNAME") == "busybox-1\n"


def test_an_override_is_the_whole_name_and_means_nothing_to_the_dns():
    """Pod Hostname, "Hostname with pod's hostnameOverride": "unconditionally set both the Pod's hostname and fully
    qualified domain name (FQDN)"; "it does not affect the Pod's A or AAAA records"."""
    labels = {"app": "web"}
    long = "a" * 32 + "." + "b" * 31
    cluster = started(
        service("shop", selector=labels, clusterIP="None"),
        pod(
            "one", labels=labels, hostname="web", subdomain="shop", hostnameOverride="busybox-2.busybox.example.domain"
        ),
        pod("two", hostnameOverride=long),
    )
    for command in ("hostname", "hostname --fqdn", "cat /etc/hostname", "printenv HOSTNAME"):
        assert ran(cluster, "one", command) == "busybox-2.busybox.example.domain\n"
    assert ran(cluster, "two", "hostname") == f"{long}\n"
    assert cluster.request("http://web.shop", "pod/two").pod == "one"
    assert "NXDOMAIN" in cluster.request("http://busybox-2.busybox.example.domain", "pod/two").error
    for other in ({"hostNetwork": True}, {"setHostnameAsFQDN": True}):
        with pytest.raises(kl.ApiError, match=r"spec.hostnameOverride"):
            cluster.api.create(pod("bad", hostnameOverride="x", **other))


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({}, CLUSTERS),
        ({"dnsPolicy": "Default"}, "nameserver 172.18.0.1\n"),
        ({"hostNetwork": True, "dnsPolicy": "ClusterFirst"}, "nameserver 172.18.0.1\n"),
        ({"hostNetwork": True, "dnsPolicy": "ClusterFirstWithHostNet"}, CLUSTERS),
        ({"dnsPolicy": "None", "dnsConfig": {"nameservers": ["192.0.2.1"]}}, "nameserver 192.0.2.1\n"),
    ],
)
def test_the_policy_says_whom_a_pod_asks(spec, said):
    """DNS for Services and Pods, "Pod's DNS Policy": ClusterFirst is the default, and in the host's network it "will
    fallback to the behavior of the Default policy"."""
    cluster = started(pod("asks", **spec), service("web", selector={"app": "web"}))
    assert ran(cluster, "asks", "cat /etc/resolv.conf") == said
    knows = "NXDOMAIN" not in cluster.request("http://web", "pod/asks").error
    assert knows == ("cluster.local" in said)


def test_other_names_are_asked_outside():
    """DNS for Services and Pods, "Pod's DNS Policy": with ClusterFirst a query that is not the cluster's "is forwarded
    to an upstream nameserver by the DNS server"."""
    cluster = started(pod("asks"), pod("alone", dnsPolicy="Default"))
    cluster.hosts["www.example.org"] = "198.51.100.77"
    for name in ("asks", "alone"):
        assert "198.51.100.77" in ran(cluster, name, "nslookup www.example.org")


def test_the_example_of_a_configuration():
    """DNS for Services and Pods, "Pod's DNS Config": the file of the page's example."""
    config = {
        "nameservers": ["192.0.2.1"],
        "searches": ["ns1.svc.cluster-domain.example", "my.dns.search.suffix"],
        "options": [{"name": "ndots", "value": "2"}, {"name": "edns0"}],
    }
    cluster = started(pod("dns-example", dnsPolicy="None", dnsConfig=config))
    assert ran(cluster, "dns-example", "cat /etc/resolv.conf") == (
        "search ns1.svc.cluster-domain.example my.dns.search.suffix\nnameserver 192.0.2.1\noptions ndots:2 edns0\n"
    )


def test_a_configuration_is_merged_into_the_policys():
    """DNS for Services and Pods, "Pod's DNS Config": added without duplicates; at most three servers are asked."""
    config = {
        "nameservers": ["192.0.2.1", "192.0.2.2", "192.0.2.3"],
        "searches": ["cluster.local", "corp.example"],
        "options": [{"name": "ndots", "value": "1"}],
    }
    cluster = started(pod("asks", dnsConfig=config))
    assert ran(cluster, "asks", "cat /etc/resolv.conf") == (
        "search default.svc.cluster.local svc.cluster.local cluster.local corp.example\n"
        "nameserver 10.96.0.10\nnameserver 192.0.2.1\nnameserver 192.0.2.2\noptions ndots:1\n"
    )


def test_a_list_of_search_domains_has_limits():
    """DNS for Services and Pods, "DNS search domain list limits": 32 domains, 2048 characters."""
    cluster = started()
    many = [f"d{number}.example" for number in range(32)]
    cluster.apply(pod("many", dnsConfig={"searches": many}))
    long = [f"{number:02}{'x' * 60}.{'y' * 63}.example" for number in range(15)]
    cluster.apply(pod("long", dnsConfig={"searches": long}))
    cluster.settle()
    assert len(ran(cluster, "many", "cat /etc/resolv.conf").splitlines()[0].split()) == 1 + 32
    searches = ran(cluster, "long", "cat /etc/resolv.conf").splitlines()[0].removeprefix("search ")
    assert 1900 < len(searches) <= 2048
    with pytest.raises(kl.ApiError, match=r"spec.dnsConfig.searches"):
        cluster.api.create(pod("more", dnsConfig={"searches": [*many, "one.more.example"]}))


def test_aliases_are_lines_of_the_hosts_file():
    """HostAliases: the pod's own line first, then those of the aliases."""
    cluster = started(pod("asks", hostAliases=[{"ip": "192.0.2.9", "hostnames": ["foo.remote", "bar.remote"]}]))
    lines = ran(cluster, "asks", "cat /etc/hosts").splitlines()
    assert lines[-2:] == [f"{address(cluster, 'asks')}\tasks", "192.0.2.9\tfoo.remote\tbar.remote"]
