"""The formats of names and values: each function answers with what is wrong, an empty list when nothing is.

Every name in a cluster ends up in a DNS record, a label selector, an environment variable or a URL, and each of
these has its own alphabet. The sentences are the API server's own, so that a learner can search for them.

In Kubernetes
    `k8s.io/apimachinery/pkg/util/validation` and `…/pkg/api/validate/content`.
    https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
"""

from __future__ import annotations

import re
from functools import lru_cache

from kubelab.api.addresses import parse_cidr, parse_ip

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_LABEL_UNDERSCORE = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_SUBDOMAIN_UNDERSCORE = rf"{_LABEL_UNDERSCORE}(\.{_LABEL_UNDERSCORE})*"
_LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"
_WILDCARD = rf"\*\.{_SUBDOMAIN}"
_LABEL_KEY = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_VALUE = f"({_LABEL_KEY})?"
_C_IDENTIFIER = "[A-Za-z_][A-Za-z0-9_]*"
_CONFIG_KEY = "[-._a-zA-Z0-9]+"
_HEADER = "[-A-Za-z0-9]+"
_PERCENT = "[0-9]+%"
_HTTP_PATH = r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+"

_is_label = re.compile(_LABEL).fullmatch
_is_subdomain = re.compile(_SUBDOMAIN).fullmatch
_is_subdomain_underscore = re.compile(_SUBDOMAIN_UNDERSCORE).fullmatch
_is_label_1035 = re.compile(_LABEL_1035).fullmatch
_is_wildcard = re.compile(_WILDCARD).fullmatch
_is_label_key = re.compile(_LABEL_KEY).fullmatch
_is_label_value = re.compile(_LABEL_VALUE).fullmatch
_is_c_identifier = re.compile(_C_IDENTIFIER).fullmatch
_is_config_key = re.compile(_CONFIG_KEY).fullmatch
_is_header = re.compile(_HEADER).fullmatch
_is_percent = re.compile(_PERCENT).fullmatch
_is_http_path = re.compile(_HTTP_PATH).fullmatch
_is_port_charset = re.compile("[-a-z0-9]+").fullmatch

_ALNUM_ENDS = "and must start and end with an alphanumeric character"


def regex_error(message: str, regex: str, *examples: str) -> str:
    """The sentence for a value that does not match: the rule, examples, the regular expression."""
    if not examples:
        return f"{message} (regex used for validation is '{regex}')"
    shown = " or ".join(f"'{example}', " for example in examples)
    return f"{message} (e.g. {shown}regex used for validation is '{regex}')"


def max_length_error(length: int, unit: str = "characters") -> str:
    """The sentence for a text that is too long."""
    return f"must be no more than {length} {unit}"


def range_error(low: int, high: int) -> str:
    """The sentence for a number outside its range."""
    return f"must be between {low} and {high}, inclusive"


def _too_long(value: str, limit: int, unit: str = "characters") -> list[str]:
    # a short text of any alphabet cannot pass the limit in bytes
    if len(value) * 4 > limit and len(value.encode("utf-8", "surrogatepass")) > limit:
        return [max_length_error(limit, unit)]
    return []


def dns1123_label(value: str) -> list[str]:
    """A label in DNS: what a container, a port or a namespace may be called.

    Examples
    --------
    >>> dns1123_label("web-1"), dns1123_label("web.shop")
    ([], ['must not contain dots'])
    """
    errors = _too_long(value, 63)
    if not _is_label(value):
        if _is_subdomain(value):
            errors.append("must not contain dots")
        else:
            rule = (
                f"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', {_ALNUM_ENDS}"
            )
            errors.append(regex_error(rule, _LABEL, "my-name", "123-abc"))
    return errors


def dns1123_subdomain(value: str) -> list[str]:
    """Labels joined by dots: what most objects may be called."""
    errors = _too_long(value, 253)
    if not _is_subdomain(value):
        rule = (
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, "
            f"'-' or '.', {_ALNUM_ENDS}"
        )
        errors.append(regex_error(rule, _SUBDOMAIN, "example.com"))
    return errors


def dns1123_subdomain_with_underscore(value: str) -> list[str]:
    """A subdomain whose labels may hold underscores, as resolvers' search paths do."""
    errors = _too_long(value, 253)
    if not _is_subdomain_underscore(value):
        rule = (
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, "
            f"'_', '-' or '.', {_ALNUM_ENDS}"
        )
        errors.append(regex_error(rule, _SUBDOMAIN_UNDERSCORE, "example.com"))
    return errors


def dns1035_label(value: str) -> list[str]:
    """A label in the older DNS: it may not begin with a digit."""
    errors = _too_long(value, 63)
    if not _is_label_1035(value):
        rule = (
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', "
            "start with an alphabetic character, and end with an alphanumeric character"
        )
        errors.append(regex_error(rule, _LABEL_1035, "my-name", "abc-123"))
    return errors


def wildcard_dns1123_subdomain(value: str) -> list[str]:
    """A subdomain under `*.`."""
    errors = _too_long(value, 253)
    if not _is_wildcard(value):
        rule = (
            "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must "
            "consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character"
        )
        errors.append(regex_error(rule, _WILDCARD, "*.example.com"))
    return errors


_LABEL_KEY_RULE = regex_error(
    f"must consist of alphanumeric characters, '-', '_' or '.', {_ALNUM_ENDS}",
    _LABEL_KEY,
    "MyName",
    "my.name",
    "123-abc",
)


@lru_cache(maxsize=4096)
def _qualified_name(value: str) -> tuple[str, ...]:
    errors: list[str] = []
    prefix, slash, name = value.rpartition("/")
    if "/" in prefix:
        hint = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        return (f"a valid label key {_LABEL_KEY_RULE} {hint}",)
    if slash and not prefix:
        errors.append("prefix part must be non-empty")
    elif slash:
        errors += [f"prefix part {message}" for message in dns1123_subdomain(prefix)]
    if not name:
        errors.append("name part must be non-empty")
    errors += [f"name part {message}" for message in _too_long(name, 63, "bytes")]
    if not _is_label_key(name):
        errors.append(f"name part {_LABEL_KEY_RULE}")
    return tuple(errors)


def qualified_name(value: str) -> list[str]:
    """A name with an optional DNS prefix and a slash: the key of a label, a taint or a resource.

    Examples
    --------
    >>> qualified_name("app.kubernetes.io/name"), qualified_name("/name")
    ([], ['prefix part must be non-empty'])
    """
    return list(_qualified_name(value))


_LABEL_VALUE_RULE = regex_error(
    f"a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', {_ALNUM_ENDS}",
    _LABEL_VALUE,
    "MyValue",
    "my_value",
    "12345",
)


def label_value(value: str) -> list[str]:
    """The value of a label: empty, or at most 63 plain characters."""
    errors = _too_long(value, 63, "bytes")
    if not _is_label_value(value):
        errors.append(_LABEL_VALUE_RULE)
    return errors


def c_identifier(value: str) -> list[str]:
    """A name as the C language has it."""
    if _is_c_identifier(value):
        return []
    rule = (
        "a valid C identifier must start with alphabetic character or '_', "
        "followed by a string of alphanumeric characters or '_'"
    )
    return [regex_error(rule, _C_IDENTIFIER, "my_name", "MY_NAME", "MyName")]


def env_var_name(value: str) -> list[str]:
    """The name of an environment variable: printable ASCII without an equals sign."""
    errors = [] if value else ["environment variable name must be non-empty"]
    if not all(" " <= letter <= "~" and letter != "=" for letter in value):
        errors.append(
            "a valid environment variable name must consist only of printable ASCII characters other than '='"
        )
    return errors


def config_map_key(value: str) -> list[str]:
    """A key of a ConfigMap or Secret: it becomes the name of a file."""
    errors = _too_long(value, 253)
    if not _is_config_key(value):
        rule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
        errors.append(regex_error(rule, _CONFIG_KEY, "key.name", "KEY_NAME", "key-name"))
    if value in (".", ".."):
        errors.append(f"must not be '{value}'")
    elif value.startswith(".."):
        errors.append("must not start with '..'")
    return errors


def http_header_name(value: str) -> list[str]:
    """The name of an HTTP header."""
    if _is_header(value):
        return []
    return [regex_error("a valid HTTP header must consist of alphanumeric characters or '-'", _HEADER, "X-Header-Name")]


def port_name(value: str) -> list[str]:
    """The name of a port, as IANA registers services: at most 15 letters, digits and single hyphens."""
    errors = _too_long(value, 15)
    if not _is_port_charset(value):
        errors.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not any("a" <= letter <= "z" for letter in value):
        errors.append("must contain at least one letter (a-z)")
    if "--" in value:
        errors.append("must not contain consecutive hyphens")
    if value.startswith("-") or value.endswith("-"):
        errors.append("must not begin or end with a hyphen")
    return errors


def in_range(value: int, low: int, high: int) -> list[str]:
    """A number within its limits, both included."""
    return [] if low <= value <= high else [range_error(low, high)]


def port_number(value: int) -> list[str]:
    """A TCP, UDP or SCTP port."""
    return [] if 1 <= value <= 65535 else [range_error(1, 65535)]


def user_id(value: int) -> list[str]:
    """A Unix user or group identifier."""
    return in_range(value, 0, 0xFFFFFFFF)


def percent(value: str) -> list[str]:
    """A percentage such as `25%`."""
    if _is_percent(value):
        return []
    return [
        regex_error("a valid percent string must be a numeric string followed by an ending '%'", _PERCENT, "1%", "93%")
    ]


def http_path(value: str) -> list[str]:
    """The characters that the path of a URL may hold."""
    return [] if _is_http_path(value) else [regex_error("Invalid path", _HTTP_PATH)]


def ip(value: str) -> list[str]:
    """An IPv4 or IPv6 address."""
    return [] if parse_ip(value) else ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"]


def ip_of_family(value: str, version: int) -> list[str]:
    """An address of one family: `version` is 4 or 6."""
    address = parse_ip(value)
    return [] if address and address.version == version else [f"must be a valid IPv{version} address"]


def cidr(value: str) -> list[str]:
    """A range of addresses."""
    return [] if parse_cidr(value) else ["must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"]
