"""Whatever is sent, what is answered is HTTP, a refusal is a Status, and the server and its cluster live on."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubelab.api.kinds import KINDS
from kubelab.clients.http import protocol

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "FOO"]
MEDIA = [
    "application/json",
    "application/yaml",
    "application/vnd.kubernetes.protobuf",
    "application/merge-patch+json",
    "application/json-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
    "text/plain",
    ";;",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
QUERY = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("limit", "continue", "resourceVersion", "resourceVersionMatch", "labelSelector", "fieldSelector"),
                *("dryRun", "fieldValidation", "fieldManager", "force", "includeObject", "timeoutSeconds", "pretty"),
                *("gracePeriodSeconds", "propagationPolicy", "orphanDependents", "container", "tailLines", "sinceTime"),
                *("limitBytes", "sinceSeconds", "previous", "command", "sendInitialEvents"),
            ]
        ),
        st.text(max_size=12)
        | st.sampled_from(["true", "0", "-1", "All", "Strict", "a=b", "metadata.name=x", "9" * 30]),
    ),
    max_size=3,
)
END = b"\r\n\r\n"
QUIET = settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module", autouse=True)
def alive_in_the_end(served):
    """The server answers, and the cluster works, when all has been sent. Bodies that do not come are not waited for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(protocol, "BODY_TIME", 0.1)
        yield
    assert served.get("/version").code == 200
    body = {"metadata": {"name": "after"}, "spec": {"containers": [{"name": "c", "image": "nginx:1.27"}]}}
    assert served.ask("POST", "/api/v1/namespaces/default/pods", body).code == 201
    served.server.cluster.run(60)
    assert served.get("/api/v1/namespaces/default/pods/after").json["status"]["phase"] == "Running"


def check(raw: bytes):
    """Every answer in these bytes that refuses is a Status."""
    assert raw
    assert raw.startswith(b"HTTP/1."), raw[:200]
    head, _, body = raw.partition(b"\r\n\r\n")
    code = int(head.split()[1])
    assert code < 500, raw[:500]
    if code >= 400 and b"application/json" in head and body:
        assert json.JSONDecoder().raw_decode(body.decode())[0]["kind"] == "Status"


@QUIET
@given(data=st.binary(max_size=200))
def test_any_bytes_get_a_4xx(served, data):
    if data[:1] != b"\x16" and data.strip(b"\r\n\0"):  # that would be TLS, or nothing
        check(served.raw(data.replace(b"\0", b"") + END, patience=0.5))


@QUIET
@given(
    line=st.text(alphabet=" /GETPOSHTP.019\t%aä\r\n", max_size=40),
    headers=st.lists(
        st.text(alphabet="Host:Content-Lengthransfer-Encoding: chunked019\r\n\t\0", max_size=40), max_size=4
    ),
    body=st.binary(max_size=40),
)
def test_anything_like_http_gets_a_4xx(served, line, headers, body):
    if line.strip("\r\n"):
        check(served.raw("\r\n".join([line, *headers]).encode() + END + body, patience=0.5))
    good = "GET /version HTTP/1.1\r\nHost: localhost\r\nConnection: close"
    check(served.raw("\r\n".join([good, *headers]).encode() + END + body, patience=0.5))


@QUIET
@given(
    method=st.sampled_from(METHODS),
    path=st.lists(
        st.sampled_from(
            [
                *(
                    "api",
                    "apis",
                    "v1",
                    "apps",
                    "namespaces",
                    "default",
                    "pods",
                    "deployments",
                    "x",
                    "status",
                    "log",
                    "",
                ),
                *(
                    "scale",
                    "watch",
                    "proxy",
                    "exec",
                    "..",
                    "%2e",
                    "%00",
                    "openapi",
                    "v3",
                    "healthz",
                    "nodes",
                    "eviction",
                ),
            ]
        )
        | st.text(max_size=6),
        max_size=8,
    ),
    query=QUERY,
)
def test_any_url_gets_an_answer_or_a_4xx(served, method, path, query):
    from urllib.parse import quote, urlencode

    url = "/" + "/".join(part if part.startswith("%") else quote(part, safe="") for part in path)
    said = f"{method} {url}?{urlencode(query)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    check(served.raw((said + f"Authorization: Bearer {served.token}\r\n\r\n").encode()))


@QUIET
@given(
    kind=st.sampled_from(KINDS),
    method=st.sampled_from(["POST", "PUT", "PATCH", "DELETE"]),
    media=st.sampled_from(MEDIA),
    body=JSON,
    whole=st.booleans(),
    query=QUERY,
    sub=st.sampled_from(["", "", "/status", "/scale", "/eviction", "/binding", "/token", "/finalize"]),
)
def test_any_body_gets_an_answer_or_a_4xx(served, kind, method, media, body, whole, query, sub):
    from urllib.parse import urlencode

    root = f"/apis/{kind.api_version}" if kind.group else "/api/v1"
    path = f"{root}/namespaces/default/{kind.plural}" if kind.namespaced else f"{root}/{kind.plural}"
    if method != "POST" or sub:
        path += f"/fuzz{sub}"
    content = {"metadata": {"name": "fuzz"}, "spec": body, "data": body} if whole else body
    if (kind.name, method) == ("Node", "POST") or (method == "DELETE" and not path.endswith("fuzz")):
        return  # a node that nobody runs would be real trouble
    reply = served.ask(method, f"{path}?{urlencode(query)}", json.dumps(content), sort=media)
    unmergeable = reply.code == 500 and (
        "merge key" in reply.json["message"] or "list element" in reply.json["message"]
    )
    assert reply.code < 500 or reply.code == 504 or unmergeable, reply.body
    if reply.code >= 400:
        assert reply.is_status


@QUIET
@given(accept=st.text(alphabet="apliction/jsyml;=Tb*v1g.k8,q0 \t", max_size=50), agent=st.text(max_size=20))
def test_any_header_gets_an_answer_or_a_4xx(served, accept, agent):
    from urllib.parse import quote

    for path in ("/api", "/api/v1/nodes", "/api/v1/nodes/worker-1", "/openapi/v2"):
        reply = served.get(path, accept=accept, User_Agent=quote(agent), Impersonate_User=quote(agent) or "x")
        assert reply.code in (200, 406), reply.body
