"""What the objects of the network may say, and what the API server makes of them."""

from __future__ import annotations

from typing import Any

import pytest
from judged_kinds import changes, faults, made, row


def rule(host: str = "shop.example.com", path: str = "/", kind: str = "Prefix", **backend: Any) -> dict[str, Any]:
    backend = backend or {"service": {"name": "shop", "port": {"number": 80}}}
    return {"host": host, "http": {"paths": [{"path": path, "pathType": kind, "backend": backend}]}}


def test_an_ingress_begins_without_an_address() -> None:
    obj = made("ingress", spec={"rules": [rule()]}, status={"loadBalancer": {"ingress": [{"ip": "10.0.0.1"}]}})
    assert obj["status"] == {"loadBalancer": {}}


@pytest.mark.parametrize(
    ("spec", "field", "sentence"),
    [
        ({}, "spec", "Invalid value: null: either `defaultBackend` or `rules` must be specified"),
        ({"rules": [rule(host="10.0.0.1")]}, "spec.rules[0].host", "must be a DNS name, not an IP address"),
        ({"rules": [rule(host="*.a.*")]}, "spec.rules[0].host", "a wildcard DNS-1123 subdomain"),
        ({"rules": [rule(path="a//b")]}, "spec.rules[0].http.paths[0].path", "must not contain '//'"),
        ({"rules": [rule(path="/a/..")]}, "spec.rules[0].http.paths[0].path", "cannot end with '/..'"),
        ({"rules": [rule(kind="exact")]}, "spec.rules[0].http.paths[0].pathType", 'Unsupported value: "exact"'),
        ({"rules": [rule(kind="ImplementationSpecific", path="a")]}, "spec.rules[0].http.paths[0].path", "absolute"),
        ({"defaultBackend": {}}, "spec.defaultBackend", "resource or service backend is required"),
        ({"defaultBackend": {"service": {"name": "a"}}}, "spec.defaultBackend", "port name or number is required"),
        (
            {"defaultBackend": {"service": {"name": "a", "port": {"name": "x", "number": 1}}}},
            "spec.defaultBackend",
            "cannot set both port name & port number",
        ),
        (
            {"defaultBackend": {"service": {"name": "a", "port": {"number": 70000}}}},
            "spec.defaultBackend.service.port.number",
            "must be between 1 and 65535",
        ),
        ({"defaultBackend": {"resource": {"kind": "", "name": "a"}}}, "spec.defaultBackend.resource.kind", "Required"),
        (
            {"defaultBackend": {"resource": {"kind": "A", "name": "a"}, "service": {"name": "a"}}},
            "spec.defaultBackend",
            "cannot set both resource and service backends",
        ),
        ({"rules": [rule()], "tls": [{"hosts": ["A"]}]}, "spec.tls[0].hosts[0]", "a lowercase RFC 1123 subdomain"),
        ({"rules": [rule()], "tls": [{"secretName": "A"}]}, "spec.tls[0].secretName", "a lowercase RFC 1123"),
        ({"rules": [rule()], "ingressClassName": ""}, "spec.ingressClassName", "a lowercase RFC 1123 subdomain"),
    ],
)
def test_an_ingress_is_refused_for(spec: dict[str, Any], field: str, sentence: str) -> None:
    found = faults("ingress", spec=spec)
    assert field in found
    assert sentence in found[field]


def test_the_two_ways_to_name_a_class_must_agree_when_an_ingress_is_made() -> None:
    meta = {"name": "one", "namespace": "default", "annotations": {"kubernetes.io/ingress.class": "nginx"}}
    spec = {"rules": [rule()], "ingressClassName": "traefik"}
    assert [*faults("ingress", metadata=meta, spec=spec)] == ["annotations.kubernetes.io/ingress.class"]
    old = made("ingress", spec=spec)
    assert changes("ingress", old, {**old, "metadata": {**old["metadata"], "annotations": meta["annotations"]}}) == {}


def test_an_update_may_keep_an_old_bad_secret_name() -> None:
    old = made("ingress", spec={"rules": [rule()]})
    old["spec"]["tls"] = [{"secretName": "OLD"}]
    new = {**old, "spec": {**old["spec"], "tls": [{"secretName": "OLD", "hosts": ["a.b"]}]}}
    assert changes("ingress", old, new) == {}


def test_an_ingress_row_names_three_hosts() -> None:
    rules = [rule(f"{letter}.example.com") for letter in "abcd"]
    obj = made("ingress", spec={"rules": rules, "tls": [{"hosts": ["a.example.com"]}]})
    assert row("ingress", obj) == {
        "Name": "one",
        "Class": "<none>",
        "Hosts": "a.example.com,b.example.com,c.example.com + 1 more...",
        "Address": "",
        "Ports": "80, 443",
        "Age": "60s",
    }


def test_an_ingress_class_names_its_controller_for_good() -> None:
    assert [*faults("ingressclass", spec={})] == ["spec.controller"]
    assert "domain-prefixed path" in faults("ingressclass", spec={"controller": "nginx"})["spec.controller"]
    old = made("ingressclass", spec={"controller": "example.com/a", "parameters": {"kind": "P", "name": "p"}})
    assert old["spec"]["parameters"]["scope"] == "Cluster"
    new = {**old, "spec": {**old["spec"], "controller": "example.com/b"}}
    assert changes("ingressclass", old, new)["spec.controller"].endswith("field is immutable")
    assert row("ingressclass", old)["Parameters"] == "P/p"


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"kind": "P", "name": "p", "scope": "World"}, "spec.parameters.scope"),
        ({"kind": "P", "name": "p", "scope": "Namespace"}, "spec.parameters.namespace"),
        ({"kind": "P", "name": "p", "namespace": "default"}, "spec.parameters.namespace"),
        ({"kind": "P", "name": "p", "apiGroup": "Example"}, "spec.parameters.apiGroup"),
        ({"kind": "P/Q", "name": "p"}, "spec.parameters.kind"),
    ],
)
def test_parameters_of_an_ingress_class(parameters: dict[str, Any], field: str) -> None:
    assert [*faults("ingressclass", spec={"controller": "example.com/a", "parameters": parameters})] == [field]


def test_a_network_policy_rules_what_comes_in_and_what_goes_out_where_it_says_so() -> None:
    assert made("netpol", spec={"podSelector": {}})["spec"]["policyTypes"] == ["Ingress"]
    obj = made("netpol", spec={"egress": [{"ports": [{"port": 53}]}]})
    assert obj["spec"] == {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
        "egress": [{"ports": [{"port": 53, "protocol": "TCP"}]}],
    }
    assert row("netpol", obj)["Pod-Selector"] == "<none>"


@pytest.mark.parametrize(
    ("spec", "field", "sentence"),
    [
        ({"ingress": [{"ports": [{"protocol": "ICMP"}]}]}, "spec.ingress[0].ports[0].protocol", '"TCP", "UDP", "SCTP"'),
        ({"ingress": [{"ports": [{"port": 0}]}]}, "spec.ingress[0].ports[0].port", "between 1 and 65535"),
        ({"ingress": [{"ports": [{"port": 9, "endPort": 8}]}]}, "spec.ingress[0].ports[0].endPort", "greater than"),
        ({"ingress": [{"ports": [{"port": "a", "endPort": 8}]}]}, "spec.ingress[0].ports[0].endPort", "non-numeric"),
        ({"ingress": [{"ports": [{"endPort": 8}]}]}, "spec.ingress[0].ports[0].endPort", "`port` is not specified"),
        ({"egress": [{"to": [{}]}]}, "spec.egress[0].to[0]", "must specify a peer"),
        (
            {"egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}, "podSelector": {}}]}]},
            "spec.egress[0].to[0]",
            "may not specify both ipBlock and another peer",
        ),
        ({"egress": [{"to": [{"ipBlock": {"cidr": ""}}]}]}, "spec.egress[0].to[0].ipBlock.cidr", "Required value"),
        (
            {"egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["11.0.0.0/16"]}}]}]},
            "spec.egress[0].to[0].ipBlock.except[0]",
            "must be a strict subset of `cidr`",
        ),
        ({"policyTypes": ["Both"]}, "spec.policyTypes[0]", 'supported values: "Ingress", "Egress"'),
        ({"policyTypes": ["Ingress"] * 3}, "spec.policyTypes", "may not specify more than two"),
        ({"podSelector": {"matchLabels": {"a b": "c"}}}, "spec.podSelector.matchLabels", "name part"),
    ],
)
def test_a_network_policy_is_refused_for(spec: dict[str, Any], field: str, sentence: str) -> None:
    found = faults("netpol", spec=spec)
    assert [*found] == [field]
    assert sentence in found[field]


def test_an_update_may_keep_a_bad_block_that_was_there() -> None:
    old = made("netpol", spec={"egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]})
    old["spec"]["egress"][0]["to"][0]["ipBlock"]["cidr"] = "bad"
    assert changes("netpol", old, old) == {}


def test_endpoints_have_addresses_and_named_ports() -> None:
    subset = {"addresses": [{"ip": "10.0.0.1"}], "ports": [{"port": 80}]}
    obj = made("endpoints", subsets=[subset])
    assert obj["subsets"][0]["ports"] == [{"port": 80, "protocol": "TCP"}]
    assert row("endpoints", obj)["Endpoints"] == "10.0.0.1:80"
    assert [*faults("endpoints", subsets=[{"ports": [{"port": 80}]}])] == ["subsets[0]"]
    bad = {"addresses": [{"ip": "127.0.0.1", "nodeName": "A"}], "ports": [{"port": 80}, {"port": 0, "name": "b"}]}
    assert [*faults("endpoints", subsets=[bad])] == [
        "subsets[0].addresses[0].nodeName",
        "subsets[0].addresses[0].ip",
        "subsets[0].ports[0].name",
        "subsets[0].ports[1].port",
    ]


def test_an_endpoints_row_names_three_addresses() -> None:
    addresses = [{"ip": f"10.0.0.{i}"} for i in range(1, 6)]
    obj = made("endpoints", subsets=[{"addresses": addresses, "ports": [{"port": 80}]}])
    assert row("endpoints", obj)["Endpoints"] == "10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 2 more..."
    assert row("endpoints", made("endpoints"))["Endpoints"] == "<none>"
