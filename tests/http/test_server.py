import os
import re
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from web import Web

import kubelab as kl
from kubelab import language
from kubelab.clients import serving


@pytest.fixture(autouse=True)
def in_english():
    yield
    language.use("en")


def test_a_server_says_in_one_line_what_it_is():
    cluster = kl.Cluster(workers=1, start="now")
    with cluster.serve(environment=False) as server:
        assert repr(server) == "Server: on a free port of 127.0.0.1, speed 1"
        language.use("es")
        assert repr(server) == "Servidor: en un puerto libre de 127.0.0.1, velocidad 1"
    assert repr(server) == "Servidor: parado"


def test_tls_and_plain_http_share_the_port():
    with kl.Cluster(workers=1).serve(environment=False) as server:
        held = yaml.safe_load(server.kubeconfig.read_text())
        authority = held["clusters"][0]["cluster"]["certificate-authority-data"]
        context = ssl.create_default_context(cadata=__import__("base64").b64decode(authority).decode())
        for host in ("127.0.0.1", "localhost"):
            url = server.url.replace("127.0.0.1", host)
            with urllib.request.urlopen(f"{url}/version", context=context, timeout=5) as answer:
                assert answer.status == 200
        assert Web(server).get("/version").code == 200


def test_kubeconfig_is_set_while_it_runs_and_put_back(monkeypatch, tmp_path):
    monkeypatch.setenv("KUBECONFIG", "/before")
    with kl.Cluster(workers=1).serve(environment=True, path=tmp_path / "kc") as server:
        assert os.environ["KUBECONFIG"] == str(tmp_path / "kc") == str(server.kubeconfig)
    assert os.environ["KUBECONFIG"] == "/before"
    assert (tmp_path / "kc").exists()  # what somebody named is theirs
    with kl.Cluster(workers=1).serve():
        assert os.environ["KUBECONFIG"] == "/before"  # no notebook, nothing is set


def test_a_calendar_that_is_not_todays_is_told():
    with kl.Cluster(workers=0).serve(environment=False) as server:
        assert repr(server) == "Server: on a free port of 127.0.0.1, speed 1, its calendar says 2026-01-01"
        language.use("es")
        assert repr(server).endswith("velocidad 1, su calendario dice 2026-01-01")


@pytest.mark.parametrize("first_to_stop", [0, 1])
def test_of_two_served_clusters_the_one_that_runs_is_found(monkeypatch, first_to_stop):
    monkeypatch.setenv("KUBECONFIG", "/before")
    servers = [kl.Cluster(workers=0).serve(environment=True) for _ in range(2)]
    assert os.environ["KUBECONFIG"] == str(servers[1].kubeconfig)
    servers[first_to_stop].stop()
    assert os.environ["KUBECONFIG"] == str(servers[1 - first_to_stop].kubeconfig)
    servers[1 - first_to_stop].stop()
    assert os.environ["KUBECONFIG"] == "/before"


def test_who_has_set_kubeconfig_meanwhile_keeps_it(monkeypatch):
    monkeypatch.delenv("KUBECONFIG", raising=False)
    with kl.Cluster(workers=0).serve(environment=True):
        monkeypatch.setenv("KUBECONFIG", "/mine")
    assert os.environ["KUBECONFIG"] == "/mine"
    monkeypatch.delenv("KUBECONFIG")
    with kl.Cluster(workers=0).serve(environment=True):
        pass
    assert "KUBECONFIG" not in os.environ


@pytest.mark.parametrize("spoken", ["es", "en"])
def test_a_port_or_a_host_that_cannot_be_is_named(spoken, capsys):
    from kubelab.__main__ import main

    cluster = kl.Cluster(workers=0)
    with cluster.serve(environment=False) as server:
        port = str(server.port)
        assert main(["serve", "--lang", spoken, "--workers", "0", "--port", port]) == 1
        said = capsys.readouterr().err
        assert (f"el puerto {port} está ocupado" if spoken == "es" else f"port {port} is in use") in said
        assert "Errno" not in said
    assert main(["serve", "--lang", spoken, "--port", "99999"]) == 1
    assert "65535" in capsys.readouterr().err
    assert main(["serve", "--lang", spoken, "--host", "203.0.113.9", "--port", "0"]) == 1
    assert "203.0.113.9" in capsys.readouterr().err


def test_time_passes_while_it_is_served_and_stands_when_it_is_not():
    cluster = kl.Cluster(workers=1)
    with cluster.serve(speed=500.0, environment=False):
        spec = {"containers": [{"name": "c", "image": "nginx:1.27"}]}
        cluster.apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec})
        end = time.monotonic() + 5
        while cluster.get("pods", "p").status.phase != "Running" and time.monotonic() < end:
            time.sleep(0.01)
        assert cluster.get("pods", "p").status.phase == "Running"
    now = cluster.now
    time.sleep(0.05)
    assert cluster.now == now


def test_notebook_and_clients_can_work_at_the_same_time():
    cluster = kl.Cluster(workers=1)
    with cluster.serve(speed=50.0, environment=False) as server:
        web = Web(server)
        for number in range(30):
            meta = {"name": f"here-{number}"}
            cluster.api.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta})
            body = {"metadata": {"name": f"there-{number}"}}
            assert web.ask("POST", "/api/v1/namespaces/default/configmaps", body).code == 201
            cluster.run(1)
    assert len(cluster.get("configmaps")) >= 60
    revisions = [entry.revision for entry in cluster.journal if entry.revision]
    assert revisions == sorted(revisions)


def test_two_servers_of_one_cluster_and_one_after_another():
    cluster = kl.Cluster(workers=1)
    with cluster.serve(environment=False) as one, cluster.serve(environment=False) as other:
        assert Web(one).get("/version").code == Web(other).get("/version").code == 200
        assert Web(one).get("/api/v1/nodes", token=other.token).code == 401
    with cluster.serve(environment=False) as again:
        assert Web(again).get("/api/v1/nodes").code == 200


def test_a_served_cluster_is_still_a_cluster():
    cluster = kl.Cluster(workers=1)
    with cluster.serve(environment=False):
        assert isinstance(cluster, kl.Cluster)
        fork = cluster.fork()
        assert "Cluster: 1/1 nodes" in repr(fork)
    assert fork.run(10).now >= 10


def test_a_taken_port_is_said_at_once():
    with kl.Cluster(workers=1).serve(environment=False) as server, pytest.raises(OSError, match="in use"):
        kl.Cluster(workers=1).serve(port=server.port)


def test_what_is_missing_is_said_in_both_languages(monkeypatch):
    monkeypatch.setitem(sys.modules, "kubelab.clients.http.server", None)
    cluster = kl.Cluster(workers=1)
    monkeypatch.setattr(serving, "NEEDS", ("kubelab",))
    with pytest.raises(ModuleNotFoundError, match=re.escape("pip install 'kubelab[serve]'")):
        cluster.serve()
    language.use("es")
    with pytest.raises(ModuleNotFoundError, match="para servir un clúster falta"):
        cluster.serve()


def test_a_calendar_can_begin_where_one_likes():
    start = datetime(2030, 5, 1, 12, tzinfo=UTC)
    cluster = kl.Cluster(workers=1, start=start)
    node = cluster.get("nodes", "worker-1")
    assert start <= node.metadata.creationTimestamp < start + timedelta(minutes=1)
    assert cluster.get("leases", "worker-1", namespace="kube-node-lease").spec.renewTime.year == 2030


def test_the_command_serves_until_it_is_told_to_stop(tmp_path):
    command = [
        sys.executable,
        "-m",
        "kubelab",
        "serve",
        "--port",
        "0",
        "--workers",
        "1",
        "--speed",
        "10",
        "--lang",
        "es",
    ]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        greeting, token, line = (process.stdout.readline() for _ in range(3))
        try:
            assert re.match(
                r"# clúster con 1 workers en https://127\.0\.0\.1:\d+, velocidad 10; Ctrl-C lo para", greeting
            )
            assert token.startswith("# token: ")
            path = line.removeprefix("export KUBECONFIG=").strip()
            held = yaml.safe_load(Path(path).read_text())
            assert held["users"][0]["user"]["token"] == token.removeprefix("# token: ").strip()
            url = held["clusters"][0]["cluster"]["server"].replace("https", "http")
            request = urllib.request.Request(
                f"{url}/api/v1/nodes", headers={"Authorization": f"Bearer {held['users'][0]['user']['token']}"}
            )
            with urllib.request.urlopen(request, timeout=10) as answer:
                assert b"worker-1" in answer.read()
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    assert not os.path.exists(path)


def test_the_calendar_of_the_command_is_that_of_the_wall(monkeypatch):
    seen = []
    monkeypatch.setattr(serving, "_wait", lambda: None)
    monkeypatch.setattr(serving, "_greet", lambda server, said: seen.append(server.cluster.clock.micro_date))
    from kubelab.__main__ import main

    assert main(["serve", "--port", "0", "--workers", "1"]) == 0
    assert abs((seen[0] - datetime.now(UTC)).total_seconds()) < 5
