"""Rules of Ingresses: https://kubernetes.io/docs/concepts/services-networking/ingress/"""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace as Some

import pytest

from kubelab.network.ingress.configuration import addresses, configuration, is_ours
from kubelab.network.ingress.rules import EXACT, FAKE, PREFIX, SPECIFIC, Backend, Location

BORN = datetime(2026, 1, 1, tzinfo=UTC)


def ingress(name="web", rules=(), default=None, age=0, tls=(), annotations=None, class_name="nginx"):
    """`rules` are (host, path, type, service)."""
    listed = []
    for host, path, kind, service in rules:
        backend = _backend(service)
        listed.append(Some(host=host, http=Some(paths=[Some(path=path, pathType=kind, backend=backend)])))
    meta = Some(
        name=name, namespace="default", creationTimestamp=BORN - timedelta(seconds=age), annotations=annotations
    )
    spec = Some(
        rules=listed or None,
        defaultBackend=_backend(default) if default else None,
        ingressClassName=class_name,
        tls=[Some(hosts=hosts, secretName=secret) for hosts, secret in tls] or None,
    )
    return Some(metadata=meta, spec=spec)


def _backend(service):
    return Some(service=Some(name=service, port=Some(number=80, name=None)), resource=None)


def led(found, host, path):
    backend = found.backend(host, path)
    return backend.service if backend is not None else None


@pytest.mark.parametrize(
    ("kind", "path", "requested", "matches"),
    [
        (PREFIX, "/", "/anything", True),
        (EXACT, "/foo", "/foo", True),
        (EXACT, "/foo", "/bar", False),
        (EXACT, "/foo", "/foo/", False),
        (EXACT, "/foo/", "/foo", False),
        (PREFIX, "/foo", "/foo", True),
        (PREFIX, "/foo", "/foo/", True),
        (PREFIX, "/foo/", "/foo", True),
        (PREFIX, "/foo/", "/foo/", True),
        (PREFIX, "/aaa/bb", "/aaa/bbb", False),
        (PREFIX, "/aaa/bbb", "/aaa/bbb", True),
        (PREFIX, "/aaa/bbb/", "/aaa/bbb", True),
        (PREFIX, "/aaa/bbb", "/aaa/bbb/", True),
        (PREFIX, "/aaa/bbb", "/aaa/bbb/ccc", True),
        (PREFIX, "/aaa/bbb", "/aaa/bbbxyz", False),
        (SPECIFIC, "/aaa", "/aaab", True),
    ],
)
def test_examples(kind, path, requested, matches):
    """Ingress, "Examples", the table of path types."""
    assert Location(path, kind, Backend("default", "s", 80)).matches(requested) is matches


def test_multiple_matches():
    """Ingress, "Multiple matches": the longest path first; if equal, Exact before Prefix."""
    found = configuration(
        [
            ingress(
                rules=[
                    ("h", "/", PREFIX, "root"),
                    ("h", "/foo", PREFIX, "prefix"),
                    ("h", "/foo", EXACT, "exact"),
                    ("h", "/foo/bar", PREFIX, "longer"),
                ]
            )
        ],
        {}.get,
    )
    requested = ("/", "/foo", "/foo/", "/foo/bar/x", "/other?q=/foo")
    assert [led(found, "h", path) for path in requested] == ["root", "exact", "prefix", "longer", "root"]


@pytest.mark.parametrize(
    ("host", "matches"),
    [("bar.foo.com", True), ("BAR.foo.com", True), ("baz.bar.foo.com", False), ("foo.com", False)],
)
def test_hostname_wildcards(host, matches):
    """Ingress, "Hostname wildcards": the wildcard covers only one DNS label."""
    found = configuration([ingress(rules=[("*.foo.com", "/", PREFIX, "web")])], {}.get)
    assert (led(found, host, "/") == "web") is matches


def test_a_precise_host_goes_before_a_wildcard_and_that_before_every_host():
    rules = [(None, "/", PREFIX, "all"), ("*.foo.com", "/", PREFIX, "wild"), ("bar.foo.com", "/", PREFIX, "precise")]
    found = configuration([ingress(rules=rules)], {}.get)
    hosts = ("bar.foo.com", "x.foo.com", "example.org")
    assert [led(found, host, "/") for host in hosts] == ["precise", "wild", "all"]


def test_default_backend():
    """Ingress, "DefaultBackend": an Ingress with no rules sends all traffic to a single default backend."""
    only = configuration([ingress(default="fallback")], {}.get)
    assert led(only, "any.host", "/x") == "fallback"
    both = configuration([ingress(rules=[("h", "/a", PREFIX, "a")], default="fallback")], {}.get)
    assert (led(both, "h", "/a"), led(both, "h", "/b"), led(both, "other", "/")) == ("a", "fallback", None)
    assert configuration([], {}.get).backend("h", "/") is None


def test_of_two_ingresses_that_want_the_same_path_the_older_has_it():
    young, old = ingress("a", [("h", "/", PREFIX, "young")], age=1), ingress("b", [("h", "/", PREFIX, "old")], age=9)
    assert led(configuration([young, old], {}.get), "h", "/") == "old"


def test_simple_fanout_over_several_ingresses():
    """Ingress, "Simple fanout": paths of one host may come from several Ingresses."""
    listed = [ingress("a", [("h", "/foo", PREFIX, "s1")]), ingress("b", [("h", "/bar", PREFIX, "s2")])]
    found = configuration(listed, {}.get)
    assert (led(found, "h", "/foo"), led(found, "h", "/bar")) == ("s1", "s2")


def test_ingress_class():
    """Ingress, "Ingress class"; Ingress, "The Ingress resource": by the class's controller; the annotation is the old
    way; without either nobody's."""
    classes = {
        "nginx": Some(spec=Some(controller="k8s.io/ingress-nginx")),
        "other": Some(spec=Some(controller="example.com/x")),
    }
    asked = (classes.get, "k8s.io/ingress-nginx", "nginx")
    assert is_ours(ingress(), *asked)
    assert not is_ours(ingress(class_name="other"), *asked)
    assert not is_ours(ingress(class_name="missing"), *asked)
    assert not is_ours(ingress(class_name=None), *asked)
    assert is_ours(ingress(class_name=None, annotations={"kubernetes.io/ingress.class": "nginx"}), *asked)


def test_tls():
    """Ingress, "TLS": the Secret must hold tls.crt and tls.key; else the fake certificate is shown."""
    secrets = {
        "default/good": Some(data={"tls.crt": "x", "tls.key": "y"}),
        "default/bad": Some(data={"tls.crt": "x"}),
    }
    rules = [(host, "/", PREFIX, "web") for host in ("good.org", "bad.org", "none.org", "plain.org")]
    tls = [(["good.org"], "good"), (["bad.org"], "bad"), (["none.org"], "none")]
    found = configuration([ingress(rules=rules, tls=tls)], secrets.get)
    assert [found.server(rule[0]).certificate for rule in rules] == ["default/good", FAKE, FAKE, FAKE]
    assert [found.server(rule[0]).redirects for rule in rules] == [True, True, True, False]
    calm = {"nginx.ingress.kubernetes.io/ssl-redirect": "false"}
    held = configuration([ingress(rules=rules, tls=tls, annotations=calm)], secrets.get)
    assert not held.server("good.org").redirects


def _slice(port, *endpoints, name="http"):
    listed = [Some(addresses=[address], conditions=Some(ready=ready)) for address, ready in endpoints]
    return Some(addressType="IPv4", ports=[Some(name=name, port=port)], endpoints=listed)


def test_a_backend_is_its_services_ready_endpoints():
    services = {"default/web": Some(spec=Some(type="ClusterIP", ports=[Some(name="http", port=80)]))}
    slices = [_slice(8080, ("10.0.0.2", True), ("10.0.0.1", None), ("10.0.0.3", False)), _slice(1, name="x")]
    for port in (80, "http"):
        found = addresses(Backend("default", "web", port), services.get, slices)
        assert found == (("10.0.0.1", 8080), ("10.0.0.2", 8080))
    assert addresses(Backend("default", "web", 81), services.get, slices) == ()
    assert addresses(Backend("default", "gone", 80), services.get, slices) == ()


def test_a_backend_of_type_external_name_is_that_name():
    services = {"default/web": Some(spec=Some(type="ExternalName", externalName="example.org", ports=None))}
    assert addresses(Backend("default", "web", 8080), services.get, ()) == (("example.org", 8080),)
