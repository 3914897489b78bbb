import pytest

from kubelab.api import formats
from kubelab.api.addresses import parse_cidr, parse_ip


@pytest.mark.parametrize(
    ("rule", "right", "wrong"),
    [
        (formats.dns1123_label, ["a", "0", "web-1", "a" * 63], ["", "Web", "web.", "-a", "a-", "a_b", "a" * 64, "a\n"]),
        (formats.dns1123_subdomain, ["a.b", "web-1.shop", "1.2"], ["", "a..b", ".a", "A.b", "a.-b", "a" * 254]),
        (formats.dns1035_label, ["a", "a-1"], ["1a", "a.b", ""]),
        (formats.dns1123_subdomain_with_underscore, ["_tcp.a", "a_b.c"], ["", "a..b", "A"]),
        (formats.wildcard_dns1123_subdomain, ["*.a.b"], ["*", "a.b", "*.*.a"]),
        (formats.qualified_name, ["a", "A_b.c", "k8s.io/x"], ["", "/x", "a/", "a/b/c", "K8s.io/x", "x" * 64, "é"]),
        (formats.label_value, ["", "a", "A.b_c-d"], ["-", "a b", "a-", "x" * 64]),
        (formats.c_identifier, ["a_1"], ["1a", "a-b"]),
        (formats.env_var_name, ["A", "a b", "1", "x.y-z"], ["", "A=B", "é", "a\t"]),
        (formats.config_map_key, ["a", "a.b_c-D"], ["", ".", "..", "..a", "a/b", "x" * 254]),
        (formats.http_header_name, ["X-A"], ["X A", ""]),
        (formats.port_name, ["http", "a1"], ["", "HTTP", "1", "a--b", "-a", "a-", "a" * 16]),
        (formats.percent, ["0%", "125%"], ["5", "%", "-5%", "5.5%"]),
        (
            formats.ip,
            ["10.0.0.1", "010.0.0.1", "::1", "::ffff:1.2.3.4"],
            ["", "10.0.0", "10.0.0.256", "fe80::1%eth0", "a"],
        ),
        (formats.cidr, ["10.0.0.0/8", "10.0.0.1/8", "::/0"], ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "::/129", "a/8"]),
    ],
)
def test_a_format_accepts_what_kubernetes_accepts(rule, right, wrong):
    assert [value for value in right if rule(value)] == []
    assert [value for value in wrong if not rule(value)] == []


def test_the_sentence_names_rule_example_and_regular_expression():
    assert formats.dns1123_label("Web") == [
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
        "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
        "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
    ]


def test_length_counts_bytes():
    assert "must be no more than 63 bytes" in formats.label_value("é" * 32)


def test_the_answer_may_be_changed_without_harm():
    formats.qualified_name("").append("mine")
    assert "mine" not in formats.qualified_name("")


def test_ports_and_users_have_their_ranges():
    assert formats.port_number(65535) == formats.user_id(0) == []
    assert formats.port_number(0) == ["must be between 1 and 65535, inclusive"]
    assert formats.user_id(-1) == ["must be between 0 and 4294967295, inclusive"]


def test_addresses_are_read_as_leniently_as_kubernetes_reads_them():
    assert str(parse_ip("010.001.0.1")) == "10.1.0.1"
    assert str(parse_ip("::ffff:10.1.2.3")) == "10.1.2.3"
    assert str(parse_cidr("10.1.2.3/16")) == "10.1.0.0/16"
    assert formats.ip_of_family("10.0.0.1", 6) == ["must be a valid IPv6 address"]
