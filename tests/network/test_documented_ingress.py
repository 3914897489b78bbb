"""https://kubernetes.io/docs/concepts/services-networking/ingress/, from the API to a controller's answers."""

import functools

import pytest

import kubelab as kl
from kubelab.network.ingress.rules import EXACT, PREFIX, Backend, Configuration, Location, Server

IMAGES = ("nginx:1.27", "registry.k8s.io/ingress-nginx/controller:v1.13.0")


def pod(name):
    container = {"name": "web", "image": "nginx:1.27", "ports": [{"containerPort": 80}]}
    meta = {"name": name, "labels": {"app": name}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": {"containers": [container]}}


def service(name):
    spec = {"selector": {"app": name}, "ports": [{"name": "http", "port": 80}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


def backend(name, port=80):
    key = "number" if isinstance(port, int) else "name"
    return {"service": {"name": name, "port": {key: port}}}


def rule(name, host=None, path="/", kind="Prefix", **other):
    held = {"path": path, "pathType": kind, "backend": other.get("backend") or backend(name)}
    return {**({"host": host} if host else {}), "http": {"paths": [held]}}


def ingress(name, *rules, **spec):
    body = {"ingressClassName": "nginx", **({"rules": list(rules)} if rules else {}), **spec}
    meta = {"name": name}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": meta, "spec": body}


@functools.cache
def _town():
    cluster = kl.Cluster(workers=2, seed=1, size=kl.WorkerSize(images=IMAGES))
    cluster.apply(*(each(f"service{number}") for number in (1, 2, 3) for each in (pod, service)))
    return cluster.settle()


@functools.cache
def _served():
    cluster = _town().fork()
    cluster.install("ingress-nginx")
    return cluster.settle().run(5)


@pytest.fixture
def cluster():
    return _served().fork()


def put(cluster, *manifests):
    cluster.apply(*manifests)
    return cluster.settle().run(5)


def ask(cluster, host, path="/", **options):
    pods = cluster.api.list("pods", "ingress-nginx")
    node = next(held.spec.nodeName for held in pods if held.status.phase == "Running")
    ports = cluster.api.get("services", "ingress-nginx-controller", "ingress-nginx").spec.ports
    return cluster.request(f"http://{node}:{ports[0].nodePort}{path}", host=host, **options)


def answers(cluster, *asked):
    """The pods that the requests come to, and the controller's own answers; pods know no path but `/`, and say so."""
    found = (ask(cluster, host, path) for host, path in asked)
    return [each.pod if each.pod.startswith("service") else each.status for each in found]


def test_without_a_controller_an_ingress_has_no_effect():
    """Ingress, "Prerequisites": "Only creating an Ingress resource has no effect."."""
    cluster = _town().fork()
    cluster.apply(ingress("web", rule("service1"), ingressClassName=None))
    cluster.settle().run(120)
    assert not cluster.api.get("ingresses", "web").status.loadBalancer.ingress
    assert not cluster.request("http://worker-1", host="foo.bar.com").ok


def test_host_and_path_must_both_match(cluster):
    """Ingress, "Ingress rules": "Both the host and path must match the content of an incoming request"; without a host
    a rule "applies to all inbound HTTP traffic"."""
    put(cluster, ingress("web", rule("service1", "foo.bar.com", "/testpath")))
    asked = (("foo.bar.com", "/testpath"), ("foo.bar.com", "/other"), ("other.com", "/testpath"))
    assert answers(cluster, *asked) == ["service1", 404, 404]
    put(cluster, ingress("all", rule("service2", None, "/testpath")))
    assert answers(cluster, *asked) == ["service1", 404, "service2"]


def test_a_backend_names_its_port_by_number_or_name(cluster):
    """Ingress, "Ingress rules": "a `service.name` and a `service.port.name` or `service.port.number`"."""
    named = rule("", "name.com", backend=backend("service1", "http"))
    put(cluster, ingress("web", rule("service1", "number.com"), named,
                         rule("", "none.com", backend=backend("service1", 81))))  # fmt: skip
    assert answers(cluster, ("number.com", "/"), ("name.com", "/"), ("none.com", "/")) == ["service1", "service1", 503]


def test_an_ingress_without_rules_has_a_default_backend(cluster):
    """Ingress, "DefaultBackend": "If no `.spec.rules` are specified, `.spec.defaultBackend` must be specified."; "If
    none of the hosts or paths match [...], the traffic is routed to your default backend."."""
    with pytest.raises(kl.ApiError, match="either `defaultBackend` or `rules` must be specified"):
        cluster.api.create(ingress("empty"))
    put(cluster, ingress("web", rule("service1", "foo.bar.com", "/a"), defaultBackend=backend("service2")))
    assert answers(cluster, ("foo.bar.com", "/a"), ("foo.bar.com", "/b")) == ["service1", "service2"]
    put(cluster, ingress("all", defaultBackend=backend("service3")))
    assert answers(cluster, ("foo.bar.com", "/b"), ("any.com", "/")) == ["service2", "service3"]


def test_one_service_alone_needs_no_rules(cluster):
    """Ingress, "Ingress backed by a single Service": "specifying a *default backend* with no rules"."""
    put(cluster, ingress("test-ingress", defaultBackend=backend("service1")))
    assert answers(cluster, ("any.com", "/"), ("other.com", "/x/y")) == ["service1", "service1"]
    cluster.run(60)
    assert "*" in cluster.kubectl("get ingress test-ingress").splitlines()[1].split()


def test_a_resource_is_no_service(cluster):
    """Ingress, "Resource backends": "mutually exclusive [...] with Service, and will fail validation if both are
    specified"; this controller knows none, and answers as for a path that nobody has."""
    bucket = {"resource": {"apiGroup": "k8s.example.com", "kind": "StorageBucket", "name": "icons"}}
    with pytest.raises(kl.ApiError, match="cannot set both resource and service backends"):
        cluster.api.create(ingress("both", rule("", "foo.bar.com", backend={**bucket, **backend("service1")})))
    put(cluster, ingress("icons", rule("", "foo.bar.com", "/icons", "ImplementationSpecific", backend=bucket)))
    assert answers(cluster, ("foo.bar.com", "/icons")) == [404]


def test_a_path_needs_a_type(cluster):
    """Ingress, "Path types": "Paths that do not include an explicit `pathType` will fail validation."; matching is
    "case sensitive"."""
    held = {"http": {"paths": [{"path": "/", "backend": backend("service1")}]}}
    with pytest.raises(kl.ApiError, match=r"spec.rules\[0\].http.paths\[0\].pathType: Required value"):
        cluster.api.create(ingress("web", held))
    rules = [rule("service1", "prefix.com", "/Foo"), rule("service2", "exact.com", "/Foo", "Exact")]
    put(cluster, ingress("web", *rules))
    asked = [(host, path) for host in ("prefix.com", "exact.com") for path in ("/Foo", "/foo")]
    assert answers(cluster, *asked) == ["service1", 404, "service2", 404]


@pytest.mark.parametrize(
    ("paths", "requested", "expected"),
    [
        ([("/", PREFIX), ("/aaa", PREFIX)], "/aaa/ccc", "/aaa"),
        ([("/", PREFIX), ("/aaa", PREFIX), ("/aaa/bbb", PREFIX)], "/aaa/bbb", "/aaa/bbb"),
        ([("/", PREFIX), ("/aaa", PREFIX), ("/aaa/bbb", PREFIX)], "/ccc", "/"),
        ([("/aaa", PREFIX)], "/ccc", "default"),
        ([("/foo", PREFIX), ("/foo", EXACT)], "/foo", "/foo Exact"),
    ],
)
def test_the_examples_of_several_paths(paths, requested, expected):
    """Ingress, "Examples": the rows of the table with more than one path, or with none that matches."""
    kinds = {PREFIX: "", EXACT: " Exact"}
    locations = [Location(path, kind, Backend("d", f"{path}{kinds[kind]}", 80)) for path, kind in paths]
    ordered = tuple(sorted(locations, key=lambda each: (-len(each.path), each.type != EXACT)))
    held = Configuration({"h": Server("h", ordered, Backend("d", "default", 80))})
    assert held.backend("h", requested).service == expected


def test_a_fanout_leads_from_one_address_to_several_services(cluster):
    """Ingress, "Simple fanout": "more than one Service, based on the HTTP URI being requested"."""
    paths = [
        {"path": f"/{name}", "pathType": "Prefix", "backend": backend(service)}
        for name, service in (("foo", "service1"), ("bar", "service2"))
    ]
    put(cluster, ingress("simple-fanout-example", {"host": "foo.bar.com", "http": {"paths": paths}}))
    assert answers(cluster, *(("foo.bar.com", path) for path in ("/foo", "/bar/x", "/"))) == [
        "service1", "service2", 404,
    ]  # fmt: skip


def test_hosts_are_told_apart_by_their_header(cluster):
    """Ingress, "Name based virtual hosting": "any traffic whose request host header doesn't match [...] to
    `service3`"."""
    rules = [rule("service1", "first.bar.com"), rule("service2", "second.bar.com"), rule("service3")]
    put(cluster, ingress("name-virtual-host-ingress-no-third-host", *rules))
    asked = [(host, "/") for host in ("first.bar.com", "second.bar.com", "third.bar.com", "")]
    assert answers(cluster, *asked) == ["service1", "service2", "service3", "service3"]


def test_a_wildcard_covers_one_label(cluster):
    """Ingress, "Hostname wildcards": "wildcard only covers a single DNS label"."""
    put(cluster, ingress("wild", rule("service1", "foo.bar.com", "/bar"), rule("service2", "*.foo.com", "/foo")))
    asked = [("foo.bar.com", "/bar"), ("a.foo.com", "/foo"), ("b.a.foo.com", "/foo"), ("foo.com", "/foo")]
    assert answers(cluster, *asked) == ["service1", "service2", 404, 404]


def test_each_ingress_is_its_class_controllers(cluster):
    """Ingress, "Ingress class": "Ingresses can be implemented by different controllers"."""
    meta = {"name": "external-lb"}
    other = {"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": meta,
             "spec": {"controller": "example.com/ingress-controller"}}  # fmt: skip
    put(cluster, other, ingress("far", rule("service1", "far.com"), ingressClassName="external-lb"))
    assert answers(cluster, ("far.com", "/")) == [404]
    put(cluster, ingress("near", rule("service1", "near.com")))
    assert answers(cluster, ("near.com", "/")) == ["service1"]


def test_the_annotation_is_the_old_way(cluster):
    """Ingress, "Deprecated annotation": `kubernetes.io/ingress.class`, "widely supported by Ingress controllers"."""
    old = ingress("old", rule("service1", "old.com"), ingressClassName=None)
    old["metadata"]["annotations"] = {"kubernetes.io/ingress.class": "nginx"}
    put(cluster, old)
    assert answers(cluster, ("old.com", "/")) == ["service1"]


def test_a_class_may_be_the_default(cluster):
    """Ingress, "Default IngressClass": "new Ingresses without an `ingressClassName` field specified will be assigned
    this default IngressClass"."""
    mark = {"metadata": {"annotations": {"ingressclass.kubernetes.io/is-default-class": "true"}}}
    cluster.api.patch("ingressclasses", "nginx", mark, None)
    put(cluster, ingress("web", rule("service1", "web.com"), ingressClassName=None))
    assert cluster.api.get("ingresses", "web").spec.ingressClassName == "nginx"
    assert answers(cluster, ("web.com", "/")) == ["service1"]


def test_the_parameters_of_a_class_have_a_scope(cluster):
    """Ingress, "IngressClass scope": with `Namespace` "You must also set the `namespace` field"."""
    spec = {"controller": "example.com/c", "parameters": {"kind": "P", "name": "p", "scope": "Namespace"}}
    made = {"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": "x"}, "spec": spec}
    with pytest.raises(kl.ApiError, match=r"spec.parameters.namespace: Required value"):
        cluster.api.create(made)
    del spec["parameters"]["scope"]
    assert cluster.api.create(made).spec.parameters.scope == "Cluster"


def test_tls_ends_at_the_ingress_point(cluster):
    """Ingress, "TLS": "traffic to the Service and its Pods is in plaintext", and hosts of one port are told apart
    "according to the hostname specified through the SNI TLS extension"."""
    data = {"tls.crt": "certificate", "tls.key": "key"}
    for number in (1, 2):
        meta = {"name": f"tls-{number}"}
        cluster.apply({"apiVersion": "v1", "kind": "Secret", "metadata": meta, "type": "kubernetes.io/tls",
                       "stringData": data})  # fmt: skip
    tls = [{"hosts": [f"h{number}.com"], "secretName": f"tls-{number}"} for number in (1, 2)]
    put(cluster, ingress("web", rule("service1", "h1.com"), rule("service2", "h2.com"), tls=tls))
    ports = cluster.api.get("services", "ingress-nginx-controller", "ingress-nginx").spec.ports
    secure = next(port.nodePort for port in ports if port.port == 443)
    for number in (1, 2):
        response = cluster.request(f"https://worker-1:{secure}/", host=f"h{number}.com")
        assert response.pod == f"service{number}"
        assert response.hop("tls").detail == f"certificate: default/tls-{number}"
        assert response.hop("container").destination.endswith(":80")


def test_pods_that_are_not_ready_get_nothing(cluster):
    """Ingress, "Load balancing": "parallel concepts in Kubernetes such as readiness probes [...] achieve the same end
    result"; a controller spreads requests over the pods that are ready."""
    second = pod("service1")
    second["metadata"]["name"] = "second"
    never = pod("service1")
    never["metadata"]["name"] = "never"
    never["spec"]["containers"][0]["readinessProbe"] = {"tcpSocket": {"port": 1}}
    put(cluster, second, never, ingress("web", rule("service1", "web.com")))
    assert {ask(cluster, "web.com").pod for _ in range(40)} == {"service1", "second"}


def test_a_changed_ingress_reconfigures_the_controller(cluster):
    """Ingress, "Updating an Ingress": the API server "tells the Ingress controller to reconfigure the load
    balancer"."""
    put(cluster, ingress("test", rule("service1", "foo.bar.com", "/foo")))
    assert answers(cluster, ("foo.bar.com", "/foo"), ("bar.baz.com", "/foo")) == ["service1", 404]
    put(cluster, ingress("test", rule("service1", "foo.bar.com", "/foo"), rule("service2", "bar.baz.com", "/foo")))
    assert answers(cluster, ("foo.bar.com", "/foo"), ("bar.baz.com", "/foo")) == ["service1", "service2"]
