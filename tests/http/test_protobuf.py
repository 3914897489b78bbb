import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubelab.clients.http.protobuf import ProtobufError, read

# What kubectl 1.32 sends for `kubectl create configmap c --from-literal=a=b`.
CONFIG_MAP = bytes.fromhex(
    "6b3873000a0f0a0276311209436f6e6669674d6170121b0a110a016312001a0022002a003200380042001206"
    "0a016112016 21a002200".replace(" ", "")
)


def field(number, data):
    return bytes([number << 3 | 2, len(data)]) + data


def message(api_version, kind, raw):
    said = field(1, api_version.encode()) + field(2, kind.encode())
    return b"k8s\0" + field(1, said) + field(2, raw)


def test_a_config_map_of_kubectl_is_read():
    found = read(CONFIG_MAP)
    assert (found["apiVersion"], found["kind"], found["data"]) == ("v1", "ConfigMap", {"a": "b"})
    assert found["metadata"]["name"] == "c"
    assert "creationTimestamp" not in found["metadata"]


def test_bytes_quantities_ports_and_inlined_parts_are_read():
    secret = read(message("v1", "Secret", field(2, field(1, b"k") + field(2, b"\xff\x00"))))
    assert secret["data"] == {"k": base64.b64encode(b"\xff\x00").decode()}
    limits = field(1, field(1, b"cpu") + field(2, field(1, b"250m")))
    container = field(1, b"web") + field(8, limits)
    volume = field(1, b"v") + field(2, field(2, b""))
    pod = read(message("v1", "Pod", field(2, field(2, container) + field(1, volume))))
    assert pod["spec"]["containers"] == [{"name": "web", "resources": {"limits": {"cpu": "250m"}}}]
    assert pod["spec"]["volumes"] == [{"name": "v", "emptyDir": {}}]
    named = b"\x08\x01" + field(3, b"http")
    service = read(message("v1", "Service", field(1, b"") + field(2, field(1, field(4, named)))))
    assert service["spec"]["ports"] == [{"targetPort": "http"}]


def test_negative_numbers_and_times_are_read():
    minus_one = b"\x10" + b"\xff" * 9 + b"\x01"
    lease = field(1, b"me") + minus_one + field(4, b"\x08\x01\x10\xc0\x84\x3d")
    found = read(message("coordination.k8s.io/v1", "Lease", field(2, lease)))
    assert found["spec"] == {
        "holderIdentity": "me",
        "leaseDurationSeconds": -1,
        "renewTime": "1970-01-01T00:00:01.001000Z",
    }


@pytest.mark.parametrize(
    "data", [b"", b"k8s", b"k8s\0\xff", message("v1", "Podz", b""), message("v1", "Pod", b"\x0a\x05a")]
)
def test_what_is_none_is_refused(data):
    with pytest.raises(ProtobufError):
        read(data)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.binary(max_size=80), st.sampled_from(["Pod", "ConfigMap", "Event", "Lease", "Service"]))
def test_any_bytes_are_an_object_or_refused(data, kind):
    for body in (data, b"k8s\0" + data, message("coordination.k8s.io/v1" if kind == "Lease" else "v1", kind, data)):
        try:
            assert isinstance(read(body), dict)
        except ProtobufError:
            continue
