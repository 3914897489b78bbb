import contextlib
import http.client
import shutil
import socket
import subprocess
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubelab.clients.http.spdy import FIN, PING, SYN_REPLY, SYN_STREAM, Session, SpdyError

PODS = "/api/v1/namespaces/default/pods"


@pytest.fixture(scope="module")
def web(served):
    container = {"name": "web", "image": "nginx:1.27", "ports": [{"containerPort": 80}]}
    body = {"metadata": {"name": "web", "labels": {"app": "web"}}, "spec": {"containers": [container]}}
    assert served.ask("POST", PODS, body).code == 201
    spec = {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 8080, "targetPort": 80}]}
    services = "/api/v1/namespaces/default/services"
    assert served.ask("POST", services, {"metadata": {"name": "shop"}, "spec": spec}).code == 201
    served.server.cluster.run(60)
    return served


def test_one_end_understands_the_other():
    client, server = Session(), Session()
    headers = {"streamtype": "data", "port": "80", "requestid": "0"}
    sent = client.open(1, headers) + client.open(3, {"streamtype": "error"}) + Session.data(1, b"hello", ended=True)
    sent += Session.pong(7)
    frames = [frame for byte in sent for frame in server.feed(bytes([byte]))]
    assert [(frame.kind, frame.stream) for frame in frames] == [(SYN_STREAM, 1), (SYN_STREAM, 3), (0, 1), (PING, 7)]
    assert frames[0].headers == headers
    assert (frames[2].data, frames[2].ended) == (b"hello", bool(FIN))
    (reply,) = client.feed(server.reply(1))
    assert (reply.kind, reply.stream, reply.headers) == (SYN_REPLY, 1, {})


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.binary(max_size=60), st.booleans())
def test_any_bytes_are_frames_or_refused(data, control):
    session = Session()
    try:
        for _ in session.feed(b"\x80\x03\x00\x01" + data if control else data):
            pass
    except SpdyError:
        return


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_kubectl_forwards_a_port(web, tmp_path):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    command = [
        "kubectl",
        "--kubeconfig",
        str(web.server.kubeconfig),
        "port-forward",
        "pod/web",
        f"{port}:80",
        f"{port + 1}:81",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()
            if not line:
                pytest.skip(f"this kubectl forwards no ports over WebSocket: {process.stderr.read()}")
            while f":{port + 1} -> 81" not in line:  # one port is opened after the other
                line = process.stdout.readline()
                assert line, process.stderr.read()
            for path in ("/", "/"):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                connection.request("GET", path)
                answer = connection.getresponse()
                assert (answer.status, answer.read()[:16]) == (200, b"Welcome to nginx")
                connection.close()
            with socket.create_connection(("127.0.0.1", port + 1), timeout=10) as refused:
                refused.sendall(b"GET / HTTP/1.1\r\n\r\n")
                with contextlib.suppress(ConnectionResetError):
                    assert refused.recv(10) == b""
            time.sleep(0.2)
        finally:
            process.kill()
        assert "connection refused" in process.stderr.read()


def test_services_and_pods_answer_by_way_of_the_api_server(web):
    for path in (
        "services/shop/proxy/",
        "services/shop:8080/proxy/",
        "services/shop:http/proxy/",
        "pods/web:80/proxy/",
    ):
        reply = web.get(f"/api/v1/namespaces/default/{path}")
        assert (reply.code, reply.body[:16]) == (200, b"Welcome to nginx")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("services/shop:99/proxy/", 503),
        ("services/nosuch/proxy/", 404),
        ("services/a:b:c:d/proxy/", 400),
        ("pods/web:81/proxy/", 503),
        ("pods/web/proxy/", 200),
        ("pods/web/portforward", 400),
        ("pods/web/exec?command=ls", 400),
        ("pods/web/attach", 400),
        ("pods/nosuch/exec?command=ls", 404),
        ("nodes/worker-1/proxy/", 404),
    ],
)
def test_what_cannot_be_connected_is_refused(web, path, code):
    root = "/api/v1/" if path.startswith("nodes") else "/api/v1/namespaces/default/"
    reply = web.get(f"{root}{path}")
    assert reply.code == code
    assert code == 200 or reply.is_status


def test_spdy_without_a_websocket_is_refused_in_words(web):
    reply = web.ask("POST", f"{PODS}/web/exec?command=ls", Upgrade="SPDY/3.1", Connection="Upgrade")
    assert (reply.code, reply.is_status) == (400, True)
    assert "SPDY/3.1 is not spoken here" in reply.json["message"]
