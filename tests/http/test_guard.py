import json
import os
import socket
import stat
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from kubelab.clients.http import listener, protocol, streams
from kubelab.clients.http.bodies import LIMIT
from kubelab.clients.http.guard import Guard

CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"


@pytest.mark.parametrize("token", ["wrong", "x" * 10_000, "ä", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
def test_another_token_is_nobodys(served, token):
    reply = served.get("/api/v1/nodes", token="", Authorization=b"Bearer " + token.encode())
    assert (reply.code, reply.json["reason"]) == (401, "Unauthorized")


def test_the_scheme_must_be_bearer(served):
    assert served.get("/api/v1/nodes", token="", Authorization=f"Basic {served.token}").code == 401
    assert served.get("/api/v1/nodes", token="", Authorization="Bearer").code == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "127.0.0.1:x", "a b"]
)
def test_a_page_that_rebinds_its_name_is_not_answered(served, host):
    reply = served.get("/version", Host=host)
    assert reply.code == 403
    assert reply.is_status


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "file://", "http://[", "https://localhost.evil.example"]
)
def test_a_page_of_another_site_is_not_answered(served, origin):
    assert served.get("/version", Origin=origin).code == 403


def test_own_names_and_origins_are_fine(served):
    for host in ("localhost", f"127.0.0.1:{served.port}", "[::1]:1"):
        assert served.get("/version", Host=host, Origin=f"http://{host}").code == 200
    assert Guard("0.0.0.0").knows("192.168.1.7:8001")
    assert not Guard("0.0.0.0").knows("evil.example")


def test_a_body_that_is_too_large_is_refused_however_it_is_said(served, monkeypatch):
    monkeypatch.setattr(protocol, "LINGERING", 0.5)
    body = b'{"metadata": {"name": "' + b"x" * LIMIT + b'"}}'
    assert served.ask("POST", CONFIG_MAPS, body).code == 413
    said = (
        f"POST {CONFIG_MAPS} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {served.token}\r\n"
        f"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    ).encode()
    chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    answer = served.raw(said + chunk * 4)
    assert b"413" in answer.splitlines()[0]
    lie = said.replace(b"Transfer-Encoding: chunked", b"Content-Length: 99999999999")
    assert b"413" in served.raw(lie).splitlines()[0]


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b"- "])
def test_a_body_that_nests_too_deeply_is_refused(served, opening):
    sort = "application/yaml" if opening == b"- " else "application/json"
    for depth in (300, 100_000):
        reply = served.ask("POST", CONFIG_MAPS, opening * depth, sort=sort)
        assert reply.code == 400
        assert reply.is_status
    good = b'{"metadata": {"name": "deep"}, "x": ' + b'{"a":' * 300 + b"1" + b"}" * 301
    assert served.ask("POST", CONFIG_MAPS, good).code == 400


def test_yaml_that_grows_by_aliases_is_refused(served):
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]" for i in range(8)]
    assert served.ask("POST", CONFIG_MAPS, "\n".join(lines), sort="application/yaml").code == 400


def test_headers_and_urls_that_are_too_long_are_refused(served):
    head = b"GET /version HTTP/1.1\r\nHost: localhost\r\n"
    assert b" 400 " in served.raw(head + b"X: " + b"a" * 40_000 + b"\r\n\r\n").splitlines()[0]
    assert b" 400 " in served.raw(head + b"".join(b"X-%d: a\r\n" % i for i in range(500)) + b"\r\n").splitlines()[0]
    assert b" 400 " in served.raw(b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n").splitlines()[0]
    reply = served.get("/" + "a" * 5000)
    assert (reply.code, reply.is_status) == (414, True)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "x"])
def test_compressed_bodies_are_not_opened(served, encoding):
    reply = served.ask("POST", CONFIG_MAPS, b"\x1f\x8b\x08\x00", Content_Encoding=encoding)
    assert 400 <= reply.code < 500
    assert reply.is_status


def test_a_handshake_that_is_none_is_hung_up_on(served):
    for said in (b"\x16", b"\x16\x03\x01\x00\x05hello", b"\x16" * 5000):
        with socket.create_connection(("127.0.0.1", served.port), timeout=5) as held:
            held.sendall(said)
    assert served.get("/version").code == 200


def test_who_says_nothing_or_half_of_it_is_hung_up_on(fresh, monkeypatch):
    monkeypatch.setattr(listener, "FIRST_BYTE_TIME", 0.2)
    monkeypatch.setattr(protocol, "IDLE", 0.3)
    monkeypatch.setattr(protocol, "BODY_TIME", 0.3)
    head = f"POST {CONFIG_MAPS} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {fresh.token}\r\n"
    for said, code in ((b"", b""), (b"GET / HT", b""), (head.encode() + b"Content-Length: 9\r\n\r\n{", b"408")):
        with socket.create_connection(("127.0.0.1", fresh.port), timeout=10) as held:
            held.sendall(said)
            began, answer = time.monotonic(), b""
            while piece := held.recv(4096):
                answer += piece
            assert time.monotonic() - began < 5
            assert code in (answer.splitlines() or [b""])[0]
    assert fresh.get("/version").code == 200


def test_only_so_many_watches_can_be_open(fresh, monkeypatch):
    monkeypatch.setattr(protocol, "MOST_STREAMS", 2)
    with fresh.watch(f"{CONFIG_MAPS}?watch=1"), fresh.watch(f"{CONFIG_MAPS}?watch=1"):
        refused = fresh.get(f"{CONFIG_MAPS}?watch=1")
        assert (refused.code, refused.json["reason"]) == (429, "TooManyRequests")
        assert refused.headers["Retry-After"] == "1"
    assert fresh.get(CONFIG_MAPS).code == 200


def test_a_watcher_that_does_not_read_is_given_up(fresh, monkeypatch):
    monkeypatch.setattr(streams, "MOST_WAITING", 2_000_000)
    monkeypatch.setattr(protocol, "READ_TIME", 0.3)
    cluster = fresh.server.cluster
    watches = cluster.api_servers[0].hub._watches["configmaps"]
    before = len(watches)
    with socket.create_connection(("127.0.0.1", fresh.port)) as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        url = f"{CONFIG_MAPS}?watch=1&resourceVersion=1"
        held.sendall(f"GET {url} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {fresh.token}\r\n\r\n".encode())
        while len(watches) == before:
            time.sleep(0.01)
        for number in range(40):
            data = {"big": "x" * 400_000}
            meta = {"name": f"c{number}"}
            cluster.api.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data})
        end = time.monotonic() + 5
        while len(watches) > before and time.monotonic() < end:
            time.sleep(0.02)
    assert len(watches) == before
    assert fresh.get("/version").code == 200


def test_only_so_many_connections_are_taken(fresh, monkeypatch):
    monkeypatch.setattr(listener, "MOST_CONNECTIONS", 5)
    held = [socket.create_connection(("127.0.0.1", fresh.port), timeout=5) for _ in range(8)]
    try:
        assert held[7].recv(1) == b""
    finally:
        for connection in held:
            connection.close()
    time.sleep(0.2)
    assert fresh.get("/version").code == 200


def test_the_kubeconfig_is_for_its_owner_only_and_goes_with_the_server(fresh):
    path = fresh.server.kubeconfig
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert fresh.token not in repr(fresh.server)
    fresh.server.stop()
    assert not path.exists()


def test_many_at_once_are_all_answered(served):
    with ThreadPoolExecutor(16) as pool:
        codes = list(pool.map(_write, [served] * 60, range(60)))
    assert set(codes) == {201}
    names = {item["metadata"]["name"] for item in served.get(CONFIG_MAPS).json["items"]}
    assert {f"m{number}" for number in range(60)} <= names


def _write(web, number):
    return web.ask("POST", CONFIG_MAPS, {"metadata": {"name": f"m{number}"}}).code


def test_secrets_are_nowhere_but_in_themselves(fresh):
    body = {"metadata": {"name": "s"}, "stringData": {"k": "very-secret"}}
    assert fresh.ask("POST", "/api/v1/namespaces/default/secrets", body).code == 201
    cluster = fresh.server.cluster
    assert "very-secret" not in json.dumps([str(entry) for entry in cluster.journal])
